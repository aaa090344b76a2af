#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

Result<int> RunLint(Caller& caller, const LintRequest& request, const JsonView& view, const Output& output) {
  LintReport report = TRY(caller.Ask("lint", Lint, request));
  if (view.json) {
    output.Out(ToJson(report).dump(2) + "\n");
    return ExitCode(report);
  }
  output.Say(LintText(report.problems));
  size_t found = report.problems.size();
  output.Err(fmt::format("{}: {}\n", Counted(report.files, "file"),
                         found == 0   ? "nothing is wrong"
                         : found == 1 ? "1 problem"
                                      : fmt::format("{} problems", found)));
  return ExitCode(report);
}

}  // namespace

Command LintCommand() { return MakeCommand("lint", RunLint); }

}  // namespace backcourt
