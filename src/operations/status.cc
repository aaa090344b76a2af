#include "operations/status.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "ledger/runs.h"
#include "operations/cells.h"
#include "plan/planner.h"
#include "proof/fill_proof.h"

namespace backcourt {

void Describe(Visitor& v, StatusRequest& r) {
  v.Struct("StatusRequest", "Which seasons to report.");
  v.Field("season", r.season, "Only this season, as 2021-22.", {.metavar = "SEASON"});
}

void Describe(Visitor& v, MonthStatus& m) {
  v.Struct("MonthStatus", "How far a table is in a month.");
  v.Field("done", m.done, "game dates that are done");
  v.Field("total", m.total, "game dates that are due");
}

void Describe(Visitor& v, TableStatus& t) {
  v.Struct("TableStatus", "How far a table is in a season.");
  v.Field("table", t.table, "the table; helper tables are one line, named as `(4 helper tables)`");
  v.Field("done", t.done, "game dates that are fresh, empty or partial");
  v.Field("total", t.total, "game dates that are due");
  v.Field("states", t.states, "cells by state");
  v.Field("months", t.months, "by month");
}

void Describe(Visitor& v, SeasonStatus& s) {
  v.Struct("SeasonStatus", "How far the tables are in a season.");
  v.Field("season", s.season, "the season");
  v.Field("game_dates", s.game_dates, "its game dates");
  v.Field("complete_through", s.complete_through, "up to which date all tables are done; null when none is");
  v.Field("tables", s.tables, "its tables, inputs first");
}

void Describe(Visitor& v, NextGames& n) {
  v.Struct("NextGames", "The next date whose games are to be played.");
  v.Field("date", n.date, "the date, US Eastern");
  v.Field("games", n.games, "how many games");
  v.Field("first_tip", n.first_tip, "the first tip-off, UTC; empty where it is not known");
  v.Field("last_tip", n.last_tip, "the last tip-off, UTC; empty where it is not known");
}

void Describe(Visitor& v, LateDate& l) {
  v.Struct("LateDate", "A date that should be over and whose results or boxes are missing.");
  v.Field("date", l.date, "the date");
  v.Field("games", l.games, "its games");
  v.Field("finals", l.finals, "those with a result");
  v.Field("missing_boxes", l.missing_boxes, "those with a result and without a whole box");
}

void Describe(Visitor& v, RawStatus& r) {
  v.Struct("RawStatus", "What a raw table holds.");
  v.Field("rows", r.rows, "its rows");
  v.Field("cells", r.cells, "its cells");
}

void Describe(Visitor& v, Problem& p) {
  v.Struct("Problem", "Dates of a table with which something is wrong.");
  v.Field("state", p.state, "failed, blocked, partial, waiting or waived");
  v.Field("table", p.table, "the table");
  v.Field("dates", p.dates, "how many dates");
  v.Field("first_date", p.first_date, "the first of them");
  v.Field("reason", p.reason, "the reason of the first");
}

void Describe(Visitor& v, FailedRun& f) {
  v.Struct("FailedRun", "A load or a fill that failed; none of its kind has succeeded since.");
  v.Field("run", f.run, "its number");
  v.Field("command", f.command, "the command line");
  v.Field("started_at_utc", f.started_at, "when it began");
  v.Field("message", f.message, "what was wrong");
}

void Describe(Visitor& v, StatusReport& r) {
  v.Struct("Status", "How far the warehouse is, what runs now and what is wrong.");
  v.Field("project", r.project, "the name of the project");
  v.Field("warehouse", r.warehouse, "its file");
  v.Field("complete_through", r.complete_through,
          "up to which date all tables are done, in the newest season with such a date; null when none is");
  v.Field("next_games", r.next_games, "the next date whose games are to be played; null when none is known");
  v.Field("late", r.late, "dates of the newest season whose results or boxes are late");
  v.Field("seasons", r.seasons, "by season and table");
  v.Field("raw", r.raw, "by raw table");
  v.Field("absent", r.absent, "feeds without files");
  v.Field("snapshots", r.snapshots,
          "of the schedule: each season's serving one, then those that are not used");
  v.Field("failed_runs", r.failed_runs, "the last load and the last fill, where they failed");
  v.Field("problems", r.problems, "failed, blocked, partial, waiting and waived dates");
  v.Field("left_out", r.left_out,
          "models and checks that cannot be used: they are blocked until a file is fixed");
  v.Field("removed", r.removed, "tables that are stored, and that no file of the project makes any more");
  v.Field("files", r.files, "what has changed of the files since the last load");
  v.Field("running", r.running, "the run that is active now; null when none is");
  v.Field("activities", r.activities, "the long operations that run now");
  v.Field("next_command", r.next_command, "what to do next; empty when there is nothing");
}

int SeasonNow(const Calendar& calendar, int64_t now) {
  int season = -1;
  for (const GameDate& date : calendar.dates())
    if (int64_t(date.date.days) * 24 * 3600 <= now) season = date.season;
  return season;
}

std::vector<const Model*> FilledModels(const Project& project) {
  std::vector<const Model*> models;
  for (const Model& model : project.models)
    if (!model.view) models.push_back(&model);
  return models;
}

std::optional<Date> CompleteThrough(const std::vector<const Model*>& models, const Calendar& calendar,
                                    const std::map<std::string, std::vector<CellState>>& states, int season) {
  std::optional<Date> through;
  for (int i = 0; i < calendar.horizon(); ++i) {
    const GameDate& date = calendar.dates()[size_t(i)];
    if (date.season != season) continue;
    if (date.finals == 0) break;
    for (const Model* model : models) {
      CellState state = states.at(model->name)[size_t(i)];
      if (!Settled(state) || state == CellState::kWaiting) return through;
    }
    through = date.date;
  }
  return through;
}

std::optional<Date> CompleteThrough(const std::vector<const Model*>& models, const Calendar& calendar,
                                    const std::map<std::string, std::vector<CellState>>& states) {
  for (int season = int(calendar.seasons().size()) - 1; season >= 0; --season)
    if (auto date = CompleteThrough(models, calendar, states, season)) return date;
  return {};
}

std::vector<LateDate> LateDates(const Calendar& calendar, int season, int64_t now, int64_t after) {
  std::map<Date, int64_t> missing;
  for (const Calendar::MissingBox& box : calendar.missing_boxes())
    ++missing[box.date];
  std::vector<LateDate> late;
  for (int i = 0; i < int(calendar.dates().size()); ++i) {
    const GameDate& date = calendar.dates()[size_t(i)];
    if (date.season != season || !calendar.IsOver(i, now, after)) continue;
    LateDate one{date.date, date.games, date.finals, missing[date.date]};
    if (one.finals < one.games || one.missing_boxes) late.push_back(one);
  }
  return late;
}

std::optional<NextGames> FindNextGames(const Calendar& calendar, int64_t now) {
  auto text = [](int64_t time) {
    return time ? fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(time_t(time))) : "";
  };
  for (int i = 0; i < int(calendar.dates().size()); ++i) {
    const GameDate& date = calendar.dates()[size_t(i)];
    if (date.date < calendar.today() || date.finals == date.games || calendar.IsOver(i, now)) continue;
    return NextGames{date.date, date.games, text(date.first_tip), text(date.last_tip)};
  }
  return {};
}

