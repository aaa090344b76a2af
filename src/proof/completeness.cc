#include "proof/completeness.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>

#include "base/text.h"
#include "ledger/loads.h"
#include "load/raw_table_sql.h"
#include "load/snapshots.h"
#include "load/statements.h"
#include "plan/planner.h"
#include "proof/contracts.h"
#include "proof/fixes.h"
#include "warehouse/cell_sql.h"
#include "warehouse/duckdb/duckdb_workbench.h"

namespace backcourt {

namespace {

class Checker {
 public:
  Checker(Connection& ledger, Workbench& bench, const Project& project, const Calendar& calendar,
          const Cells& cells, const CheckOptions& options)
      : ledger_(ledger),
        bench_(bench),
        project_(project),
        calendar_(calendar),
        cells_(cells),
        options_(options),
        states_(JudgeAll(project, calendar, cells)) {}

  Result<CheckReport> Run(const std::map<std::string, std::vector<PartitionKey>>& retired);

 private:
  bool Wanted(const std::string& table) const {
    return options_.tables.empty() ||
           std::find(options_.tables.begin(), options_.tables.end(), table) != options_.tables.end();
  }
  // Some cell of a model is filled, and so its table is there.
  bool IsFilled(const std::string& model) const {
    auto series = cells_.find(model);
    return series != cells_.end() && std::any_of(series->second.cells().begin(), series->second.cells().end(),
                                                 [](const Cell& cell) { return Settled(cell.state); });
  }
  Date DateAt(int index) const { return calendar_.dates()[size_t(index)].date; }
  std::string Between(const CheckedSeason& season, const std::string& column) const {
    return fmt::format("{} BETWEEN {} AND {}", column, DateAt(season.dates.front()).Sql(),
                       DateAt(season.dates.back()).Sql());
  }

  Result<> Games(const CheckedSeason& season);
  void FilledCells(const CheckedSeason& season);
  Result<> StoredRows(const CheckedSeason& season);
  Result<> StoredRowsOf(Workbench& bench, const std::string& table, const std::string& partition,
                        const std::vector<std::string>& columns, const std::vector<std::string>& key,
                        int32_t first, int32_t last, const std::string& fix, GuardCount& count);
  Result<> ExpectedRows(const CheckedSeason& season);
  void LeaveOut();
  Result<> Contract(const CheckedSeason& season, const Check& check);
  Result<> Contracts(const CheckedSeason& season);
  Result<> KeptSnapshots(const CheckedSeason& season);
  Result<> OtherSources(const CheckedSeason& season);
  Result<> ScheduleAgrees(const CheckedSeason& season);
  Result<> DamagedUnits(const CheckedSeason& season);
  Result<std::string> WhyDropped(const RawTable& table, const std::string& unit);
  Result<std::set<std::string>> FilesOf(const RawTable& table, const std::string& season);
  Result<std::set<std::string>> FilesOf(const std::vector<std::string>& tables, const std::string& season,
                                        const std::string& unit);
  Result<std::string> LoadAgain(const RawTable& table, const std::string& season);
  Result<std::vector<ledger::LoadedFile>> Files();
  void Count(GuardCount count);

