#include "operations/backfill.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <set>
#include <thread>

#include "base/file.h"
#include "base/text.h"
#include "ledger/cells.h"
#include "ledger/declarations.h"
#include "ledger/history.h"
#include "ledger/models.h"
#include "ledger/runs.h"
#include "operations/history.h"
#include "operations/load.h"
#include "operations/publish_bigquery.h"
#include "operations/registry.h"
#include "proof/file_problems.h"
#include "proof/fill_proof.h"
#include "run/batch_filler.h"
#include "run/progress.h"
#include "warehouse/body_check.h"
#include "warehouse/duckdb/syntax.h"

namespace backcourt {

void Describe(Visitor& v, BackfillRequest& r) {
  v.Struct("BackfillRequest", "What to fill.");
  DescribeWork(v, r.selection);
  v.Field("no_load", r.no_load, "Do not look at the files first.");
  v.Field("parallel", r.parallel, "Batches side by side (default: the number of cores).",
          {.metavar = "N", .least = 1, .most = 64});
  v.Field("plan", r.plan, "Run exactly this saved plan, or refuse if the warehouse has moved on.",
          {.metavar = "FILE", .path = true});
  v.Field("dry_run", r.dry_run, "Show what would be loaded and filled; nothing is written.");
  v.Field("yes", r.yes, "Its load may take rows out of the warehouse that no file brings back.");
  v.Field("join", r.join, "Where another shell fills the same: take part in it instead of being refused.");
}

void Describe(Visitor& v, BackfillReport& r) {
  v.Struct("BackfillReport", "How a backfill ended.");
  v.Field("run", r.run, "its run; null when nothing had to be filled");
  v.Field("outcome", r.outcome, "done, failed, blocked, stopped or interrupted; planned of a dry run");
  v.Field("filled", r.filled, "cells filled");
  v.Field("kept", r.kept, "cells kept: their inputs came out as they were");
  v.Field("empty", r.empty, "cells filled for which no row is due");
  v.Field("partial", r.partial, "cells filled without the boxes of some final games");
  v.Field("failed", r.failed, "cells that failed");
  v.Field("blocked", r.blocked, "cells that wait for an input that is not filled");
  v.Field("not_tried", r.not_tried, "cells of the plan that were not tried");
  v.Field("rows", r.rows, "rows written");
  v.Field("seconds", r.seconds, "seconds that it took");
  v.Field("unfinished", r.unfinished,
          "the command that finishes the run before, where that had --force and did not end; else empty");
  v.Field("planned", r.planned, "the plan of a dry run, as after its load; only there then",
          {.omitted = true});
  v.Field("load", r.load, "what the load of a dry run would do; only there then", {.omitted = true});
  v.Field("published", r.published,
          "what was published, where [publish] of backcourt.toml names a folder; only there then",
          {.omitted = true});
  v.Field("published_to_bigquery", r.published_to_bigquery,
          "the same of BigQuery, where [publish.bigquery] has after_backfill = true; only there then",
          {.omitted = true});
}

const char* OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDone:
      return "done";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kBlocked:
      return "blocked";
    case Outcome::kStopped:
      return "stopped";
    case Outcome::kInterrupted:
      return "interrupted";
  }
  return "done";
}

namespace {

// One backfill, from its load to its end.
class Fill {
 public:
  Fill(Workspace& workspace, const BackfillRequest& request, Activity& activity)
      : workspace_(workspace),
        project_(workspace.project()),
        request_(request),
        activity_(activity),
        command_(workspace.command().empty() ? CommandLine(*FindVerb("backfill"), ToJson(request))
                                             : workspace.command()) {}

  Result<BackfillReport> Run() {
    TRY(RefuseBroken());
    if (!request_.plan.empty()) saved_ = TRY(ParseSavedPlan(request_.plan, TRY(ReadFile(request_.plan))));
    if (request_.dry_run) return DryRun();
    TRY(TRY(workspace_.Open())->Recover());
    if (Loads()) {
      LoadReport loaded = TRY(LoadFiles(workspace_, {}, request_.yes, activity_));
      activity_.Tell(LoadFinished{std::move(loaded)});
    }
    filling_ = true;
    unfinished_ = TRY(UnfinishedForce());
    Moment moment = TRY(workspace_.Look(false, ahead_all()));
    bool no_dates = moment.calendar.dates().empty();
    if (auto prepared = Prepare(std::move(moment)); !prepared) {
      if (no_dates) TRY(RemoveRetired());
      return prepared.error();
    }
    if (request_.no_load)
      if (std::string changes = FileChangesText(TRY(LookForFileChanges(*work_->moment.connection, project_)));
          !changes.empty())
        activity_.Tell(LoadStep{Trim(changes)});
    TRY(CheckNewBodies());
    if (TRY(RunChangedChecks())) TRY(Prepare(TRY(workspace_.Look(false, ahead_all()))));
    activity_.Tell(DatesChosen{work_->chosen.choice});
    TRY(RemoveRetired());
    if (work_->plan.batches.empty()) {
      TRY(MakeViews());
      TRY(KeepDeclarations());
      TRY(KeepSuccess(workspace_, command_, started_, "nothing to do"));
      BackfillReport report;
      report.unfinished = unfinished_;
      return report;
    }
    return RunPlan();
  }