namespace {

void Add(const Moment& moment, size_t season, const std::vector<CellState>& states, bool unproved,
         TableStatus& table) {
  for (size_t i = 0; i < states.size(); ++i) {
    const GameDate& date = moment.calendar.dates()[i];
    if (size_t(date.season) != season) continue;
    ++table.states[StateName(states[i], unproved)];
    if (states[i] == CellState::kNotDue) continue;
    MonthStatus& month = table.months[date.date.Month()];
    bool done = Settled(states[i]) && states[i] != CellState::kWaiting;
    month.done += done;
    ++month.total;
    table.done += done;
    ++table.total;
  }
}

std::vector<SeasonStatus> Seasons(const Project& project, const Moment& moment,
                                  const std::map<std::string, std::vector<CellState>>& states,
                                  const std::set<std::string>& unproved, const std::string& only) {
  std::vector<SeasonStatus> seasons;
  for (size_t s = 0; s < moment.calendar.seasons().size(); ++s) {
    SeasonStatus season{moment.calendar.seasons()[s].label, 0, {}, {}};
    if (!only.empty() && season.season != only) continue;
    for (const GameDate& date : moment.calendar.dates())
      season.game_dates += size_t(date.season) == s;
    TableStatus helpers;
    int helper_count = 0;
    for (const Model& model : project.models) {
      if (model.view) continue;
      if (model.helper) {
        Add(moment, s, states.at(model.name), unproved.contains(model.name), helpers);
        ++helper_count;
        continue;
      }
      TableStatus table{model.name, 0, 0, {}, {}};
      Add(moment, s, states.at(model.name), unproved.contains(model.name), table);
      season.tables.push_back(std::move(table));
    }
    season.complete_through = CompleteThrough(FilledModels(project), moment.calendar, states, int(s));
    if (helper_count) {
      helpers.table = fmt::format("({} helper tables)", helper_count);
      season.tables.push_back(std::move(helpers));
    }
    seasons.push_back(std::move(season));
  }
  return seasons;
}

// The games that partial cells were made without.
std::string MissingText(const std::vector<const Cell*>& cells) {
  constexpr size_t kShown = 10;
  std::set<std::string> games;
  for (const Cell* cell : cells)
    for (const std::string& game : Split(cell->missing, ','))
      games.insert(game);
  std::vector<std::string> shown;
  for (const std::string& game : games)
    if (shown.size() < kShown) shown.push_back(game);
  return fmt::format("no whole box of {}{}", Join(shown, ", "),
                     games.size() > kShown ? fmt::format(" and {} more", games.size() - kShown) : "");
}

std::vector<const Cell*> CellsThat(const Moment& moment, const std::string& table, auto is) {
  std::vector<const Cell*> cells;
  if (auto series = moment.cells.find(table); series != moment.cells.end())
    for (const Cell& cell : series->second.cells())
      if (is(cell)) cells.push_back(&cell);
  return cells;
}

// The worst first.
std::vector<Problem> Problems(const Project& project, const Moment& moment,
                              const std::map<std::string, std::vector<CellState>>& states) {
  std::vector<Problem> problems;
  for (CellState state : {CellState::kFailed, CellState::kBlocked, CellState::kPartial}) {
    for (const Model& model : project.models) {
      auto cells = CellsThat(moment, model.name, [&](const Cell& cell) { return cell.state == state; });
      if (cells.empty()) continue;
      std::string reason = state == CellState::kPartial ? MissingText(cells) : cells[0]->reason;
      problems.push_back({CellStateName(state), model.name, int64_t(cells.size()), Date{cells[0]->partition},
                          reason.substr(0, reason.find('\n'))});
    }
  }
  for (const Model& model : project.models) {
    if (model.view) continue;
    const std::vector<CellState>& mine = states.at(model.name);
    std::vector<Date> waiting;
    for (size_t i = 0; i < mine.size(); ++i)
      if (mine[i] == CellState::kWaiting) waiting.push_back(moment.calendar.dates()[i].date);
    if (!waiting.empty())
      problems.push_back({CellStateName(CellState::kWaiting), model.name, int64_t(waiting.size()), waiting[0],
                          fmt::format("no results yet ({}): load a file that has them", project.results)});
  }
  for (const Model& model : project.models) {
    auto cells = CellsThat(moment, model.name, [](const Cell& cell) { return !cell.waived.empty(); });
    if (!cells.empty())
      problems.push_back({"waived", model.name, int64_t(cells.size()), Date{cells[0]->partition},
                          "let through without " + cells[0]->waived + " (--allow-missing)"});
  }
  return problems;
}

std::string NextCommand(const std::vector<SeasonStatus>& seasons, const std::vector<Problem>& problems,
                        const Moment& moment) {
  bool open = false;  // to what waits for results a fill brings nothing
  for (const SeasonStatus& season : seasons)
    for (const TableStatus& table : season.tables) {
      auto waiting = table.states.find(CellStateName(CellState::kWaiting));
      open = open || table.done + (waiting == table.states.end() ? 0 : waiting->second) < table.total;
    }
  if (moment.calendar.dates().empty())
    return moment.cells.empty()
               ? "backcourt load"
               : "add files with games: a schedule (scheduleleaguev2), game logs or box score "
                 "summaries; then backcourt load";
  for (const Problem& problem : problems)
    if (problem.state == CellStateName(CellState::kFailed))
      return "backcourt " + ShellLine({"why", problem.table, problem.first_date.Str()});
  return open ? "backcourt backfill all" : "";
}

}  // namespace

