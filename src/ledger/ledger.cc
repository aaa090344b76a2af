#include "ledger/ledger.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.h"

namespace backcourt {

Result<> Ledger::Create(Connection& connection) {
  return connection.Execute(R"sql(
    CREATE TABLE IF NOT EXISTS backcourt.cells (
      table_name VARCHAR, slot INTEGER, state VARCHAR, fingerprint VARCHAR, identity VARCHAR, digest VARCHAR,
      ahead VARCHAR, row_count BIGINT, reason VARCHAR, note VARCHAR, missing_games VARCHAR, waived VARCHAR,
      error_class VARCHAR, attempts INTEGER, run BIGINT, changed BIGINT);
    CREATE TABLE IF NOT EXISTS backcourt.runs (
      run BIGINT, command VARCHAR, process INTEGER, started_at TIMESTAMP, ended_at TIMESTAMP, outcome VARCHAR,
      summary VARCHAR);
    CREATE TABLE IF NOT EXISTS backcourt.batches (
      run BIGINT, model VARCHAR, first_slot INTEGER, last_slot INTEGER, cells INTEGER, row_count BIGINT,
      seconds DOUBLE, ended_at TIMESTAMP, attempts INTEGER);
    CREATE TABLE IF NOT EXISTS backcourt.failures (
      run BIGINT, model VARCHAR, slot INTEGER, error_class VARCHAR, message VARCHAR, failed_at TIMESTAMP);
    CREATE TABLE IF NOT EXISTS backcourt.files (
      feed VARCHAR, path VARCHAR, season VARCHAR, size BIGINT, mtime BIGINT, run BIGINT);
    CREATE TABLE IF NOT EXISTS backcourt.sources (
      source VARCHAR, season VARCHAR, identity VARCHAR, inputs VARCHAR, run BIGINT);
    CREATE TABLE IF NOT EXISTS backcourt.units (
      table_name VARCHAR, unit VARCHAR, source VARCHAR, season VARCHAR);
    CREATE TABLE IF NOT EXISTS backcourt.dropped (
      table_name VARCHAR, source VARCHAR, season VARCHAR, reason VARCHAR, row_count BIGINT);
    CREATE TABLE IF NOT EXISTS backcourt.file_units (
      source VARCHAR, season VARCHAR, feed VARCHAR, path VARCHAR, unit VARCHAR);
    CREATE TABLE IF NOT EXISTS backcourt.dropped_units (
      source VARCHAR, season VARCHAR, unit VARCHAR, reason VARCHAR, row_count BIGINT);
    CREATE TABLE IF NOT EXISTS backcourt.snapshots (
      feed VARCHAR, path VARCHAR, season VARCHAR, size BIGINT, mtime BIGINT, identity VARCHAR, seen_at TIMESTAMP,
      unreadable VARCHAR, problem VARCHAR);
    CREATE TABLE IF NOT EXISTS backcourt.damaged_units (
      table_name VARCHAR, unit VARCHAR, source VARCHAR, season VARCHAR, reason VARCHAR);
    CREATE TABLE IF NOT EXISTS backcourt.statements (
      table_name VARCHAR, unit VARCHAR, season VARCHAR, place BIGINT, source VARCHAR, file VARCHAR,
      is_over BOOLEAN, captured_at TIMESTAMP, told VARCHAR, differs VARCHAR);
    CREATE TABLE IF NOT EXISTS backcourt.models (
      model VARCHAR, identity VARCHAR, checks VARCHAR);
  )sql");
}

namespace {

// What is wrong with a row of backcourt.cells, or "".
std::string Damage(const Rows& rows, size_t i) {
  for (size_t c = 0; c < rows.columns().size(); ++c)
    if (rows.Null(i, c)) return rows.columns()[c].name + " is NULL";
  if (CellStateName(CellStateFromName(rows.Text(i, 2))) != rows.Text(i, 2))
    return fmt::format("state is '{}'", rows.Text(i, 2));
  auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  for (size_t c = 3; c <= 6; ++c) {
    const std::string& hex = rows.Text(i, c);
    if (!hex.empty() && (hex.size() != 32 || !std::all_of(hex.begin(), hex.end(), digit)))
      return fmt::format("{} is '{}'", rows.columns()[c].name, hex);
  }
  if (rows.Int(i, 7) < 0) return fmt::format("row_count is {}", rows.Int(i, 7));
  return "";
}

// The cells of one table, by the indices of their rows in slot order.
Result<> ReadSeries(const Rows& rows, const std::vector<size_t>& of_table, const Project& project,
                    CellSeries& series) {
  series.Reserve(of_table.size());
  std::optional<int32_t> before;
  for (size_t i : of_table) {
    Cell cell;
    cell.slot = int32_t(rows.Int(i, 1));
    cell.state = CellStateFromName(rows.Text(i, 2));
    cell.fingerprint = Digest::FromHex(rows.Text(i, 3));
    cell.identity = Digest::FromHex(rows.Text(i, 4));
    cell.digest = Digest::FromHex(rows.Text(i, 5));
    cell.ahead = Digest::FromHex(rows.Text(i, 6));
    cell.rows = rows.Int(i, 7);
    cell.reason = rows.Text(i, 8);
    cell.note = rows.Text(i, 9);
    cell.missing = rows.Text(i, 10);
    cell.waived = rows.Text(i, 11);
    cell.error_class = rows.Text(i, 12);
    cell.attempts = int(rows.Int(i, 13));
    cell.run = rows.Int(i, 14);
    cell.changed = rows.Int(i, 15);
    std::string damage = Damage(rows, i);
    if (damage.empty() && before == cell.slot) damage = "it stands there twice";
    before = cell.slot;
    if (damage.empty()) {
      series.Append(std::move(cell));
      continue;
    }
    std::string what = fmt::format("its row of the ledger is damaged: {}", damage);
    if (!project.FindModel(rows.Text(i, 0)))
      return Error{ErrorKind::kBusy, fmt::format("{}, slot {}: {}", rows.Text(i, 0), cell.slot, what),
                   "the warehouse is made again from the files: move it away (and its .wal), then `backcourt "
                   "backfill all`"};
    cell.state = CellState::kFailed;  // so that the next run fills it again
    cell.error_class = "ledger";
    cell.reason = what;
    series.Put(std::move(cell));
  }
  return {};
}

}  // namespace

Result<Cells> Ledger::ReadCells(Connection& connection, const Project& project) {
  Rows rows =
      TRY(connection.Query("SELECT table_name, slot, state, fingerprint, identity, digest, ahead, row_count, "
                           "reason, note, missing_games, "
                           "waived, error_class, attempts, run, changed FROM backcourt.cells"));
  std::map<std::string_view, std::vector<size_t>>
      tables;  // a sort here is quicker than one of all the columns
  std::vector<size_t>* mine = nullptr;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i == 0 || rows.Text(i, 0) != rows.Text(i - 1, 0)) mine = &tables[rows.Text(i, 0)];
    mine->push_back(i);
  }
  Cells cells;
  for (auto& [table, of_table] : tables) {
    std::sort(of_table.begin(), of_table.end(),
              [&](size_t a, size_t b) { return rows.Int(a, 1) < rows.Int(b, 1); });
    TRY(ReadSeries(rows, of_table, project, cells[std::string(table)]));
  }
  return cells;
}

