#include "project/rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/date.h"
#include "base/text.h"
#include "project/sql_text.h"

namespace backcourt {

namespace {

// A key says of which date its row is, by the date itself or by the game: rows of two dates are never equal
// in it.
Result<> CheckKey(const Project& project, const Model& model) {
  auto holds = [&](const std::string& column) {
    return std::find(model.key.begin(), model.key.end(), column) != model.key.end();
  };
  const RawTable* schedule = project.FindRaw(project.schedule);
  if (!schedule && project.FindLeftOut(project.schedule)) return {};  // its key is not known
  if (model.view || holds(model.date) ||
      (schedule && std::all_of(schedule->key.begin(), schedule->key.end(), holds)))
    return {};
  return Error{
      ErrorKind::kUsage,
      fmt::format("{}: key [{}] is missing the date column '{}': rows of two dates may be equal in it",
                  model.lines.Of("key"), Join(model.key, ", "), model.date),
      fmt::format("key = [\"{}\", \"{}\"]", model.date, Join(model.key, "\", \""))};
}

Result<> CheckNeeds(const Project& project, const Model& model) {
  auto known = [&](const std::string& need) {
    size_t dot = need.find('.');
    const RawTable* raw = project.FindRaw(need.substr(0, dot));
    return raw && (dot == std::string::npos ||
                   std::any_of(raw->columns.begin(), raw->columns.end(),
                               [&](const Column& c) { return c.name == need.substr(dot + 1); }));
  };
  for (const auto& [needs, columns] : model.needs) {
    size_t either = needs.find(" or ");
    if (!known(needs.substr(0, either)) || (either != std::string::npos && !known(needs.substr(either + 4))))
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: '{}' under [needs] is neither a raw table nor a column of one",
                               model.lines.Of("needs." + needs), needs),
                   "'raw_table', 'raw_table.column' or 'raw_table or raw_other_table'"};
  }
  return {};
}

}  // namespace

std::vector<std::string> ReadableNames(const Project& project) {
  std::vector<std::string> names = project.AllTables();
  for (const LeftOut& out : project.left_out)
    if (!out.is_check) names.push_back(out.name);
  return names;
}

Result<> CheckReads(const Project& project, const Model& model, const std::vector<std::string>& tables) {
  TRY(CheckKey(project, model));
  TRY(CheckNeeds(project, model));
  for (const Read& read : model.reads) {
    if (std::find(tables.begin(), tables.end(), read.table) == tables.end())
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: reads '{}', which is not a table of this project",
                               model.lines.Of("reads." + read.table), read.table),
                   Suggestion(read.table, tables)};
    if (project.FindLeftOut(read.table)) continue;
    if (const Model* input = project.FindModel(read.table); input && input->view)
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: reads '{}', which is a view: views are for people, and have no cells",
                               model.lines.Of("reads." + read.table), read.table),
                   "read what the view reads, or take `materialized = \"view\"` out of " + input->file};
    Grain grain = project.GrainOf(read.table);
    for (const Window& window : read.windows) {
      bool whole = window.kind == Window::Kind::kWhole, season = window.kind == Window::Kind::kSameSeason;
      if (whole != (grain == Grain::kWhole) || season != (grain == Grain::kSeason))
        return Error{ErrorKind::kUsage,
                     fmt::format("{}: window '{}' does not fit '{}'", model.lines.Of("reads." + read.table),
                                 window.Str(), read.table),
                     grain == Grain::kWhole    ? "'whole': it has no dates"
                     : grain == Grain::kSeason ? "'same season': it has one cell a season"
                                               : "a window of dates"};
      const RawTable* raw = project.FindRaw(read.table);
      if (window.kind == Window::Kind::kSeasonAhead && (!raw || raw->ahead.empty()))
        return Error{ErrorKind::kUsage,
                     fmt::format("{}: '{}' publishes nothing ahead of a date",
                                 model.lines.Of("reads." + read.table), read.table),
                     "read it ahead only where its declaration has 'ahead'"};
    }
  }
  return {};
}

Result<> CheckReads(const Check& check, const std::vector<std::string>& tables) {
  for (const std::string& read : check.reads)
    if (std::find(tables.begin(), tables.end(), read) == tables.end())
      return Error{
          ErrorKind::kUsage,
          fmt::format("{}: reads '{}', which is not a table of this project", check.lines.Of("reads"), read),
          Suggestion(read, tables)};
  return {};
}

