// Why `show` finds no rows: what a person has to know who expected some.
#pragma once

#include <string>
#include <vector>

#include "operations/rows.h"

namespace backcourt {

// Where the rows would be.
struct RowsPlace {
  std::string from;  // after FROM
  std::string date;  // its column of dates; empty of a table without
  std::vector<std::string> columns;
  std::string on_dates;  // the predicate of the dates that were asked for
};

// A sentence, without its full stop.
Result<std::string> WhyNoRows(Workspace& workspace, Workbench& bench, const ShowRequest& request,
                              const RowsPlace& place);

}  // namespace backcourt
