#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/session.h"
#include "warehouse/calendar_reader.h"

namespace backcourt {

Result<int> RunDates(Session& session, const Arguments& arguments, const Output& output) {
  static const std::vector<std::string> kTypes = {"regular",   "play_in",   "playoffs",
                                                  "cup_final", "preseason", "all_star"};
  Project project = session.project;
  if (!arguments.types.empty()) {
    project.types = Split(arguments.types, ',');
    for (const std::string& type : project.types)
      if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end())
        return Error{ErrorKind::kUsage, fmt::format("'{}' is no kind of game", type), Nearest(type, kTypes)};
  }
  View view = TRY(Look(session));
  if (view.calendar.dates().empty())
    return Error{ErrorKind::kUsage, "the warehouse holds no schedule yet",
                 "`backcourt load`; `backcourt doctor` shows which files it looks for"};
  std::string seen_at;
  Calendar calendar =
      arguments.as_of.empty()
          ? TRY(ReadCalendar(*view.connection, project))
          : TRY(ReadCalendarAsOf(*view.connection, project, TRY(Date::Parse(arguments.as_of)), seen_at));
  Arguments ranged = arguments;
  if (!arguments.season.empty()) {
    std::string label = TRY(ChooseSeason(calendar, arguments.season));
    for (const Season& season : calendar.seasons())
      if (season.label == label && arguments.start_date.empty() && arguments.end_date.empty())
        ranged.start_date = season.first.Str(), ranged.end_date = season.last.Str();
    ranged.season.clear();
  }
  if (ranged.start_date.empty() && !calendar.dates().empty())
    ranged.start_date = calendar.dates().front().date.Str();
  if (ranged.end_date.empty() && !calendar.dates().empty())
    ranged.end_date = calendar.dates().back().date.Str();
  ChosenDates chosen = TRY(ChooseDates(calendar, ranged));
  Date start = TRY(Date::Parse(ranged.start_date)), end = TRY(Date::Parse(ranged.end_date));
  if (arguments.json) {
    nlohmann::json dates = nlohmann::json::array(), off = nlohmann::json::array();
    for (int i : chosen.dates) {
      const GameDate& date = calendar.dates()[size_t(i)];
      dates.push_back({{"game_date", date.date.Str()},
                       {"season", calendar.season_of(date).label},
                       {"games", date.games}});
    }
    for (Date day = start; day <= end; day = day + 1)
      if (calendar.Find(day) < 0) off.push_back(day.Str());
    nlohmann::json all = {{"start_date", start.Str()},
                          {"end_date", end.Str()},
                          {"calendar_days", end - start + 1},
                          {"game_dates", dates},
                          {"off_days", off}};
    if (!seen_at.empty()) all["as_of"] = arguments.as_of, all["changed_at"] = seen_at;
    output.Out(all.dump(2) + "\n");
    return 0;
  }
  int games = 0;
  for (int i : chosen.dates) {
    const GameDate& date = calendar.dates()[size_t(i)];
    games += date.games;
    output.Out(fmt::format("{}  {}  {:>2} game{}\n", date.date.Str(), calendar.season_of(date).label,
                           date.games, date.games == 1 ? "" : "s"));
  }
  output.Out(fmt::format("{}, {} games\n", chosen.said, WithCommas(games)));
  if (!seen_at.empty())
    output.Out(
        fmt::format("as known on {}: the schedule had last changed at {} UTC\n", arguments.as_of, seen_at));
  return 0;
}

}  // namespace backcourt
