#include "warehouse/duckdb/catalog.h"

#include <fmt/format.h>

#include "base/text.h"
#include "warehouse/duckdb/profile.h"

namespace backcourt {

namespace {

unsigned __int128 ParseUnsigned(const std::string& text) {
  unsigned __int128 value = 0;
  for (char c : text)
    value = value * 10 + unsigned(c - '0');
  return value;
}

Columns ToColumns(const Rows& rows) {
  Columns columns;
  for (size_t i = 0; i < rows.size(); ++i)
    columns.emplace_back(rows.Text(i, 0), rows.Text(i, 1));
  return columns;
}

}  // namespace

Result<Columns> ColumnsOf(Connection& connection, const std::string& relation) {
  return ToColumns(TRY(connection.Query("SELECT column_name, column_type FROM (DESCRIBE " + relation + ")")));
}

std::string ColumnText(const Columns& columns) {
  std::vector<std::string> typed;
  for (const auto& [name, type] : columns)
    typed.push_back(name + " " + type);
  return Join(typed, ", ");
}

Result<std::optional<Columns>> DescribeTable(Connection& connection, const std::string& table) {
  // A tenth of the catalog's time, but for what is not there, and views whose inputs are not.
  if (auto there = ColumnsOf(connection, "wh.main." + Ident(table))) return std::optional(*there);
  Rows rows = TRY(connection.Query(fmt::format(R"sql(
      SELECT column_name, data_type FROM duckdb_columns()
      WHERE database_name = 'wh' AND schema_name = 'main' AND table_name = {table} ORDER BY column_index)sql",
                                               fmt::arg("table", Quote(table)))));
  if (rows.size() == 0) return std::optional<Columns>();
  return std::optional(ToColumns(rows));
}

Result<> DropRelation(Connection& connection, const std::string& name) {
  Rows views = TRY(connection.Query(fmt::format(R"sql(
      SELECT count(*) FROM duckdb_views()
      WHERE database_name = 'wh' AND schema_name = 'main' AND view_name = {view})sql",
                                                fmt::arg("view", Quote(name)))));
  return connection.Execute(
      fmt::format("DROP {} IF EXISTS wh.main.{}", views.Int(0, 0) ? "VIEW" : "TABLE", Ident(name)));
}

Result<std::vector<PartitionDigest>> DigestPartitions(Connection& connection, const DigestQuery& query) {
  Rows rows = TRY(connection.Query(fmt::format(
      R"sql(
      SELECT partition_key, count(*), CAST(sum(h1) AS VARCHAR), CAST(sum(h2) AS VARCHAR)
      FROM (SELECT CAST({partition} AS INTEGER) AS partition_key, {hashes} FROM {relation} WHERE {where})
      GROUP BY partition_key ORDER BY partition_key NULLS FIRST)sql",
      fmt::arg("partition", query.partition), fmt::arg("hashes", RowHashes(query.columns)),
      fmt::arg("relation", query.relation), fmt::arg("where", query.where))));
  std::vector<PartitionDigest> digests(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows.Null(i, 0))
      return Error{ErrorKind::kData,
                   fmt::format("{} has {} without a date", query.relation, Counted(rows.Int(i, 1), "row")),
                   ""};
    digests[i].partition = PartitionKey(rows.Int(i, 0));
    digests[i].rows = rows.Int(i, 1);
    digests[i].digest.value = (ParseUnsigned(rows.Text(i, 2)) << 64) + ParseUnsigned(rows.Text(i, 3));
  }
  return digests;
}

}  // namespace backcourt
