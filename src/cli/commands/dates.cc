#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

Result<int> RunDates(Caller& caller, const DatesRequest& request, const JsonView& view,
                     const Output& output) {
  DatesReport report = TRY(caller.Ask("dates", Dates, request));
  if (view.json) {
    output.Out(ToJson(report).dump(2) + "\n");
    return 0;
  }
  int64_t games = 0;
  std::string text;
  for (const GameDateRow& date : report.game_dates) {
    games += date.games;
    text += fmt::format("{}  {}  {:>2} game{}\n", date.game_date.Str(), date.season, date.games,
                        date.games == 1 ? "" : "s");
  }
  DateChoice choice{int64_t(report.game_dates.size()), report.calendar_days, report.off_days, ""};
  text += fmt::format("{}, {}\n", ChoiceText(choice), Counted(games, "game"));
  if (report.as_of)
    text += fmt::format("as known on {}: the schedule had last changed at {} UTC\n", *report.as_of,
                        report.changed_at.value_or(""));
  output.Say(text);
  return 0;
}

}  // namespace

Command DatesCommand() { return MakeCommand("dates", RunDates); }

}  // namespace backcourt
