#include "serve/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/http.h"

namespace backcourt {

namespace {

constexpr size_t kMostLine = size_t(1) << 30;

// Takes an answer apart: lines, and bytes of the length that a line tells.
class Parts {
 public:
  Parts(const std::function<void(const std::string&)>& on_line, const Bytes& on_bytes)
      : on_line_(on_line), on_bytes_(on_bytes) {}

  void Take(std::string_view bytes) {
    while (!bytes.empty() && !too_long() && !refused_) {
      size_t end = raw_ > 0 ? std::min(raw_, bytes.size()) : bytes.find('\n');
      std::string_view part = bytes.substr(0, end);
      bytes.remove_prefix(std::min(bytes.size(), part.size() + (raw_ > 0 ? 0 : 1)));
      if (raw_ > 0) {
        raw_ -= part.size();
        refused_ = !on_bytes_ || !on_bytes_(part);
        continue;
      }
      line_ += part;
      if (end == std::string_view::npos) continue;
      raw_ = Announced();
      if (raw_ == 0) on_line_(line_);
      line_.clear();
    }
  }

  bool too_long() const { return line_.size() > kMostLine; }
  bool refused() const { return refused_; }
  bool whole() const { return line_.empty() && raw_ == 0; }

 private:
  // How many bytes follow a line `{"bytes":N}`; 0 of any other.
  size_t Announced() const {
    constexpr std::string_view kBytes = "{\"bytes\":";
    if (!line_.starts_with(kBytes)) return 0;
    size_t size = 0;
    const char* last = line_.data() + line_.size() - 1;
    auto [end, error] = std::from_chars(line_.data() + kBytes.size(), last, size);
    return error == std::errc() && end == last && *end == '}' ? size : 0;
  }

  const std::function<void(const std::string&)>& on_line_;
  const Bytes& on_bytes_;
  std::string line_;  // whose end has not come
  size_t raw_ = 0;    // bytes that come before the next line
  bool refused_ = false;
};

}  // namespace

Result<int> Call(const std::string& socket, const std::string& verb, const std::string& body,
                 const std::function<void(const std::string& line)>& on_line,
                 const std::function<bool()>& alive, const Bytes& on_bytes) {
  HttpPost post;
  post.socket = socket;
  post.target = "/v1/" + verb;
  post.content_type = "application/json";
  post.body = body;
  Parts parts(on_line, on_bytes);
  HttpAnswer answer = Post(
      post, [&](std::string_view bytes) { parts.Take(bytes); },
      [&] { return !parts.too_long() && !parts.refused() && alive(); });
  if (answer.failure == HttpFailure::kCancelled && !parts.too_long())
    return Error{
        ErrorKind::kInterrupted,
        "interrupted; the process that has the warehouse ends what was asked, unless others wait for it",
        "`backcourt status` shows what is filled"};
  if (answer.status == 0) return Error{ErrorKind::kBusy, fmt::format("nobody answers at {}", socket), ""};
  if (answer.failure != HttpFailure::kNone || parts.too_long() || !parts.whole())
    return Error{ErrorKind::kTransient, "the answer of the process that holds the warehouse broke off",
                 "the same command again"};
  return answer.status;
}

}  // namespace backcourt
