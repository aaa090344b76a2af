#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"

namespace backcourt {

namespace {

std::string Text(const RunRecord& run) {
  std::string text = fmt::format("{:>5}  {}  {:>9}  {:<10} {}\n", run.run, run.started_at,
                                 run.seconds ? Seconds(*run.seconds) : "", run.outcome, run.command);
  if (!run.summary.empty()) text += "       " + run.summary + "\n";
  for (const ledger::RunTable& t : run.tables.value_or(std::vector<ledger::RunTable>{}))
    text += fmt::format("       {:<34} {:>12} {:>15} {:>9} in {}{}\n", t.table, Counted(t.cells, "cell"),
                        Counted(t.rows, "row"), Seconds(t.seconds), Counted(t.batches, "batch"),
                        t.retries ? fmt::format(", {} tried again", t.retries) : "");
  for (const ledger::RunFailure& f : run.failures.value_or(std::vector<ledger::RunFailure>{}))
    text += fmt::format("       FAILED {} {} ({}): {}\n", f.table, f.date.Str(), f.error_class, f.message);
  return text;
}

Result<int> RunRuns(Caller& caller, const RunsRequest& request, const JsonView& view, const Output& output) {
  RunsReport runs = TRY(caller.Ask("runs", Runs, request));
  if (request.log && !runs.empty() && runs[0].log && !view.json) {
    output.Out(*runs[0].log);
    return 0;
  }
  if (view.json) {
    output.Out(ToJson(runs).dump(2) + "\n");
    return 0;
  }
  std::string text;
  for (const RunRecord& run : runs)
    text += Text(run);
  output.Say(runs.empty() ? "no run yet\n" : text);
  return 0;
}

}  // namespace

Command RunsCommand() { return MakeCommand("runs", RunRuns); }

}  // namespace backcourt
