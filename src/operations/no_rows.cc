#include "operations/no_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "operations/selection.h"

namespace backcourt {

namespace {

constexpr size_t kFewValues = 40;       // that a hint may list
constexpr size_t kNamesToTry = 20'000;  // among which a near one is looked for

class NoRows {
 public:
  NoRows(const Project& project, const Moment& moment, Workbench& bench, const ShowRequest& request,
         const RowsPlace& place)
      : project_(project), moment_(moment), bench_(bench), request_(request), place_(place) {}

  Result<std::string> Why() {
    if (TRY(Count("true")) == 0) return OfEmptyTable();
    if (!request_.date.empty())
      if (std::string why = OfDate(TRY(Date::Parse(request_.date))); !why.empty()) return why;
    for (const auto& [name, value] : request_.lookups)
      if (std::string why = TRY(OfLookup(name, value)); !why.empty()) return why;
    if (request_.lookups.size() > 1)
      return fmt::format("no row of {}{} has all of what was asked for", request_.table, OnDates());
    if (OnDates().empty()) return std::string();
    return TRY(OfDates());
  }

 private:
  Result<int64_t> Count(const std::string& where) {
    return TRY(bench_.Query(fmt::format("SELECT count(*) FROM {} WHERE {}", place_.from, where))).Int(0, 0);
  }
  // From the first to the last date of these rows; "" of a table without dates.
  Result<std::string> Span(const std::string& where) {
    if (place_.date.empty()) return std::string();
    Rows span = TRY(bench_.Query(
        fmt::format("SELECT CAST(min({0}) AS VARCHAR), CAST(max({0}) AS VARCHAR) FROM {1} WHERE {2}",
                    Ident(place_.date), place_.from, where)));
    if (span.Null(0, 0)) return std::string();
    return span.Text(0, 0) == span.Text(0, 1)
               ? " on " + span.Text(0, 0)
               : fmt::format(" from {} to {}", span.Text(0, 0), span.Text(0, 1));
  }
  // Which dates were asked for, at the end of a sentence.
  std::string OnDates() const {
    if (!request_.date.empty()) return " on " + request_.date;
    if (!request_.season.empty()) return " in " + request_.season;
    if (request_.end_date.empty() && request_.start_date.empty()) return "";
    if (request_.end_date.empty()) return " since " + request_.start_date;
    if (request_.start_date.empty()) return " until " + request_.end_date;
    return fmt::format(" from {} to {}", request_.start_date, request_.end_date);
  }

  std::string OfEmptyTable() const {
    const std::string& table = request_.table;
    if (!request_.as_of.empty()) return table + " had no rows then";
    if (project_.FindRaw(table) || project_.FindSeed(table))
      return fmt::format("no file that was loaded has rows of {}", table);
    auto series = moment_.cells.find(table);
    if (series != moment_.cells.end())
      for (auto cell = series->second.cells().rbegin(); cell != series->second.cells().rend(); ++cell)
        if (!cell->reason.empty())
          return fmt::format("{} has none at all: {} {}: {}", table, Date{cell->partition}.Str(),
                             CellStateName(cell->state), cell->reason);
    return fmt::format("{} has not been filled yet: {}", table, CommandToTry({"backfill", table}));
  }

  // Of a date that can have no rows; "" of others.
  std::string OfDate(Date date) const {
    const auto& dates = moment_.calendar.dates();
    if (dates.empty()) return "the warehouse holds no schedule: `backcourt load`";
    if (date < dates.front().date)
      return fmt::format("{} is before the first game date, {}", date.Str(), dates.front().date.Str());
    if (date > dates.back().date)
      return fmt::format("{} is after the last game date, {}", date.Str(), dates.back().date.Str());
    if (moment_.calendar.Find(date) < 0) return date.Str() + " is an off-day";
    auto series = moment_.cells.find(request_.table);
    const Cell* cell = series == moment_.cells.end() ? nullptr : series->second.Find(date.days);
    if (!cell && project_.FindRaw(request_.table))
      return fmt::format("no file that was loaded has rows of {} {}", request_.table, date.Str());
    if (!cell && project_.FindModel(request_.table))
      return fmt::format("{} {} has not been filled: {}", request_.table, date.Str(),
                         CommandToTry({"backfill", request_.table, "--dates", date.Str()}));
    if (cell && cell->rows == 0 && !cell->reason.empty())
      return fmt::format("{} {} is {}: {}", request_.table, date.Str(), CellStateName(cell->state),
                         cell->reason);
    return "";
  }