  Connection& ledger_;
  Workbench& bench_;
  const Project& project_;
  const Calendar& calendar_;
  const Cells& cells_;
  const CheckOptions& options_;
  std::map<std::string, std::vector<CellState>> states_;
  std::set<int32_t> not_chosen_;  // game dates that were not asked for
  std::optional<std::vector<ledger::LoadedFile>> files_;
  CheckReport report_;
};

// Those that are known.
std::set<std::string> Named(std::set<std::string> files) {
  files.erase("");
  return files;
}

// A guard that looked at nothing proves nothing.
void Checker::Count(GuardCount count) {
  if (count.examined == 0 && count.nothing.empty()) {
    report_.gaps.push_back({count.guard,
                            count.season,
                            "",
                            {},
                            {},
                            0,
                            "",
                            "it looked at nothing, which proves nothing",
                            "`backcourt status` shows what there is"});
    ++count.found;
  }
  report_.guards.push_back(std::move(count));
}

// The games of the schedule against results, boxes and what else is of every final game.
// The counts of one guard, which its gaps are made of.
// NOLINTNEXTLINE(readability-function-size)
Result<> Checker::Games(const CheckedSeason& season) {
  GuardCount count{season.label, "games", "games", 0, 0, ""};
  const RawTable* results = project_.FindRaw(project_.results);
  if (!results) {
    count.nothing = fmt::format("the file of {} is broken", project_.results);
    Count(std::move(count));
    return {};
  }
  std::vector<std::string> types;
  for (const std::string& type : project_.types)
    types.push_back(Quote(type));
  std::string games = fmt::format(
      "(SELECT * FROM wh.main.{} WHERE status = 'scheduled' AND season = {} AND game_type IN ({}) AND {})",
      Ident(project_.schedule), Quote(season.label), Join(types, ", "), Between(season, "game_date"));
  for (const RawTable& table : project_.raw_tables) {
    bool is_results = table.name == results->name, is_boxes = project_.IsBoxes(table.name);
    if (!(is_results || is_boxes || table.of_final_games) || !Wanted(table.name)) continue;
    Rows rows = TRY(bench_.Query(fmt::format(
        R"sql(
        SELECT g.game_id, CAST({day} AS INTEGER), g.game_type, g.away_team_abbr || ' at ' || g.home_team_abbr,
          r.unit_ IS NOT NULL, t.unit_ IS NOT NULL
        FROM {games} g
        LEFT JOIN (SELECT DISTINCT {results_unit} AS unit_ FROM wh.main.{results}) r ON r.unit_ = g.game_id
        LEFT JOIN (SELECT DISTINCT {unit} AS unit_ FROM wh.main.{table} WHERE {rows}) t ON t.unit_ = g.game_id
        ORDER BY g.game_date, g.game_id)sql",
        fmt::arg("day", bench_.dialect().DayNumber("g.game_date")), fmt::arg("games", games),
        fmt::arg("results_unit", Ident(results->unit)), fmt::arg("results", Ident(results->name)),
        fmt::arg("unit", Ident(table.unit)), fmt::arg("table", Ident(table.name)),
        fmt::arg("rows", table.box_rows.empty() ? "true" : table.box_rows))));
    std::map<std::string, std::pair<int, int>> of_type;  // due, there
    std::vector<size_t> lacking;
    Coverage coverage{season.label, table.name, "games", 0, 0, ""};
    for (size_t i = 0; i < rows.size(); ++i) {
      int32_t day = int32_t(rows.Int(i, 1));
      bool due = is_results ? Date{day} <= options_.played_until : rows.Int(i, 4) != 0;
      if (!due || not_chosen_.contains(day)) continue;
      auto& [expected, present] = of_type[rows.Text(i, 2)];
      ++expected, ++coverage.expected;
      if (rows.Int(i, 5))
        ++present, ++coverage.present;
      else
        lacking.push_back(i);
    }
    count.examined += coverage.expected;
    std::string fix = "get a file that has the game, then " + TRY(LoadAgain(table, season.label)) +
                      " and `backcourt backfill`";
    for (size_t i : lacking) {
      const auto& [expected, present] = of_type[rows.Text(i, 2)];
      if (!is_results && !is_boxes && present == 0)
        continue;  // the feed serves none of this kind: told below
      Date date{int32_t(rows.Int(i, 1))};
      std::string why = TRY(WhyDropped(table, rows.Text(i, 0)));
      report_.gaps.push_back({"games", season.label, table.name, date, date, 1,
                              rows.Text(i, 0) + " " + rows.Text(i, 3),
                              (is_results ? "the game was to be played, and has no result"
                                          : "the game is final, and has no rows here") +
                                  (why.empty() ? "" : "; what files hold of it was left out: " + why),
                              fix});
      ++count.found;
    }
    for (const auto& [type, counts] : of_type)
      if (!is_results && !is_boxes && counts.second == 0)
        coverage.remark += fmt::format("{}none of {}: no feed has them", coverage.remark.empty() ? "" : "; ",
                                       Counted(counts.first, type + " game"));
    report_.coverage.push_back(std::move(coverage));
  }
  if (!options_.tables.empty() && count.examined == 0)
    count.nothing = "no table that was asked for has rows of every game";
  else if (count.examined == 0 && DateAt(season.dates.front()) > options_.played_until)
    count.nothing = "none of these games is over";
  Count(std::move(count));
  return {};
}

// Why rows of a unit were left out; "" where none were, or their source keeps no such record.
Result<std::string> Checker::WhyDropped(const RawTable& table, const std::string& unit) {
  std::set<std::string> sources;
  for (const Source& source : project_.sources)
    if (source.table == table.name) sources.insert(Quote(source.name));
  if (sources.empty()) return std::string();
  Rows why = TRY(ledger_.Query(fmt::format(
      R"sql(
      SELECT coalesce(string_agg(DISTINCT reason, ', ' ORDER BY reason), '')
      FROM wh.backcourt.dropped_units WHERE unit = {unit} AND source IN ({sources}))sql",
      fmt::arg("unit", Quote(unit)), fmt::arg("sources", Join({sources.begin(), sources.end()}, ", ")))));
  return why.Text(0, 0);
}

