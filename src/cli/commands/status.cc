#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "cli/load_text.h"
#include "cli/session.h"

namespace backcourt {

namespace {

struct TableStatus {
  std::string name;
  std::map<std::string, std::pair<int, int>> months;  // done, total
  std::map<std::string, int> states;
  int done = 0, total = 0;
};

struct SeasonStatus {
  std::string label;
  std::vector<std::string> months;
  int dates = 0;
  std::vector<TableStatus> tables;
};

std::vector<SeasonStatus> Collect(const Session& session, const View& view, const std::string& only) {
  auto states = JudgeAll(session.project, view.calendar, view.cells);
  std::vector<SeasonStatus> seasons;
  for (size_t s = 0; s < view.calendar.seasons().size(); ++s) {
    SeasonStatus season{view.calendar.seasons()[s].label, {}, 0, {}};
    if (!only.empty() && season.label != only) continue;
    for (const GameDate& date : view.calendar.dates()) {
      if (size_t(date.season) != s) continue;
      ++season.dates;
      if (season.months.empty() || season.months.back() != date.date.Month())
        season.months.push_back(date.date.Month());
    }
    TableStatus helpers;
    int helper_count = 0;
    auto add = [&](const Model& model, TableStatus& table) {
      const auto& mine = states.at(model.name);
      for (size_t i = 0; i < mine.size(); ++i) {
        const GameDate& date = view.calendar.dates()[i];
        if (size_t(date.season) != s) continue;
        auto& [done, total] = table.months[date.date.Month()];
        bool is_done = Settled(mine[i]) && mine[i] != CellState::kWaiting;
        done += is_done;
        ++total;
        table.done += is_done;
        ++table.total;
        ++table.states[CellStateName(mine[i])];
      }
    };
    for (const Model& model : session.project.models) {
      if (model.view) continue;
      if (model.helper) {
        add(model, helpers);
        ++helper_count;
        continue;
      }
      TableStatus table{model.name, {}, {}, 0, 0};
      add(model, table);
      season.tables.push_back(std::move(table));
    }
    if (helper_count) {
      helpers.name = fmt::format("({} helper tables)", helper_count);
      season.tables.push_back(std::move(helpers));
    }
    seasons.push_back(std::move(season));
  }
  return seasons;
}

std::string StatesText(const TableStatus& table) {
  std::vector<std::string> parts;
  if (table.done == table.total) parts.push_back("fresh");
  for (const auto& [state, n] : table.states)
    if (state != "fresh") parts.push_back(fmt::format("{} {}", n, state));
  return Join(parts, ", ");
}

std::string MonthName(const std::string& month) {
  static const char* const kNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return kNames[std::stoi(month.substr(5)) - 1];
}

// What is wrong, with the reason, the worst first.
struct Problem {
  std::string state, table;
  int dates = 0;
  Date first;
  std::string reason;
};

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

std::vector<Problem> Problems(const Session& session, const View& view) {
  std::vector<Problem> problems;
  for (CellState state : {CellState::kFailed, CellState::kBlocked, CellState::kPartial}) {
    for (const Model& model : session.project.models) {
      auto series = view.cells.find(model.name);
      if (series == view.cells.end()) continue;
      std::vector<const Cell*> cells;
      for (const Cell& cell : series->second.cells())
        if (cell.state == state) cells.push_back(&cell);
      if (cells.empty()) continue;
      std::string reason = state == CellState::kPartial ? MissingText(cells) : cells[0]->reason;
      problems.push_back(
          {CellStateName(state), model.name, int(cells.size()), Date{cells[0]->slot}, reason.substr(0, 200)});
    }
  }
  for (const Model& model : session.project.models) {
    auto series = view.cells.find(model.name);
    if (series == view.cells.end()) continue;
    std::vector<const Cell*> cells;
    for (const Cell& cell : series->second.cells())
      if (!cell.waived.empty()) cells.push_back(&cell);
    if (!cells.empty())
      problems.push_back({"waived", model.name, int(cells.size()), Date{cells[0]->slot},
                          "let through without " + cells[0]->waived + " (--allow-missing)"});
  }
  return problems;
}

std::string ProblemsText(const std::vector<Problem>& problems, bool markdown) {
  std::string text;
  for (const Problem& p : problems)
    text += fmt::format("{}{} {}: {} dates from {}: {}\n", markdown ? "- " : "", p.state, p.table, p.dates,
                        p.first.Str(), p.reason);
  return text;
}

std::string NextCommand(const std::vector<SeasonStatus>& seasons, const View& view) {
  bool failed = false, open = false;
  for (const SeasonStatus& season : seasons)
    for (const TableStatus& table : season.tables) {
      failed = failed || table.states.contains("failed");
      open = open || table.done < table.total;
    }
  if (view.calendar.dates().empty()) return "backcourt load";
  if (failed) return "backcourt plan, mend what failed, then backcourt backfill all";
  return open ? "backcourt backfill all" : "";
}

std::string Text(const Session& session, const View& view, const std::vector<SeasonStatus>& seasons,
                 bool markdown) {
  std::string text;
  for (const SeasonStatus& season : seasons) {
    text += fmt::format("{}{}: {} game dates\n{}", markdown ? "### " : "", season.label, season.dates,
                        markdown ? "\n" : "");
    std::string header = markdown ? "| table |" : fmt::format("{:<32}", "table");
    std::string rule = "|---|";
    for (const std::string& month : season.months) {
      header += markdown ? " " + MonthName(month) + " |" : fmt::format("{:>7}", MonthName(month));
      rule += "---|";
    }
    header += markdown ? " all | state |" : fmt::format("{:>9} {:>5}  {}", "all", "", "state");
    text += header + "\n" + (markdown ? rule + "---|---|\n" : "");
    for (const TableStatus& table : season.tables) {
      std::string line = markdown ? "| " + table.name + " |" : fmt::format("{:<32}", table.name);
      for (const std::string& month : season.months) {
        auto found = table.months.find(month);
        auto [done, total] = found == table.months.end() ? std::pair(0, 0) : found->second;
        std::string part = total == 0      ? ""
                           : done == total ? fmt::format("{}", done)
                                           : fmt::format("{}/{}", done, total);
        line += markdown ? " " + part + " |" : fmt::format("{:>7}", part);
      }
      int share = table.total ? int(100.0 * table.done / table.total) : 0;
      std::string all = table.done == table.total ? fmt::format("{}", table.done)
                                                  : fmt::format("{}/{}", table.done, table.total);
      line += markdown ? fmt::format(" {} | {} |", all, StatesText(table))
                       : fmt::format("{:>9} {:>4}%  {}", all, share, StatesText(table));
      text += line + "\n";
    }
    text += "\n";
  }
  std::string raw;
  for (const RawTable& table : session.project.raw_tables) {
    auto series = view.cells.find(table.name);
    if (series == view.cells.end()) continue;
    int64_t rows = 0;
    for (const Cell& cell : series->second.cells())
      rows += cell.rows;
    if (rows)
      raw +=
          fmt::format("{}{} {}", raw.empty() ? "" : ", ",
                      table.name.starts_with("raw_") ? table.name.substr(4) : table.name, WithCommas(rows));
  }
  if (!raw.empty()) text += fmt::format("raw rows: {}\n", raw);
  return text;
}

nlohmann::json Json(const Session& session, const View& view, const std::vector<SeasonStatus>& seasons,
                    const std::vector<AbsentFeed>& absent, const std::vector<Problem>& problems) {
  nlohmann::json all = nlohmann::json::array();
  for (const SeasonStatus& season : seasons) {
    nlohmann::json tables = nlohmann::json::array();
    for (const TableStatus& table : season.tables) {
      nlohmann::json months;
      for (const auto& [month, counts] : table.months)
        months[month] = {{"done", counts.first}, {"total", counts.second}};
      tables.push_back({{"table", table.name},
                        {"done", table.done},
                        {"total", table.total},
                        {"states", table.states},
                        {"months", months}});
    }
    all.push_back({{"season", season.label}, {"game_dates", season.dates}, {"tables", tables}});
  }
  nlohmann::json raw = nlohmann::json::object(), missing = nlohmann::json::array();
  for (const RawTable& table : session.project.raw_tables) {
    int64_t rows = 0, cells = 0;
    if (auto series = view.cells.find(table.name); series != view.cells.end())
      for (const Cell& cell : series->second.cells())
        rows += cell.rows, ++cells;
    raw[table.name] = {{"rows", rows}, {"cells", cells}};
  }
  for (const AbsentFeed& feed : absent)
    missing.push_back({{"table", feed.table}, {"season", feed.season}, {"feeds", feed.feeds}});
  nlohmann::json wrong = nlohmann::json::array();
  for (const Problem& p : problems)
    wrong.push_back({{"state", p.state},
                     {"table", p.table},
                     {"dates", p.dates},
                     {"first_date", p.first.Str()},
                     {"reason", p.reason}});
  return {{"warehouse", session.project.warehouse},
          {"seasons", all},
          {"raw", raw},
          {"absent", missing},
          {"problems", wrong}};
}

}  // namespace

Result<int> RunStatus(Session& session, const Arguments& arguments, const Output& output) {
  for (;;) {
    View view = TRY(Look(session));
    std::string only = arguments.season.empty() ? "" : TRY(ChooseSeason(view.calendar, arguments.season));
    std::vector<SeasonStatus> seasons = Collect(session, view, only);
    std::vector<AbsentFeed> absent = TRY(AbsentFeeds(session.project, view));
    std::vector<Snapshot> serving = TRY(Snapshots::Serving(*view.connection)),
                          quarantined = TRY(Snapshots::Quarantined(*view.connection));
    bool running = false;
    nlohmann::json now;
    std::string now_text;
    {
      std::lock_guard lock(session.live.mutex);
      if (session.live.progress) {
        running = true;
        now = session.live.progress->Now();
        now_text = session.live.progress->NowText();
      }
    }
    std::string next = NextCommand(seasons, view);
    if (arguments.json) {
      nlohmann::json json = Json(session, view, seasons, absent, Problems(session, view));
      json["running"] = running ? now : nlohmann::json();
      json["next_command"] = next;
      json["snapshots"] = nlohmann::json::array();
      for (const auto* list : {&serving, &quarantined})
        for (const Snapshot& one : *list)
          json["snapshots"].push_back({{"feed", one.feed},
                                       {"season", one.season},
                                       {"path", one.path},
                                       {"seen_at", one.seen_at},
                                       {"age_seconds", one.age},
                                       {"problem", one.problem}});
      output.Out(json.dump(2) + "\n");
    } else {
      bool markdown = arguments.markdown;
      std::string text = markdown ? "## Warehouse status\n\n" : "";
      text += Text(session, view, seasons, markdown);
      text += AbsentText(absent) + SnapshotText(serving, quarantined);
      std::string problems = ProblemsText(Problems(session, view), markdown);
      if (!problems.empty()) text += (markdown ? "\n### Problems\n\n" : "\n") + problems;
      if (running) text += (markdown ? "\n### Running\n\n" : "\n") + now_text;
      text += fmt::format("{}warehouse: {}\n", markdown ? "\n" : "", session.project.warehouse);
      if (running)
        text += "next: wait; `backcourt status --watch` follows it\n";
      else if (!next.empty())
        text += "next: " + next + "\n";
      if (arguments.watch && output.terminal) text = "\x1b[2J\x1b[H" + text;
      output.Out(text);
    }
    if (!arguments.watch || Interrupted()) return 0;
    if (!running) return 0;  // of this process: nothing runs while it holds the warehouse
    usleep(useconds_t(arguments.interval * 1e6));
  }
}

}  // namespace backcourt
