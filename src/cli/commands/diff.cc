#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

Result<int> RunDiff(Caller& caller, const DiffRequest& request, const JsonView& view, const Output& output) {
  DiffReport report = TRY(caller.Ask("diff", Diff, request));
  if (view.json) {
    output.Out(ToJson(report).dump(2) + "\n");
    return 0;
  }
  std::string text =
      fmt::format("run {} ({}, {} UTC): {}\n", report.run, report.command, report.started_at, report.summary);
  if (report.tables.empty()) text += "it changed no rows\n";
  output.Out(text + ChangesText(report.tables));
  return 0;
}

}  // namespace

Command DiffCommand() { return MakeCommand("diff", RunDiff); }

}  // namespace backcourt
