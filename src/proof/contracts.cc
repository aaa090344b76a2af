#include "proof/contracts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "warehouse/body_check.h"
#include "warehouse/cell_sql.h"
#include "warehouse/duckdb/syntax.h"

namespace backcourt {

namespace {

constexpr size_t kMonthDates = 15;   // of a month that is judged by itself
constexpr double kMostlyNull = 0.5;  // share of NULLs above which a header must say why

bool Names(const NamedTexts& texts, const std::string& name) {
  return std::any_of(texts.begin(), texts.end(), [&](auto& text) { return text.first == name; });
}

// What a column needs, as its header says.
std::vector<std::string> NeedsOf(const Model& model, const std::string& name) {
  std::vector<std::string> of_column;
  for (const auto& [needs, columns] : model.needs)
    if (std::find(columns.begin(), columns.end(), name) != columns.end()) of_column.push_back(needs);
  return of_column;
}

// Whether there is raw data for some of these dates of a season.
bool IsMet(const NeedMet& need, const std::string& season, const Calendar& calendar,
           const std::vector<int>& dates) {
  if (!need.dates) return need.seasons.contains(season);
  return std::any_of(dates.begin(), dates.end(),
                     [&](int i) { return need.dates->contains(calendar.dates()[size_t(i)].date.days); });
}

// A read of the season's rows from the first to the last of its dates.
std::string SeasonRows(const Project& project, const Calendar& calendar, const CheckedSeason& season,
                       const std::string& table) {
  Date first = calendar.dates()[size_t(season.dates.front())].date,
       last = calendar.dates()[size_t(season.dates.back())].date;
  int year = calendar.season_of(calendar.dates()[size_t(season.dates.front())]).year;
  PartitionRange range{first.days, last.days, false};
  if (project.GrainOf(table) == Grain::kSeason) range = {year, year, false};
  return PartitionsSql(project, calendar, table, {range});
}

// The months of the plain season whose dates are all over, as lists of dates.
Result<std::vector<std::vector<int>>> WholeMonths(Workbench& bench, const Project& project,
                                                  const Calendar& calendar, const CheckedSeason& season) {
  std::vector<std::vector<int>> months;
  const RawTable* schedule = project.FindRaw(project.schedule);
  if (!schedule) return months;  // its file is broken
  Rows rows = TRY(bench.Query(
      fmt::format(R"sql(
      SELECT DISTINCT CAST({day} AS INTEGER) FROM wh.main.{schedule} WHERE season = {season} AND ({ahead})
      ORDER BY 1)sql",
                  fmt::arg("day", bench.dialect().DayNumber(Ident(schedule->date))),
                  fmt::arg("schedule", Ident(schedule->name)), fmt::arg("season", Quote(season.label)),
                  fmt::arg("ahead", schedule->ahead.empty() ? "true" : schedule->ahead))));
  std::set<int> chosen(season.dates.begin(), season.dates.end());
  std::string month;
  for (size_t i = 0; i < rows.size(); ++i) {
    Date date{int32_t(rows.Int(i, 0))};
    int index = calendar.Find(date);
    if (index < 0) continue;  // a game that was postponed or is not of the kinds that tables hold
    if (date.Month() != month && (months.empty() || months.back().size() >= kMonthDates))
      months.emplace_back();
    month = date.Month();
    months.back().push_back(index);
  }
  if (months.size() > 1 && months.back().size() < kMonthDates) {
    std::vector<int> last = std::move(months.back());
    months.pop_back();
    months.back().insert(months.back().end(), last.begin(), last.end());
  }
  std::erase_if(months, [&](const std::vector<int>& dates) {
    return std::any_of(dates.begin(), dates.end(), [&](int i) {
      const GameDate& date = calendar.dates()[size_t(i)];
      return !chosen.contains(i) || date.finals < date.games;
    });
  });
  return months;
}

}  // namespace

