#include "warehouse/cell_sql.h"

#include <fmt/format.h>

#include "base/text.h"

namespace backcourt {

std::string PartitionsSql(const Project& project, const Calendar& calendar, const std::string& table,
                          const std::vector<PartitionRange>& ranges) {
  Grain grain = project.GrainOf(table);
  if (grain == Grain::kWhole) return "true";
  std::string column = Ident(project.DateColumn(table));
  std::vector<std::string> parts;
  for (const PartitionRange& range : ranges) {
    if (grain == Grain::kSeason) {
      for (const Season& season : calendar.seasons())
        if (range.first <= season.year && season.year <= range.last)
          parts.push_back(fmt::format("{} = {}", column, Quote(season.label)));
      continue;
    }
    std::string between =
        range.first == range.last
            ? fmt::format("{} = {}", column, Date{range.first}.Sql())
            : fmt::format("{} BETWEEN {} AND {}", column, Date{range.first}.Sql(), Date{range.last}.Sql());
    parts.push_back(range.ahead ? fmt::format("({} AND {})", between, project.FindRaw(table)->ahead)
                                : between);
  }
  return parts.empty() ? "false" : "(" + Join(parts, " OR ") + ")";
}

std::string CutOf(const Project& project, const Calendar& calendar, const Read& read,
                  const std::vector<int>& dates) {
  std::vector<PartitionRange> ranges;
  for (int date : dates)
    for (const PartitionRange& range : PartitionsOf(read, calendar, date))
      ranges.push_back(range);
  return PartitionsSql(project, calendar, read.table, Union(std::move(ranges)));
}

std::string SelectSql(const Model& model) {
  std::vector<std::string> columns;
  for (const auto& [name, about] : model.columns)
    columns.push_back(Ident(name));
  return fmt::format("SELECT {} FROM (\n{}\n) AS this", Join(columns, ", "), model.body);
}

std::string InputSql(const Project& project, const Calendar& calendar, const Model& model,
                     const std::vector<int>& dates) {
  return InputSql(calendar, model, dates, [&](const Read& read) {
    return fmt::format("wh.main.{} WHERE {}", Ident(read.table), CutOf(project, calendar, read, dates));
  });
}

std::string InputSql(const Calendar& calendar, const Model& model, const std::vector<int>& dates,
                     const std::function<std::string(const Read&)>& from) {
  std::string values;
  for (int index : dates) {
    const GameDate& date = calendar.dates()[size_t(index)];
    const Season& season = calendar.season_of(date);
    values += fmt::format("{}({}, {}, {}, {})", values.empty() ? "" : ", ", date.date.Sql(),
                          Quote(season.label), season.year, season.first.Sql());
  }
  std::string sql = fmt::format(
      "WITH dates(game_date, season, season_year, season_start) AS NOT MATERIALIZED (VALUES {})", values);
  for (const Read& read : model.reads)
    sql += fmt::format(", {} AS NOT MATERIALIZED (SELECT * FROM {})", Ident(read.table), from(read));
  return sql + "\n";
}

}  // namespace backcourt
