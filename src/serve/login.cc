#include "serve/login.h"

#include <fmt/format.h>

#include <cstring>

#include "base/text.h"

namespace backcourt {

namespace {

constexpr size_t kMostForm = 4 << 10;  // of a form
constexpr const char* kStylePath = "/login.css";

constexpr const char* kLoginPage = R"(<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Backcourt: log in</title>
<link rel="stylesheet" href="/login.css"><link rel="icon" href="data:,">
<main>
<h1>Backcourt</h1>
<form method="post" action="/login">
<label for="token">Token</label>
<input type="password" name="token" id="token" autocomplete="current-password" required autofocus>
<input type="hidden" name="to" value="{to}">
<button>Log in</button>
</form>
<p role="status">{message}</p>
</main>
</html>
)";

constexpr const char* kLoginStyle =
    R"(:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
main { max-width: 22rem; margin: 20vh auto 0; padding: 0 1rem; }
h1 { font-size: 1.3rem; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
input, button { font: inherit; padding: .35rem .6rem; }
#token { flex: 1 1 8rem; min-width: 0; }
)";

std::string HtmlText(std::string text) {
  for (const auto& [mark, named] : std::initializer_list<std::pair<const char*, const char*>>{
           {"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}})
    text = ReplaceAll(std::move(text), mark, named);
  return text;
}

// As the value of a query.
std::string UrlEncoded(const std::string& text) {
  std::string encoded;
  for (char c : text)
    encoded +=
        isalnum(uint8_t(c)) || strchr("-._~/", c) ? std::string(1, c) : fmt::format("%{:02X}", uint8_t(c));
  return encoded;
}

// Where to go after a login: a place of this page, never another host's.
std::string PlaceOf(const std::string& to) {
  bool here = to.starts_with('/') && !to.starts_with("//") && to.find_first_of("\\\r\n") == std::string::npos;
  return here ? to : "/";
}

}  // namespace

bool IsOfLogin(const std::string& path) { return path == "/login" || path == kStylePath; }

std::string LoginFor(const std::string& place) { return "/login?to=" + UrlEncoded(place); }

void AnswerLogin(const Gate& gate, const HttpRequest& request, Reply& reply) {
  if (request.path == kStylePath) return SendText(reply, 200, "text/css; charset=utf-8", kLoginStyle);
  HttpRequest form;
  form.query = request.method == "POST" && request.body.size() <= kMostForm ? request.body : request.query;
  const std::string to = PlaceOf(form.Query("to"));
  auto show = [&](int status, const char* message) {
    SendText(
        reply, status, "text/html; charset=utf-8",
        fmt::format(fmt::runtime(kLoginPage), fmt::arg("message", message), fmt::arg("to", HtmlText(to))));
  };
  if (!gate.NeedsToken()) {
    reply.Header("Location", to);
    return SendText(reply, 303, "text/plain", "");
  }
  if (request.method == "GET" || request.method == "HEAD") return show(200, "");
  if (request.method != "POST" || request.body.size() > kMostForm) return show(400, "");
  if (!gate.IsToken(form.Query("token"))) return show(403, "The token is wrong.");
  reply.Header("Set-Cookie", gate.LoginCookie());
  reply.Header("Location", to);
  SendText(reply, 303, "text/plain", "");
}

}  // namespace backcourt