// The files that were loaded, read once.
Result<std::vector<ledger::LoadedFile>> Checker::Files() {
  if (!files_) files_ = TRY(ledger::ReadFiles(ledger_));
  return *files_;
}

// The files of a raw table's season, as they were loaded.
Result<std::set<std::string>> Checker::FilesOf(const RawTable& table, const std::string& season) {
  std::set<std::string> feeds = {"canonical " + table.name};
  bool derived = false;
  for (const Source& source : project_.sources) {
    if (source.table != table.name) continue;
    for (const auto& list : {source.feeds, source.any_of})
      for (const std::string& feed : list)
        feeds.insert(feed);
    derived = derived || (source.feeds.empty() && source.any_of.empty());
  }
  std::set<std::string> files;
  std::string any;
  for (const ledger::LoadedFile& file : TRY(Files())) {
    if (feeds.contains(file.feed) && (file.season.empty() || file.season == season)) files.insert(file.path);
    if (!file.feed.starts_with("seed ") && (any.empty() || file.path < any)) any = file.path;
  }
  // What is made of other tables is made again with any file.
  if (files.empty() && derived && !any.empty()) files.insert(any);
  return files;
}

// The files that hold a unit, as far as that is kept; else those of the tables' season.
Result<std::set<std::string>> Checker::FilesOf(const std::vector<std::string>& tables,
                                               const std::string& season, const std::string& unit) {
  std::set<std::string> all;
  for (const std::string& name : tables) {
    const RawTable* table = project_.FindRaw(name);
    if (!table || table->unit.empty() || name == project_.schedule) continue;
    Rows rows = TRY(ledger_.Query(fmt::format(
        R"sql(
        SELECT DISTINCT f.path FROM wh.backcourt.file_units f JOIN wh.backcourt.units u USING (source, unit)
        WHERE u.table_name = {table} AND unit = {unit})sql",
        fmt::arg("table", Quote(name)), fmt::arg("unit", Quote(unit)))));
    for (size_t i = 0; i < rows.size(); ++i)
      all.insert(rows.Text(i, 0));
    if (rows.size() == 0) all.merge(TRY(FilesOf(*table, season)));
  }
  return all;
}

// The command that reads a raw table's files of a season again.
Result<std::string> Checker::LoadAgain(const RawTable& table, const std::string& season) {
  return table.lake.empty() ? LoadCommand(TRY(FilesOf(table, season))) : "`backcourt load`";
}

