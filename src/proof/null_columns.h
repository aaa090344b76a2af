// Columns that are NULL because what they are made of is not there: a model's
// header says under [needs] which raw table, or which column of one, that is.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "calendar/calendar.h"
#include "project/project.h"
#include "warehouse/warehouse.h"

namespace backcourt {

struct NullColumns {
  std::string needs;                 // a raw table, or table.column of one
  std::vector<std::string> seasons;  // those in which it holds no value
  std::vector<std::string> columns;  // table.column
};

// In the order of the models. Looks at the raw tables, not at the models' rows.
// Where raw data holds a value of what a header says under [needs].
struct NeedMet {
  std::set<std::string> seasons;
  std::optional<std::set<int32_t>> dates;  // as days since 1970; of tables whose rows are of a date
};
using NeedsMet = std::map<std::string, NeedMet>;  // by what the headers say
Result<NeedsMet> FindNeedsMet(Connection& connection, Workbench& bench, const Project& project,
                              const Calendar& calendar);

// Of tables, not of helpers.
std::vector<NullColumns> FindNullColumns(const Project& project, const Calendar& calendar,
                                         const NeedsMet& met);

}  // namespace backcourt
