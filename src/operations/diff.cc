#include "operations/diff.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/history.h"
#include "ledger/runs.h"
#include "operations/as_of.h"

namespace backcourt {

void Describe(Visitor& v, DiffRequest& r) {
  v.Struct("DiffRequest", "Of which run to show the changes.");
  v.Field("run", r.run, "A run's number, or a time (the last run by then); default: the newest.",
          {.metavar = "RUN", .positional = true});
  v.Field("tables", r.tables, "Only these tables.", {.metavar = "TABLE", .positional = true});
  v.Field("examples", r.examples, "At most so many values a table (default: 10).",
          {.metavar = "N", .least = 0, .most = 100000});
}

void Describe(Visitor& v, DiffReport& r) {
  v.Struct("Diff", "What a run changed in the rows of tables.");
  v.Field("run", r.run, "its number");
  v.Field("command", r.command, "what it was");
  v.Field("started_at", r.started_at, "when it began, UTC");
  v.Field("summary", r.summary, "how it ended");
  v.Field("tables", r.tables, "the tables of which rows changed");
}

Result<DiffReport> Diff(Workspace& workspace, const DiffRequest& request, const Cancel& cancel) {
  const Project& project = workspace.project();
  TRY(CheckHasHistory(project));
  auto connection = TRY(TRY(workspace.Open())->ConnectToLedger());
  Watch watch = CancelWhen(*connection, cancel);
  int64_t run =
      request.run.empty() ? TRY(ledger::NewestRun(*connection)) : TRY(RunAsOf(*connection, request.run));
  auto known = TRY(ledger::ReadRun(*connection, run));
  if (!known) return Error{ErrorKind::kUsage, fmt::format("there is no run {}", run), "`backcourt runs`"};
  if (int64_t start = TRY(ledger::HistoryStart(*connection)); run <= start)
    return Error{ErrorKind::kUsage,
                 fmt::format("the history begins after run {}: what run {} changed is not known", start, run),
                 "a later run: `backcourt runs`"};
  for (const std::string& table : request.tables)
    TRY(RememberedAs(project, *connection, table));
  return DiffReport{run, known->command, known->started_at, known->summary,
                    TRY(ReadTableChanges(project, *connection, run, request.tables, request.examples))};
}

}  // namespace backcourt
