#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "cli/session.h"
#include "ledger/schema.h"
#include "warehouse/calendar_reader.h"

namespace backcourt {

Result<View> Look(Session& session, bool stay) {
  View view;
  view.connection = TRY(session.warehouse->Connect());
  view.moment = TRY(Transaction::Begin(*view.connection));  // cells and calendar of one moment
  if (TRY(ledger::HasTables(*view.connection))) {
    view.cells = TRY(ledger::ReadCells(*view.connection, session.project));
    view.calendar = TRY(ReadCalendar(*view.connection, session.project));
    view.retired = TakeRetired(session.project, view.calendar, view.cells);
  }
  if (!stay) view.moment.reset();
  return view;
}

Result<std::string> ChooseSeason(const Calendar& calendar, const std::string& label) {
  std::vector<std::string> labels;
  for (const Season& season : calendar.seasons())
    labels.push_back(season.label);
  if (std::find(labels.begin(), labels.end(), label) != labels.end()) return label;
  return Error{ErrorKind::kUsage, fmt::format("'{}' is no season of the warehouse", label),
               labels.empty() ? "`backcourt load` first" : "--season " + Nearest(label, labels)};
}

Result<std::vector<std::string>> ChooseTables(const Project& project, const std::vector<std::string>& words) {
  std::vector<std::string> names, tables;
  for (const Model& model : project.models)
    if (!model.view) names.push_back(model.name);
  for (const std::string& word : words) {
    if (word == "all") continue;
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      if (project.FindRaw(word))
        return Error{ErrorKind::kUsage, fmt::format("'{}' is a raw table: files fill it", word),
                     "`backcourt load`"};
      return Error{ErrorKind::kUsage, fmt::format("'{}' is no table", word), Nearest(word, names)};
    }
    tables.push_back(word);
  }
  return tables;
}

Result<> CheckRange(Date start, Date end) {
  if (start <= end) return {};
  return Error{ErrorKind::kUsage,
               fmt::format("--start-date {} lies after --end-date {}", start.Str(), end.Str()),
               fmt::format("--start-date {} --end-date {}", end.Str(), start.Str())};
}

Result<ChosenDates> ChooseDates(const Calendar& calendar, const Arguments& a) {
  ChosenDates chosen;
  bool range = !a.start_date.empty() || !a.end_date.empty();
  bool all = std::find(a.words.begin(), a.words.end(), "all") != a.words.end();
  if (range + !a.dates.empty() + !a.season.empty() +
          (all && (range || !a.dates.empty() || !a.season.empty())) >
      1)
    return Error{ErrorKind::kUsage, "dates are chosen in more than one way",
                 "one of --start-date with --end-date, --dates, --season, or `all`"};
  if (range) {
    if (calendar.dates().empty() && (a.start_date.empty() || a.end_date.empty()))
      return Error{ErrorKind::kUsage, "the warehouse holds no schedule yet", "`backcourt load` first"};
    Date start = a.start_date.empty() ? calendar.dates().front().date : TRY(Date::Parse(a.start_date));
    Date end = a.end_date.empty() ? calendar.dates().back().date : TRY(Date::Parse(a.end_date));
    TRY(CheckRange(start, end));
    auto [first, last] = calendar.Range(start, end);
    for (int i = first; i < last; ++i)
      chosen.dates.push_back(i);
    int days = end - start + 1, off = days - int(chosen.dates.size());
    chosen.said = fmt::format("{} game dates out of {} calendar days", chosen.dates.size(), days);
    if (off > 0) {
      std::vector<std::string> skipped;
      for (Date day = start; day <= end && skipped.size() < 10; day = day + 1)
        if (calendar.Find(day) < 0) skipped.push_back(day.Str());
      chosen.said += fmt::format(" ({} off-day{} skipped: {}{})", off, off == 1 ? "" : "s",
                                 Join(skipped, ", "), off > 10 ? ", ..." : "");
    }
  } else if (!a.dates.empty()) {
    for (const std::string& word : Split(a.dates, ',')) {
      Date date = TRY(Date::Parse(Trim(word)));
      int index = calendar.Find(date);
      if (index < 0)
        chosen.said += fmt::format("{}{} is an off-day: nothing to do for it",
                                   chosen.said.empty() ? "" : "\n", date.Str());
      else
        chosen.dates.push_back(index);
    }
    std::sort(chosen.dates.begin(), chosen.dates.end());
    chosen.dates.erase(std::unique(chosen.dates.begin(), chosen.dates.end()), chosen.dates.end());
  } else {
    std::string label = a.season.empty() ? "" : TRY(ChooseSeason(calendar, a.season));
    for (size_t i = 0; i < calendar.dates().size(); ++i)
      if (label.empty() || calendar.season_of(calendar.dates()[i]).label == label)
        chosen.dates.push_back(int(i));
    chosen.said = fmt::format("{} game dates", chosen.dates.size());
    if (!label.empty()) chosen.said += " of " + label;
  }
  return chosen;
}

std::string LogPath(const Project& project, int process) {
  return fmt::format("{}.{}.log", project.warehouse, process);
}

}  // namespace backcourt