std::string Ledger::WriteCells(const std::string& table, const std::vector<Cell>& cells) {
  if (cells.empty()) return "";
  std::string slots;
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Cell& cell : cells) {
    slots += fmt::format("{}{}", slots.empty() ? "" : ",", cell.slot);
    auto hex = [](Digest digest) { return digest == Digest{} ? "" : digest.Hex(); };
    rows.push_back({{"slot", cell.slot},
                    {"state", CellStateName(cell.state)},
                    {"fingerprint", hex(cell.fingerprint)},
                    {"identity", hex(cell.identity)},
                    {"digest", hex(cell.digest)},
                    {"ahead", hex(cell.ahead)},
                    {"row_count", cell.rows},
                    {"reason", cell.reason},
                    {"note", cell.note},
                    {"missing_games", cell.missing},
                    {"waived", cell.waived},
                    {"error_class", cell.error_class},
                    {"attempts", cell.attempts},
                    {"run", cell.run},
                    {"changed", cell.changed}});
  }
  // One text for all of them: the parser takes a third of the time of that for a literal each.
  return fmt::format(
      "DELETE FROM backcourt.cells WHERE table_name = {0} AND slot IN ({1}); INSERT INTO backcourt.cells "
      "SELECT {0}, unnest(from_json({2}, {3}), recursive := true);",
      Quote(table), slots, Quote(rows.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)),
      R"('[{"slot":"INTEGER","state":"VARCHAR","fingerprint":"VARCHAR","identity":"VARCHAR","digest":"VARCHAR","ahead":"VARCHAR","row_count":"BIGINT","reason":"VARCHAR","note":"VARCHAR","missing_games":"VARCHAR","waived":"VARCHAR","error_class":"VARCHAR","attempts":"INTEGER","run":"BIGINT","changed":"BIGINT"}]')");
}

