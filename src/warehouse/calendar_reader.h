// The calendar as the raw tables tell it: the schedule's games, and which of
// them have results and boxes.
#pragma once

#include <string>

#include "adbc/adbc.h"
#include "calendar/calendar.h"
#include "project/project.h"

namespace backcourt {

Result<Calendar> ReadCalendar(Connection& connection, const Project& project);

// The calendar as its snapshots told it up to the end of a date (US Eastern);
// `seen_at` is the newest change among them. None so early is an error.
Result<Calendar> ReadCalendarAsOf(Connection& connection, const Project& project, Date as_of,
                                  std::string& seen_at);

}  // namespace backcourt