// Cells against the calendar.
void Checker::FilledCells(const CheckedSeason& season) {
  GuardCount count{season.label, "cells", "cells", 0, 0, ""};
  for (const Model& model : project_.models) {
    if (model.view || !Wanted(model.name)) continue;
    auto series = cells_.find(model.name);
    Coverage coverage{season.label, model.name, "dates", int64_t(season.dates.size()), 0, ""};
    int64_t empty = 0, waiting = 0;
    std::map<std::string, size_t> open;  // by what is wrong: the gap that further dates join
    auto lacks = [&](int index, const std::string& what, const std::string& fix) {
      auto [at, is_new] = open.try_emplace(what, report_.gaps.size());
      if (is_new)
        report_.gaps.push_back(
            {"cells", season.label, model.name, DateAt(index), DateAt(index), 1, "", what, fix});
      Gap& gap = report_.gaps[at->second];
      gap.last = DateAt(index);
      if (!is_new) ++gap.dates;
      if (fix.empty()) gap.fix = FillCommand(model.name, gap.first, gap.last);
      ++count.found;
    };
    for (int index : season.dates) {
      const Cell* cell = series == cells_.end() ? nullptr : series->second.Find(DateAt(index).days);
      CellState state = states_.at(model.name)[size_t(index)];
      if (state == CellState::kNotDue) {
        --coverage.expected;
        continue;
      }
      ++count.examined;
      coverage.present += Settled(state) && state != CellState::kWaiting;
      waiting += state == CellState::kWaiting;
      empty += state == CellState::kEmpty;
      if (auto gap = GapOf(project_, model, DateAt(index), cell, state)) lacks(index, gap->what, gap->fix);
      if (cell && !cell->waived.empty())
        lacks(index, fmt::format("let through without {} (--allow-missing)", cell->waived),
              CommandToTry({"backfill", model.name}) + " once its inputs are filled: `backcourt status`");
    }
    if (empty)
      coverage.remark = fmt::format("{} of them empty: {}", empty,
                                    model.empty.empty() ? "the model gives no rows" : model.empty);
    if (waiting)
      coverage.remark += fmt::format("{}{} for results", coverage.remark.empty() ? "" : "; ",
                                     waiting == 1 ? "1 date waits" : fmt::format("{} dates wait", waiting));
    report_.coverage.push_back(std::move(coverage));
  }
  if (!options_.tables.empty() && count.examined == 0) count.nothing = "no model was asked for";
  Count(std::move(count));
}

// Rows as they stand against the ledger's digests of them.
Result<> Checker::StoredRowsOf(Workbench& bench, const std::string& table, const std::string& partition,
                               const std::vector<std::string>& columns, const std::vector<std::string>& key,
                               int32_t first, int32_t last, const std::string& fix, GuardCount& count) {
  static const CellSeries kNone;
  auto found = cells_.find(table);
  const CellSeries& ledger = found == cells_.end() ? kNone : found->second;
  bool dated = project_.GrainOf(table) == Grain::kDate;
  std::string where = fmt::format("{} BETWEEN {} AND {}", partition, first, last);
  std::map<PartitionKey, PartitionDigest> stored;
  for (const PartitionDigest& one : TRY(bench.Digest({"wh.main." + Ident(table), partition, columns, where})))
    stored[one.partition] = one;
  std::set<int32_t> partitions;
  for (const auto& [s, one] : stored)
    partitions.insert(s);
  for (auto [at, end] = ledger.Range(first, last); at < end; ++at)
    partitions.insert(ledger.cells()[at].partition);
  for (int32_t s : partitions) {
    if (dated && not_chosen_.contains(s)) continue;
    ++count.examined;
    const Cell* cell = ledger.Find(s);
    auto there = stored.find(s);
    int64_t rows = there == stored.end() ? 0 : there->second.rows, said = cell ? cell->rows : 0;
    Digest digest = there == stored.end() ? Digest{} : there->second.digest,
           said_digest = cell ? cell->digest : Digest{};
    if (rows == said && digest == said_digest) continue;
    std::vector<std::string> quoted, shown;
    for (const std::string& column : key)
      quoted.push_back(Ident(column)),
          shown.push_back(fmt::format("'{}=' || CAST({} AS VARCHAR)", column, Ident(column)));
    Rows twice = TRY(bench.Query(
        fmt::format(R"sql(
        SELECT concat_ws(', ', {shown}) FROM wh.main.{table} WHERE {key_sql} = {key}
        GROUP BY {columns} HAVING count(*) > 1 ORDER BY 1 LIMIT 1)sql",
                    fmt::arg("shown", shown.empty() ? "''" : Join(shown, ", ")),
                    fmt::arg("table", Ident(table)), fmt::arg("key_sql", partition), fmt::arg("key", s),
                    fmt::arg("columns", quoted.empty() ? "()" : Join(quoted, ", ")))));
    std::string what = rows == said ? "a value is not what was filled"
                                    : fmt::format("{}, where {} {} filled", Counted(rows, "row"),
                                                  WithCommas(said), said == 1 ? "was" : "were");
    if (twice.size() && !key.empty()) what += ": a row is there twice (" + twice.Text(0, 0) + ")";
    report_.gaps.push_back({"stored rows", "", table, dated ? Date{s} : Date{}, dated ? Date{s} : Date{}, 1,
                            "", what + "; it was changed outside Backcourt",
                            fix.empty() ? FillCommand(table, Date{s}, Date{s}, true) : fix});
    ++count.found;
  }
  return {};
}

