// What runs changed in the rows of tables.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operations/runs.h"
#include "operations/workspace.h"

namespace backcourt {

inline constexpr int kShownValues = 10;  // of a table, unless more are asked for

struct ValueChange {
  std::string key;                           // as `game_id 0022100322, player_id 203552`
  std::string column;                        // empty of a row that is new or gone
  std::optional<std::string> before, after;  // none: NULL
};
void Describe(Visitor& v, ValueChange& c);

struct TableChanges {
  std::string table;
  bool anew = false;      // it was made, or made again with other columns
  int64_t new_dates = 0;  // that had no rows before
  int64_t dates = 0;      // of which rows that were there changed
  int64_t changed = 0, added = 0, gone = 0;
  std::map<std::string, int64_t> columns;  // in how many rows each differs
  std::vector<ValueChange> values;         // the first
  int64_t values_changed = 0;
};
void Describe(Visitor& v, TableChanges& t);

// What a fill of a copy of the warehouse comes to.
struct Trial {
  std::vector<TableChanges> changes;
  std::vector<ledger::RunFailure> failures;  // cells that fail in it
  int examples = kShownValues;               // at most so many values a table
};

// By table, in the order of the project; `tables`: only these, where any are named.
Result<std::vector<TableChanges>> ReadTableChanges(const Project& project, Connection& connection,
                                                   int64_t run, const std::vector<std::string>& tables,
                                                   int examples);

}  // namespace backcourt
