// Who may ask a server over TCP, and for what. A page of another site may make a
// browser send requests here; another user may, where the address is not this
// machine's alone. Over the Unix socket only the owner asks, and may do all.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "serve/server.h"

namespace backcourt {

// Whether an address is this machine's alone.
bool IsLoopback(const std::string& address);
// Compares in a time that does not tell where texts differ.
bool SameSecret(std::string_view a, std::string_view b);
std::string RandomSecret();

class Gate {
 public:
  static constexpr size_t kLeastToken = 16;  // characters
  static constexpr const char* kCookie = "backcourt";

  // `token`: what everybody must show; empty: nobody needs one, which takes a loopback address. `names`: by
  // which the server may be called, beside localhost and addresses.
  static Result<Gate> Make(const TcpAddress& address, const std::string& token,
                           const std::vector<std::string>& names);

  struct Refusal {
    int status = 403;
    Error error;
  };
  // Of every request: called by a name of ours, by no page of another site.
  std::optional<Refusal> Refuse(const HttpRequest& request) const;
  // Whether the request shows the token: in `Authorization: Bearer`, in X-Backcourt-Token, or by the cookie
  // of a login.
  bool KnowsToken(const HttpRequest& request) const;
  // Whether the request comes from our own page or shows the token, so that it may change something.
  bool MayAct(const HttpRequest& request) const;

  bool NeedsToken() const { return !token_.empty(); }
  bool IsToken(std::string_view shown) const { return NeedsToken() && SameSecret(shown, token_); }
  // What the page sends with requests that change something.
  const std::string& page_token() const { return page_token_; }
  // The value of Set-Cookie of a login.
  std::string LoginCookie() const;

 private:
  std::vector<std::string> names_;  // of Host headers, without port
  std::string token_, page_token_, session_;
};

}  // namespace backcourt