Result<GuardCount> RunCheckOf(Connection& ledger, Workbench& bench, const Project& project,
                              const Calendar& calendar, const CheckedSeason& season, const Check& check,
                              std::vector<Gap>& gaps) {
  TRY(CheckBody(ledger, Body{check.file, check.body, check.body_line, check.reads},
                TRY(VolatileFunctions(ledger))));
  Model as_model;  // for the text around its SELECT
  for (const std::string& read : check.reads)
    as_model.reads.push_back({read, {}});
  std::string sql = InputSql(calendar, as_model, season.dates, [&](const Read& read) {
    return fmt::format("wh.main.{} WHERE {}", Ident(read.table),
                       SeasonRows(project, calendar, season, read.table));
  });
  auto rows = bench.Query(fmt::format(R"sql(
      {inputs}SELECT CAST({day} AS INTEGER), CAST(subject AS VARCHAR), CAST(what AS VARCHAR), examined_
      FROM (
      SELECT *, count(*) OVER () AS examined_,
        row_number() OVER (ORDER BY what IS NULL, game_date, subject, what) AS place_
      FROM (
      {body}
      ) AS findings
      )
      WHERE what IS NOT NULL OR place_ = 1 ORDER BY game_date, subject, what)sql",
                                      fmt::arg("inputs", sql),
                                      fmt::arg("day", bench.dialect().DayNumber("game_date")),
                                      fmt::arg("body", check.body)));
  if (!rows) {
    Error error = rows.error();
    error.message = fmt::format("{}: {}", check.file, error.message);
    return error;
  }
  GuardCount count{season.label, check.name, "items", rows->size() ? rows->Int(0, 3) : 0, 0, ""};
  for (size_t i = 0; i < rows->size(); ++i) {
    if (rows->Null(i, 2)) continue;
    Date date{int32_t(rows->Int(i, 0))};
    gaps.push_back(
        {check.name, season.label, "", date, date, 1, rows->Text(i, 1), rows->Text(i, 2), check.fix});
    ++count.found;
  }
  for (size_t i = 0; count.examined == 0 && i < check.reads.size(); ++i) {
    Rows there =
        TRY(bench.Query(fmt::format("SELECT count(*) FROM wh.main.{} WHERE {}", Ident(check.reads[i]),
                                    SeasonRows(project, calendar, season, check.reads[i]))));
    if (there.Int(0, 0) == 0) count.nothing = fmt::format("{} has no rows of these dates", check.reads[i]);
  }
  return count;
}

Result<GuardCount> JudgeMonths(Workbench& bench, const Project& project, const Calendar& calendar,
                               const CheckedSeason& season, const Model& model,
                               const std::vector<CellState>& states, const NeedsMet& met,
                               std::vector<Gap>& gaps) {
  GuardCount count{season.label, "months", "column-months", 0, 0, ""};
  std::vector<std::vector<int>> months = TRY(WholeMonths(bench, project, calendar, season));
  std::erase_if(months, [&](const std::vector<int>& dates) {
    return std::any_of(dates.begin(), dates.end(), [&](int i) {
      return states[size_t(i)] != CellState::kFresh && states[size_t(i)] != CellState::kEmpty &&
             states[size_t(i)] != CellState::kWaiting;
    });
  });
  if (months.empty()) {
    count.nothing = "no month of these dates is over and filled with nothing missing";
    return count;
  }
  std::string days, columns;
  for (size_t month = 0; month < months.size(); ++month)
    for (int i : months[month])
      days +=
          fmt::format("{}({}, {})", days.empty() ? "" : ", ", calendar.dates()[size_t(i)].date.Sql(), month);
  for (const auto& [name, about] : model.columns)
    columns += fmt::format(R"sql(,
        count(*) FILTER (WHERE {column} IS NULL), min({column}) IS NOT DISTINCT FROM max({column}),
        coalesce(CAST(min({column}) AS VARCHAR), 'NULL'))sql",
                           fmt::arg("column", Ident(name)));
  Rows rows = TRY(bench.Query(fmt::format(R"sql(
      SELECT CAST(month_ AS BIGINT), count(*){columns}
      FROM wh.main.{table} JOIN (VALUES {days}) AS days_(day_, month_) ON {date} = day_
      GROUP BY 1 ORDER BY 1)sql",
                                          fmt::arg("columns", columns), fmt::arg("table", Ident(model.name)),
                                          fmt::arg("days", days), fmt::arg("date", Ident(model.date)))));
  for (size_t m = 0; m < rows.size(); ++m) {
    const std::vector<int>& dates = months[size_t(rows.Int(m, 0))];
    Date first = calendar.dates()[size_t(dates.front())].date,
         last = calendar.dates()[size_t(dates.back())].date;
    int64_t all = rows.Int(m, 1);
    for (size_t c = 0; c < model.columns.size(); ++c) {
      const std::string& name = model.columns[c].first;
      ++count.examined;
      std::vector<std::string> needs = NeedsOf(model, name);
      bool wanting = std::any_of(needs.begin(), needs.end(), [&](const std::string& need) {
        return !IsMet(met.at(need), season.label, calendar, dates);
      });
      if (Names(model.may_be_constant, name) || wanting) continue;
      double nulls = double(rows.Int(m, 2 + 3 * c)) / double(all);
      std::string what, section;
      if (rows.Int(m, 3 + 3 * c) && all > 1)
        what = fmt::format("is {}{} in all {} rows", rows.Text(m, 4 + 3 * c),
                           nulls > 0 && nulls < 1 ? " or NULL" : "", WithCommas(all)),
        section = "may_be_constant";
      else if (nulls > kMostlyNull && needs.empty() && !Names(model.may_be_null, name))
        what = fmt::format("is NULL in {:.0f} % of {}", 100 * nulls, Counted(all, "row")),
        section = "may_be_null";
      if (what.empty()) continue;
      gaps.push_back({"months", season.label, model.name, first, last, int64_t(dates.size()), name, what,
                      fmt::format("find out why; if it is right, write the reason under [{}] of {}", section,
                                  model.file)});
      ++count.found;
    }
  }
  return count;
}

}  // namespace backcourt