Result<StatusReport> Status(Workspace& workspace, const StatusRequest& request, const Cancel&) {
  const Project& project = workspace.project();
  Moment moment = TRY(workspace.Look());
  std::string only = request.season.empty() ? "" : TRY(ChooseSeason(moment.calendar, request.season));
  StatusReport report;
  report.project = project.name;
  report.warehouse = project.warehouse;
  auto states = JudgeAll(project, moment.calendar, moment.cells);
  int64_t now = NowSeconds();
  int season = SeasonNow(moment.calendar, now);
  report.complete_through = CompleteThrough(FilledModels(project), moment.calendar, states);
  report.next_games = FindNextGames(moment.calendar, now);
  report.late = LateDates(moment.calendar, season, now);
  auto unproved = TRY(ReadUnprovedModels(*moment.connection, project, moment.calendar, moment.cells, states));
  report.seasons = Seasons(project, moment, states, unproved, only);
  for (const RawTable& table : project.raw_tables) {
    RawStatus& raw = report.raw[table.name];
    if (auto series = moment.cells.find(table.name); series != moment.cells.end())
      for (const Cell& cell : series->second.cells())
        raw.rows += cell.rows, ++raw.cells;
  }
  report.absent = TRY(AbsentFeeds(project, moment));
  report.snapshots = TRY(Snapshots::Serving(*moment.connection));
  for (Snapshot& one : TRY(Snapshots::Quarantined(*moment.connection)))
    report.snapshots.push_back(std::move(one));
  for (const ledger::Run& run : TRY(ledger::ReadFailedRuns(*moment.connection)))
    report.failed_runs.push_back({run.run, run.command, run.started_at, run.summary});
  report.problems = Problems(project, moment, states);
  report.left_out = project.left_out;
  report.removed = TRY(FindRemovedTables(*moment.connection, project));
  report.files = TRY(LookForFileChanges(*moment.connection, project));
  report.activities = workspace.activities().Now();
  for (const ActivityNow& activity : report.activities)
    if (activity.run) report.running = activity.run;
  report.next_command =
      project.problems.empty() ? NextCommand(report.seasons, report.problems, moment) : "backcourt lint";
  return report;
}

void Describe(Visitor& v, StopRequest&) { v.Struct("StopRequest", "Everything that runs is to end."); }

void Describe(Visitor& v, StopReport& r) {
  v.Struct("StopReport", "What was asked to end.");
  v.Field("stopped", r.stopped, "the verbs that end now; what is done stays");
}

Result<StopReport> Stop(Workspace& workspace, const StopRequest&, const Cancel&) {
  return StopReport{workspace.activities().Stop()};
}

}  // namespace backcourt