Result<> Checker::StoredRows(const CheckedSeason& season) {
  GuardCount count{season.label, "stored rows", "cells", 0, 0, ""};
  DuckDbWorkbench file(ledger_);  // raw rows are in it, whatever the engine
  size_t before = report_.gaps.size();
  int32_t first = DateAt(season.dates.front()).days, last = DateAt(season.dates.back()).days;
  for (const RawTable& table : project_.raw_tables) {
    if (!Wanted(table.name)) continue;
    int32_t year = calendar_.season_of(calendar_.dates()[size_t(season.dates.front())]).year;
    bool dated = table.grain == Grain::kDate;
    int32_t from = dated ? first : table.grain == Grain::kSeason ? year : 0, to = dated ? last : from;
    bool of_lake = !table.lake.empty();  // digested there
    TRY(StoredRowsOf(of_lake ? bench_ : file, table.name,
                     of_lake && dated ? bench_.dialect().DayNumber(Ident(table.date)) : PartitionSql(table),
                     HashedColumns(table), table.key, from, to,
                     TRY(LoadAgain(table, season.label)) + ", then `backcourt backfill`", count));
  }
  for (const Model& model : project_.models) {
    if (model.view || !Wanted(model.name) || !cells_.contains(model.name)) continue;
    std::vector<std::string> columns;
    for (const auto& [name, about] : model.columns)
      columns.push_back(name);
    Columns there = TRY(bench_.Describe(model.name)).value_or(Columns());
    bool as_declared = there.size() == columns.size();
    for (size_t i = 0; as_declared && i < columns.size(); ++i)
      as_declared = there[i].first == columns[i];
    if (!as_declared) continue;  // its cells are stale or missing, and told as such
    TRY(StoredRowsOf(bench_, model.name, bench_.dialect().DayNumber(Ident(model.date)), columns, model.key,
                     first, last, "", count));
  }
  for (size_t i = before; i < report_.gaps.size(); ++i)
    report_.gaps[i].season = season.label;
  Count(std::move(count));
  return {};
}

// Rows a date against the headers' [rows].
Result<> Checker::ExpectedRows(const CheckedSeason& season) {
  GuardCount count{season.label, "expected rows", "dates", 0, 0, ""};
  for (const Model& model : project_.models) {
    if (model.view || model.expected_rows.empty() || !Wanted(model.name)) continue;
    std::vector<int> dates;
    for (int index : season.dates)
      if (CellState state = states_.at(model.name)[size_t(index)];
          Settled(state) && state != CellState::kWaiting)  // which may not be filled
        dates.push_back(index);
    if (dates.empty()) continue;
    Rows rows = TRY(bench_.Query(fmt::format(
        R"sql(
        {inputs}SELECT CAST({day} AS INTEGER), CAST(e.expected_rows AS BIGINT), coalesce(t.n, 0)
        FROM ({expected}) AS e
        LEFT JOIN (SELECT {date} AS game_date, count(*) AS n FROM wh.main.{table} GROUP BY 1) AS t
          ON t.game_date = e.game_date
        ORDER BY 1)sql",
        fmt::arg("inputs", InputSql(project_, calendar_, model, dates)),
        fmt::arg("day", bench_.dialect().DayNumber("e.game_date")), fmt::arg("expected", model.expected_rows),
        fmt::arg("date", Ident(model.date)), fmt::arg("table", Ident(model.name)))));
    count.examined += int64_t(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows.Int(i, 1) == rows.Int(i, 2)) continue;
      Date date{int32_t(rows.Int(i, 0))};
      report_.gaps.push_back(
          {"expected rows", season.label, model.name, date, date, 1, "",
           fmt::format("{} due, {} there", Counted(rows.Int(i, 1), "row"), WithCommas(rows.Int(i, 2))),
           FillCommand(model.name, date, date, true)});
      ++count.found;
    }
  }
  if (count.examined == 0) count.nothing = "no model with [rows] is filled";
  Count(std::move(count));
  return {};
}

// What is left out of the project, where all was asked for.
void Checker::LeaveOut() {
  if (options_.tables.empty()) report_.left_out = project_.left_out;
}

