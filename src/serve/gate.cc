#include "serve/gate.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>

#include "base/text.h"

namespace backcourt {

namespace {

std::string HexText(const unsigned char* bytes, size_t size) {
  std::string hex;
  for (size_t i = 0; i < size; ++i)
    hex += fmt::format("{:02x}", bytes[i]);
  return hex;
}

// What a token makes of a purpose: it does not tell the token.
std::string Derived(const std::string& token, std::string_view purpose) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), token.data(), int(token.size()), reinterpret_cast<const unsigned char*>(purpose.data()),
       purpose.size(), bytes, &size);
  return HexText(bytes, size);
}

// Without the port: the brackets of an IPv6 address stay.
std::string NameOf(const std::string& host) {
  size_t from = host.starts_with('[') ? host.find(']') : 0;
  return from == std::string::npos ? "" : Lower(host.substr(0, host.find(':', from)));
}

// An address, not a name: what somebody else's name leads here would carry that name.
bool IsAddress(const std::string& name) {
  unsigned char bytes[16];
  if (name.starts_with('[') && name.ends_with(']'))
    return inet_pton(AF_INET6, name.substr(1, name.size() - 2).c_str(), bytes) == 1;
  return inet_pton(AF_INET, name.c_str(), bytes) == 1;
}

std::string CookieOf(const HttpRequest& request) {
  std::string wanted = std::string(Gate::kCookie) + "=";
  for (const std::string& part : Split(request.Header("Cookie"), ';'))
    if (std::string cookie = Trim(part); cookie.starts_with(wanted)) return cookie.substr(wanted.size());
  return "";
}

}  // namespace

bool IsLoopback(const std::string& address) {
  return address == "localhost" || address == "::1" || address.starts_with("127.");
}

bool SameSecret(std::string_view a, std::string_view b) {
  // The lengths may be told; of what is longer or shorter nothing else is.
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string RandomSecret() {
  unsigned char bytes[24];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return "";
  return HexText(bytes, sizeof bytes);
}

Result<Gate> Gate::Make(const TcpAddress& address, const std::string& token,
                        const std::vector<std::string>& names) {
  if (token.empty() && !IsLoopback(address.host))
    return Error{ErrorKind::kUsage,
                 fmt::format("whoever reaches {} could read and change the warehouse", address.host),
                 "--token-file FILE, which holds a token that everybody must show; or --host 127.0.0.1"};
  if (!token.empty() && token.size() < kLeastToken)
    return Error{ErrorKind::kUsage, fmt::format("the token has {} characters", token.size()),
                 fmt::format("one of {} or more: openssl rand -hex 24", kLeastToken)};
  if (std::any_of(token.begin(), token.end(), [](unsigned char c) { return c <= ' ' || c > '~'; }))
    return Error{ErrorKind::kUsage, "the token has characters that no header may have",
                 "letters and digits: openssl rand -hex 24"};
  Gate gate;
  gate.token_ = token;
  gate.page_token_ = token.empty() ? RandomSecret() : Derived(token, "page");
  gate.session_ = token.empty() ? "" : Derived(token, "session");
  if (gate.page_token_.empty()) return Error{ErrorKind::kCapacity, "the machine gives no random numbers", ""};
  gate.names_ = {"localhost"};
  for (const std::string& name : names)
    gate.names_.push_back(Lower(name));
  return gate;
}

std::optional<Gate::Refusal> Gate::Refuse(const HttpRequest& request) const {
  auto refuse = [](int status, std::string message, std::string hint) {
    return Refusal{status, {ErrorKind::kUsage, std::move(message), std::move(hint)}};
  };
  std::string host = request.Header("Host");
  if (std::string name = NameOf(host);
      !IsAddress(name) && std::find(names_.begin(), names_.end(), name) == names_.end())
    return refuse(
        421, "the server is not known by this name",
        "the address that `backcourt serve` prints; or --name NAME, where a proxy stands before it");
  std::string site = request.Header("Sec-Fetch-Site"), mode = request.Header("Sec-Fetch-Mode");
  bool reads = request.method == "GET" || request.method == "HEAD";
  bool visit = reads && mode == "navigate" && !request.path.starts_with("/api/");
  if ((site == "cross-site" || site == "same-site") && !visit)
    return refuse(403, "the request comes from a page of another site", "the page of this server");
  for (const auto& [name, value] : request.headers)
    if (Lower(name) == "origin" && value != "http://" + host && value != "https://" + host)
      return refuse(403, "the request comes from a page of another site", "the page of this server");
  return {};
}

bool Gate::KnowsToken(const HttpRequest& request) const {
  if (!NeedsToken()) return true;
  std::string bearer = request.Header("Authorization");
  constexpr std::string_view kBearer = "Bearer ";
  if (bearer.starts_with(kBearer) && IsToken(std::string_view(bearer).substr(kBearer.size()))) return true;
  return IsToken(request.Header("X-Backcourt-Token")) || SameSecret(CookieOf(request), session_);
}

bool Gate::MayAct(const HttpRequest& request) const {
  std::string shown = request.Header("X-Backcourt-Token");
  if (SameSecret(shown, page_token_)) return true;
  std::string bearer = request.Header("Authorization");
  return IsToken(shown) || (bearer.starts_with("Bearer ") && IsToken(std::string_view(bearer).substr(7)));
}

std::string Gate::LoginCookie() const {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000", kCookie, session_);
}

}  // namespace backcourt
