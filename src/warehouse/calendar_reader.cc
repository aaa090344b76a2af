#include "warehouse/calendar_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "ledger/declarations.h"
#include "ledger/loads.h"

namespace backcourt {

Result<Calendar> ReadCalendar(Connection& connection, const Project& project) {
  std::vector<std::string> types;
  for (const std::string& type : project.types)
    types.push_back(Quote(type));
  std::string whole, boxes;  // whether both teams have rows in a table of boxes
  for (size_t i = 0; i < project.boxes.size(); ++i) {
    const RawTable* table = project.FindRaw(project.boxes[i]);  // null where its file is broken
    whole += fmt::format(R"sql(,
        coalesce(s.home_team_abbr IN (b{i}.one, b{i}.other) AND s.away_team_abbr IN (b{i}.one, b{i}.other),
                 false))sql",
                         fmt::arg("i", i));
    boxes += fmt::format(R"sql(
        LEFT JOIN (SELECT game_id, min(team_abbr) AS one, max(team_abbr) AS other FROM {table} WHERE {rows}
                   GROUP BY game_id) b{i} ON b{i}.game_id = s.game_id)sql",
                         fmt::arg("i", i), fmt::arg("table", Ident(project.boxes[i])),
                         fmt::arg("rows", table && !table->box_rows.empty() ? table->box_rows : "true"));
  }
  const auto columns =
      TRY(connection.Query("SELECT * FROM " + Ident(project.schedule) + " LIMIT 0")).columns();
  bool has_tipoff = std::any_of(columns.begin(), columns.end(),
                                [](const auto& column) { return column.name == "tipoff_utc"; });
  std::string tipoff = has_tipoff ? "CAST(coalesce(epoch(s.tipoff_utc), 0) AS BIGINT)" : "CAST(0 AS BIGINT)";
  Rows rows = TRY(connection.Query(
      fmt::format(R"sql(
      SELECT s.game_id, s.game_date, s.season, s.season_year, s.game_type, s.home_team_abbr, s.away_team_abbr,
        r.game_id IS NOT NULL, {tipoff}{whole}
      FROM {schedule} s LEFT JOIN {results} r ON r.game_id = s.game_id{boxes}
      WHERE (s.status = 'scheduled' OR r.game_id IS NOT NULL) AND s.game_date IS NOT NULL
        AND s.game_type IN ({types}))sql",
                  fmt::arg("tipoff", tipoff), fmt::arg("whole", whole),
                  fmt::arg("schedule", Ident(project.schedule)), fmt::arg("results", Ident(project.results)),
                  fmt::arg("boxes", boxes), fmt::arg("types", Join(types, ", ")))));
  std::vector<std::set<std::string>> damaged;  // games whose rows in a table of boxes contradict each other
  for (const std::string& table : project.boxes)
    damaged.push_back(TRY(ledger::ReadDamagedUnits(connection, table)));
  std::vector<Game> games(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    games[i] = {rows.Text(i, 0),
                Date{int32_t(rows.Int(i, 1))},
                rows.Text(i, 2),
                int(rows.Int(i, 3)),
                rows.Text(i, 4),
                rows.Text(i, 5),
                rows.Text(i, 6),
                rows.Int(i, 7) != 0,
                {},
                rows.Int(i, 8)};
    for (size_t table = 0; table < project.boxes.size(); ++table)
      if (!rows.Int(i, 9 + table) || damaged[table].contains(games[i].id))
        games[i].lacks.push_back(project.boxes[table]);
  }
  Rows today = TRY(connection.Query(
      "SELECT CAST(CAST(timezone('America/New_York', now()) AS DATE) - DATE '1970-01-01' AS INTEGER)"));
  return Calendar::Build(std::move(games), Date{int32_t(today.Int(0, 0))},
                         TRY(ledger::ReadFirstDays(connection)));
}

Result<Calendar> ReadCalendarAsOf(Connection& connection, const Project& project, Date as_of,
                                  std::string& seen_at) {
  std::string history = project.history.empty() ? "" : Ident(project.history);
  Rows seen;
  if (!history.empty())
    seen = TRY(connection.Query(fmt::format(R"sql(
        SELECT CAST(max(seen_at) FILTER (WHERE seen_date <= {as_of}) AS VARCHAR),
          CAST(min(seen_date) AS VARCHAR) FROM {history})sql",
                                            fmt::arg("as_of", as_of.Sql()), fmt::arg("history", history))));
  if (seen.size() == 0 || seen.Null(0, 1))
    return Error{ErrorKind::kUsage,
                 "no snapshots of the schedule are kept, so what was known on a date is not known",
                 "files {season}/{timestamp}.json of a feed of snapshots; `backcourt doctor` shows where it "
                 "looks for them"};
  if (seen.Null(0, 0))
    return Error{ErrorKind::kUsage, fmt::format("no schedule was seen up to {}", as_of.Str()),
                 fmt::format("--as-of {}, when the first one was seen, or later", seen.Text(0, 1))};
  seen_at = seen.Text(0, 0);
  std::vector<std::string> types;
  for (const std::string& type : project.types)
    types.push_back(Quote(type));
  Rows rows = TRY(connection.Query(fmt::format(R"sql(
      SELECT game_id, game_date, season, season_year, game_type, coalesce(home_team_abbr, ''),
        coalesce(away_team_abbr, '')
      FROM (SELECT *, row_number() OVER (PARTITION BY game_id ORDER BY seen_at DESC) AS newest
            FROM {history} WHERE seen_date <= {as_of})
      WHERE newest = 1 AND status = 'scheduled' AND game_date IS NOT NULL AND game_type IN ({types}))sql",
                                               fmt::arg("history", history), fmt::arg("as_of", as_of.Sql()),
                                               fmt::arg("types", Join(types, ", ")))));
  std::vector<Game> games(rows.size());
  for (size_t i = 0; i < rows.size(); ++i)
    games[i] = {rows.Text(i, 0),
                Date{int32_t(rows.Int(i, 1))},
                rows.Text(i, 2),
                int(rows.Int(i, 3)),
                rows.Text(i, 4),
                rows.Text(i, 5),
                rows.Text(i, 6),
                false,
                {}};
  return Calendar::Build(std::move(games));
}

}  // namespace backcourt
