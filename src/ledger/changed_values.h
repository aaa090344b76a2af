// Which values of raw rows a load changed, in dates (or seasons) that had rows before: what `why` shows. The
// first kMostKept of a load and table are kept.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adbc/adbc.h"
#include "plan/cells.h"

namespace backcourt::ledger {

inline constexpr int kMostKept = 1000;

struct ChangedValue {
  std::string unit;
  std::vector<std::pair<std::string, std::string>> key;  // column and value
  std::string column;                                    // "" of a row that is new or gone
  std::optional<std::string> before, after;              // none: NULL; of a new or gone row: there or not
};

// `changes` is a relation (slot, unit, key, column_name, before, after), its key an object of JSON.
Result<> WriteChangedValues(Connection& connection, int64_t run, const std::string& table,
                            const std::string& changes);

struct ChangedValues {
  std::vector<ChangedValue> first;  // as many as were asked for
  int64_t all = 0;
};
// What a load changed of a cell.
Result<ChangedValues> ReadChangedValues(Connection& connection, int64_t run, const std::string& table,
                                        PartitionKey partition, int most);

}  // namespace backcourt::ledger
