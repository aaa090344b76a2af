#include "operations/plan.h"

#include <fmt/format.h>

#include "base/fault_point.h"
#include "base/file.h"
#include "base/text.h"
#include "ledger/runs.h"
#include "operations/aside.h"
#include "operations/json.h"

namespace backcourt {

void DescribeWork(Visitor& v, WorkSelection& s) {
  v.Field("tables", s.tables, "Tables (default: all). The word `all` means all tables on all dates.",
          {.metavar = "TABLE", .positional = true});
  DescribeRange(v, s.dates);
  DescribeSeason(v, s.dates);
  DescribeDates(v, s.dates);
  v.Field("no_upstream", s.no_upstream,
          "Leave inputs as they are: a cell is blocked if an input is not filled.");
  v.Field("force", s.force, "Fill the chosen cells again, though they are fresh.");
  v.Field(
      "before_run", s.before_run,
      "With --force: leave out cells that run N or a later one has filled, so that a run with --force that "
      "did not end can be finished.",
      {.metavar = "N", .least = 1, .most = 1e9});
  v.Field(
      "ahead", s.ahead,
      "Of dates to come, fill the next that is not over and the one after, or all (default: `ahead` under "
      "[policy] of backcourt.toml, else next).",
      {.metavar = "next|all", .choices = {"next", "all"}});
  v.Field("allow_missing", s.allow_missing,
          "TABLE or TABLE:DATE: let cells run although this input is failed, blocked or missing; it is noted "
          "on them.",
          {.metavar = "INPUT"});
}

void Describe(Visitor& v, PlanRequest& r) {
  v.Struct("PlanRequest", "What to plan.");
  DescribeWork(v, r.selection);
  v.Field("save", r.save, "Write the plan to a file, for `backfill --plan`.",
          {.metavar = "FILE", .path = true});
  v.Field("diff", r.diff,
          "Fill a copy of the warehouse, and show which values that changes; nothing is kept.");
}

void Describe(Visitor& v, SavedCell& c) {
  v.Struct("PlannedCell", "A cell of a plan.");
  v.Field("date", c.date, "its date");
  v.Field("because", c.because, "its state: why it is in the plan");
}

void Describe(Visitor& v, SavedBatch& b) {
  v.Struct("PlannedBatch", "Neighbouring cells of one table, filled by one statement.");
  v.Field("table", b.table, "the table");
  v.Field("canary", b.canary, "whether it is the first date of a new text");
  v.Field("cells", b.cells, "its cells, by date");
  v.Field("expected_rows", b.expected_rows, "its rows, from history; 0 without one");
  v.Field("expected_seconds", b.expected_seconds, "the seconds that it takes, from history; 0 without one");
}

void Describe(Visitor& v, SavedPlan& p) {
  v.Struct("SavedPlan", "What a backfill would do, as it is saved.");
  v.Field("format", p.format, "1", {.required = true});
  v.Field("game_dates", p.game_dates, "how many dates were chosen");
  v.Field("cells", p.cells, "cells in the plan");
  v.Field("counts", p.counts, "cells by state");
  v.Field("state", p.state,
          "a digest of all cells from which the plan was made; `backfill --plan` refuses another",
          {.required = true});
  v.Field("models", p.models, "by model: the identity of its text; `backfill --plan` refuses others",
          {.required = true});
  v.Field("force", p.force, "as it was given", {.required = true});
  v.Field("ahead", p.ahead, "which dates to come are due: next or all");
  v.Field("allow_missing", p.allow_missing, "as it was given", {.required = true});
  v.Field("batches", p.batches, "in their order", {.required = true});
}

void Describe(Visitor& v, PlanReport& r) {
  Describe(v, r.plan);
  v.Struct("Plan", "What a backfill would do.");
  v.Field("choice", r.choice, "the dates that were chosen");
  v.Field("retired", r.retired,
          "by table: how many of its dates are no longer game dates, or not due and no longer true; their "
          "rows go");
  v.Field("not_due", r.not_due, "chosen cells after the horizon: `--ahead all` fills them");
  v.Field("declarations", r.declarations,
          "declarations of the project that are other than what the warehouse was made by");
  v.Field("problems", r.problems, "what is wrong in the files of models, checks and tests");
  v.Field("left_out", r.left_out, "the models and checks that cannot be used because of them");
  v.Field("removed", r.removed, "tables that are stored, and that no file of the project makes any more");
  v.Field("changes", r.trial.changes, "of `diff`: what the backfill would change in the rows of tables");
  v.Field("failures", r.trial.failures, "of `diff`: cells that would fail");
  v.Field("files", r.files,
          "what has changed of the files since the last load: what this plan does not know");
}

namespace {

// Why there are no game dates although there are games.
Result<> CheckCounted(const Moment& moment, const Project& project) {
  auto schedule = moment.cells.find(project.schedule);
  if (schedule == moment.cells.end() || schedule->second.cells().empty()) return {};
  int64_t games = 0;
  for (const Cell& cell : schedule->second.cells())
    games += cell.rows;
  if (games == 0) return {};
  return Error{
      ErrorKind::kUsage,
      fmt::format("none of the {} games of {} is of a kind that counts: types under [calendar] are {}",
                  WithCommas(games), project.schedule, Join(project.types, ", ")),
      "the kinds of games that tables are to hold, under [calendar] types"};
}

}  // namespace

Result<PreparedWork> PrepareWork(const Project& project, Moment moment, const WorkSelection& selection) {
  PreparedWork work{std::move(moment), {}, {}, {}};
  if (work.moment.calendar.dates().empty()) TRY(CheckCounted(work.moment, project));
  if (work.moment.calendar.dates().empty())
    return Error{ErrorKind::kUsage, "the warehouse holds no schedule, so there are no game dates",
                 "`backcourt load`; `backcourt doctor` shows which files it looks for"};
  work.selection.tables = TRY(ChooseTables(project, selection.tables));
  work.chosen = TRY(ChooseDates(work.moment.calendar, selection.dates, selection.tables));
  work.selection.dates = work.chosen.dates;
  work.selection.upstream = !selection.no_upstream;
  work.selection.force = selection.force;
  if (selection.before_run && !selection.force)
    return Error{ErrorKind::kUsage,
                 "--before-run says which cells --force leaves out, and --force is missing",
                 fmt::format("--force --before-run {}", *selection.before_run)};
  work.selection.before_run = selection.before_run;
  std::vector<std::string> models;
  for (const Model& model : project.models)
    models.push_back(model.name);
  for (const std::string& waiver : selection.allow_missing) {
    std::string table = waiver.substr(0, waiver.find(':'));
    if (!project.FindModel(table))
      return Error{ErrorKind::kUsage, fmt::format("--allow-missing names '{}', which is not a table", table),
                   Suggestion(table, models, "")};
    if (table != waiver) TRY(Date::Parse(waiver.substr(table.size() + 1)));
    work.selection.allow_missing.push_back(waiver);
  }
  PlanOptions options;
  options.target_seconds = work.moment.costs.TargetSeconds();
  options.pace = PaceOfAll(project, TRY(ledger::ReadPace(*work.moment.connection)));
  work.plan = MakePlan(project, work.moment.calendar, work.moment.cells, work.selection, options);
  return work;
}

PlanReport ReportOf(const Project& project, const PreparedWork& work) {
  PlanReport report{SavePlan(project, work.moment.calendar, work.moment.cells, work.selection, work.plan),
                    work.chosen.choice,
                    {},
                    work.plan.not_due,
                    {},
                    {},
                    project.problems,
                    project.left_out,
                    {},
                    {}};
  for (const auto& [table, partitions] : work.moment.retired)
    report.retired[table] = int64_t(partitions.size());
  return report;
}

Result<PlanReport> MakePlanReport(Workspace& workspace, const PlanRequest& request, const Cancel& cancel) {
  const Project& project = workspace.project();
  Moment moment = TRY(workspace.Look(false, request.selection.ahead == "all"));
  std::vector<FileProblem> problems = TRY(ProblemsOfNewTexts(*moment.connection, project));
  auto work = PrepareWork(project, std::move(moment), request.selection);
  if (!work && !problems.empty()) return ErrorOf(problems);
  if (!work) return work.error();
  PlanReport report = ReportOf(project, *work);
  report.problems = std::move(problems);
  report.files = TRY(LookForFileChanges(*work->moment.connection, project));
  report.removed = TRY(FindRemovedTables(*work->moment.connection, project));
  report.declarations = TRY(ReadDeclarationChanges(*work->moment.connection, project));
  if (request.diff) {
    auto activity =
        TRY(workspace.activities().Begin("plan", ToJson(request), true, cancel, [](const Event&) {}));
    auto aside = TRY(Aside::Make(workspace));
    TRY(aside->Fill(request.selection, activity->cancel(), report.trial));
  }
  if (request.save.empty()) return report;
  if (!report.problems.empty()) return ErrorOf(report.problems);
  TRY(WriteFile(request.save, ToJson(report.plan).dump(1) + "\n"));
  FaultPoint("plan-saved");
  return report;
}

Result<SavedPlan> ParseSavedPlan(const std::string& file, const std::string& text) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return NoPlan(file);
  auto saved = FromJson<SavedPlan>(json);
  if (!saved) return NoPlan(file);
  return std::move(*saved);
}

}  // namespace backcourt
