#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/fault_point.h"
#include "base/file.h"
#include "base/text.h"
#include "base/watch.h"
#include "cli/exit_code.h"
#include "cli/load_text.h"
#include "cli/session.h"
#include "ledger/models.h"
#include "ledger/runs.h"
#include "plan/saved_plan.h"
#include "run/batch_filler.h"
#include "warehouse/cell_sql.h"

namespace backcourt {

namespace {

struct Prepared {
  std::unique_ptr<Connection> connection;
  Cells cells;
  Calendar calendar;
  std::map<std::string, std::vector<int32_t>> retired;
  ChosenDates chosen;
  Selection selection;
  Plan plan;
};

Result<Prepared> Prepare(Session& session, const Arguments& arguments) {
  View view = TRY(Look(session));
  Prepared p{std::move(view.connection),
             std::move(view.cells),
             std::move(view.calendar),
             std::move(view.retired),
             {},
             {},
             {}};
  if (p.calendar.dates().empty())
    return Error{ErrorKind::kUsage, "the warehouse holds no schedule, so there are no game dates",
                 "`backcourt load`; `backcourt doctor` shows which files it looks for"};
  p.selection.tables = TRY(ChooseTables(session.project, arguments.words));
  p.chosen = TRY(ChooseDates(p.calendar, arguments));
  p.selection.dates = p.chosen.dates;
  p.selection.upstream = !arguments.no_upstream;
  p.selection.force = arguments.force;
  std::vector<std::string> models;
  for (const Model& model : session.project.models)
    models.push_back(model.name);
  for (const std::string& waiver : arguments.allow_missing) {
    std::string table = waiver.substr(0, waiver.find(':'));
    if (!session.project.FindModel(table))
      return Error{ErrorKind::kUsage, fmt::format("--allow-missing names '{}', which is no table", table),
                   Nearest(table, models)};
    if (table != waiver) TRY(Date::Parse(waiver.substr(table.size() + 1)));
    p.selection.allow_missing.push_back(waiver);
  }
  PlanOptions options;
  options.pace = TRY(ledger::ReadPace(*p.connection));
  p.plan = MakePlan(session.project, p.calendar, p.cells, p.selection, options);
  return p;
}

std::string Span(const Calendar& calendar, const Batch& batch) {
  std::string first = calendar.dates()[size_t(batch.dates.front())].date.Str(),
              last = calendar.dates()[size_t(batch.dates.back())].date.Str();
  return first == last ? first : first + " to " + last;
}

std::string PlanText(const Prepared& p) {
  std::string text = p.chosen.said + "\n";
  for (const auto& [table, slots] : p.retired)
    text += fmt::format("{}: {} dates are no game dates any more; their rows go\n", table, slots.size());
  if (p.plan.batches.empty()) return text + "nothing to do: all of it is fresh\n";
  text += fmt::format("{:<34} {:<26} {:>6} {:>10} {:>8}  {}\n", "table", "dates", "cells", "rows", "time",
                      "because");
  for (const Batch& batch : p.plan.batches) {
    std::map<std::string, int> why;
    for (int date : batch.dates)
      ++why[CellStateName(p.plan.states.at(batch.model).at(date))];
    std::vector<std::string> reasons;
    for (const auto& [state, n] : why)
      reasons.push_back(fmt::format("{} {}", n, state));
    text += fmt::format("{:<34} {:<26} {:>6} {:>10} {:>8}  {}{}\n", batch.model, Span(p.calendar, batch),
                        batch.dates.size(),
                        batch.expected_rows > 0 ? "~" + WithCommas(int64_t(batch.expected_rows)) : "",
                        batch.expected_seconds > 0 ? "~" + Seconds(batch.expected_seconds) : "",
                        Join(reasons, ", "), batch.canary ? " (canary: the first of a new text)" : "");
  }
  std::vector<std::string> sums;
  for (const auto& [state, n] : p.plan.counts())
    sums.push_back(fmt::format("{} {}", WithCommas(n), state));
  text += fmt::format("{} cells in {} batches: {}", WithCommas(p.plan.cells()), p.plan.batches.size(),
                      Join(sums, ", "));
  if (p.plan.expected_seconds() > 0)
    text += fmt::format("; about {} of work", Seconds(p.plan.expected_seconds()));
  return text + "\n";
}

nlohmann::json PlanJson(const Session& session, const Prepared& p) {
  return PlanToJson(session.project, p.calendar, p.cells, p.selection, p.plan);
}

// Replaces the plan by the one of the file, or refuses.
Result<> UseSavedPlan(const Session& session, const std::string& file, Prepared& p) {
  Plan saved = TRY(ParsePlan(file, TRY(ReadFile(file)), session.project, p.calendar, p.cells));
  saved.unsettled = std::move(p.plan.unsettled);
  p.plan = std::move(saved);
  return {};
}

// Bodies of models whose text is new are looked through before anything runs.
Result<> CheckNewBodies(Session& session, Prepared& p) {
  auto known = TRY(ledger::ReadModels(*p.connection));
  std::vector<const Model*> fresh;
  for (const Model& model : session.project.models) {
    auto seen = known.find(model.name);
    if (seen == known.end() || seen->second.identity != model.identity.Hex()) fresh.push_back(&model);
  }
  if (fresh.empty()) return {};
  std::set<std::string> volatile_functions = TRY(VolatileFunctions(*p.connection));
  std::vector<Result<>> checked(fresh.size());
  auto check_every_second = [&](size_t from, Connection& connection) {
    for (size_t i = from; i < fresh.size(); i += 2)
      checked[i] = CheckBody(connection, *fresh[i], volatile_functions);
  };
  auto aside = TRY(session.warehouse->Connect());
  auto half = std::async(std::launch::async, check_every_second, 0, std::ref(*aside));
  check_every_second(1, *p.connection);
  half.wait();
  for (const Result<>& result : checked)
    TRY(result);
  return {};
}

// Changed [checks] run alone, over what is stored; guilty dates become failed.
Result<int> RunChangedChecks(Session& session, Prepared& p, const Output& output) {
  Watch watch = CancelWhenInterrupted(*p.connection);
  int failed = 0;
  for (const auto& [name_of, seen] : TRY(ledger::ReadModels(*p.connection))) {
    const Model* model = session.project.FindModel(name_of);
    if (!model || seen.identity != model->identity.Hex() || seen.checks == model->checks_identity.Hex())
      continue;
    std::vector<Cell> guilty;
    for (const auto& [name, query] : model->checks) {
      auto failing = [&](const std::string& where) -> Result<int64_t> {
        auto rows = p.connection->Query(
            fmt::format("WITH this AS (SELECT * FROM wh.main.{}{}) SELECT count(*) FROM ({})",
                        Ident(model->name), where, query));
        if (!rows)
          return Error{rows.error().kind,
                       fmt::format("{}: check \"{}\": {}", model->file, name, rows.error().message),
                       rows.error().hint};
        return rows->Int(0, 0);
      };
      if (TRY(failing("")) == 0) continue;
      const std::vector<Cell> cells = p.cells[model->name].cells();
      for (Cell now : cells) {  // a check need not tell dates, so each is asked alone
        int64_t rows =
            now.rows ? TRY(failing(fmt::format(" WHERE {} = {}", Ident(model->date), Date{now.slot}.Sql())))
                     : 0;
        if (rows == 0) continue;
        now.state = CellState::kFailed;
        now.error_class = "data";
        now.reason = fmt::format("check \"{}\" fails on {} rows", name, rows);
        p.cells[model->name].Put(now);
        guilty.push_back(now);
      }
    }
    Transaction transaction = TRY(Transaction::Begin(*p.connection));
    TRY(ledger::WriteCells(*p.connection, model->name, guilty));
    TRY(ledger::WriteChecks(*p.connection, *model));
    TRY(transaction.Commit());
    if (!guilty.empty())
      output.Err(fmt::format("{}: its changed checks fail on {} dates\n", model->name, guilty.size()));
    failed += int(guilty.size());
  }
  return failed;
}

// Rows and cells of dates that are no game dates any more go.
Result<> RemoveRetired(Session& session, Prepared& p) {
  if (p.retired.empty()) return {};
  Transaction transaction = TRY(Transaction::Begin(*p.connection));
  for (const auto& [table, slots] : p.retired) {
    std::vector<std::string> dates;
    for (int32_t slot : slots)
      dates.push_back(Date{slot}.Sql());
    TRY(p.connection->Execute(fmt::format("DELETE FROM main.{} WHERE {} IN ({})", Ident(table),
                                          Ident(session.project.DateColumn(table)), Join(dates, ", "))));
    TRY(ledger::RemoveCells(*p.connection, table, slots));
  }
  return transaction.Commit();
}

// Makes the views whose text is new and whose inputs are there; with `again`, all
// of them, since a table that was made anew may have other columns.
Result<> MakeViews(Session& session, Connection& connection, bool again) {
  auto known = TRY(ledger::ReadModels(connection));
  for (const Model& model : session.project.models) {
    if (!model.view) continue;
    auto seen = known.find(model.name);
    if (seen != known.end() && seen->second.identity == model.identity.Hex() && !again) continue;
    std::vector<std::string> inputs;
    for (const Read& read : model.reads)
      inputs.push_back(Quote(read.table));
    Rows there =
        TRY(connection.Query(fmt::format("SELECT count(*) FROM duckdb_tables() WHERE database_name = 'wh' "
                                         "AND schema_name = 'main' AND table_name IN ({})",
                                         Join(inputs, ", "))));
    if (size_t(there.Int(0, 0)) < inputs.size()) continue;
    Transaction transaction = TRY(Transaction::Begin(connection));
    auto made = connection.Execute(
        fmt::format("CREATE OR REPLACE VIEW main.{} AS {}", Ident(model.name), SelectSql(model)));
    if (!made) {
      made.error().message = model.file + ": " + made.error().message;
      return made;
    }
    TRY(ledger::WriteModel(connection, model));
    TRY(transaction.Commit());
  }
  return {};
}

std::string ReportText(const RunReport& report, int64_t run) {
  std::string text = fmt::format("run {}: {} cells filled ({} rows) in {}", run, WithCommas(report.filled),
                                 WithCommas(report.rows), Seconds(report.seconds));
  auto add = [&](int n, const char* what) {
    if (n) text += fmt::format(", {} {}", WithCommas(n), what);
  };
  add(report.kept, "unchanged inputs, kept");
  add(report.empty, "of them empty");
  add(report.partial, "of them partial: boxes of final games are missing");
  add(report.failed, "FAILED");
  add(report.blocked, "blocked");
  add(report.not_tried, "not tried");
  if (report.interrupted)
    text += "; interrupted";
  else if (report.stopped)
    text += "; stopped";
  text += "\n";
  if (report.failed)
    text += "  Try: `backcourt status` for what failed, mend the cause, then `backcourt backfill` again\n";
  return text;
}

// The last event; `run` is null when nothing had to be filled.
nlohmann::json DoneJson(const RunReport& report, const nlohmann::json& run, const char* outcome, int code) {
  return {{"event", "done"},
          {"run", run},
          {"outcome", outcome},
          {"filled", report.filled},
          {"kept", report.kept},
          {"empty", report.empty},
          {"partial", report.partial},
          {"failed", report.failed},
          {"blocked", report.blocked},
          {"not_tried", report.not_tried},
          {"rows", report.rows},
          {"seconds", report.seconds},
          {"exit", code}};
}

}  // namespace

Result<int> RunPlan(Session& session, const Arguments& arguments, const Output& output) {
  Prepared p = TRY(Prepare(session, arguments));
  nlohmann::json json = arguments.json || !arguments.save.empty() ? PlanJson(session, p) : nlohmann::json();
  if (!arguments.save.empty()) {
    TRY(WriteFile(arguments.save, json.dump(1) + "\n"));
    FaultPoint("plan-saved");
  }
  output.Out(arguments.json ? json.dump(2) + "\n" : PlanText(p));
  if (!arguments.save.empty() && !arguments.json)
    output.Out(fmt::format("saved: `backcourt backfill --plan {}` runs exactly this\n", arguments.save));
  return 0;
}

Result<int> RunBackfill(Session& session, const Arguments& arguments, const Output& terminal) {
  Output output = terminal;
  auto say = [&](const std::string& text) {
    if (!arguments.json) output.Out(text);
  };
  if (!arguments.no_load && arguments.plan_file.empty()) {
    LoadReport loaded = TRY(LoadInto(session, output, arguments.json, {}));
    if (arguments.json)
      output.Out(nlohmann::json{{"event", "loaded"}, {"report", LoadJson(loaded)}}.dump() + "\n");
    else if (loaded.run)
      say(LoadText(loaded));
  }
  Prepared p = TRY(Prepare(session, arguments));
  if (!arguments.plan_file.empty()) TRY(UseSavedPlan(session, arguments.plan_file, p));
  TRY(CheckNewBodies(session, p));
  int checks_failed = TRY(RunChangedChecks(session, p, output));
  if (checks_failed) p = TRY(Prepare(session, arguments));
  if (arguments.dry_run) {
    output.Out(arguments.json
                   ? nlohmann::json{{"event", "planned"}, {"plan", PlanJson(session, p)}}.dump() + "\n"
                   : PlanText(p));
    return 0;
  }
  say(p.chosen.said + "\n");
  TRY(RemoveRetired(session, p));
  if (p.plan.batches.empty()) {
    TRY(MakeViews(session, *p.connection, false));
    if (arguments.json) output.Out(DoneJson({}, nlohmann::json(), "done", 0).dump() + "\n");
    say(p.chosen.dates.empty() ? "nothing to do: no game date was chosen\n"
                               : "nothing to do: all of it is fresh\n");
    return 0;
  }
  TRY(MakeInputTables(*p.connection, session.project, p.calendar, p.plan));

  int64_t run = TRY(ledger::StartRun(*p.connection, session.live.command));
  RunOptions options;
  options.parallel =
      arguments.parallel ? arguments.parallel : int(std::max(1u, std::thread::hardware_concurrency()));
  std::mutex cells_mutex;
  // Batches side by side gain more than threads inside of one.
  TRY(p.connection->Execute(
      fmt::format("SET threads = {}", std::max(1, session.project.threads / options.parallel))));
  auto filler = TRY(WarehouseFiller::Make(*session.warehouse, session.project, p.calendar, p.cells,
                                          cells_mutex, run, options.parallel));
  Progress::Style style = arguments.json    ? Progress::Style::kJson
                          : output.terminal ? Progress::Style::kTerminal
                                            : Progress::Style::kPlain;
  Progress progress(session.project, p.plan, run, style, [&](const std::string& text) { output.Out(text); });
  Runner runner(session.project, p.calendar, p.cells, cells_mutex, *filler, progress, SystemRunClock(),
                options);
  {
    std::lock_guard lock(session.live.mutex);
    session.live.progress = &progress;
    session.live.runner = &runner;
  }
  RunReport report;
  {
    Watch watch(std::chrono::milliseconds(20), [&] {  // signals end the running batches too
      if (Interrupted()) runner.Stop(true);
    });
    report = runner.Run(p.plan);
  }
  progress.Finish();
  {
    std::lock_guard lock(session.live.mutex);
    session.live.progress = nullptr;
    session.live.runner = nullptr;
  }
  int code = ExitCode(report);
  const char* outcome = report.interrupted                   ? "interrupted"
                        : report.stopped                     ? "stopped"
                        : report.failed                      ? "failed"
                        : report.blocked || report.not_tried ? "blocked"
                                                             : "done";
  std::string text = ReportText(report, run);
  if (report.broken) {
    say(text);
    return *report.broken;
  }
  TRY(MakeViews(session, *p.connection, report.filled > 0));
  auto recorded = ledger::EndRun(*p.connection, run, outcome, Trim(text.substr(0, text.find('\n'))));
  if (arguments.json) output.Out(DoneJson(report, run, outcome, code).dump() + "\n");
  say(text);
  if (!recorded) return recorded.error();
  return code;
}

}  // namespace backcourt
