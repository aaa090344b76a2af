#include "files/google_token.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <ctime>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/http.h"
#include "base/http_url.h"
#include "base/text.h"
#include "files/store_error.h"

namespace backcourt {

namespace {

constexpr int kSeconds = 3600;
constexpr size_t kMostAnswer = 1 << 20;  // bytes of a token endpoint's answer

// base64 as URLs have it.
std::string Base64Url(const std::string& bytes) {
  std::string text = Base64(bytes);
  while (text.ends_with("="))
    text.pop_back();
  return ReplaceAll(ReplaceAll(text, "+", "-"), "/", "_");
}

// RS256; "" when the key is none.
std::string Sign(const std::string& text, const std::string& pem) {
  std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_mem_buf(pem.data(), int(pem.size())), BIO_free);
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  size_t size = 0;
  auto* data = reinterpret_cast<const unsigned char*>(text.data());
  if (!key || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) != 1)
    return "";
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data,
                     text.size()) != 1)
    return "";
  signature.resize(size);
  return signature;
}

// What went wrong, in the words by which causes are told.
const char* Words(HttpFailure failure) {
  switch (failure) {
    case HttpFailure::kResolve:
      return "Could not resolve host";
    case HttpFailure::kConnect:
      return "Could not establish connection";
    case HttpFailure::kTls:
      return "SSL failed";
    case HttpFailure::kTimeout:
      return "Timeout was reached";
    default:
      return "Failure when receiving";
  }
}

// The answer of a token endpoint to a form; its status in `status`.
Result<std::string> Exchange(const std::string& uri, std::string form, const std::string& ca_file,
                             int timeout, const Environment& environment, int& status) {
  HttpPost post = PostTo(uri, environment);
  post.ca_file = ca_file;
  post.content_type = "application/x-www-form-urlencoded";
  post.body = std::move(form);
  post.timeout = std::chrono::seconds(timeout);
  std::string text;
  HttpAnswer answer = Post(
      post,
      [&](std::string_view bytes) {
        text += bytes.substr(0, kMostAnswer - std::min(kMostAnswer, text.size()));
      },
      [] { return true; });
  status = answer.status;
  if (answer.failure == HttpFailure::kProxy)
    return Error{ErrorKind::kSource,
                 fmt::format("{} cannot be read: the proxy {}:{} refuses the connection ({})", Shown(uri),
                             post.proxy_host, post.proxy_port, status),
                 "https_proxy=\"http://USER:PASSWORD@HOST:PORT\", or name the host in no_proxy"};
  if (answer.failure != HttpFailure::kNone) return StoreError(uri, Words(answer.failure), {});
  return text;
}

}  // namespace

Result<std::string> GoogleToken(const std::string& key_file, const char* scope, const std::string& ca_file,
                                int timeout, const Environment& environment) {
  std::ifstream in(key_file, std::ios::binary);
  nlohmann::json key = nlohmann::json::parse(in, nullptr, false);
  auto field = [&](const char* name) {
    return key.is_object() && key.contains(name) && key[name].is_string() ? key[name].get<std::string>()
                                                                          : std::string();
  };
  std::string uri = field("token_uri"), email = field("client_email");
  auto bad_key = [&](const char* why) {
    return Error{
        ErrorKind::kSource, fmt::format("GOOGLE_APPLICATION_CREDENTIALS names {}: {}", key_file, why),
        "the JSON key of a service account, or an HMAC key in GS_ACCESS_KEY_ID and GS_SECRET_ACCESS_KEY"};
  };
  if (!in.is_open()) return bad_key("it cannot be read");
  if (field("type") != "service_account" || uri.empty() || email.empty())
    return bad_key("it is not the key of a service account");
  int64_t now = std::time(nullptr);
  nlohmann::json header = {{"alg", "RS256"}, {"typ", "JWT"}};
  nlohmann::json claims = {
      {"iss", email}, {"scope", scope}, {"aud", uri}, {"iat", now}, {"exp", now + kSeconds}};
  std::string assertion = Base64Url(header.dump()) + "." + Base64Url(claims.dump());
  std::string signature = Sign(assertion, field("private_key"));
  if (signature.empty()) return bad_key("its private_key cannot sign");
  std::string body =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + assertion + "." +
      Base64Url(signature);

  int status = 0;
  std::string answer = TRY(Exchange(uri, std::move(body), ca_file, timeout, environment, status));
  nlohmann::json token = nlohmann::json::parse(answer, nullptr, false);
  if (status == 200 && token.is_object() && token.contains("access_token") &&
      token["access_token"].is_string())
    return token["access_token"].get<std::string>();
  if (status >= 400 && status < 500) status = 403;  // 400 is what an unknown or revoked key gets
  return StoreError(uri, fmt::format("HTTP {}: no token", status), {});
}

}  // namespace backcourt