// A check that does not run is left out; the others go on.
Result<> Checker::Contract(const CheckedSeason& season, const Check& check) {
  for (const std::string& read : check.reads)
    if (project_.FindLeftOut(read)) {
      Count({season.label, check.name, "items", 0, 0, fmt::format("{}, which it reads, is broken", read)});
      return {};
    }
  std::vector<Gap> gaps;
  auto count = RunCheckOf(ledger_, bench_, project_, calendar_, season, check, gaps);
  if (count) {
    constexpr size_t kWithFiles = 100;  // gaps whose files are looked for one by one
    for (size_t i = 0; i < gaps.size(); ++i) {
      std::string unit = i < kWithFiles ? gaps[i].subject.substr(0, gaps[i].subject.find(' ')) : "";
      gaps[i].fix = CorrectFiles(check.fix, TRY(FilesOf(check.reads, season.label, unit)));
    }
    report_.gaps.insert(report_.gaps.end(), gaps.begin(), gaps.end());
    Count(std::move(*count));
    return {};
  }
  const Error& error = count.error();
  if (error.kind != ErrorKind::kUsage && error.kind != ErrorKind::kModel) return error;
  auto same = [&](const LeftOut& out) { return out.is_check && out.name == check.name; };
  if (std::none_of(report_.left_out.begin(), report_.left_out.end(), same))
    report_.left_out.push_back({check.name, check.file, true, error.message});
  Count({season.label, check.name, "items", 0, 0, "its file is broken"});
  return {};
}

Result<> Checker::Contracts(const CheckedSeason& season) {
  for (const Check& check : project_.checks) {
    bool wanted =
        options_.tables.empty() || std::any_of(check.reads.begin(), check.reads.end(),
                                               [&](const std::string& read) { return Wanted(read); });
    bool there = std::all_of(check.reads.begin(), check.reads.end(), [&](const std::string& read) {
      return !project_.FindModel(read) || IsFilled(read);
    });
    if (!wanted) continue;
    if (there)
      TRY(Contract(season, check));
    else
      Count({season.label, check.name, "items", 0, 0, "a table that it reads was never filled"});
  }
  GuardCount months{season.label, "months", "column-months", 0, 0, "no model that was asked for is filled"};
  for (const Model& model : project_.models) {
    if (model.view || !Wanted(model.name) || !IsFilled(model.name)) continue;
    GuardCount one = TRY(JudgeMonths(bench_, project_, calendar_, season, model, states_.at(model.name),
                                     options_.needs, report_.gaps));
    months.examined += one.examined;
    months.found += one.found;
    months.nothing = one.nothing;
  }
  Count(std::move(months));
  return {};
}

Result<> Checker::KeptSnapshots(const CheckedSeason& season) {
  GuardCount count{season.label, "snapshots", "snapshots", 0, 0, "no snapshots of the schedule are kept"};
  for (const Snapshot& one : TRY(Snapshots::OfSeason(ledger_, season.label))) {
    ++count.examined;
    if (one.problem.empty()) continue;
    ++count.found;
    report_.gaps.push_back(
        {count.guard,
         season.label,
         project_.schedule,
         {},
         {},
         0,
         one.path,
         "quarantined: " + one.problem,
         "fetch it again to the same place, then `backcourt load`; an empty file removes its rows"});
  }
  Count(std::move(count));
  return {};
}

// What serves a game against what other sources tell of it.
Result<> Checker::OtherSources(const CheckedSeason& season) {
  GuardCount count{
      season.label, "sources", "games", 0, 0, "no table with totals was asked for, or none has rows"};
  for (const RawTable& table : project_.raw_tables) {
    if (table.totals.empty() || !Wanted(table.name)) continue;
    count.examined += TRY(ledger::CountUnits(ledger_, table.name, season.label));
    for (const ledger::DroppedSource& other :
         TRY(ledger::ReadDropped(ledger_, table.name, season.label, kOtherTotals))) {
      report_.gaps.push_back(
          {count.guard,
           season.label,
           table.name,
           {},
           {},
           0,
           "",
           fmt::format("rows of {} are {}", other.source, other.reason),
           CorrectFiles(fmt::format("find which is wrong and correct its file, or set [sources] "
                                    "prefer = [\"{}\"]",
                                    other.source),
                        TRY(FilesOf(table, season.label)))});
      ++count.found;
    }
  }
  Count(std::move(count));
  return {};
}