  // In the history of runs; a load that failed is there already.
  void Keep(const Error& error) {
    if (!filling_) return;
    if (!run_)
      KeepFailure(workspace_, command_, started_, error);
    else if (KeepsFailure(error))
      (void)ledger::EndRun(connection(), *run_, OutcomeOf(error), error.message);  // else it has no outcome
  }

 private:
  Connection& connection() { return *work_->moment.connection; }
  Workbench& bench() { return *work_->moment.bench; }

  bool ahead_all() const { return saved_ ? saved_->ahead == "all" : request_.selection.ahead == "all"; }
  bool Loads() const { return !request_.no_load && request_.plan.empty(); }

  Result<BackfillReport> DryRun() {
    BackfillReport report;
    report.outcome = "planned";
    workspace_.KeepNothing();
    if (Loads()) {
      LoadPreview preview = TRY(PreviewLoad(workspace_, {}, request_.yes, activity_, ahead_all()));
      report.load = std::move(preview.load);
      TRY(Prepare(std::move(preview.moment)));
    } else {
      TRY(Prepare(TRY(workspace_.Look(false, ahead_all()))));
    }
    report.planned = ReportOf(project_, *work_);
    return report;
  }

  Result<> Prepare(Moment moment) {
    retired_ = moment.retired;
    work_ = TRY(PrepareWork(project_, std::move(moment), request_.selection));
    if (!saved_) return {};
    Plan plan =
        TRY(RestorePlan(request_.plan, *saved_, project_, work_->moment.calendar, work_->moment.cells));
    plan.unsettled = std::move(work_->plan.unsettled);
    work_->plan = std::move(plan);
    return {};
  }

  Result<> RefuseBroken() const;
  std::set<std::string> ChosenModels() const;
  Result<> CheckNewBodies();
  Result<int> RunChangedChecks();
  Result<> RemoveRetired();
  Result<> MakeViews();
  Result<> KeepDeclarations();
  Result<std::string> UnfinishedForce();
  Result<BackfillReport> RunPlan();

