// What tables held before: beside each table, a log of the rows that runs took out of it and put into it, so
// that its rows as they stood after any run can be given back. Written in the transaction of the change
// itself.
//
// A partition that had no rows is not logged row by row: a mark says which run made it. A table that is made
// anew is kept whole, with its log, under the number of the run.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "adbc/adbc.h"
#include "plan/cells.h"

namespace backcourt::ledger {

// Rows that take the place of others in a table of the warehouse.
struct Replacement {
  std::string table;
  std::string partition;                 // a row's partition, as SQL
  std::vector<PartitionKey> partitions;  // in which rows go and come
  std::string gone = "true";             // of these, the rows that go: a predicate on the table
  std::string come;                      // a relation of the same columns; empty: none come
  std::string order;                     // in which they are written; empty: as they are
};

// Makes the logs of those of the tables that are there.
Result<> MakeLogs(Connection& connection, const std::set<std::string>& tables);
// Replaces rows. Those that are the same stay untouched, so that a correction writes what it changes.
// With a run, what it replaces is logged; REQUIRES: the table has a log.
Result<> ReplaceRows(Connection& connection, const Replacement& replacement, std::optional<int64_t> run);
// Logs that a run gives rows to partitions that have none.
Result<> LogNewPartitions(Connection& connection, int64_t run, const std::string& table,
                          const std::vector<PartitionKey>& partitions);
// Keeps a table, which may not be there, as the run finds it. REQUIRES: it is dropped next.
Result<> KeepWhole(Connection& connection, int64_t run, const std::string& table);
// Forgets a table's history.
Result<> ForgetHistory(Connection& connection, const std::string& table);

// From which run on rows can be given back.
Result<int64_t> HistoryStart(Connection& connection);
// Forgets what was replaced by runs that ended longer ago than so many seconds, or (0) all of it; `run` is
// the newest.
Result<> ExpireHistory(Connection& connection, int64_t seconds, int64_t run);

// The rows of a table as they stood after a run: a SELECT. kUsage where the table was not there, or the
// history does not reach back so far.
Result<std::string> RowsAsOf(Connection& connection, const std::string& table, const std::string& partition,
                             int64_t run);

// What a run did to a table.
struct TableLog {
  std::string table;
  std::string log;                 // the relation of its logged rows: run_, added_, the table's columns
  std::vector<PartitionKey> made;  // that had no rows before
  bool anew = false;               // the table was made, or made again
};
// In the order of their names.
Result<std::vector<TableLog>> ReadTableLogs(Connection& connection, int64_t run);

// The log of a table since it was last made; "" where nothing is logged.
Result<std::string> LogOf(Connection& connection, const std::string& table);
// The log of a table that holds what a run did to it; "" where nothing is logged.
Result<std::string> LogOf(Connection& connection, const std::string& table, int64_t run);

// A value that a run changed.
struct ChangedValue {
  std::vector<std::pair<std::string, std::string>> key;  // column and value
  std::string column;                                    // "" of a row that is new or gone
  std::optional<std::string> before, after;              // none: NULL; of a new or gone row: there or not
};

// Its key as a person reads it: `game_id 0022100322, player_id 203552`.
std::string KeyText(const std::vector<std::pair<std::string, std::string>>& key);

// What a run changed of a table's rows, but for those of partitions that it made.
struct Changes {
  int64_t changed = 0, added = 0, gone = 0;              // rows
  std::vector<std::pair<std::string, int64_t>> columns;  // in how many rows each differs, the most first
  std::vector<ChangedValue> first;                       // by key and column, as many as were asked for
  int64_t values = 0;                                    // of which these are the first
};
// `where`: a predicate on a logged row; of a row that changed, on what it was or on what it is.
Result<Changes> ReadChanges(Connection& connection, const std::string& log, int64_t run,
                            const std::vector<std::string>& key, const std::string& where, int most);

}  // namespace backcourt::ledger
