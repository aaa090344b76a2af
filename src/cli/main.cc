#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>

#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/session.h"
#include "warehouse/duckdb/engine.h"

namespace backcourt {

namespace {

volatile std::sig_atomic_t interrupted = false;

// The first one lets the command end, but not for longer than it may take: the
// engine does not listen everywhere. The second one ends it at once. What was
// committed stays, as after any death of the process.
void OnSignal(int number) {
  constexpr itimerval kPatience = {{}, {1, 500'000}};
  if (number == SIGALRM || interrupted) _exit(130);
  interrupted = true;
  setitimer(ITIMER_REAL, &kPatience, nullptr);
}

const std::map<std::string, ReadCommand> kReading = {
    {"status", RunStatus}, {"plan", RunPlan},     {"why", RunWhy},      {"runs", RunRuns},
    {"show", RunShow},     {"query", RunQuery},   {"dates", RunDates},  {"stop", RunStop},
    {"check", RunCheck},   {"export", RunExport}, {"doctor", RunDoctor}};
const std::map<std::string, ReadCommand> kHolding = {
    {"load", RunLoad}, {"backfill", RunBackfill}, {"verify", RunVerify}};

Output Terminal() {
  Output output;
  output.terminal = isatty(STDOUT_FILENO);
  winsize size{};
  if (output.terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    output.width = size.ws_col;
  output.write = [](bool error, const std::string& text) {
    fwrite(text.data(), 1, text.size(), error ? stderr : stdout);
    fflush(error ? stderr : stdout);
    return !ferror(stdout);
  };
  return output;
}

int Report(Error error, const Output& output) {
  if (Interrupted() && error.kind != ErrorKind::kInterrupted)
    error = {ErrorKind::kInterrupted, "interrupted: " + error.message, ""};
  output.Err(fmt::format("backcourt: {}\n", error.Text()));
  return ExitCode(error);
}

// Another process has the warehouse and does not answer, or may not be disturbed.
Error Busy(const std::string& warehouse, const HolderInfo& other) {
  return Error{
      ErrorKind::kBusy,
      fmt::format("the warehouse {} is held by process {}{}", warehouse,
                  other.process ? std::to_string(other.process) : "(unknown)",
                  other.command.empty() ? "" : ", which runs `" + other.command + "`"),
      "`backcourt status --watch` shows how far it is, `backcourt stop` ends it after its running batches"};
}

// A command line as other shells are told it: the command first.
std::string Told(std::vector<std::string> words) {
  while (words.size() > 2 && words[0] == "--project")
    words.erase(words.begin(), words.begin() + 2);
  return "backcourt " + Join(words, " ");
}

// Becomes the holder; or has the holder answer, and returns its exit code.
Result<int> TakeOrAsk(const Project& project, const Arguments& arguments,
                      const std::vector<std::string>& words, std::unique_ptr<Holder>& holder) {
  bool reads = kReading.contains(arguments.command);
  HolderInfo other;
  for (int attempt = 0; attempt < 200; ++attempt) {  // short commands are waited for
    other = {};
    holder = TRY(Holder::Take(project.warehouse, Told(words), other));
    if (holder) return 0;
    bool long_one = other.command.starts_with("backcourt backfill") ||
                    other.command.starts_with("backcourt load") ||
                    other.command.starts_with("backcourt verify");
    if (long_one && !reads) return Busy(project.warehouse, other);
    if (reads && long_one) {
      std::vector<std::string> asked = {"--project", project.root, "--from",
                                        std::filesystem::current_path().string()};
      asked.insert(asked.end(), words.begin(), words.end());
      if (auto answered = AskHolder(other, asked)) return *answered;
    }
    if (Interrupted())
      return Error{ErrorKind::kInterrupted, "interrupted while waiting for the warehouse", ""};
    usleep(50'000);
  }
  return Busy(project.warehouse, other);
}

// Goes on in a process of its own whose output is a log; in the parent, tells
// of it and returns its exit code, in the child nothing.
Result<std::optional<int>> Detach(const Project& project, const Output& output) {
  HolderInfo other;
  if (!TRY(Holder::Take(project.warehouse, "backcourt backfill", other)))
    return Busy(project.warehouse, other);
  int child = fork();
  if (child < 0)
    return Error{ErrorKind::kCapacity, "no further process can be started", "run without --detach"};
  if (child > 0) {
    output.Out(
        fmt::format("process {} fills on; its log: {}\n`backcourt status --watch` shows how far it is, "
                    "`backcourt runs ID --log` its log, `backcourt stop` ends it\n",
                    child, LogPath(project, child)));
    return std::optional<int>(0);
  }
  setsid();
  int log = open(LogPath(project, getpid()).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
  int null = open("/dev/null", O_RDONLY);
  if (log >= 0 && null >= 0) {
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    dup2(null, STDIN_FILENO);
    close(log);
    close(null);
  }
  return std::optional<int>();
}

int Main(const std::vector<std::string>& words) {
  Output output = Terminal();
  auto parsed = ParseArguments(words);
  if (!parsed) return Report(parsed.error(), output);
  Arguments& arguments = *parsed;
  if (arguments.help) {
    output.Out(arguments.help_text);
    return 0;
  }
  if (arguments.command == "docs" && arguments.output.empty() &&
      arguments.words == std::vector<std::string>{"completion"}) {  // of no project
    output.Out(Completion());
    return 0;
  }
  bool works = kReading.contains(arguments.command) || kHolding.contains(arguments.command);
  if (works && !arguments.detach) std::thread(PreloadEngine).detach();  // beside the reading of the pack
  std::string folder = arguments.project;
  if (folder.empty()) {
    auto found = Project::Find(".");
    if (!found) return Report(found.error(), output);
    folder = *found;
  }
  auto project = Project::Load(folder);
  if (!project) return Report(project.error(), output);
  if (arguments.command == "docs") {
    auto done = RunDocs(*project, arguments, output);
    return done ? *done : Report(done.error(), output);
  }
  if (arguments.detach) {
    auto detached = Detach(*project, output);
    if (!detached) return Report(detached.error(), output);
    if (*detached) return **detached;
    output.terminal = false;
  }
  std::unique_ptr<Holder> holder;
  for (;;) {
    auto taken = TakeOrAsk(*project, arguments, words, holder);
    if (!taken) return Report(taken.error(), output);
    if (holder) break;
    if (Interrupted()) return Report(Error{ErrorKind::kInterrupted, "interrupted", ""}, output);
    if (arguments.command != "status" || !arguments.watch) return *taken;
    usleep(useconds_t(arguments.interval * 1e6));  // the holder prints once; the watching is done here
  }

  Session session;
  session.project = std::move(*project);
  session.live.command = Join(words, " ");
  WarehouseOptions options{
      session.project.warehouse, session.project.threads, session.project.memory_limit, {}};
  for (const Function& function : session.project.functions)
    options.functions.push_back(function.statement);
  auto warehouse = Warehouse::Open(options);
  if (!warehouse) {
    if (arguments.command == "doctor") {  // it is asked for just then
      auto done = RunDoctor(session, arguments, output);
      output.Err(fmt::format("  {}\n", warehouse.error().Text()));
      return done ? std::max(*done, ExitCode(warehouse.error())) : Report(done.error(), output);
    }
    return Report(warehouse.error(), output);
  }
  session.warehouse = std::move(*warehouse);

  auto command = kHolding.find(arguments.command);
  if (command != kHolding.end()) {
    auto served =
        holder->Serve([&session](const std::vector<std::string>& request, const Holder::Write& write) {
          Output client;
          client.write = write;
          auto asked = ParseArguments(request);
          if (!asked) return Report(asked.error(), client);
          asked->watch = false;
          auto reading = kReading.find(asked->command);
          if (reading == kReading.end())
            return Report(Error{ErrorKind::kUsage, "the holder does not answer this command", ""}, client);
          auto done = reading->second(session, *asked, client);
          return done ? *done : Report(done.error(), client);
        });
    if (!served)
      output.Err(fmt::format("backcourt: {}\n  Other shells cannot look on while this runs.\n",
                             served.error().Text()));
  } else {
    command = kReading.find(arguments.command);
  }
  auto done = command->second(session, arguments, output);
  holder->EndServing();
  if (!done) return Report(done.error(), output);
  return Interrupted() ? ExitCode(Error{ErrorKind::kInterrupted, "", ""}) : *done;
}

}  // namespace

bool Interrupted() { return interrupted; }

Watch CancelWhenInterrupted(Connection& connection) {
  return Watch(std::chrono::milliseconds(20), [&connection] {
    if (Interrupted()) connection.Cancel();
  });
}

Watch CancelWhenUnheard(Connection& connection, const Output& output) {
  return Watch(std::chrono::milliseconds(20), [&connection, &output] {
    if (Interrupted() || !output.write(false, "")) connection.Cancel();
  });
}

}  // namespace backcourt

int main(int argc, char** argv) {
  struct sigaction action {};
  action.sa_handler = backcourt::OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGALRM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  int code = backcourt::Main({argv + 1, argv + argc});
  fflush(nullptr);
  _exit(code);  // a request that hangs may still have its thread: static objects stay as they are
}