  // Of a range or a season in which the table has no rows.
  Result<std::string> OfDates() {
    std::string why = fmt::format("{} has none{}", request_.table, OnDates());
    if (std::string span = TRY(Span("true")); !span.empty()) why += "; its rows are" + span;
    const Model* model = project_.FindModel(request_.table);
    if (!model || model->view || request_.season.empty()) return why;
    std::string label = TRY(ChooseSeason(moment_.calendar, request_.season));
    auto series = moment_.cells.find(request_.table);
    bool filled = false;
    for (const GameDate& date : moment_.calendar.dates())
      if (moment_.calendar.season_of(date).label == label)
        filled = filled || (series != moment_.cells.end() && series->second.Find(date.date.days));
    if (filled) return why;
    return fmt::format("{} has not been filled for {}: {}", request_.table, label,
                       CommandToTry({"backfill", request_.table, "--season", label}));
  }

  // Of a value that has no rows in the table, or none on the dates; "" where it has some.
  Result<std::string> OfLookup(const std::string& name, const std::string& value) {
    auto lookup = std::find_if(project_.lookups.begin(), project_.lookups.end(),
                               [&](const Lookup& one) { return one.name == name; });
    if (lookup == project_.lookups.end()) return std::string();
    std::string predicate = lookup->Predicate(place_.columns, value);
    if (TRY(Count(predicate)) > 0) {
      if (TRY(Count(fmt::format("{} AND {}", predicate, place_.on_dates))) > 0) return std::string();
      return fmt::format("{} has rows of {} '{}'{}, but none{}", request_.table, name, value,
                         TRY(Span(predicate)), OnDates());
    }
    std::vector<std::string> values;
    for (const RawTable& raw : project_.raw_tables) {
      auto described = TRY(bench_.Describe(raw.name));
      if (!described) continue;
      std::vector<std::string> columns;
      for (const auto& [column, type] : *described)
        columns.push_back(column);
      predicate = lookup->Predicate(columns, value);
      if (predicate.empty()) continue;
      Rows known = TRY(bench_.Query(
          fmt::format("SELECT 1 AS one FROM wh.main.{} WHERE {} LIMIT 1", Ident(raw.name), predicate)));
      if (known.size() > 0)
        return fmt::format("{} has none of {} '{}', which {} has", request_.table, name, value, raw.name);
      TRY(AddValues(raw.name, *described, *lookup, values));
    }
    std::string near = Nearest(value, values);
    if (near.empty() && !values.empty() && values.size() <= kFewValues) near = "one of " + Join(values, ", ");
    return fmt::format("no {} '{}' is in the warehouse{}", name, value, near.empty() ? "" : "; try " + near);
  }

  // The texts by which a table names what a lookup picks: its own columns, and NAME_name beside them.
  Result<> AddValues(const std::string& table, const Columns& columns, const Lookup& lookup,
                     std::vector<std::string>& values) {
    for (const auto& [column, type] : columns) {
      bool names = column == lookup.name + "_name" ||
                   std::find(lookup.columns.begin(), lookup.columns.end(), column) != lookup.columns.end();
      if (!names || type != "VARCHAR") continue;
      Rows found = TRY(bench_.Query(
          fmt::format("SELECT DISTINCT {0} FROM wh.main.{1} WHERE {0} IS NOT NULL ORDER BY 1 LIMIT {2}",
                      Ident(column), Ident(table), kNamesToTry)));
      for (size_t i = 0; i < found.size() && values.size() < kNamesToTry; ++i)
        values.push_back(found.Text(i, 0));
    }
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return {};
  }

  const Project& project_;
  const Moment& moment_;
  Workbench& bench_;
  const ShowRequest& request_;
  const RowsPlace& place_;
};

}  // namespace

Result<std::string> WhyNoRows(Workspace& workspace, Workbench& bench, const ShowRequest& request,
                              const RowsPlace& place) {
  Moment moment = TRY(workspace.Look());
  return NoRows(workspace.project(), moment, bench, request, place).Why();
}

}  // namespace backcourt
