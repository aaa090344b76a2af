#include "base/http_url.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace backcourt {

namespace {

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

void UseProxy(HttpPost& post, const std::function<std::string(const std::string&)>& environment) {
  auto either = [&](std::string lower, std::string upper) {
    return environment(lower).empty() ? environment(upper) : environment(lower);
  };
  std::string proxy = post.tls ? either("https_proxy", "HTTPS_PROXY") : environment("http_proxy");
  if (proxy.empty() || Direct(post.host, either("no_proxy", "NO_PROXY"))) return;
  Url through = ParseUrl(proxy);
  post.proxy_host = through.host;
  post.proxy_port = through.port;
  post.proxy_user = through.user;
}

}  // namespace

HttpPost PostTo(const std::string& text, const std::function<std::string(const std::string&)>& environment) {
  Url url = ParseUrl(text);
  HttpPost post;
  post.host = url.host;
  post.port = url.port;
  post.tls = url.scheme == "https";
  post.target = url.path;
  UseProxy(post, environment);
  return post;
}

}  // namespace backcourt
