#include "proof/cause.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"
#include "ledger/runs.h"
#include "warehouse/cell_sql.h"

namespace backcourt {

namespace {

constexpr int kFarDays = 1000;  // beyond the calendar's ends: raw tables may have rows there

using From = std::function<std::string(const Read&)>;

// Replays of one cell under other conditions.
class Trials {
 public:
  Trials(Workbench& bench, const Project& project, const Calendar& calendar, const Model& model,
         int date_index)
      : bench_(bench),
        project_(project),
        calendar_(calendar),
        model_(model),
        index_(date_index),
        day_(calendar.dates()[size_t(date_index)].date.days),
        first_(calendar.dates().front().date.days - kFarDays),
        last_(calendar.dates().back().date.days + kFarDays) {
    for (const auto& [name, about] : model.columns)
      columns_.push_back(name);
  }

  Result<std::string> Order();
  Result<std::string> Windows();
  Result<std::string> Batch(const std::vector<std::vector<int>>& batches);
  Result<std::string> Cause(const std::vector<std::vector<int>>& batches);

 private:
  std::string Select(const std::vector<int>& dates, const From& from) const {
    return fmt::format("SELECT * FROM ({}{}) WHERE {} = {}", InputSql(calendar_, model_, dates, from),
                       SelectSql(model_), Ident(model_.date), Date{day_}.Sql());
  }
  // What the cell's rows come to.
  Result<Digest> Try(const std::vector<int>& dates, const From& from) {
    Digest digest;
    auto partitions = bench_.Digest(
        {"(" + Select(dates, from) + ")", bench_.dialect().DayNumber(Ident(model_.date)), columns_});
    if (!partitions) return partitions.error();
    for (const PartitionDigest& partition : *partitions)
      digest = digest + partition.digest;
    return digest;
  }
  std::string Cut(const Read& read, const std::vector<PartitionRange>& more = {}) const {
    std::vector<PartitionRange> ranges = PartitionsOf(read, calendar_, index_);
    ranges.insert(ranges.end(), more.begin(), more.end());
    return fmt::format("wh.main.{} WHERE {}", Ident(read.table),
                       PartitionsSql(project_, calendar_, read.table, Union(std::move(ranges))));
  }
  // With one read's window grown by a range.
  Result<Digest> Grown(const Read& grown, PartitionRange by) {
    return Try({index_},
               [&](const Read& read) { return read.table == grown.table ? Cut(read, {by}) : Cut(read); });
  }
  Result<std::string> OrderColumn();

