#include "serve/client.h"

#include <fmt/format.h>

#include "base/http.h"

namespace backcourt {

namespace {

constexpr size_t kMostLine = size_t(1) << 30;

}  // namespace

Result<int> Call(const std::string& socket, const std::string& verb, const std::string& body,
                 const std::function<void(const std::string& line)>& on_line,
                 const std::function<bool()>& alive) {
  HttpPost post;
  post.socket = socket;
  post.target = "/v1/" + verb;
  post.content_type = "application/json";
  post.body = body;
  std::string rest;  // of a line whose end has not come
  bool too_long = false;
  auto take = [&](std::string_view bytes) {
    for (size_t end; !too_long && (end = bytes.find('\n')) != std::string_view::npos;) {
      rest += bytes.substr(0, end);
      on_line(rest);
      rest.clear();
      bytes.remove_prefix(end + 1);
    }
    rest += bytes;
    too_long = too_long || rest.size() > kMostLine;
  };
  HttpAnswer answer = Post(post, take, [&] { return !too_long && alive(); });
  if (answer.failure == HttpFailure::kCancelled && !too_long)
    return Error{ErrorKind::kInterrupted, "interrupted while another process answers", ""};
  if (answer.status == 0) return Error{ErrorKind::kBusy, fmt::format("nobody answers at {}", socket), ""};
  if (answer.failure != HttpFailure::kNone || too_long || !rest.empty())
    return Error{ErrorKind::kTransient, "the answer of the process that holds the warehouse broke off",
                 "the same command again"};
  return answer.status;
}

}  // namespace backcourt