namespace {

bool HasColumn(const Project& project, const std::string& table, const std::string& name) {
  if (const Model* model = project.FindModel(table))
    return std::any_of(model->columns.begin(), model->columns.end(),
                       [&](const auto& column) { return column.first == name; });
  const RawTable* raw = project.FindRaw(table);
  return raw && std::any_of(raw->columns.begin(), raw->columns.end(),
                            [&](const Column& column) { return column.name == name; });
}

}  // namespace

Result<> WriteOutExpectedRows(const Project& project, Model& model) {
  constexpr std::string_view kRowsOf = "rows of ", kWhere = " where ";
  if (model.expected_rows.empty() && !model.expected_keys.empty()) {
    model.expected_rows = fmt::format(
        R"(SELECT d.game_date, count(k.game_date) AS expected_rows
FROM dates d LEFT JOIN ({}) k ON k.game_date = d.game_date
GROUP BY d.game_date)",
        model.expected_keys);
    return {};
  }
  std::string text = Trim(model.expected_rows);
  if (!text.starts_with(kRowsOf)) return {};
  size_t where = text.find(kWhere);
  std::string table = Trim(text.substr(kRowsOf.size(), where - kRowsOf.size())), predicate;
  if (project.FindLeftOut(table)) return {};  // so is this model
  if (where != std::string::npos) predicate = Trim(text.substr(where + kWhere.size()));
  auto read =
      std::find_if(model.reads.begin(), model.reads.end(), [&](const Read& r) { return r.table == table; });
  bool same_date =
      read != model.reads.end() && std::any_of(read->windows.begin(), read->windows.end(),
                                               [](Window w) { return w.kind == Window::Kind::kSameDate; });
  if (!same_date || project.GrainOf(table) != Grain::kDate) {
    std::vector<std::string> names;
    for (const Read& r : model.reads)
      names.push_back(r.table);
    return Error{
        ErrorKind::kUsage,
        fmt::format("{}: expected counts the rows of '{}', which is not read with the window 'same date'",
                    model.lines.Of("rows.expected"), table),
        "rows of " + Suggestion(table, names) + ", or a query of game_date and expected_rows"};
  }
  model.expected_rows = fmt::format(
      R"(SELECT d.game_date, count(t.{date}) AS expected_rows
FROM dates d LEFT JOIN (SELECT * FROM {table} WHERE {predicate}) t ON t.{date} = d.game_date
GROUP BY d.game_date)",
      fmt::arg("date", Ident(project.DateColumn(table))), fmt::arg("table", Ident(table)),
      fmt::arg("predicate", predicate.empty() ? "true" : predicate));
  std::string columns;
  for (const std::string& column : model.key)
    if (column != model.date && HasColumn(project, table, column)) columns += ", " + Ident(column);
  if (!columns.empty() && model.expected_keys.empty())
    model.expected_keys =
        fmt::format("SELECT {} AS game_date{} FROM {} WHERE {}", Ident(project.DateColumn(table)), columns,
                    Ident(table), predicate.empty() ? "true" : predicate);
  return {};
}

Result<> CheckSource(const Project& project, const Source& source) {
  if (!project.FindRaw(source.table))
    return Error{ErrorKind::kUsage,
                 fmt::format("{}: '{}' is not a raw table", source.lines.Of("table"), source.table), ""};
  for (const auto& [key, feeds] :
       {std::pair("optional_feeds", &source.optional_feeds), std::pair("any_of", &source.any_of),
        std::pair(source.lines.lines.contains("feeds") ? "feeds" : "each", &source.feeds)})
    for (const std::string& feed : *feeds)
      if (!project.FindFeed(feed))
        return Error{ErrorKind::kUsage,
                     fmt::format("{}: '{}' is not a feed of feeds.toml", source.lines.Of(key), feed), ""};
  for (const std::string& read : source.reads)
    if (!project.FindRaw(read) && !project.FindSeed(read))
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: '{}' is neither a raw table nor a seed", source.lines.Of("reads"), read),
                   ""};
  for (const std::string& name : source.by_unit) {
    const RawTable* read = std::find(source.reads.begin(), source.reads.end(), name) != source.reads.end()
                               ? project.FindRaw(name)
                               : nullptr;
    if (!project.FindFeed(name) && !(read && read->unit == project.FindRaw(source.table)->unit))
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: by_unit has '{}', which is neither a feed nor a raw table that is read "
                               "and has the unit of {}",
                               source.lines.Of("by_unit"), name, source.table),
                   ""};
  }
  return {};
}

