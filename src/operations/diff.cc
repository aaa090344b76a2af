#include "operations/diff.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/history.h"
#include "ledger/runs.h"
#include "operations/as_of.h"
#include "operations/aside.h"
#include "operations/json.h"

namespace backcourt {

void Describe(Visitor& v, DiffRequest& r) {
  v.Struct("DiffRequest", "Of which run, or of which edited model, to show the changes.");
  v.Field("run", r.run, "A run's number, or a time (the last run by then); default: the newest.",
          {.metavar = "RUN", .positional = true});
  v.Field("tables", r.tables, "Only these tables.", {.metavar = "TABLE", .positional = true});
  v.Field("model", r.model,
          "In place of a run: what the text of this model, as it is now, would change in its rows, with its "
          "inputs as they are; nothing is kept.",
          {.metavar = "TABLE"});
  DescribeRange(v, r.dates);
  DescribeSeason(v, r.dates);
  DescribeDates(v, r.dates);
  v.Field("examples", r.examples, "At most so many values a table (default: 10).",
          {.metavar = "N", .least = 0, .most = 100000});
}

void Describe(Visitor& v, DiffReport& r) {
  v.Struct("Diff", "What a run changed in the rows of tables, or what the text of a model would.");
  v.Field("run", r.run, "its number; null of a model");
  v.Field("command", r.command, "what it was");
  v.Field("started_at", r.started_at, "when it began, UTC");
  v.Field("summary", r.summary, "how it ended");
  v.Field("model", r.model, "of --model: the table; else empty");
  v.Field("tables", r.tables, "the tables of which rows changed");
  v.Field("failures", r.failures, "of --model: cells that its text cannot fill");
}

namespace {

Result<DiffReport> DiffModel(Workspace& workspace, const DiffRequest& request, const Cancel& cancel) {
  if (!request.run.empty())
    return Error{ErrorKind::kUsage, "a run and --model are two questions", "one of them"};
  const Project& project = workspace.project();
  TRY(ChooseTables(project, {request.model}));
  const Model* model = project.FindModel(request.model);
  if (!model) return Error{ErrorKind::kUsage, "--model takes one table", "its name"};  // `all`
  if (model->view)
    return Error{ErrorKind::kUsage, fmt::format("{} is a view: its rows are not stored", model->name),
                 "a table that reads it"};
  auto activity =
      TRY(workspace.activities().Begin("diff", ToJson(request), true, cancel, [](const Event&) {}));
  auto aside = TRY(Aside::Make(workspace));
  Trial trial;
  trial.examples = request.examples;
  WorkSelection again;
  again.tables = {model->name};
  again.dates = request.dates;
  again.no_upstream = again.force = true;
  for (const Read& read : model->reads)  // as they are stored, though they are out of date
    if (project.FindModel(read.table)) again.allow_missing.push_back(read.table);
  TRY(aside->Fill(again, activity->cancel(), trial));
  return DiffReport{
      .model = model->name, .tables = std::move(trial.changes), .failures = std::move(trial.failures)};
}

}  // namespace

Result<DiffReport> Diff(Workspace& workspace, const DiffRequest& request, const Cancel& cancel) {
  if (!request.model.empty()) return DiffModel(workspace, request, cancel);
  const DateSelection& dates = request.dates;
  if (!(dates.start_date + dates.end_date + dates.season + dates.dates).empty())
    return Error{ErrorKind::kUsage, "dates go with --model: a run has its own",
                 "`backcourt diff --model TABLE` with them"};
  const Project& project = workspace.project();
  TRY(CheckHasHistory(project));
  auto connection = TRY(TRY(workspace.Open())->ConnectToLedger());
  Watch watch = CancelWhen(*connection, cancel);
  int64_t run =
      request.run.empty() ? TRY(ledger::NewestRun(*connection)) : TRY(RunAsOf(*connection, request.run));
  auto known = TRY(ledger::ReadRun(*connection, run));
  if (!known)
    return Error{ErrorKind::kUsage, fmt::format("there is no run {}", run), "`backcourt runs`", true};
  if (int64_t start = TRY(ledger::HistoryStart(*connection)); run <= start)
    return Error{ErrorKind::kUsage,
                 fmt::format("the history begins after run {}: what run {} changed is not known", start, run),
                 "a later run: `backcourt runs`"};
  for (const std::string& table : request.tables)
    TRY(RememberedAs(project, *connection, table));
  return DiffReport{
      .run = run,
      .command = known->command,
      .started_at = known->started_at,
      .summary = known->summary,
      .tables = TRY(ReadTableChanges(project, *connection, run, request.tables, request.examples))};
}

}  // namespace backcourt
