#include "proof/cell_replay.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "warehouse/cell_sql.h"

namespace backcourt {

namespace {

// The rows that differ, joined on the key. The replayed rows stand in `replayed`.
Result<ReplayMismatch> Compare(Workbench& bench, const Model& model, Date date, const std::string& relation) {
  ReplayMismatch mismatch;
  mismatch.table = model.name;
  mismatch.date = date;
  std::vector<std::string> on, key, order;
  for (const std::string& column : model.key) {
    on.push_back(fmt::format("s.{0} IS NOT DISTINCT FROM r.{0}", Ident(column)));
    key.push_back(fmt::format("'{}=' || coalesce(CAST(coalesce(s.{}, r.{}) AS VARCHAR), 'NULL')", column,
                              Ident(column), Ident(column)));
    order.push_back(fmt::format("coalesce(s.{0}, r.{0})", Ident(column)));
  }
  std::string keys = fmt::format("concat_ws(', ', {})", Join(key, ", ")), ordered = Join(order, ", ");
  std::string joined = fmt::format(R"sql(
      FROM (SELECT *, true AS there_ FROM {relation} WHERE {date_column} = {date}) s
      FULL JOIN (SELECT *, true AS there_ FROM replayed) r ON {same_key})sql",
                                   fmt::arg("relation", relation), fmt::arg("date_column", Ident(model.date)),
                                   fmt::arg("date", date.Sql()), fmt::arg("same_key", Join(on, " AND ")));
  std::vector<std::string> differs;
  for (const auto& [name, about] : model.columns)
    differs.push_back(fmt::format("s.{0} IS DISTINCT FROM r.{0}", Ident(name)));
  Rows counts =
      TRY(bench.Query(fmt::format(R"sql(
      SELECT count(*) FILTER (WHERE s.there_ AND r.there_ AND ({differs})),
        count(*) FILTER (WHERE s.there_ IS NULL), count(*) FILTER (WHERE r.there_ IS NULL) {joined})sql",
                                  fmt::arg("differs", Join(differs, " OR ")), fmt::arg("joined", joined))));
  mismatch.different = counts.Int(0, 0);
  mismatch.missing = counts.Int(0, 1);
  mismatch.extra = counts.Int(0, 2);
  for (size_t i = 0; mismatch.different && i < model.columns.size(); ++i) {
    const std::string& name = model.columns[i].first;
    std::string where = fmt::format("{} WHERE s.there_ AND r.there_ AND {}", joined, differs[i]);
    Rows rows = TRY(bench.Query(fmt::format(R"sql(
        SELECT count(*), max(abs(TRY_CAST(CAST(s.{column} AS VARCHAR) AS DOUBLE)
                               - TRY_CAST(CAST(r.{column} AS VARCHAR) AS DOUBLE))) {where})sql",
                                            fmt::arg("column", Ident(name)), fmt::arg("where", where))));
    if (rows.Int(0, 0) == 0) continue;
    mismatch.columns[name] = {rows.Int(0, 0), rows.Null(0, 1) ? std::nan("") : rows.Real(0, 1)};
    if (!mismatch.first.key.empty()) continue;
    Rows first = TRY(bench.Query(fmt::format(R"sql(
        SELECT {keys}, coalesce(CAST(s.{column} AS VARCHAR), 'NULL'), coalesce(CAST(r.{column} AS VARCHAR), 'NULL')
        {where} ORDER BY {order} LIMIT 1)sql",
                                             fmt::arg("keys", keys), fmt::arg("column", Ident(name)),
                                             fmt::arg("where", where), fmt::arg("order", ordered))));
    mismatch.first = {first.Text(0, 0), name, first.Text(0, 1), first.Text(0, 2)};
  }
  if (mismatch.first.key.empty() && mismatch.missing + mismatch.extra > 0) {
    Rows first = TRY(bench.Query(fmt::format(
        "SELECT {}, s.there_ IS NOT NULL {} WHERE s.there_ IS NULL OR r.there_ IS NULL ORDER BY {} LIMIT 1",
        keys, joined, ordered)));
    mismatch.first = {first.Text(0, 0), "", first.Int(0, 1) ? "there" : "not there",
                      first.Int(0, 1) ? "not there" : "there"};
  }
  if (mismatch.first.key.empty())
    mismatch.error = "the table has a row more than once";  // equal rows join twice
  return mismatch;
}

// What there is of one date.
PartitionDigest Of(Date date, const std::vector<PartitionDigest>& partitions) {
  for (const PartitionDigest& partition : partitions)
    if (partition.partition == date.days) return partition;
  return {};
}

}  // namespace

std::string Difference::Text() const {
  if (column.empty())
    return fmt::format("{}: the row is {} in the table, {} in its replay", key, stored, replayed);
  return fmt::format("{}: {} is {}, its replay gives {}", key, column, stored, replayed);
}

Result<std::optional<ReplayMismatch>> ReplayDates(Workbench& bench,
                                                  const std::function<std::string(const Read&)>& from,
                                                  const Calendar& calendar, const Model& model,
                                                  const std::vector<int>& dates, const std::string& relation,
                                                  const std::vector<PartitionDigest>& stored) {
  std::string select = InputSql(calendar, model, dates, from) + SelectSql(model);
  std::vector<std::string> columns;
  for (const auto& [name, about] : model.columns)
    columns.push_back(name);
  auto made = bench.Digest({"(" + select + ")", bench.dialect().DayNumber(Ident(model.date)), columns});
  if (!made) {  // what the text cannot help (memory, a stop) proves nothing
    if (made.error().kind != ErrorKind::kModel && made.error().kind != ErrorKind::kData) return made.error();
    ReplayMismatch broken;
    broken.table = model.name;
    broken.date = calendar.dates()[size_t(dates.front())].date;
    broken.error = made.error().message;
    return std::optional(broken);
  }
  for (int index : dates) {
    Date date = calendar.dates()[size_t(index)].date;
    PartitionDigest replayed = Of(date, *made), before = Of(date, stored);
    if (replayed.digest == before.digest && replayed.rows == before.rows) continue;
    TRY(bench.Stage("replayed",
                    fmt::format("SELECT * FROM ({}) WHERE {} = {}", select, Ident(model.date), date.Sql())));
    return std::optional(TRY(Compare(bench, model, date, relation)));
  }
  return std::optional<ReplayMismatch>();
}

}  // namespace backcourt
