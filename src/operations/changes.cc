#include "operations/changes.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/history.h"
#include "operations/as_of.h"

namespace backcourt {

void Describe(Visitor& v, ValueChange& c) {
  v.Struct("ValueChange", "A value that a run changed.");
  v.Field("key", c.key, "the key of its row, as `game_id 0022100322, player_id 203552`");
  v.Field("column", c.column, "its column; empty of a row that is new or gone");
  v.Field("before", c.before, "the value before; null where it was NULL, or of a new row");
  v.Field("after", c.after, "the value after; null where it is NULL, or of a row that is gone");
}

void Describe(Visitor& v, TableChanges& t) {
  v.Struct("TableChanges", "What a run changed in a table.");
  v.Field("table", t.table, "the table");
  v.Field("anew", t.anew, "whether it was made, or made again with other columns");
  v.Field("new_dates", t.new_dates, "dates (or seasons) that had no rows before");
  v.Field("dates", t.dates, "dates (or seasons) that had rows of which some changed");
  v.Field("changed", t.changed, "rows with other values");
  v.Field("added", t.added, "rows that are new, but for those of new dates");
  v.Field("gone", t.gone, "rows that are gone");
  v.Field("columns", t.columns, "by column: in how many rows it differs");
  v.Field("values", t.values, "the first of the values that changed, by key and column");
  v.Field("values_changed", t.values_changed, "how many there are");
}

namespace {

Result<TableChanges> ChangesOf(const Project& project, Connection& connection, int64_t run,
                               const ledger::TableLog& log, int examples) {
  TableChanges changes;
  changes.table = log.table;
  changes.anew = log.anew;
  changes.new_dates = int64_t(log.made.size());
  if (log.log.empty()) return changes;
  Remembered remembered = TRY(RememberedAs(project, connection, log.table));
  ledger::Changes read = TRY(ledger::ReadChanges(connection, log.log, run, remembered.key, "true", examples));
  Rows dates = TRY(connection.Query(
      fmt::format("SELECT count(DISTINCT {}) FROM {} WHERE run_ = {}", remembered.partition, log.log, run)));
  changes.dates = dates.Int(0, 0);
  changes.changed = read.changed, changes.added = read.added, changes.gone = read.gone;
  changes.columns.insert(read.columns.begin(), read.columns.end());
  changes.values_changed = read.values;
  for (ledger::ChangedValue& value : read.first)
    changes.values.push_back({ledger::KeyText(value.key), value.column, value.before, value.after});
  return changes;
}

}  // namespace

Result<std::vector<TableChanges>> ReadTableChanges(const Project& project, Connection& connection,
                                                   int64_t run, const std::vector<std::string>& tables,
                                                   int examples) {
  std::vector<std::string> order = project.AllTables();
  std::map<std::string, ledger::TableLog> logs;
  for (ledger::TableLog& log : TRY(ledger::ReadTableLogs(connection, run))) {
    if (std::find(order.begin(), order.end(), log.table) == order.end()) order.push_back(log.table);
    logs[log.table] = std::move(log);
  }
  std::vector<TableChanges> all;
  for (const std::string& table : order) {
    auto log = logs.find(table);
    bool meant = tables.empty() || std::find(tables.begin(), tables.end(), table) != tables.end();
    if (log != logs.end() && meant)
      all.push_back(TRY(ChangesOf(project, connection, run, log->second, examples)));
  }
  return all;
}

}  // namespace backcourt
