#include <fmt/format.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <thread>

#include "base/text.h"
#include "cli/detach.h"
#include "cli/exit_code.h"
#include "cli/options.h"
#include "cli/texts.h"
#include "warehouse/duckdb/engine.h"

namespace backcourt {

namespace {

Cancel interrupted;  // SIGINT, SIGTERM or SIGHUP came

// The first one lets the command end, but not for longer than it may take: the
// engine does not listen everywhere. The second one ends it at once. What was
// committed stays, as after any death of the process.
void OnSignal(int number) {
  constexpr itimerval kPatience = {{}, {1, 500'000}};
  if (number == SIGALRM || interrupted.Requested()) _exit(130);
  interrupted.Request();
  setitimer(ITIMER_REAL, &kPatience, nullptr);
}

int Report(Error error, const Output& output) {
  if (interrupted.Requested() && error.kind != ErrorKind::kInterrupted)
    error = {ErrorKind::kInterrupted, "interrupted: " + error.message, ""};
  std::string text = fmt::format("backcourt: {}\n", error.Text());
  output.Err(output.terminal ? Wrap(text, output.Measured().width) : text);
  return ExitCode(error);
}

// A command line as other shells are told it: the command first.
std::string Told(std::vector<std::string> words) {
  while (words.size() > 2 && words[0] == "--project")
    words.erase(words.begin(), words.begin() + 2);
  return ShellLine(words);
}

Result<int> Run(const std::vector<std::string>& words, Output& output) {
  Invocation invocation = TRY(ParseWords(words));
  if (!invocation.text.empty()) {
    output.Out(invocation.text);
    return 0;
  }
  const Command& command = *invocation.command;
  if (invocation.view.value("part", "") == "completion" &&
      !invocation.view.contains("output")) {  // of no project
    output.Out(Completion());
    return 0;
  }
  bool detach = invocation.view.value("detach", false);
  if (command.verb->needs == Verb::Needs::kNothing) {
    Caller caller(Project{}, Told(words), interrupted);
    return command.run(caller, invocation.request, invocation.view, output);
  }
  if (command.verb->needs != Verb::Needs::kProject && !detach)
    std::thread(PreloadEngine).detach();  // beside the reading of the pack
  std::string folder = invocation.project.empty() ? TRY(Project::Find(".")) : invocation.project;
  auto project = Project::Load(folder);
  if (!project && command.verb->name == std::string("lint") && !invocation.view.value("json", false))
    output.Out(LintText(ProblemsOf(project.error())));
  Caller caller(TRY(std::move(project)), Told(words), interrupted);
  if (detach)
    if (auto code = TRY(Detach(caller.project(), interrupted, output))) return *code;
  int code = TRY(command.run(caller, invocation.request, invocation.view, output));
  return interrupted.Requested() ? ExitCode(Error{ErrorKind::kInterrupted, "", ""}) : code;
}

}  // namespace

}  // namespace backcourt

int main(int argc, char** argv) {
  using namespace backcourt;
  struct sigaction action {};
  action.sa_handler = OnSignal;
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGALRM})
    sigaction(number, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  Output output = Output::OfThisProcess();
  auto done = Run({argv + 1, argv + argc}, output);
  int code = done ? *done : Report(done.error(), output);
  fflush(nullptr);
  _exit(code);  // a request that hangs may still have its thread: static objects stay as they are
}
