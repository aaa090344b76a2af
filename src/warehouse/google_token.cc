#include "warehouse/google_token.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <ctime>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "warehouse/store_error.h"

namespace backcourt {

namespace {

constexpr const char* kScope = "https://www.googleapis.com/auth/devstorage.read_only";
constexpr int kSeconds = 3600;

// base64 as URLs have it.
std::string Base64Url(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  text.resize(size_t(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()), int(bytes.size()))));
  while (text.ends_with("=")) text.pop_back();
  return ReplaceAll(ReplaceAll(text, "+", "-"), "/", "_");
}

// RS256; "" when the key is none.
std::string Sign(const std::string& text, const std::string& pem) {
  std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_mem_buf(pem.data(), int(pem.size())), BIO_free);
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  size_t size = 0;
  auto* data = reinterpret_cast<const unsigned char*>(text.data());
  if (!key || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 || EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) != 1) return "";
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data, text.size()) != 1) return "";
  signature.resize(size);
  return signature;
}

size_t Receive(char* data, size_t size, size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

}  // namespace

Result<std::string> GoogleToken(const std::string& key_file, const std::string& ca_file, int timeout) {
  std::ifstream in(key_file, std::ios::binary);
  nlohmann::json key = nlohmann::json::parse(in, nullptr, false);
  auto field = [&](const char* name) { return key.is_object() && key.contains(name) && key[name].is_string() ? key[name].get<std::string>() : std::string(); };
  std::string uri = field("token_uri"), email = field("client_email");
  auto bad_key = [&](const char* why) {
    return Error{ErrorKind::kSource, fmt::format("GOOGLE_APPLICATION_CREDENTIALS names {}: {}", key_file, why), "the JSON key of a service account, or an HMAC key in GS_ACCESS_KEY_ID and GS_SECRET_ACCESS_KEY"};
  };
  if (!in.is_open()) return bad_key("it cannot be read");
  if (field("type") != "service_account" || uri.empty() || email.empty()) return bad_key("it is no key of a service account");
  int64_t now = std::time(nullptr);
  nlohmann::json header = {{"alg", "RS256"}, {"typ", "JWT"}};
  nlohmann::json claims = {{"iss", email}, {"scope", kScope}, {"aud", uri}, {"iat", now}, {"exp", now + kSeconds}};
  std::string assertion = Base64Url(header.dump()) + "." + Base64Url(claims.dump());
  std::string signature = Sign(assertion, field("private_key"));
  if (signature.empty()) return bad_key("its private_key cannot sign");
  std::string body = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + assertion + "." + Base64Url(signature), answer;

  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> request(curl_easy_init(), curl_easy_cleanup);
  curl_easy_setopt(request.get(), CURLOPT_URL, uri.c_str());
  curl_easy_setopt(request.get(), CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(request.get(), CURLOPT_TIMEOUT, long(timeout));
  curl_easy_setopt(request.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(request.get(), CURLOPT_WRITEFUNCTION, Receive);
  curl_easy_setopt(request.get(), CURLOPT_WRITEDATA, &answer);
  if (!ca_file.empty()) curl_easy_setopt(request.get(), CURLOPT_CAINFO, ca_file.c_str());
  CURLcode done = curl_easy_perform(request.get());
  if (done != CURLE_OK) return StoreError(uri, curl_easy_strerror(done), {});
  long status = 0;
  curl_easy_getinfo(request.get(), CURLINFO_RESPONSE_CODE, &status);
  nlohmann::json token = nlohmann::json::parse(answer, nullptr, false);
  if (status == 200 && token.is_object() && token.contains("access_token") && token["access_token"].is_string()) return token["access_token"].get<std::string>();
  if (status >= 400 && status < 500) status = 403;  // 400 is what an unknown or revoked key gets
  return StoreError(uri, fmt::format("HTTP {}: no token", status), {});
}

}  // namespace backcourt
