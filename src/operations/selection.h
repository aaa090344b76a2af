// Which tables and game dates a request chooses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calendar/calendar.h"
#include "operations/describe.h"
#include "project/project.h"

namespace backcourt {

// Of a request: dates by a range, one by one, by season, or all.
struct DateSelection {
  std::string start_date, end_date, dates, season;
};
void DescribeRange(Visitor& v, DateSelection& s);
void DescribeDates(Visitor& v, DateSelection& s);  // one by one
void DescribeSeason(Visitor& v, DateSelection& s);

// The calendar's answer to it.
struct DateChoice {
  int64_t game_dates = 0;
  std::optional<int64_t> calendar_days;  // of a range
  std::vector<Date> off_days;            // of a range, or of single dates: those that are no game dates
  std::string season;                    // when one was chosen
};
void Describe(Visitor& v, DateChoice& c);

struct ChosenDates {
  std::vector<int> dates;  // calendar indices, ascending
  DateChoice choice;
  Date start, end;  // of a range
};
// `words` may hold `all`, which goes with no other choice of dates.
Result<ChosenDates> ChooseDates(const Calendar& calendar, const DateSelection& selection,
                                const std::vector<std::string>& words);
Result<> CheckRange(Date start, Date end);
Result<std::string> ChooseSeason(const Calendar& calendar, const std::string& label);

// The models that words name; `all` and none: an empty list, which stands for all.
Result<std::vector<std::string>> ChooseTables(const Project& project, const std::vector<std::string>& words);
// The same with raw tables.
Result<std::vector<std::string>> ChooseAnyTables(const Project& project,
                                                 const std::vector<std::string>& words);

}  // namespace backcourt