Result<Calendar> Ledger::ReadCalendar(Connection& connection, const Project& project) {
  std::vector<std::string> types;
  for (const std::string& type : project.types)
    types.push_back(Quote(type));
  std::string whole, boxes;  // whether both teams have rows in a table of boxes
  // A warehouse of an earlier version has no list of damaged units.
  bool has_damage = TRY(connection.Query(
                            "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'wh' AND schema_name = "
                            "'backcourt' AND table_name = 'damaged_units'"))
                        .Int(0, 0) > 0;
  for (size_t i = 0; i < project.boxes.size(); ++i) {
    const RawTable& table = *project.FindRaw(project.boxes[i]);
    whole += fmt::format(
        ", coalesce(s.home_team_abbr IN (b{0}.one, b{0}.other) AND s.away_team_abbr IN (b{0}.one, "
        "b{0}.other), false){1}",
        i,
        has_damage ? fmt::format(" AND s.game_id NOT IN (SELECT unit FROM backcourt.damaged_units WHERE table_name "
                                 "= {})",
                                 Quote(table.name))
                   : "");
    boxes += fmt::format(
        " LEFT JOIN (SELECT game_id, min(team_abbr) AS one, max(team_abbr) AS other FROM {1} WHERE {2} GROUP "
        "BY game_id) b{0} ON b{0}.game_id = s.game_id",
        i, Ident(table.name), table.box_rows.empty() ? "true" : table.box_rows);
  }
  Rows rows = TRY(connection.Query(
      fmt::format("SELECT s.game_id, s.game_date, s.season, s.season_year, s.game_type, s.home_team_abbr, "
                  "s.away_team_abbr, r.game_id IS NOT NULL{} "
                  "FROM {} s LEFT JOIN {} r ON r.game_id = s.game_id{} "
                  "WHERE (s.status = 'scheduled' OR r.game_id IS NOT NULL) AND s.game_date IS NOT NULL AND "
                  "s.game_type IN ({})",
                  whole, Ident(project.schedule), Ident(project.results), boxes, Join(types, ", "))));
  std::vector<Game> games(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    games[i] = {rows.Text(i, 0),
                Date{int32_t(rows.Int(i, 1))},
                rows.Text(i, 2),
                int(rows.Int(i, 3)),
                rows.Text(i, 4),
                rows.Text(i, 5),
                rows.Text(i, 6),
                rows.Int(i, 7) != 0,
                {}};
    for (size_t table = 0; table < project.boxes.size(); ++table)
      if (!rows.Int(i, 8 + table)) games[i].lacks.push_back(project.boxes[table]);
  }
  return Calendar::Build(std::move(games));
}

Result<Calendar> Ledger::ReadCalendarAsOf(Connection& connection, const Project& project, Date as_of,
                                          std::string& seen_at) {
  std::string history = project.history.empty() ? "" : Ident(project.history);
  Rows seen;
  if (!history.empty())
    seen =
        TRY(connection.Query(fmt::format("SELECT CAST(max(seen_at) FILTER (WHERE seen_date <= {}) AS "
                                         "VARCHAR), CAST(min(seen_date) AS VARCHAR) FROM {}",
                                         as_of.Sql(), history)));
  if (seen.size() == 0 || seen.Null(0, 1))
    return Error{ErrorKind::kUsage,
                 "no snapshots of the schedule are kept, so what was known on a date is not known",
                 "files {season}/{timestamp}.json of a feed of snapshots; `backcourt doctor` shows where it "
                 "looks for them"};
  if (seen.Null(0, 0))
    return Error{ErrorKind::kUsage, fmt::format("no schedule was seen up to {}", as_of.Str()),
                 fmt::format("--as-of {}, when the first one was seen, or later", seen.Text(0, 1))};
  seen_at = seen.Text(0, 0);
  std::vector<std::string> types;
  for (const std::string& type : project.types)
    types.push_back(Quote(type));
  Rows rows = TRY(connection.Query(
      fmt::format("SELECT game_id, game_date, season, season_year, game_type, coalesce(home_team_abbr, ''), "
                  "coalesce(away_team_abbr, '') FROM "
                  "(SELECT *, row_number() OVER (PARTITION BY game_id ORDER BY seen_at DESC) AS newest FROM "
                  "{} WHERE seen_date <= {}) "
                  "WHERE newest = 1 AND status = 'scheduled' AND game_date IS NOT NULL AND game_type IN ({})",
                  history, as_of.Sql(), Join(types, ", "))));
  std::vector<Game> games(rows.size());
  for (size_t i = 0; i < rows.size(); ++i)
    games[i] = {rows.Text(i, 0),
                Date{int32_t(rows.Int(i, 1))},
                rows.Text(i, 2),
                int(rows.Int(i, 3)),
                rows.Text(i, 4),
                rows.Text(i, 5),
                rows.Text(i, 6),
                false,
                {}};
  return Calendar::Build(std::move(games));
}

