#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/progress_view.h"
#include "operations/cells.h"
#include "operations/serve.h"
#include "serve/site.h"

namespace backcourt {

namespace {

struct ServeView {};
void Describe(Visitor& v, ServeView&) { v.Struct("ServeView", ""); }

constexpr size_t kMostAnswers = 256;        // at the same time, for pages and shells together
constexpr auto kLookMicroseconds = 50'000;  // whether it is to end

// Never from the command line, which every user of the machine can read.
Result<std::string> TokenOf(const ServeRequest& request) {
  if (!request.token_file.empty()) {
    std::string token = Trim(TRY(ReadFile(request.token_file)));
    if (token.empty())
      return Error{ErrorKind::kUsage, request.token_file + " is empty",
                   "openssl rand -hex 24 > " + request.token_file};
    return token;
  }
  const char* token = getenv("BACKCOURT_TOKEN");
  return std::string(token ? token : "");
}

// One look after the other. One that cannot be done, because something else runs, is done at the next.
void Nights(Host& host, const Cancel& cancel) {
  while (!cancel.Requested()) {
    auto report =
        host.Follow(*FindVerb("daily"), nlohmann::json::object(), cancel, [](const std::string&) {});
    int64_t seconds =
        report ? report->value("next_seconds", int64_t(1)) : host.workspace()->project().daily_every;
    auto next = std::chrono::steady_clock::now() + std::chrono::seconds(std::max<int64_t>(seconds, 1));
    next = std::min(next, std::chrono::steady_clock::now() +
                              std::chrono::seconds(host.workspace()->project().daily_every));
    while (!cancel.Requested() && std::chrono::steady_clock::now() < next)
      usleep(kLookMicroseconds);
  }
}

// The lines that the command line prints into a pipe.
Host::Notes TakeNotes(const std::string& command, std::function<void(std::string_view)> write) {
  struct Noted {
    Output output;
    ProgressView view;
    explicit Noted(std::function<void(std::string_view)> write)
        : output{.sink = std::move(write)}, view(output, ProgressView::Style::kLines) {}
  };
  auto noted = std::make_shared<Noted>(std::move(write));
  noted->output.Out(fmt::format("{} UTC: backcourt {}\n", NowText(), command));
  return {
      [noted](const Event& event) { noted->view.Show(event); },
      [noted](const Result<nlohmann::json>& end) {
        noted->view.Finish();
        noted->output.Out(end ? "ended " + NowText() + " UTC\n" : "backcourt: " + end.error().Text() + "\n");
      }};
}

Result<int> RunServe(Caller& caller, const ServeRequest& request, const ServeView&, const Output& output) {
  WarehouseLock& lock = *TRY(caller.Hold());
  TcpAddress address{request.host, request.port};
  Gate gate = TRY(Gate::Make(address, TRY(TokenOf(request)), request.names));
  Host host(caller.project(), ExitCodeOf, TakeNotes);
  Site site(host, gate, {request.page, IsLoopback(request.host)});
  ServerLimits limits;
  limits.most_answers = kMostAnswers;
  auto server = TRY(Server::Start(
      lock.socket_path(), [&site](const HttpRequest& asked, Reply& reply) { site.Answer(asked, reply); },
      limits, address));
  TRY(host.workspace()->Open());  // after the port is had: else nothing is made
  std::string shown = request.host.find(':') == std::string::npos ? request.host : "[" + request.host + "]";
  std::string url = fmt::format("http://{}:{}/", shown, server->port());
  TRY(lock.Tell(url));
  output.Out(fmt::format("Backcourt serves {} at {}\nCtrl-C ends it.\n", caller.project().warehouse, url));
  std::thread nights;
  if (request.daily) nights = std::thread([&] { Nights(host, caller.cancel()); });
  while (!caller.cancel().Requested())
    usleep(kLookMicroseconds);
  if (nights.joinable()) nights.join();
  host.End();
  server->EndServing();
  return 0;
}

}  // namespace

Command ServeCommand() { return MakeCommand("serve", RunServe); }

}  // namespace backcourt
