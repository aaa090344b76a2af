// A plan as it is shown and saved: what `plan` reports and `backfill --plan` runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plan/planner.h"

namespace backcourt {

struct SavedCell {
  Date date;
  std::string because;  // the cell's state
};
struct SavedBatch {
  std::string table;
  bool canary = false;
  std::vector<SavedCell> cells;
  double expected_rows = 0, expected_seconds = 0;
};
struct SavedPlan {
  int64_t format = 1;
  int64_t game_dates = 0, cells = 0;
  std::map<std::string, int64_t> counts;  // cells by state
  std::string state;                      // of all cells from which the plan was made: it holds for no others
  std::map<std::string, std::string> models;  // each model's identity
  bool force = false;
  std::string ahead;  // which dates to come were due: next or all
  std::vector<std::string> allow_missing;
  std::vector<SavedBatch> batches;
};

SavedPlan SavePlan(const Project& project, const Calendar& calendar, const Cells& cells,
                   const Selection& selection, const Plan& plan);

// `unsettled` is left empty. An error names `file`: it holds no plan, or the models or cells have changed
// since.
Result<Plan> RestorePlan(const std::string& file, const SavedPlan& saved, const Project& project,
                         const Calendar& calendar, const Cells& cells);
// Of a file that holds none.
Error NoPlan(const std::string& file);

}  // namespace backcourt
