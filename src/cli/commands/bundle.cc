#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"

namespace backcourt {

namespace {

Result<int> RunBundle(Caller& caller, const BundleRequest& request, const JsonView& view,
                      const Output& output) {
  BundleReport report = TRY(caller.Ask("bundle", Bundle, request));
  if (view.json) {
    output.Out(ToJson(report).dump(2) + "\n");
    return 0;
  }
  std::vector<std::string> inputs;
  for (const auto& [table, rows] : report.inputs)
    inputs.push_back(fmt::format("{} ({})", table, WithCommas(rows)));
  output.Out(fmt::format("{} {}: {}, made of {}\nwritten to {}: {} makes it again anywhere\n", report.table,
                         report.date, Counted(report.rows, "row"), Join(inputs, ", "), report.file,
                         CommandToTry({"replay", report.file})));
  return 0;
}

Result<int> RunReplay(Caller& caller, const ReplayRequest& request, const JsonView& view,
                      const Output& output) {
  BundleReplay report = TRY(caller.Ask("replay", ReplayBundle, request));
  if (view.json) {
    output.Out(ToJson(report).dump(2) + "\n");
    return ExitCode(report);
  }
  output.Out(fmt::format("{} {}, made by {}\n", report.table, report.date, report.made_by));
  if (report.same)
    output.Out(
        fmt::format("the same {} to the bit, by {}\n", Counted(report.rows, "row"), report.replayed_by));
  else
    output.Out(fmt::format("another result by {}: {} in the file, {} made again; columns that differ: {}\n",
                           report.replayed_by, Counted(report.rows, "row"),
                           Counted(report.replayed_rows, "row"), Join(report.differing, ", ")));
  return ExitCode(report);
}

}  // namespace

Command BundleCommand() { return MakeCommand("bundle", RunBundle); }
Command ReplayCommand() { return MakeCommand("replay", RunReplay); }

}  // namespace backcourt