Result<> CheckLookups(const Project& project) {
  if (!project.left_out.empty()) return {};
  std::vector<std::string> names;
  for (const RawTable& raw : project.raw_tables)
    for (const Column& column : raw.columns)
      names.push_back(column.name);
  for (const Model& model : project.models)
    for (const auto& [name, about] : model.columns)
      names.push_back(name);
  for (const Lookup& lookup : project.lookups)
    for (const std::string& column : lookup.columns)
      if (std::find(names.begin(), names.end(), column) == names.end())
        return Error{ErrorKind::kUsage,
                     fmt::format("{}: '{}' under [lookups.{}] is a column of no table",
                                 project.lookup_lines.Of("lookups." + lookup.name), column, lookup.name),
                     Suggestion(column, names)};
  return {};
}

std::vector<FileProblem> FindAcceptedProblems(const Project& project) {
  std::vector<std::string> guards(std::begin(kGuards), std::end(kGuards));
  for (const Check& check : project.checks)
    guards.push_back(check.name);
  for (const LeftOut& out : project.left_out)
    if (out.is_check) guards.push_back(out.name);
  std::vector<FileProblem> problems;
  for (const Accepted& one : project.accepted) {
    auto add = [&](const std::string& message, const std::string& hint) {
      problems.push_back(ProblemOf({ErrorKind::kUsage, one.place + ": " + message, hint}, ""));
    };
    if (std::find(guards.begin(), guards.end(), one.guard) == guards.end())
      add(fmt::format("'{}' under [accepted] is not a guard of `check`", one.guard),
          Suggestion(one.guard, guards));
    if (Trim(one.reason).empty())
      add(fmt::format("{} of {} is accepted without a reason", one.subject, one.guard),
          "why it stays as it is");
    bool dated = one.subject.size() == 10 && one.subject[4] == '-' && one.subject[7] == '-';
    if (dated && !Date::Parse(one.subject))
      add(fmt::format("'{}' under [accepted.{}] is not a date", one.subject, one.guard),
          "a date as 2021-12-01");
  }
  return problems;
}

Result<> CheckSeasons(const Project& project) {
  bool one_year = project.SeasonMark() == std::string("{year}");
  for (const std::string& season : project.seasons) {
    bool year = season.size() >= 4 && season.find_first_not_of("0123456789") >= 4;
    bool sound = year && season.size() == 4 && one_year;
    if (year && !one_year && season.size() == 7 && season[4] == '-')
      sound = season.substr(5) == fmt::format("{:02}", (std::stoi(season.substr(0, 4)) + 1) % 100);
    if (!sound)
      return Error{ErrorKind::kUsage,
                   fmt::format("{}: '{}' under [project] seasons is not a season",
                               project.lines.Of("project.seasons"), season),
                   one_year ? "the year, as \"2021\"" : "both years, as \"2021-22\""};
  }
  return {};
}

Result<> CheckFeedPaths(const Project& project) {
  for (auto& [feed, path] : project.feed_paths) {
    if (project.FindFeed(feed)) continue;
    std::vector<std::string> names;
    for (const Feed& known : project.feeds)
      names.push_back(known.name);
    return Error{ErrorKind::kUsage,
                 fmt::format("{}: '{}' under [feeds] is not a feed", project.lines.Of("feeds." + feed), feed),
                 Suggestion(feed, names)};
  }
  return {};
}

Result<> CheckCalendar(const Project& project) {
  std::vector<std::pair<const char*, std::string>> of_calendar = {{"schedule", project.schedule},
                                                                  {"results", project.results}};
  if (!project.history.empty()) of_calendar.emplace_back("history", project.history);
  if (project.boxes.empty()) of_calendar.emplace_back("boxes", "");
  for (const std::string& table : project.boxes)
    of_calendar.emplace_back("boxes", table);
  for (const auto& [key, table] : of_calendar) {
    if (project.FindRaw(table) || project.FindLeftOut(table)) continue;
    auto place = project.calendar_lines.find(key);
    return Error{ErrorKind::kUsage,
                 fmt::format("{}: {} under [calendar] is '{}', which is not a raw table",
                             place == project.calendar_lines.end() ? project.pack + "/backcourt.toml:1"
                                                                   : place->second,
                             key, table),
                 "schedule, results and boxes under [calendar] each name a file of tables/"};
  }
  for (const std::string& table : project.boxes)
    for (const char* column : {"game_id", "team_abbr"})
      if (const RawTable* raw = project.FindRaw(table);
          raw && std::none_of(raw->columns.begin(), raw->columns.end(),
                              [&](const Column& c) { return c.name == column; }))
        return Error{ErrorKind::kUsage,
                     fmt::format("{}: a table of boxes needs the column '{}'", raw->file, column),
                     "boxes under [calendar] names tables of a row a game and team, or finer"};
  return {};
}

}  // namespace backcourt
