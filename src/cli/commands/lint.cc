#include <fmt/format.h>

#include <filesystem>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

// Whether the warehouse can be looked into: it is there, and no other process has it.
bool HasWarehouse(Caller& caller) {
  std::error_code ignored;
  return std::filesystem::exists(caller.project().warehouse, ignored) && caller.Hold();
}

Result<int> RunLint(Caller& caller, const LintRequest&, const JsonView& view, const Output& output) {
  LintReport report =
      TRY(caller.Ask("lint", Lint, {!caller.project().accepted.empty() && HasWarehouse(caller)}));
  if (view.json) {
    output.Out(ToJson(report).dump(2) + "\n");
    return ExitCode(report);
  }
  output.Say(LintText(report.problems));
  size_t found = report.problems.size();
  output.Err(fmt::format("{}: {}\n", Counted(report.files, "file"),
                         found == 0 ? "nothing is wrong" : Counted(int64_t(found), "problem")));
  return ExitCode(report);
}

}  // namespace

Command LintCommand() { return MakeCommand("lint", RunLint); }

}  // namespace backcourt
