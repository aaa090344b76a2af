#include "operations/notify.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "base/http_url.h"

namespace backcourt {

namespace {

constexpr int kTries = 3;
constexpr auto kPause = std::chrono::milliseconds(500);  // doubled at each try
constexpr auto kTimeout = std::chrono::seconds(10);

Result<> SendByCommand(const std::string& command, const DailyMessage& message) {
  FILE* pipe = popen(command.c_str(), "w");
  if (!pipe) return Error{ErrorKind::kTransient, "the [notify] command cannot be started", ""};
  std::string body = OneLine(ToJson(message)) + "\n";
  fwrite(body.data(), 1, body.size(), pipe);
  int status = pclose(pipe);
  if (status == 0) return {};
  return Error{
      ErrorKind::kTransient,
      fmt::format("the [notify] command ends with code {}", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
      "run it by hand: " + command};
}

Result<> SendByHttp(const Notify& notify, const DailyMessage& message) {
  NotifyRequest request = RequestOf(notify, message);
  HttpPost post = PostTo(request.url, [](const std::string& name) {
    const char* value = getenv(name.c_str());
    return std::string(value ? value : "");
  });
  post.content_type = "application/json";
  post.body = request.body;
  post.timeout = kTimeout;
  HttpAnswer answer = Post(post, [](std::string_view) {}, [] { return true; });
  if (answer.failure == HttpFailure::kNone && answer.status >= 200 && answer.status < 300) return {};
  // The URL of a webhook is a secret: only its host is told.
  return Error{ErrorKind::kTransient,
               answer.status
                   ? fmt::format("{} answers the [notify] request with HTTP {}", post.host, answer.status)
                   : fmt::format("{} of [notify] is not reached", post.host),
               "check url and format under [notify] of backcourt.toml"};
}

}  // namespace

NotifyRequest RequestOf(const Notify& notify, const DailyMessage& message) {
  if (notify.format == "slack") return {notify.url, OneLine({{"text", message.text}})};
  if (notify.format == "json") return {notify.url, OneLine(ToJson(message))};
  size_t slash = notify.url.rfind('/');
  bool red = message.event == "red";
  return {notify.url.substr(0, slash + 1),
          OneLine({{"topic", notify.url.substr(slash + 1)},
                   {"title", fmt::format("{}: {}", message.project, message.event)},
                   {"message", message.text},
                   {"priority", red ? 4 : 3},
                   {"tags",
                    {red                       ? "red_circle"
                     : message.event == "late" ? "hourglass"
                                               : "white_check_mark"}}})};
}

Result<> Send(const Notify& notify, const DailyMessage& message, const Cancel& cancel) {
  Result<> sent;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    if (attempt) std::this_thread::sleep_for(kPause * (1 << (attempt - 1)));
    sent = notify.url.empty() ? Result<>() : SendByHttp(notify, message);
    if (sent && !notify.command.empty()) sent = SendByCommand(notify.command, message);
    if (sent || cancel.Requested()) break;
  }
  return sent;
}

}  // namespace backcourt