// The dates and teams of a game by each of the sources that state them, and by its result.
Result<> Checker::ScheduleAgrees(const CheckedSeason& season) {
  GuardCount count{season.label, "schedule_agrees", "games", 0, 0, ""};
  count.examined = TRY(ledger_.Query(fmt::format("SELECT count(*) FROM wh.main.{} WHERE season = {}",
                                                 Ident(project_.schedule), Quote(season.label))))
                       .Int(0, 0);
  for (const Disagreement& one : TRY(ReadDisagreements(ledger_, project_, season.label))) {
    report_.gaps.push_back(
        {count.guard,
         season.label,
         one.table,
         {},
         {},
         0,
         one.unit,
         fmt::format("{} ({}{}, which serves, and {}{})", one.what, one.source,
                     one.file.empty() ? "" : ", " + one.file, one.other_source,
                     one.other_file.empty() ? "" : ", " + one.other_file),
         CorrectFiles("fetch the file that is wrong again", Named({one.file, one.other_file}))});
    ++count.found;
  }
  Count(std::move(count));
  return {};
}

// Games whose box has rows of one key that contradict each other.
Result<> Checker::DamagedUnits(const CheckedSeason& season) {
  GuardCount count{season.label, "doubled keys", "games", 0, 0, "no table of boxes was asked for"};
  for (const std::string& table : project_.boxes) {
    if (!Wanted(table)) continue;
    std::string mine =
        fmt::format("table_name = {} AND season IN ('', {})", Quote(table), Quote(season.label));
    count.examined += TRY(ledger_.Query("SELECT count(*) FROM wh.backcourt.units WHERE " + mine)).Int(0, 0);
    Rows rows = TRY(ledger_.Query("SELECT unit, reason FROM wh.backcourt.damaged_units WHERE " + mine +
                                  " ORDER BY unit, reason"));
    for (size_t i = 0; i < rows.size(); ++i) {
      report_.gaps.push_back({count.guard,
                              season.label,
                              table,
                              {},
                              {},
                              0,
                              rows.Text(i, 0),
                              rows.Text(i, 1),
                              CorrectFiles("take the wrong row out of its file",
                                           TRY(FilesOf({table}, season.label, rows.Text(i, 0))))});
      ++count.found;
    }
  }
  Count(std::move(count));
  return {};
}

Result<CheckReport> Checker::Run(const std::map<std::string, std::vector<PartitionKey>>& retired) {
  auto start = std::chrono::steady_clock::now();
  std::vector<CheckedSeason> seasons;
  for (int index : options_.dates) {
    const std::string& label = calendar_.season_of(calendar_.dates()[size_t(index)]).label;
    if (seasons.empty() || seasons.back().label != label) seasons.push_back({label, {}});
    seasons.back().dates.push_back(index);
  }
  for (const GameDate& date : calendar_.dates())
    not_chosen_.insert(date.date.days);
  for (int index : options_.dates)
    not_chosen_.erase(DateAt(index).days);
  LeaveOut();
  for (const CheckedSeason& season : seasons) {
    TRY(Games(season));
    FilledCells(season);
    TRY(StoredRows(season));
    TRY(ExpectedRows(season));
    TRY(Contracts(season));
    if (Wanted(project_.schedule)) TRY(KeptSnapshots(season));
    TRY(OtherSources(season));
    if (Wanted(project_.schedule)) TRY(ScheduleAgrees(season));
    TRY(DamagedUnits(season));
  }
  for (const auto& [table, partitions] : retired)
    if (Wanted(table))
      report_.gaps.push_back({"cells", "", table, Date{partitions.front()}, Date{partitions.back()},
                              int64_t(partitions.size()), "",
                              "filled for a date that is no longer a game date", "`backcourt backfill`"});
  report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return std::move(report_);
}

}  // namespace

Result<CheckReport> CheckCompleteness(Connection& ledger, Workbench& bench, const Project& project,
                                      const Calendar& calendar, const Cells& cells,
                                      const std::map<std::string, std::vector<PartitionKey>>& retired,
                                      const CheckOptions& options) {
  return Checker(ledger, bench, project, calendar, cells, options).Run(retired);
}

}  // namespace backcourt
