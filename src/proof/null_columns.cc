#include "proof/null_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace backcourt {

namespace {

// Where a raw table or a column of it, or one of several (`a or b`), holds a value: in all seasons where the
// table's rows are of none.
Result<NeedMet> WhereMet(Connection& connection, Workbench& bench, const Project& project,
                         const Calendar& calendar, const std::string& needs) {
  if (size_t either = needs.find(" or "); either != std::string::npos) {
    NeedMet met = TRY(WhereMet(connection, bench, project, calendar, needs.substr(0, either)));
    NeedMet other = TRY(WhereMet(connection, bench, project, calendar, needs.substr(either + 4)));
    met.seasons.merge(other.seasons);
    if (met.dates && other.dates)
      met.dates->merge(*other.dates);
    else
      met.dates.reset();
    return met;
  }
  size_t dot = needs.find('.');
  const RawTable* raw = project.FindRaw(needs.substr(0, dot));
  NeedMet met;
  if (!raw) return met;                     // its file is broken
  auto ask = [&](const std::string& sql) {  // of where the rows are
    return project.IsReadInPlace(*raw) ? bench.Query(sql) : connection.Query(sql);
  };
  auto has = [&](const std::string& name) {
    return std::any_of(raw->columns.begin(), raw->columns.end(),
                       [&](const Column& column) { return column.name == name; });
  };
  const RawTable* schedule = project.FindRaw(project.schedule);
  std::string from = "wh.main." + Ident(raw->name) + " t", season = "''", day = "0";
  if (has("season"))
    season = "t.season";
  else if (schedule && has(schedule->unit))
    season = "s.season",
    from += fmt::format(" JOIN wh.main.{0} s ON s.{1} = t.{1}", Ident(schedule->name), Ident(schedule->unit));
  if (raw->grain == Grain::kDate)
    day = bench.dialect().DayNumber("t." + Ident(raw->date)), met.dates.emplace();
  std::string where =
      dot == std::string::npos ? "true" : fmt::format("t.{} IS NOT NULL", Ident(needs.substr(dot + 1)));
  Rows rows = TRY(
      ask(fmt::format("SELECT DISTINCT {}, CAST({} AS INTEGER) FROM {} WHERE {}", season, day, from, where)));
  for (size_t i = 0; i < rows.size(); ++i) {
    met.seasons.insert(rows.Text(i, 0));
    if (met.dates) met.dates->insert(int32_t(rows.Int(i, 1)));
  }
  if (met.seasons.contains(""))
    for (const Season& one : calendar.seasons())
      met.seasons.insert(one.label);
  return met;
}

}  // namespace

Result<NeedsMet> FindNeedsMet(Connection& connection, Workbench& bench, const Project& project,
                              const Calendar& calendar) {
  NeedsMet met;
  for (const Model& model : project.models)
    for (const auto& [needs, columns] : model.needs)
      if (!met.contains(needs)) met[needs] = TRY(WhereMet(connection, bench, project, calendar, needs));
  return met;
}

std::vector<NullColumns> FindNullColumns(const Project& project, const Calendar& calendar,
                                         const NeedsMet& met) {
  std::vector<NullColumns> missing;
  for (const Model& model : project.models) {
    if (model.helper) continue;
    for (const auto& [needs, columns] : model.needs) {
      auto found = std::find_if(missing.begin(), missing.end(),
                                [&](const NullColumns& m) { return m.needs == needs; });
      if (found == missing.end()) {
        NullColumns one{needs, {}, {}};
        for (const Season& season : calendar.seasons())
          if (!met.at(needs).seasons.contains(season.label)) one.seasons.push_back(season.label);
        found = missing.insert(missing.end(), std::move(one));
      }
      for (const std::string& column : columns)
        found->columns.push_back(model.name + "." + column);
    }
  }
  std::erase_if(missing, [](const NullColumns& one) { return one.seasons.empty(); });
  return missing;
}

}  // namespace backcourt
