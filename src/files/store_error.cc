#include "files/store_error.h"

#include <fmt/format.h>

#include "base/text.h"

namespace backcourt {

namespace {

struct Rule {
  StoreCause cause;
  std::vector<const char*> says;  // any of them
};

// The first that fits counts: a TLS failure also reads as a failed connection.
const std::vector<Rule> kRules = {
    {StoreCause::kDns, {"resolve host", "Name or service not known"}},
    {StoreCause::kTls, {"SSL", "TLS", "certificate", "CERTIFICATE"}},
    {StoreCause::kTimeout, {"Timeout was reached", "timed out", "Timeout"}},
    {StoreCause::kRefused, {"connect to server", "Connection refused", "Could not establish connection"}},
    {StoreCause::kDenied,
     {"HTTP 403", "HTTP 401", "Forbidden", "Unauthorized", "SignatureDoesNotMatch", "InvalidAccessKeyId",
      "AccessDenied", "HTTP 0 Internal Server Error"}},
    {StoreCause::kMissing, {"HTTP 404", "NoSuchBucket", "NoSuchKey", "Not Found"}},
    {StoreCause::kBroken,
     {"partial file", "Empty reply", "Server returned nothing", "Failure when receiving", "Recv failure",
      "Connection reset"}},
    {StoreCause::kBusy, {"HTTP 429", "HTTP 500", "HTTP 502", "HTTP 503", "HTTP 504", "SlowDown"}},
};

struct Advice {
  const char* what;
  const char* hint;
};

Advice AdviceOf(StoreCause cause) {
  switch (cause) {
    case StoreCause::kDns:
      return {"its host's name is not known (DNS)",
              "check the name and the network; behind a proxy set https_proxy"};
    case StoreCause::kTls:
      return {"the server's certificate is not trusted, or TLS fails",
              "ca_file = \"...\" under [stores] with the certificate of its authority"};
    case StoreCause::kRefused:
      return {"the server refuses the connection", "check that it runs, and the endpoint under [stores]"};
    case StoreCause::kTimeout:
      return {"the server does not answer in time",
              "run again later; a slow line needs a longer timeout under [stores]"};
    case StoreCause::kDenied:
      return {"access is refused (403)",
              "credentials in the environment (AWS_PROFILE, AWS_ACCESS_KEY_ID; "
              "GOOGLE_APPLICATION_CREDENTIALS), and the right to list and read"};
    case StoreCause::kMissing:
      return {"it is not there (404)",
              "check bucket, prefix and name, and the region and endpoint under [stores]"};
    case StoreCause::kBroken:
      return {"the transfer breaks off, at each of several attempts", "run again; nothing was loaded"};
    case StoreCause::kBusy:
      return {"the server is busy or broken (429 or 5xx), at each of several attempts",
              "run again later; nothing was loaded"};
    case StoreCause::kOther:
      break;
  }
  return {"", "`backcourt doctor`"};
}

}  // namespace

StoreCause CauseOf(const std::string& text) {
  for (const Rule& rule : kRules)
    for (const char* part : rule.says)
      if (text.find(part) != std::string::npos) return rule.cause;
  return StoreCause::kOther;
}

std::string Shown(const std::string& url) {
  std::string shown = url.substr(0, url.find('?'));
  size_t host = shown.find("://");
  if (host == std::string::npos) return url;
  size_t end = shown.find('/', host + 3), at = shown.rfind('@', end);
  if (at != std::string::npos && at > host) shown.erase(host + 3, at - host - 2);
  return shown;
}

Error StoreError(const std::string& url, const std::string& text, const std::vector<std::string>& secrets) {
  Advice advice = AdviceOf(CauseOf(text));
  std::string what = advice.what;
  if (what.empty()) {  // the engine's own words, one line of them
    what = ReplaceAll(text.substr(0, text.find("\n")), url, Shown(url));
    for (const std::string& secret : secrets)
      if (!secret.empty()) what = ReplaceAll(what, secret, "***");
  }
  return Error{ErrorKind::kSource, fmt::format("{} cannot be read: {}", Shown(url), what), advice.hint};
}

}  // namespace backcourt
