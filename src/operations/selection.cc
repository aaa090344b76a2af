#include "operations/selection.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace backcourt {

void DescribeRange(Visitor& v, DateSelection& s) {
  v.Field("start_date", s.start_date, "First calendar date of a range.", {.metavar = "DATE"});
  v.Field("end_date", s.end_date, "Last calendar date of a range.", {.metavar = "DATE"});
}

void DescribeSeason(Visitor& v, DateSelection& s) {
  v.Field("season", s.season, "All game dates of a season, as 2021-22.", {.metavar = "SEASON"});
}

void DescribeDates(Visitor& v, DateSelection& s) {
  v.Field("dates", s.dates, "Single dates, as 2021-12-01,2021-12-03.", {.metavar = "DATES"});
}

void Describe(Visitor& v, DateChoice& c) {
  v.Struct("DateChoice", "The calendar's answer to a choice of dates.");
  v.Field("game_dates", c.game_dates, "how many game dates were chosen");
  v.Field("calendar_days", c.calendar_days, "calendar days of the range; null without one");
  v.Field("off_days", c.off_days, "days that were asked for and are not game dates");
  v.Field("season", c.season, "the season that was chosen; empty without one");
}

Result<std::string> ChooseSeason(const Calendar& calendar, const std::string& label) {
  std::vector<std::string> labels;
  for (const Season& season : calendar.seasons()) {
    labels.push_back(season.label);
    // The year in which a season starts names it too.
    if (label == season.label || label == std::to_string(season.year)) return season.label;
  }
  return Error{ErrorKind::kUsage, fmt::format("no season '{}' in the warehouse", label),
               labels.empty() ? "`backcourt load` first" : "one of " + Join(labels, ", "), true};
}

namespace {

Result<std::vector<std::string>> Choose(const std::vector<std::string>& names, const Project& project,
                                        const std::vector<std::string>& words) {
  std::vector<std::string> tables;
  for (const std::string& word : words) {
    if (word == "all") continue;
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      if (project.FindRaw(word))
        return Error{ErrorKind::kUsage, fmt::format("'{}' is a raw table: files fill it", word),
                     "`backcourt load`"};
      return project.NoTable(word, names);
    }
    tables.push_back(word);
  }
  return tables;
}

std::vector<std::string> ModelNames(const Project& project) {
  std::vector<std::string> names;
  for (const Model& model : project.models)
    if (!model.view) names.push_back(model.name);
  return names;
}

}  // namespace

Result<std::vector<std::string>> ChooseTables(const Project& project, const std::vector<std::string>& words) {
  return Choose(ModelNames(project), project, words);
}

Result<std::vector<std::string>> ChooseAnyTables(const Project& project,
                                                 const std::vector<std::string>& words) {
  std::vector<std::string> names = ModelNames(project);
  for (const RawTable& raw : project.raw_tables)
    names.push_back(raw.name);
  return Choose(names, project, words);
}

Result<> CheckRange(Date start, Date end) {
  if (start <= end) return {};
  return Error{ErrorKind::kUsage,
               fmt::format("--start-date {} is after --end-date {}", start.Str(), end.Str()),
               fmt::format("--start-date {} --end-date {}", end.Str(), start.Str())};
}

namespace {

Result<ChosenDates> ChooseRange(const Calendar& calendar, const DateSelection& s) {
  ChosenDates chosen;
  if (calendar.dates().empty() && (s.start_date.empty() || s.end_date.empty()))
    return Error{ErrorKind::kUsage, "the warehouse holds no schedule yet", "`backcourt load` first"};
  Date start = s.start_date.empty() ? calendar.dates().front().date : TRY(Date::Parse(s.start_date));
  Date end = s.end_date.empty() ? calendar.dates().back().date : TRY(Date::Parse(s.end_date));
  if (s.end_date.empty() && start > end)
    return Error{ErrorKind::kUsage,
                 fmt::format("--start-date {} is after the last game date, {}", start.Str(), end.Str()),
                 "an earlier date"};
  if (s.start_date.empty() && start > end)
    return Error{ErrorKind::kUsage,
                 fmt::format("--end-date {} is before the first game date, {}", end.Str(), start.Str()),
                 "a later date"};
  TRY(CheckRange(start, end));
  chosen.start = start;
  chosen.end = end;
  auto [first, last] = calendar.Range(start, end);
  for (int i = first; i < last; ++i)
    chosen.dates.push_back(i);
  chosen.choice.calendar_days = end - start + 1;
  for (Date day = start; day <= end; day = day + 1)
    if (calendar.Find(day) < 0) chosen.choice.off_days.push_back(day);
  return chosen;
}

Result<ChosenDates> ChooseSingly(const Calendar& calendar, const std::string& dates) {
  ChosenDates chosen;
  for (const std::string& word : Split(dates, ',')) {
    Date date = TRY(Date::Parse(Trim(word)));
    int index = calendar.Find(date);
    if (index < 0)
      chosen.choice.off_days.push_back(date);
    else
      chosen.dates.push_back(index);
  }
  std::sort(chosen.dates.begin(), chosen.dates.end());
  chosen.dates.erase(std::unique(chosen.dates.begin(), chosen.dates.end()), chosen.dates.end());
  return chosen;
}

}  // namespace

Result<ChosenDates> ChooseDates(const Calendar& calendar, const DateSelection& s,
                                const std::vector<std::string>& words) {
  bool range = !s.start_date.empty() || !s.end_date.empty();
  bool all = std::find(words.begin(), words.end(), "all") != words.end();
  if (range + !s.dates.empty() + !s.season.empty() +
          (all && (range || !s.dates.empty() || !s.season.empty())) >
      1)
    return Error{ErrorKind::kUsage, "dates are chosen in more than one way",
                 "one of --start-date with --end-date, --dates, --season, or `all`"};
  ChosenDates chosen;
  if (range) {
    chosen = TRY(ChooseRange(calendar, s));
  } else if (!s.dates.empty()) {
    chosen = TRY(ChooseSingly(calendar, s.dates));
  } else {
    std::string label = s.season.empty() ? "" : TRY(ChooseSeason(calendar, s.season));
    for (size_t i = 0; i < calendar.dates().size(); ++i)
      if (label.empty() || calendar.season_of(calendar.dates()[i]).label == label)
        chosen.dates.push_back(int(i));
    chosen.choice.season = label;
  }
  chosen.choice.game_dates = int64_t(chosen.dates.size());
  return chosen;
}

}  // namespace backcourt