Result<std::map<std::string, ModelPace>> Ledger::ReadPace(Connection& connection) {
  Rows rows = TRY(connection.Query(
      "SELECT model, list_sum(max_by(seconds, ended_at, 20)) / list_sum(max_by(cells, ended_at, 20)), "
      "CAST(list_sum(max_by(row_count, ended_at, 20)) AS DOUBLE) / list_sum(max_by(cells, ended_at, 20)) "
      "FROM backcourt.batches GROUP BY model"));
  std::map<std::string, ModelPace> pace;
  for (size_t i = 0; i < rows.size(); ++i)
    pace[rows.Text(i, 0)] = {rows.Real(i, 1), rows.Real(i, 2)};
  return pace;
}

Result<int64_t> Ledger::StartRun(Connection& connection, const std::string& command) {
  Rows rows = TRY(connection.Query("SELECT CAST(coalesce(max(run), 0) + 1 AS BIGINT) FROM backcourt.runs"));
  int64_t run = rows.Int(0, 0);
  TRY(connection.Execute(
      fmt::format("INSERT INTO backcourt.runs VALUES ({}, {}, {}, now()::TIMESTAMP, NULL, NULL, NULL)", run,
                  Quote(command), getpid())));
  return run;
}

Result<> Ledger::EndRun(Connection& connection, int64_t run, const std::string& outcome,
                        const std::string& summary) {
  return connection.Execute(fmt::format(
      "UPDATE backcourt.runs SET ended_at = now()::TIMESTAMP, outcome = {}, summary = {} WHERE run = {}",
      Quote(outcome), Quote(summary), run));
}

std::string Ledger::WriteBatch(int64_t run, const BatchRecord& batch) {
  return fmt::format(
      "INSERT INTO backcourt.batches VALUES ({}, {}, {}, {}, {}, {}, {}, now()::TIMESTAMP, {});", run,
      Quote(batch.model), batch.first, batch.last, batch.cells, batch.rows, batch.seconds, batch.attempts);
}

std::string Ledger::KeepDamagedUnits(const std::string& table, const std::string& source,
                                     const std::string& season, bool part) {
  return fmt::format(
      "DELETE FROM backcourt.damaged_units WHERE table_name = {0} AND source = {1} AND season = {2}{3}; INSERT "
      "INTO backcourt.damaged_units SELECT * FROM temp.damaged WHERE source = {1} AND season = {2};",
      Quote(table), Quote(source), Quote(season), part ? " AND unit IN (FROM temp.affected)" : "");
}

std::string Ledger::KeepStatements(const std::string& table, const std::string& replaced,
                                   const std::string& from) {
  return fmt::format(
      "DELETE FROM backcourt.statements WHERE table_name = {} AND {}; INSERT INTO backcourt.statements SELECT * "
      "FROM {};",
      Quote(table), replaced, from);
}

Result<std::vector<LoadedFile>> Ledger::ReadFiles(Connection& connection) {
  Rows rows = TRY(connection.Query("SELECT feed, path, season, size, mtime, run FROM backcourt.files"));
  std::vector<LoadedFile> files(rows.size());
  for (size_t i = 0; i < rows.size(); ++i)
    files[i] = {rows.Text(i, 0), rows.Text(i, 1), rows.Text(i, 2),
                rows.Int(i, 3),  rows.Int(i, 4),  rows.Int(i, 5)};
  return files;
}

}  // namespace backcourt
