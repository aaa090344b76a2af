#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

Result<int> RunDiff(Caller& caller, const DiffRequest& request, const ValuesView& view,
                    const Output& output) {
  DiffReport report = TRY(caller.Ask("diff", Diff, request));
  if (view.json) {
    output.Out(ToJson(report).dump(2) + "\n");
    return ExitCode(report);
  }
  std::string summary = report.summary;  // that of a fill begins with its number
  if (std::string of_run = fmt::format("run {}: ", report.run.value_or(0)); summary.starts_with(of_run))
    summary.erase(0, of_run.size());
  std::string text =
      report.run
          ? fmt::format("run {} ({}, {} UTC): {}\n", *report.run, report.command, report.started_at, summary)
          : fmt::format("{}: its text as it is now, against the rows that are stored\n", report.model);
  if (report.tables.empty() && report.failures.empty())
    text += report.run ? "it changed no rows\n" : "the rows are the same\n";
  output.Say(text + TrialText({report.tables, report.failures}, view));
  return ExitCode(report);
}

}  // namespace

Command DiffCommand() { return MakeCommand("diff", RunDiff); }

}  // namespace backcourt