  Workbench& bench_;
  const Project& project_;
  const Calendar& calendar_;
  const Model& model_;
  int index_;
  int32_t day_, first_, last_;
  std::vector<std::string> columns_;
};

// The column of `tried` and `tried_first` that differs, and in what way.
Result<std::string> Trials::OrderColumn() {
  std::vector<std::string> on;
  for (const std::string& column : model_.key)
    on.push_back(fmt::format("a.{0} IS NOT DISTINCT FROM b.{0}", Ident(column)));
  for (const std::string& column : columns_) {
    Rows rows = TRY(bench_.Query(fmt::format(R"sql(
        SELECT count(*), coalesce(max(type_), ''), max(abs(first_ - then_) / greatest(1e0, abs(first_)))
        FROM (SELECT typeof(a.{column}) AS type_, TRY_CAST(CAST(a.{column} AS VARCHAR) AS DOUBLE) AS first_,
                     TRY_CAST(CAST(b.{column} AS VARCHAR) AS DOUBLE) AS then_
              FROM tried_first a JOIN tried b ON {same_key} WHERE a.{column} IS DISTINCT FROM b.{column}))sql",
                                             fmt::arg("column", Ident(column)),
                                             fmt::arg("same_key", Join(on, " AND ")))));
    if (rows.Int(0, 0) == 0) continue;
    if (rows.Text(0, 1) == "DOUBLE" && !rows.Null(0, 2) && rows.Real(0, 2) < 1e-6)
      return fmt::format(
          "column {} depends on the order in which rows come: a sum of doubles, which differs in its last "
          "digits; take it over exact()",
          column);
    return fmt::format(
        "column {} depends on the order in which rows come: an ORDER BY that leaves ties, or an aggregate "
        "that takes whichever row comes first",
        column);
  }
  return std::string(
      "which rows there are depends on the order in which its inputs come: an ORDER BY that leaves ties");
}

Result<std::string> Trials::Order() {
  std::optional<Digest> first;
  for (const std::string& order : bench_.dialect().RowOrders()) {
    std::map<std::string, std::string> names;
    for (const Read& read : model_.reads) {
      const Model* model = project_.FindModel(read.table);
      if (model && model->view) continue;  // has no order of its own
      std::string name = fmt::format("ordered_{}", names.size());
      TRY(bench_.Stage(name, fmt::format("SELECT * FROM {} ORDER BY {}", Cut(read), order)));
      names[read.table] = name;
    }
    std::string select = Select({index_}, [&](const Read& read) {
      return names.contains(read.table) ? names.at(read.table) : Cut(read);
    });
    TRY(bench_.Stage("tried", select));
    Digest digest;
    for (const PartitionDigest& partition : TRY(bench_.Digest({"tried", "0", columns_})))
      digest = digest + partition.digest;
    if (first && *first != digest) return OrderColumn();
    if (!first) TRY(bench_.Stage("tried_first", "SELECT * FROM tried"));
    first = digest;
  }
  return std::string();
}

Result<std::string> Trials::Windows() {
  Digest alone = TRY(Try({index_}, [&](const Read& read) { return Cut(read); }));
  std::vector<std::string> found;
  for (const Read& read : model_.reads) {
    if (project_.GrainOf(read.table) != Grain::kDate) continue;
    std::vector<std::string> windows;
    for (const Window& window : read.windows)
      windows.push_back("\"" + window.Str() + "\"");
    std::string declared = fmt::format("though it declares {}", Join(windows, ", "));
    if (TRY(Grown(read, {first_, last_, false})) == alone) continue;
    if (TRY(Grown(read, {day_, day_, false})) != alone)
      found.push_back(
          fmt::format("it reads its own date: rows of {} of {} change it, {}; the body lets through what is "
                      "not before the date (<= where < is meant)",
                      read.table, Date{day_}.Str(), declared));
    if (TRY(Grown(read, {day_ + 1, last_, false})) != alone)
      found.push_back(fmt::format("it reads later dates: rows of {} after {} change it, {}", read.table,
                                  Date{day_}.Str(), declared));
    Digest before = TRY(Grown(read, {first_, day_ - 1, false}));
    if (before == alone) continue;
    int32_t far = first_, near = day_;  // back to `far` gives all of it, back to `near` not
    while (near - far > 1) {
      int32_t middle = far + (near - far) / 2;
      (TRY(Grown(read, {middle, day_ - 1, false})) == before ? far : near) = middle;
    }
    found.push_back(fmt::format("its window is wider than declared: it reads {} back to {}, {} before, {}",
                                read.table, Date{far}.Str(), Counted(day_ - far, "day"), declared));
  }
  return Join(found, "; ");
}

Result<std::string> Trials::Batch(const std::vector<std::vector<int>>& batches) {
  Digest alone = TRY(Try({index_}, [&](const Read& read) { return Cut(read); }));
  for (const std::vector<int>& dates : batches) {
    if (dates.size() < 2) continue;
    Digest together = TRY(Try(dates, [&](const Read& read) {
      return fmt::format("wh.main.{} WHERE {}", Ident(read.table), CutOf(project_, calendar_, read, dates));
    }));
    if (together != alone)
      return fmt::format(
          "it depends on the other dates of its batch: with the dates from {} to {} it differs from "
          "the date alone; each row must be made from its own row of `dates`",
          calendar_.dates()[size_t(dates.front())].date.Str(),
          calendar_.dates()[size_t(dates.back())].date.Str());
  }
  return std::string();
}

Result<std::string> Trials::Cause(const std::vector<std::vector<int>>& batches) {
  std::string cause = TRY(Order());
  if (cause.empty()) cause = TRY(Windows());
  if (cause.empty()) cause = TRY(Batch(batches));
  return cause;
}

std::vector<int> DatesWithin(const Calendar& calendar, Date first, Date last) {
  auto [begin, end] = calendar.Range(first, last);
  std::vector<int> dates;
  for (int i = begin; i < end; ++i)
    dates.push_back(i);
  return dates;
}

}  // namespace

Result<std::string> CauseOf(Connection& ledger, Workbench& bench, const Project& project,
                            const Calendar& calendar, const Model& model, int date_index, const Cell& cell) {
  std::vector<std::string> columns;
  for (const auto& [name, about] : model.columns)
    columns.push_back(name);
  Digest stored;
  for (const PartitionDigest& partition :
       TRY(bench.Digest({"wh.main." + Ident(model.name), "0", columns,
                         fmt::format("{} = {}", Ident(model.date), Date{cell.partition}.Sql())})))
    stored = stored + partition.digest;
  if (stored != cell.digest)
    return std::string("its rows were changed outside Backcourt: they are not those that were filled");
  std::vector<std::vector<int>> batches;
  if (auto batch = TRY(ledger::ReadBatchOf(ledger, cell.run, model.name, Date{cell.partition})))
    batches.push_back(DatesWithin(calendar, batch->first, batch->last));
  const Season& season = calendar.season_of(calendar.dates()[size_t(date_index)]);
  batches.push_back(DatesWithin(calendar, season.first, season.last));
  return Trials(bench, project, calendar, model, date_index).Cause(batches);
}

Result<std::string> CauseInText(Workbench& bench, const Project& project, const Calendar& calendar,
                                const Model& model, int date_index, const std::vector<int>& dates) {
  return Trials(bench, project, calendar, model, date_index).Cause({dates});
}

}  // namespace backcourt
