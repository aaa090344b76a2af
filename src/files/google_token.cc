#include "files/google_token.h"

#include <fmt/format.h>
#include <httplib.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <ctime>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "files/store_error.h"

namespace backcourt {

namespace {

constexpr const char* kScope = "https://www.googleapis.com/auth/devstorage.read_only";
constexpr int kSeconds = 3600;

// base64 as URLs have it.
std::string Base64Url(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  text.resize(
      size_t(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                             reinterpret_cast<const unsigned char*>(bytes.data()), int(bytes.size()))));
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

// `scheme://[user:password@]host[:port][/path]`, as far as a request needs it.
struct Url {
  std::string scheme, user, host, path;
  int port = 0;
};

Url ParseUrl(const std::string& text) {
  Url url;
  size_t start = text.find("://");
  url.scheme = start == std::string::npos ? "http" : text.substr(0, start);
  std::string rest = start == std::string::npos ? text : text.substr(start + 3);
  size_t slash = std::min(rest.find('/'), rest.size());
  url.path = slash < rest.size() ? rest.substr(slash) : "/";
  url.host = rest.substr(0, slash);
  if (size_t at = url.host.rfind('@'); at != std::string::npos) {
    url.user = url.host.substr(0, at);
    url.host.erase(0, at + 1);
  }
  size_t colon = url.host.rfind(':');
  url.port = colon == std::string::npos ? 0 : std::atoi(url.host.c_str() + colon + 1);
  if (url.port > 0)
    url.host.erase(colon);
  else
    url.port = url.scheme == "https" ? 443 : 80;
  return url;
}

// Whether `no_proxy` names the host or a domain above it.
bool Direct(const std::string& host, const std::string& no_proxy) {
  for (std::string name : Split(no_proxy, ',')) {
    name = Trim(name);
    if (name == "*") return true;
    if (!name.empty() && (host == name || host.ends_with(name.starts_with(".") ? name : "." + name)))
      return true;
  }
  return false;
}

void UseProxy(httplib::Client& client, const Url& url, const Environment& environment) {
  auto either = [&](std::string lower, std::string upper) {
    return environment(lower).empty() ? environment(upper) : environment(lower);
  };
  std::string proxy =
      url.scheme == "https" ? either("https_proxy", "HTTPS_PROXY") : environment("http_proxy");
  if (proxy.empty() || Direct(url.host, either("no_proxy", "NO_PROXY"))) return;
  Url through = ParseUrl(proxy);
  client.set_proxy(through.host, through.port);
  size_t colon = std::min(through.user.find(':'), through.user.size());
  if (!through.user.empty())
    client.set_proxy_basic_auth(through.user.substr(0, colon),
                                colon < through.user.size() ? through.user.substr(colon + 1) : "");
}

bool Known(const std::string& host) {
  addrinfo* found = nullptr;
  bool known = getaddrinfo(host.c_str(), nullptr, nullptr, &found) == 0;
  if (known) freeaddrinfo(found);
  return known;
}

// What went wrong, in the words by which causes are told.
const char* Told(httplib::Error error, const std::string& host) {
  switch (error) {
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
      return "SSL failed";
    case httplib::Error::ConnectionTimeout:
      return "Timeout was reached";
    case httplib::Error::Connection:
      return Known(host) ? "Could not establish connection" : "Could not resolve host";
    default:
      return "Failure when receiving";
  }
}

}  // namespace

Result<std::string> GoogleToken(const std::string& key_file, const std::string& ca_file, int timeout,
                                const Environment& environment) {
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
    return bad_key("it is no key of a service account");
  int64_t now = std::time(nullptr);
  nlohmann::json header = {{"alg", "RS256"}, {"typ", "JWT"}};
  nlohmann::json claims = {
      {"iss", email}, {"scope", kScope}, {"aud", uri}, {"iat", now}, {"exp", now + kSeconds}};
  std::string assertion = Base64Url(header.dump()) + "." + Base64Url(claims.dump());
  std::string signature = Sign(assertion, field("private_key"));
  if (signature.empty()) return bad_key("its private_key cannot sign");
  std::string body =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + assertion + "." +
      Base64Url(signature);

  Url url = ParseUrl(uri);
  httplib::Client client(fmt::format("{}://{}:{}", url.scheme, url.host, url.port));
  client.set_connection_timeout(timeout);
  client.set_read_timeout(timeout);
  if (!ca_file.empty()) client.set_ca_cert_path(ca_file);
  UseProxy(client, url, environment);
  httplib::Result got = client.Post(url.path, body, "application/x-www-form-urlencoded");
  if (!got) return StoreError(uri, Told(got.error(), url.host), {});
  int status = got->status;
  nlohmann::json token = nlohmann::json::parse(got->body, nullptr, false);
  if (status == 200 && token.is_object() && token.contains("access_token") &&
      token["access_token"].is_string())
    return token["access_token"].get<std::string>();
  if (status >= 400 && status < 500) status = 403;  // 400 is what an unknown or revoked key gets
  return StoreError(uri, fmt::format("HTTP {}: no token", status), {});
}

}  // namespace backcourt
