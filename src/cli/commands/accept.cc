#include <fmt/format.h>

#include "cli/command.h"

namespace backcourt {

namespace {

Result<int> RunAccept(Caller& caller, const AcceptRequest& request, const JsonView& view,
                      const Output& output) {
  AcceptReport report = TRY(caller.Ask("accept", Accept, request));
  output.Out(view.json ? ToJson(report).dump(2) + "\n"
                       : fmt::format("{}: [accepted.{}] {}\n", report.file, request.guard, report.line));
  return 0;
}

}  // namespace

Command AcceptCommand() { return MakeCommand("accept", RunAccept); }

}  // namespace backcourt
