#include "operations/dates.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "warehouse/calendar_reader.h"

namespace backcourt {

void Describe(Visitor& v, DatesRequest& r) {
  v.Struct("DatesRequest", "Which game dates to list.");
  DescribeRange(v, r.selection);
  DescribeSeason(v, r.selection);
  v.Field("types", r.types,
          "Kinds of games, comma-separated: regular, play_in, playoffs, cup_final, preseason, all_star.",
          {.metavar = "TYPES"});
  v.Field("as_of", r.as_of, "What the schedule's snapshots said up to the end of this date (US Eastern).",
          {.metavar = "DATE"});
}

void Describe(Visitor& v, GameDateRow& d) {
  v.Struct("GameDate", "A date on which games are played.");
  v.Field("game_date", d.game_date, "the date");
  v.Field("season", d.season, "its season");
  v.Field("games", d.games, "how many games");
}

void Describe(Visitor& v, DatesReport& r) {
  v.Struct("Dates", "The game dates of a range.");
  v.Field("start_date", r.start_date, "first day of the range");
  v.Field("end_date", r.end_date, "last day of the range");
  v.Field("calendar_days", r.calendar_days, "how many days it has");
  v.Field("game_dates", r.game_dates, "the days on which games are played");
  v.Field("off_days", r.off_days, "the other days");
  v.Field("as_of", r.as_of, "the date that was given; only there with --as-of", {.omitted = true});
  v.Field("changed_at", r.changed_at,
          "when the schedule as it was known then had last changed, UTC; only there with --as-of",
          {.omitted = true});
}

Result<DatesReport> Dates(Workspace& workspace, const DatesRequest& request, const Cancel&) {
  static const std::vector<std::string> kTypes = {"regular",   "play_in",   "playoffs",
                                                  "cup_final", "preseason", "all_star"};
  Project project = workspace.project();
  if (!request.types.empty()) {
    project.types = Split(request.types, ',');
    for (const std::string& type : project.types)
      if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end())
        return Error{ErrorKind::kUsage, fmt::format("'{}' is not a type of game", type),
                     "one of " + Join(kTypes, ", ")};
  }
  Moment moment = TRY(workspace.Look());
  if (moment.calendar.dates().empty())
    return Error{ErrorKind::kUsage, "the warehouse holds no schedule yet",
                 "`backcourt load`; `backcourt doctor` shows which files it looks for"};
  DatesReport report;
  std::string changed_at;
  Calendar calendar =
      request.as_of.empty()
          ? TRY(ReadCalendar(*moment.connection, project))
          : TRY(ReadCalendarAsOf(*moment.connection, project, TRY(Date::Parse(request.as_of)), changed_at));
  if (!request.as_of.empty()) report.as_of = request.as_of, report.changed_at = changed_at;
  DateSelection range = request.selection;
  bool has_range = !range.start_date.empty() || !range.end_date.empty();
  if (!range.season.empty() && !has_range) {
    std::string label = TRY(ChooseSeason(calendar, range.season));
    for (const Season& season : calendar.seasons())
      if (season.label == label) range.start_date = season.first.Str(), range.end_date = season.last.Str();
    range.season.clear();
  }
  if (!has_range && range.season.empty() && range.start_date.empty() && !calendar.dates().empty())
    range.start_date = calendar.dates().front().date.Str();
  ChosenDates chosen = TRY(ChooseDates(calendar, range, {}));
  report.start_date = chosen.start;
  report.end_date = chosen.end;
  report.calendar_days = chosen.choice.calendar_days.value_or(0);
  for (int i : chosen.dates) {
    const GameDate& date = calendar.dates()[size_t(i)];
    report.game_dates.push_back({date.date, calendar.season_of(date).label, date.games});
  }
  report.off_days = chosen.choice.off_days;
  return report;
}

}  // namespace backcourt
