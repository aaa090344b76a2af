#include "ledger/cells.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "ledger/declarations.h"

namespace backcourt::ledger {

namespace {

// What from_json reads a row of backcourt.cells as, but for its table.
constexpr const char* kCellTypes =
    R"([{"slot":"INTEGER","state":"VARCHAR","fingerprint":"VARCHAR","identity":"VARCHAR","digest":"VARCHAR",)"
    R"("ahead":"VARCHAR","row_count":"BIGINT","reason":"VARCHAR","note":"VARCHAR","missing_games":"VARCHAR",)"
    R"("waived":"VARCHAR","error_class":"VARCHAR","attempts":"INTEGER","run":"BIGINT","changed":"BIGINT"}])";

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

// The cells of one table, by the indices of their rows in order of partitions.
Result<> ReadSeries(const Rows& rows, const std::vector<size_t>& of_table, const Project& project,
                    CellSeries& series) {
  series.Reserve(of_table.size());
  std::optional<PartitionKey> before;
  for (size_t i : of_table) {
    Cell cell;
    cell.partition = PartitionKey(rows.Int(i, 1));
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
    if (damage.empty() && before == cell.partition) damage = "it is there twice";
    before = cell.partition;
    if (damage.empty()) {
      series.Append(std::move(cell));
      continue;
    }
    std::string what = fmt::format("its row of the ledger is damaged: {}", damage);
    if (!project.FindModel(rows.Text(i, 0)))
      return Error{ErrorKind::kBusy,
                   fmt::format("{}, partition {}: {}", rows.Text(i, 0), cell.partition, what),
                   "the warehouse is made again from the files: move it away (and its .wal), then `backcourt "
                   "backfill all`"};
    cell.state = CellState::kFailed;  // so that the next run fills it again
    cell.error_class = "ledger";
    cell.reason = what;
    cell.fingerprint = {};
    series.Put(std::move(cell));
  }
  return {};
}

}  // namespace

Result<Cells> ReadCells(Connection& connection, const Project& project) {
  Rows rows = TRY(connection.Query(R"sql(
      SELECT table_name, slot, state, fingerprint, identity, digest, ahead, row_count, reason, note, missing_games,
        waived, error_class, attempts, run, changed
      FROM backcourt.cells)sql"));
  // A sort here is quicker than one of all the columns.
  std::map<std::string_view, std::vector<size_t>> tables;
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
  TRY(ReadBases(connection, project, cells));
  return cells;
}

Result<> WriteCells(Connection& connection, const std::string& table, const std::vector<Cell>& cells) {
  if (cells.empty()) return {};
  std::string partitions;
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Cell& cell : cells) {
    partitions += fmt::format("{}{}", partitions.empty() ? "" : ",", cell.partition);
    auto hex = [](Digest digest) { return digest == Digest{} ? "" : digest.Hex(); };
    rows.push_back({{"slot", cell.partition},
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
  std::string text = rows.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return connection.Execute(fmt::format(R"sql(
      DELETE FROM backcourt.cells WHERE table_name = {table} AND slot IN ({partitions});
      INSERT INTO backcourt.cells SELECT {table}, unnest(from_json({rows}, '{types}'), recursive := true))sql",
                                        fmt::arg("table", Quote(table)), fmt::arg("partitions", partitions),
                                        fmt::arg("rows", Quote(text)), fmt::arg("types", kCellTypes)));
}

Result<> RemoveCells(Connection& connection, const std::string& table,
                     const std::vector<PartitionKey>& partitions) {
  if (partitions.empty()) return {};
  return connection.Execute(fmt::format("DELETE FROM backcourt.cells WHERE table_name = {} AND slot IN ({})",
                                        Quote(table), fmt::join(partitions, ", ")));
}

Result<> RemoveCells(Connection& connection, const std::string& table) {
  return connection.Execute(fmt::format("DELETE FROM backcourt.cells WHERE table_name = {}", Quote(table)));
}

Result<> EmptyCells(Connection& connection, const std::string& table) {
  return connection.Execute(fmt::format(R"sql(
      DELETE FROM backcourt.cells WHERE table_name = {table} AND state NOT IN ('failed', 'blocked');
      UPDATE backcourt.cells SET row_count = 0, digest = '', fingerprint = '' WHERE table_name = {table})sql",
                                        fmt::arg("table", Quote(table))));
}

Result<std::map<std::string, int64_t>> ReadLastChanged(Connection& connection) {
  Rows rows = TRY(connection.Query("SELECT table_name, max(changed) FROM backcourt.cells GROUP BY 1"));
  std::map<std::string, int64_t> changed;
  for (size_t i = 0; i < rows.size(); ++i)
    changed[rows.Text(i, 0)] = rows.Int(i, 1);
  return changed;
}

}  // namespace backcourt::ledger
