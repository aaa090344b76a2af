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
#include "plan/cells.h"
#include "project/project.h"
#include "proof/cell_replay.h"
#include "warehouse/warehouse.h"

namespace backcourt {

struct ReplayCell {
  std::string table;
  int date_index = 0;
};

struct ReplayReport {
  int64_t cells = 0, rows = 0;
  std::vector<ReplayMismatch> mismatches;  // by table, then date
  double seconds = 0;
};

// Settled cells that are true to their inputs as they are now; those that are
// stale are counted instead, since they need not agree. `sample` of them spread
// over tables and over the dates of each, with one of those changed last; 0: all.
struct SampledCells {
  std::vector<ReplayCell> cells;
  int stale = 0;
};
SampledCells SampleCells(const Project& project, const Calendar& calendar, const Cells& cells,
                         const std::vector<std::string>& tables, const std::vector<int>& dates, int sample);

// Replays cells on `parallel` connections, until `interrupted`. `progress` is told
// how many are done. The first cells that differ of each table are looked into
// for the cause.
Result<ReplayReport> Replay(Warehouse& warehouse, const Project& project, const Calendar& calendar,
                            const Cells& cells, const std::vector<ReplayCell>& selection, int parallel,
                            std::function<void(size_t done)> progress, std::function<bool()> interrupted);

}  // namespace backcourt
