// Why a cell differs from its replay, told by further replays of it: with more
// rows than its windows hold, with the other dates of its batch, with its
// inputs in other orders.
#pragma once

#include <string>

#include "calendar/calendar.h"
#include "plan/cells.h"
#include "project/project.h"
#include "warehouse/warehouse.h"

namespace backcourt {

// One of, with the input or column meant and what to do:
//   reads its own date · reads later dates · window is wider than declared ·
//   depends on the other dates of its batch · depends on the order of rows ·
//   rows were changed behind the ledger's back
// "" when none of them can be shown.
Result<std::string> CauseOf(Connection& ledger, Workbench& bench, const Project& project,
                            const Calendar& calendar, const Model& model, int date_index, const Cell& cell);
// The same of rows that are not stored yet, made in a batch of `dates`.
Result<std::string> CauseInText(Workbench& bench, const Project& project, const Calendar& calendar,
                                const Model& model, int date_index, const std::vector<int>& dates);

}  // namespace backcourt