  Workspace& workspace_;
  const Project& project_;
  const BackfillRequest& request_;
  Activity& activity_;
  const std::string command_;  // as the history of runs has it
  const ledger::RunTime started_ = std::chrono::system_clock::now();
  bool filling_ = false;
  std::optional<int64_t> run_;  // once it has begun
  std::string unfinished_;
  std::optional<SavedPlan> saved_;
  std::optional<PreparedWork> work_;
  std::set<std::string> broken_;  // models that were not chosen, of wrong texts
  std::map<std::string, std::vector<PartitionKey>>
      retired_;  // dates of tables that are no game dates any more
};

// With a broken file nothing runs, unless tables are chosen that stand on sound ones alone.
Result<> Fill::RefuseBroken() const {
  if (!project_.config_problems.empty()) return ErrorOf(project_.config_problems);
  const std::vector<std::string>& chosen = request_.selection.tables;
  bool stands = !chosen.empty() && std::none_of(chosen.begin(), chosen.end(), [&](const std::string& word) {
    return word == "all" || project_.FindLeftOut(word);
  });
  if (project_.problems.empty() || stands) return {};
  return ErrorOf(TRY(FindFileProblems(project_, [this] { return activity_.cancel().Requested(); })).problems);
}

// The models that were chosen, and all that they are made of.
std::set<std::string> Fill::ChosenModels() const {
  std::set<std::string> chosen(work_->selection.tables.begin(), work_->selection.tables.end());
  for (auto model = project_.models.rbegin(); model != project_.models.rend(); ++model)
    if (work_->selection.tables.empty() || chosen.contains(model->name)) {
      chosen.insert(model->name);
      for (const Read& read : model->reads)
        chosen.insert(read.table);
    }
  return chosen;
}

// Bodies of models whose text is new are looked through before anything runs.
Result<> Fill::CheckNewBodies() {
  auto known = TRY(ledger::ReadModels(connection()));
  std::vector<const Model*> fresh;
  for (const Model& model : project_.models) {
    auto seen = known.find(model.name);
    if (seen == known.end() || seen->second.identity != IdentityOf(model, work_->moment.cells).Hex())
      fresh.push_back(&model);
  }
  if (fresh.empty()) return {};
  Warehouse& warehouse = *TRY(workspace_.Open());
  auto aside = TRY(warehouse.ConnectToLedger());
  auto listed = std::async(std::launch::async, [&]() -> Result<std::set<std::string>> {
    TRY(warehouse.WaitForFunctions());
    return VolatileFunctions(*aside);
  });
  std::vector<Result<SyntaxTree>> trees;
  for (const Model* model : fresh)
    trees.push_back(ParseSelect(connection(), model->body));
  std::set<std::string> volatile_functions = TRY(listed.get());
  std::set<std::string> chosen = ChosenModels();
  std::vector<FileProblem> problems;
  bool refused = false;
  for (size_t i = 0; i < fresh.size(); ++i) {
    auto of_one = TRY(FindBodyProblems(TRY(std::move(trees[i])), BodyOf(*fresh[i]), volatile_functions));
    if (of_one.empty()) continue;
    refused = refused || chosen.contains(fresh[i]->name);
    broken_.insert(fresh[i]->name);
    problems.insert(problems.end(), of_one.begin(), of_one.end());
  }
  if (refused) return ErrorOf(problems);
  return {};
}

// Changed [checks] run alone, over what is stored; guilty dates become failed.
Result<int> Fill::RunChangedChecks() {
  Watch watch(std::chrono::milliseconds(20), [this] {
    if (activity_.cancel().Requested()) bench().Cancel();
  });
  int failed = 0;
  for (const auto& [name_of, seen] : TRY(ledger::ReadModels(connection()))) {
    const Model* model = project_.FindModel(name_of);
    if (!model || seen.identity != model->identity.Hex() || seen.checks == model->checks_identity.Hex())
      continue;
    TRY(TRY(workspace_.Open())->WaitForFunctions());
    std::vector<Cell> guilty;
    for (const auto& [name, query] : model->checks) {
      auto failing = [&](const std::string& where) -> Result<int64_t> {
        auto rows =
            bench().Query(fmt::format("WITH this AS (SELECT * FROM wh.main.{}{}) SELECT count(*) FROM ({})",
                                      Ident(model->name), where, query));
        if (!rows)
          return Error{rows.error().kind,
                       fmt::format("{}: check \"{}\": {}", model->file, name, rows.error().message),
                       rows.error().hint};
        return rows->Int(0, 0);
      };
      if (TRY(failing("")) == 0) continue;
      const std::vector<Cell> cells = work_->moment.cells[model->name].cells();
      for (Cell now : cells) {  // a check need not tell dates, so each is asked alone
        int64_t rows =
            now.rows
                ? TRY(failing(fmt::format(" WHERE {} = {}", Ident(model->date), Date{now.partition}.Sql())))
                : 0;
        if (rows == 0) continue;
        now.state = CellState::kFailed;
        now.error_class = "data";
        now.fingerprint = {};  // what it was filled from does not make it right any more
        now.reason = fmt::format("check \"{}\" fails on {}", name, Counted(rows, "row"));
        work_->moment.cells[model->name].Put(now);
        guilty.push_back(now);
      }
    }
    Transaction transaction = TRY(Transaction::Begin(connection()));
    TRY(ledger::WriteCells(connection(), model->name, guilty));
    TRY(ledger::WriteChecks(connection(), *model));
    TRY(transaction.Commit());
    if (!guilty.empty()) activity_.Tell(ChecksFailed{model->name, int64_t(guilty.size())});
    failed += int(guilty.size());
  }
  return failed;
}

// Rows and cells of dates that are no game dates any more go.
Result<> Fill::RemoveRetired() {
  if (retired_.empty()) return {};
  std::vector<Removal> removals;
  for (const auto& [table, partitions] : retired_)
    removals.push_back({table, project_.DateColumn(table), partitions});
  return TRY(TRY(workspace_.Open())->Open())->Remove(removals);
}

// Makes the views that are other than they were and whose inputs are there.
Result<> Fill::MakeViews() {
  auto known = TRY(ledger::ReadModels(connection()));
  for (const Model& model : project_.models) {
    if (!model.view || broken_.contains(model.name)) continue;
    auto seen = known.find(model.name);
    if (seen != known.end() && seen->second.identity == IdentityOf(model, work_->moment.cells).Hex())
      continue;
    bool there = true;
    for (const Read& read : model.reads)
      there = there && TRY(bench().Describe(read.table));
    if (!there) continue;
    TRY(TRY(workspace_.Open())->WaitForFunctions());
    if (auto made = bench().MakeView(model, IdentityOf(model, work_->moment.cells)); !made) {
      made.error().message = model.file + ": " + made.error().message;
      return made;
    }
  }
  return {};
}

// What models are declared as is kept once all of their cells follow it.
Result<> Fill::KeepDeclarations() {
  auto kept = TRY(ledger::ReadDeclarations(connection()));
  auto states = JudgeAll(project_, work_->moment.calendar, work_->moment.cells);
  for (const Model& model : project_.models) {
    auto before = kept.find(model.name);
    if (before == kept.end() || before->second.kind != KindOf(model)) continue;
    if (before->second.parts == DeclarationOf(model)) continue;
    const std::vector<CellState>& cells = states[model.name];
    if (std::all_of(cells.begin(), cells.end(), Settled))
      TRY(ledger::WriteDeclaration(connection(), model.name, {KindOf(model), DeclarationOf(model)}));
  }
  return {};
}

Outcome OutcomeOf(const RunReport& report) {
  if (report.interrupted) return Outcome::kInterrupted;
  if (report.stopped) return Outcome::kStopped;
  if (report.failed) return Outcome::kFailed;
  return report.blocked || report.not_tried ? Outcome::kBlocked : Outcome::kDone;
}

// The line that the history of runs keeps.
std::string Summary(const RunReport& report, int64_t run) {
  std::string text = fmt::format("run {}: {} filled ({}) in {}", run, Counted(report.filled, "cell"),
                                 Counted(report.rows, "row"), Seconds(report.seconds));
  auto add = [&](int n, const char* what) {
    if (n) text += fmt::format(", {} {}", WithCommas(n), what);
  };
  add(report.kept, "kept because the inputs did not change");
  add(report.empty, "of them empty");
  add(report.partial, "of them partial: boxes of final games are missing");
  add(report.failed, "FAILED");
  add(report.blocked, "blocked");
  add(report.not_tried, "not tried");
  if (report.interrupted)
    text += "; interrupted";
  else if (report.stopped)
    text += "; stopped";
  return text;
}

// The command that finishes the newest fill, where it was to fill again what is fresh and ended before its
// end: what it did not reach is fresh all the same, so a plan does not show it.
Result<std::string> Fill::UnfinishedForce() {
  constexpr int kLookedAt = 20;
  if (request_.selection.force) return std::string();
  auto ledger = TRY(TRY(workspace_.Open())->ConnectToLedger());
  for (const ledger::Run& run : TRY(ledger::ReadRuns(*ledger, kLookedAt))) {
    if (!run.command.starts_with("backfill")) continue;
    std::string outcome = run.outcome.value_or("");
    bool ended = outcome == "done" || outcome == "failed" || outcome == "blocked";
    if (ended || (run.command + " ").find(" --force ") == std::string::npos) return std::string();
    bool whole = run.command.find(" --before-run ") == std::string::npos;
    return whole ? fmt::format("{} --before-run {}", run.command, run.run) : run.command;
  }
  return std::string();
}

Result<BackfillReport> Fill::RunPlan() {
  TRY(TRY(workspace_.Open())->BringRawRows(activity_.cancel(), [&](const std::string& line) {
    activity_.Tell(LoadStep{line});
  }));
  std::set<std::string> planned;
  for (const Batch& batch : work_->plan.batches)
    planned.insert(batch.model);
  TRY(bench().MayReplace(planned));
  std::map<std::string, Date> first_days;
  for (const Season& season : work_->moment.calendar.seasons())
    first_days[season.label] = season.first;
  TRY(ledger::KeepFirstDays(connection(), first_days));
  int64_t run = TRY(ledger::StartRun(connection(), command_));
  run_ = run;
  RunOptions options;
  options.parallel = request_.parallel.value_or(int(std::max(1u, std::thread::hardware_concurrency())));
  // Half a batch must be worth a publication of its own; a date takes about as long as a statement.
  BatchCosts costs = TRY(workspace_.Open())->costs();
  options.least_shared = getenv("NOSHARE") ? 0 : size_t(costs.publication / costs.statement);
  std::mutex cells_mutex;
  // Batches side by side gain more than threads inside of one.
  auto shared = TRY(SharedByWorkers::Among(*TRY(workspace_.Open()), options.parallel));
  Moment& moment = work_->moment;
  FillProof proof(project_, moment.calendar, moment.cells,
                  TRY(ReadPassedDates(connection(), project_, moment.calendar, moment.cells)),
                  TRY(ReadRefutedModels(connection(), project_)));
  auto filler = TRY(WarehouseFiller::Make(*TRY(workspace_.Open()), project_, moment.calendar, moment.cells,
                                          cells_mutex, proof, run, options.parallel));
  Progress progress(project_, work_->plan, run, options.parallel, [&](const RunEvent& event) {
    std::visit([&](const auto& e) { activity_.Tell(Event(e)); }, event);
  });
  Runner runner(project_, moment.calendar, moment.cells, cells_mutex, *filler, progress, SystemRunClock(),
                options);
  activity_.OnStop([&runner] { runner.Stop(false); });
  RunReport result;
  {
    Watch watch(std::chrono::milliseconds(20), [&] {  // a cancel ends the running batches too
      if (activity_.cancel().Requested()) runner.Stop(true);
    });
    result = runner.Run(work_->plan);
  }
  activity_.OnStop([] {});
  if (result.broken) return *result.broken;
  for (const std::string& model : proof.Passed())
    TRY(ledger::WriteProved(connection(), *project_.FindModel(model)));
  for (const auto& [model, error] : result.refuted)
    TRY(ledger::WriteRefuted(connection(), *project_.FindModel(model), error.message));
  TRY(MakeViews());
  TRY(KeepDeclarations());
  BackfillReport report;
  report.run = run;
  report.unfinished = unfinished_;
  report.outcome = OutcomeName(OutcomeOf(result));
  report.filled = result.filled, report.kept = result.kept, report.empty = result.empty;
  report.partial = result.partial, report.failed = result.failed, report.blocked = result.blocked;
  report.not_tried = result.not_tried, report.rows = result.rows, report.seconds = result.seconds;
  if (project_.keep_history) TRY(ledger::ExpireHistory(connection(), *project_.keep_history, run));
  TRY(ledger::EndRun(connection(), run, report.outcome, Summary(result, run)));
  return report;
}

}  // namespace

