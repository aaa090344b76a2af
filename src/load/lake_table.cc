// Raw tables that are tables of the lake: their cells are digested where their rows are. What the calendar or
// a source reads of them is brought here, a date at a time; all else is read in place.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ledger/loads.h"
#include "load/loader.h"
#include "load/raw_table_sql.h"

namespace backcourt {

namespace {

constexpr const char* kInPlace = "in place ";  // how the identity of a table begins whose rows are not here

std::string PartitionIn(const Workbench& bench, const RawTable& table) {
  return table.grain == Grain::kDate ? bench.dialect().DayNumber(Ident(table.date)) : PartitionSql(table);
}

// A row without a date is no row of a cell.
Result<std::vector<PartitionDigest>> DigestRows(Workbench& bench, const RawTable& table,
                                                const std::string& rows, const std::string& where) {
  auto digests = bench.Digest({"(" + rows + ")", PartitionIn(bench, table), HashedColumns(table), where});
  if (digests || digests.error().kind != ErrorKind::kData) return digests;
  return Error{ErrorKind::kSource,
               fmt::format("{} has rows without {}; nothing was loaded", table.lake, table.date),
               "take them out of it, or name a view that leaves them out"};
}

Result<> RefuseDoubles(Workbench& bench, const RawTable& table, const std::string& rows,
                       const std::string& where) {
  std::vector<std::string> shown;
  for (const std::string& column : table.key)
    shown.push_back("CAST(" + Ident(column) + " AS VARCHAR)");
  Rows twice = TRY(bench.Query(fmt::format(
      "SELECT concat_ws(', ', {}) FROM ({}) WHERE {} GROUP BY {} HAVING count(*) > 1 ORDER BY 1 LIMIT 1",
      Join(shown, ", "), rows, where, KeyList(table))));
  if (twice.size() == 0) return {};
  return Error{ErrorKind::kSource,
               fmt::format("two rows of {} have one key of {}: {}; nothing was loaded", table.lake,
                           table.name, twice.Text(0, 0)),
               "take one of them out of it"};
}

std::vector<PartitionKey> ChangedIn(const CellSeries& cells, const DigestsByPartition& now) {
  std::vector<PartitionKey> changed;
  for (const auto& [partition, one] : now)
    if (const Cell* cell = cells.Find(partition);
        !cell || cell->rows != one.rows || cell->digest != one.digest)
      changed.push_back(partition);
  for (const Cell& cell : cells.cells())
    if (cell.rows && !now.contains(cell.partition)) changed.push_back(cell.partition);
  return changed;
}

}  // namespace

// An identity is of the version; of a table that has none, of its rows.
Result<> Loader::LookAtLakeTables() {
  for (SourceGroup& group : sources_.groups()) {
    const RawTable& table = *project_.FindRaw(group.source->table);
    if (table.lake.empty()) continue;
    progress_.At("looking at " + table.lake);
    Columns columns;
    for (const Column& column : table.columns)
      columns.emplace_back(column.name, column.type);
    OutsideTable seen = TRY(lake_->LookAt(table.lake, columns));
    group.reads = "SELECT * FROM " + seen.from;
    if (HasColumn(table, "season") && !project_.seasons.empty())
      group.reads += fmt::format(" WHERE season IN ({})",
                                 QuotedList({project_.seasons.begin(), project_.seasons.end()}));
    if (seen.version.empty()) {
      Hasher hasher;
      for (const PartitionDigest& one : TRY(DigestRows(*lake_, table, group.reads, "true")))
        hasher.Add(int64_t(one.partition)).Add(one.rows).Add(one.digest.Hex());
      seen.version = hasher.Finish().Hex();
    }
    group.identity =
        fmt::format("{}{} {}", project_.IsReadInPlace(table) ? kInPlace : "", seen.version, group.reads);
  }
  return {};
}

Result<> Loader::LoadLakeTable(const RawTable& table, LoadReport& report) {
  auto group = std::find_if(sources_.groups().begin(), sources_.groups().end(),
                            [&](const SourceGroup& one) { return one.source->table == table.name; });
  auto before = ran_.find({group->source->name, ""});
  if (before != ran_.end() && before->second.identity == group->identity) return {};
  TRY(EnsureRun(report));
  progress_.At("reading " + table.lake);
  DigestsByPartition now = ByPartition(TRY(DigestRows(*lake_, table, group->reads, "true")));
  LoadedLakeTable loaded{table.name, table.lake, 0, 0};
  for (const auto& [partition, one] : now)
    loaded.rows += one.rows;
  std::vector<PartitionKey> changed = ChangedIn(cells_[table.name], now);
  if (!changed.empty()) {
    std::vector<Cell> cells = TRY(LakeCells(table, group->reads, changed, now, report.run));
    TRY(ledger::WriteCells(connection_, table.name, cells));
    for (Cell& cell : cells)
      cells_[table.name].Put(std::move(cell));
    changed_tables_.insert(table.name);
  }
  bool was_in_place = before != ran_.end() && before->second.identity.starts_with(kInPlace);
  if (!project_.IsReadInPlace(table) && (was_in_place || !changed.empty()))
    TRY(BringLakeRows(table, group->reads, was_in_place ? std::vector<PartitionKey>() : changed));
  loaded.changed = int(changed.size());
  report.changed_cells += loaded.changed;
  report.lake.push_back(std::move(loaded));
  TRY(ledger::RemoveSourceRuns(connection_, {group->source->name}, "true"));
  return ledger::WriteSourceRun(
      connection_, {group->source->name, "", ReplaceAll(group->identity, "+", ""), group->reads, report.run});
}

Result<std::vector<Cell>> Loader::LakeCells(const RawTable& table, const std::string& rows,
                                            const std::vector<PartitionKey>& changed,
                                            const DigestsByPartition& now, int64_t run) {
  std::string where = InPartitions(PartitionIn(*lake_, table), changed);
  TRY(RefuseDoubles(*lake_, table, rows, where));
  DigestsByPartition ahead;
  if (!table.ahead.empty())
    ahead = ByPartition(TRY(DigestRows(*lake_, table, rows, where + " AND (" + table.ahead + ")")));
  return RawCells(changed, now, ahead, "its rows are gone from " + table.lake, run);
}

// Rows of partitions, or of all where none are named, take the place of those that are here.
Result<> Loader::BringLakeRows(const RawTable& table, const std::string& rows,
                               const std::vector<PartitionKey>& changed) {
  auto those = [&](const std::string& partition) {
    return changed.empty() ? "true" : InPartitions(partition, changed);
  };
  TRY(lake_->Pour(fmt::format("SELECT * FROM ({}) WHERE {}", rows, those(PartitionIn(*lake_, table))),
                  "lake_rows"));
  std::string stored = "main." + Ident(table.name);
  TRY(connection_.Execute(fmt::format(
      R"sql(
      INSERT INTO temp.changed_units SELECT {name}, unit
      FROM (SELECT {unit} AS unit FROM {stored} WHERE {those} UNION SELECT {unit} FROM temp.lake_rows);
      DELETE FROM {stored} WHERE {those})sql",
      fmt::arg("name", Quote(table.name)), fmt::arg("unit", UnitSql(table)), fmt::arg("stored", stored),
      fmt::arg("those", those(PartitionSql(table))))));
  if (TRY(connection_.Query("SELECT 1 FROM temp.lake_rows LIMIT 1")).size())
    TRY(connection_.Execute(fmt::format("INSERT INTO {} SELECT {} FROM temp.lake_rows ORDER BY {}, {}",
                                        stored, ColumnList(table), PartitionSql(table), KeyList(table))));
  return connection_.Execute("DROP TABLE temp.lake_rows");
}

}  // namespace backcourt
