#include <fmt/format.h>

#include "cli/command.h"
#include "cli/exit_code.h"

namespace backcourt {

namespace {

Result<int> RunDoctor(Caller& caller, const DoctorRequest& request, const JsonView& view,
                      const Output& output) {
  DoctorReport findings = TRY(caller.Ask("doctor", Doctor, request));
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{:<7} {}\n", finding.level, finding.what);
    if (!finding.hint.empty()) text += fmt::format("        Try: {}\n", finding.hint);
  }
  output.Out(view.json ? ToJson(findings).dump(2) + "\n" : text);
  return ExitCode(findings);
}

}  // namespace

Command DoctorCommand() { return MakeCommand("doctor", RunDoctor); }

}  // namespace backcourt