namespace {

// What was filled stays filled, also where it cannot be published. Each place is tried, whatever became of
// the other; an error names those that failed.
Result<BackfillReport> PublishAfter(Workspace& workspace, const BackfillRequest& request,
                                    BackfillReport report, Activity& activity) {
  const Project& project = workspace.project();
  if (request.dry_run) return report;
  std::optional<Error> failed;
  auto take = [&](const char* where, Result<PublishReport> published, std::optional<PublishReport>& place) {
    if (published) {
      place = std::move(*published);
      return;
    }
    std::string why = fmt::format("nothing was published to {}: {}", where, published.error().message);
    if (!failed)
      failed = Error{published.error().kind, why, published.error().hint};
    else
      failed->message += "; " + why;
  };
  if (!project.publish_folder.empty())
    take("the folder", PublishTables(workspace, {}, activity), report.published);
  if (project.bigquery.after_backfill)
    take("BigQuery", PublishToBigQuery(workspace, false, activity), report.published_to_bigquery);
  if (!failed) return report;
  failed->message = fmt::format(
      "{}, but {}",
      report.run ? fmt::format("run {} is {}", *report.run, report.outcome) : "there was nothing to fill",
      failed->message);
  return *failed;
}

}  // namespace

Result<BackfillReport> Backfill(Workspace& workspace, const BackfillRequest& request, const Cancel& cancel,
                                const Events& events) {
  BackfillRequest work = request;  // what makes two of them the same
  work.parallel.reset();
  work.no_load = work.join = work.yes = false;
  Activities& activities = workspace.activities();
  if (request.join)
    return FromJson<BackfillReport>(TRY(activities.Join("backfill", ToJson(work), cancel, events)));
  auto activity = TRY(activities.Begin("backfill", ToJson(work), true, cancel, events));
  Fill fill(workspace, request, *activity);
  auto report = fill.Run();
  if (!report) fill.Keep(report.error());
  if (report) report = PublishAfter(workspace, request, std::move(*report), *activity);
  activity->Finish(report ? Result<nlohmann::json>(ToJson(*report)) : Result<nlohmann::json>(report.error()));
  return report;
}

}  // namespace backcourt
