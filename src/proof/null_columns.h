// Columns that are NULL because what they are made of is not there: a model's
// header says under [needs] which raw table, or which column of one, that is.
#pragma once

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
Result<std::vector<NullColumns>> FindNullColumns(Connection& connection, Workbench& bench,
                                                 const Project& project, const Calendar& calendar);

}  // namespace backcourt
