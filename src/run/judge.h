// What a batch's rows make of its cells: fresh, empty or partial, and whether
// they are another than before.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "calendar/calendar.h"
#include "plan/cells.h"
#include "run/runner.h"
#include "warehouse/digests.h"

namespace backcourt {

// The reason of a cell without rows.
std::string WhyEmpty(const Model& model, const GameDate& date);

// The cells of a batch in its order. `made` is what its rows come to, by date and in order of dates; `notes`
// what the model notes, by date; `before` the model's cells as they were, or null. Rows of a date that was
// not asked for are an error of kind model.
Result<std::vector<Cell>> JudgeCells(const BatchWork& work, const Calendar& calendar,
                                     const std::vector<PartitionDigest>& made,
                                     const std::map<PartitionKey, std::string>& notes,
                                     const CellSeries* before, int64_t run);

}  // namespace backcourt
