// `dates`: the game dates of a range.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/selection.h"
#include "operations/workspace.h"

namespace backcourt {

struct DatesRequest {
  DateSelection selection;  // a range or a season; without one, all dates of the schedule
  std::string types;        // kinds of games, comma-separated; empty: those that tables hold
  std::string as_of;        // a date; empty: the schedule as it is now
};
void Describe(Visitor& v, DatesRequest& r);

struct GameDateRow {
  Date game_date;
  std::string season;
  int64_t games = 0;
};
struct DatesReport {
  Date start_date, end_date;
  int64_t calendar_days = 0;
  std::vector<GameDateRow> game_dates;
  std::vector<Date> off_days;
  std::optional<std::string> as_of, changed_at;  // with `as_of` alone
};
void Describe(Visitor& v, DatesReport& r);

Result<DatesReport> Dates(Workspace& workspace, const DatesRequest& request, const Cancel& cancel);

}  // namespace backcourt
