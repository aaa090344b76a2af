// Replay: a cell is recomputed alone, from fresh tables that hold only the rows
// of its declared windows, and compared with what is stored. That it agrees
// proves that nothing of its date or later is in it, and that the declared
// windows, on which staleness rests, are true.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "calendar/calendar.h"
#include "model/project.h"
#include "plan/cells.h"
#include "warehouse/warehouse.h"

namespace backcourt {

struct ReplayCell {
  std::string table;
  int date_index = 0;
};

struct ReplayMismatch {
  std::string table;
  Date date;
  int64_t different = 0, missing = 0, extra = 0;  // rows
  std::map<std::string, double> columns;          // largest difference of each column that differs; NaN when not a number
  std::string first;                              // key, column and both values
  std::string error;                              // when the replay itself failed
};

struct ReplayReport {
  int64_t cells = 0, rows = 0;
  std::vector<ReplayMismatch> mismatches;
  double seconds = 0;
};

// A sample spread over tables and over the dates of each; `changed_last` cells
// first. Only settled cells.
std::vector<ReplayCell> SampleCells(const Project& project, const Calendar& calendar, const Cells& cells,
                                    const std::vector<std::string>& tables, const std::vector<int>& dates, int sample);

// Replays cells on `parallel` connections. `progress` is told how many are done;
// it returns false to stop early.
Result<ReplayReport> Replay(Warehouse& warehouse, const Project& project, const Calendar& calendar, const Cells& cells,
                            const std::vector<ReplayCell>& chosen, int parallel, std::function<bool(size_t done)> progress);

}  // namespace backcourt
