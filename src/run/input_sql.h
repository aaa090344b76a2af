// The text around a model's SELECT: its `dates` and its inputs, cut to their
// windows. What a model did not declare it cannot see.
#pragma once

#include <string>
#include <vector>

#include "calendar/calendar.h"
#include "model/project.h"
#include "plan/fingerprint.h"

namespace backcourt {

// The predicate that cuts a read to its windows for all of these dates.
std::string CutOf(const Project& project, const Calendar& calendar, const Read& read, const std::vector<int>& dates);

// `WITH dates AS (...), input AS (...), ...`: inputs come from the warehouse's
// tables, or from `catalog`'s copies that hold the windows' rows only.
std::string InputSql(const Project& project, const Calendar& calendar, const Model& model, const std::vector<int>& dates,
                     const std::string& copies = "");

}  // namespace backcourt
