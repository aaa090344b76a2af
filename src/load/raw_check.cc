// Raw tables against their files: they are loaded again aside and compared with the rows that stand there.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "load/loader.h"
#include "load/raw_table_sql.h"
#include "warehouse/duckdb/catalog.h"

namespace backcourt {

namespace {

constexpr int64_t kMostShown = 20;  // rows of one table

// A row as texts by column, the first of a relation that has the key; nothing when none has.
Result<std::map<std::string, std::string>> RowOf(Connection& connection, const std::string& relation,
                                                 const RawTable& table, const std::string& key_is) {
  std::map<std::string, std::string> row;
  std::vector<std::string> texts;
  for (const Column& column : table.columns)
    texts.push_back(fmt::format("coalesce(CAST({} AS VARCHAR), 'NULL')", Ident(column.name)));
  Rows rows = TRY(connection.Query(
      fmt::format("SELECT {} FROM {} WHERE {} ORDER BY ALL LIMIT 1", Join(texts, ", "), relation, key_is)));
  for (size_t c = 0; rows.size() > 0 && c < table.columns.size(); ++c)
    row[table.columns[c].name] = rows.Text(0, c);
  return row;
}

}  // namespace

Result<RawCheckReport> Loader::Check(const std::set<std::string>& seasons) {
  LoadReport ignored;
  RawCheckReport found;
  checking_ = &found;
  checked_seasons_ = seasons;
  may_lose_ = true;
  auto changed = Change({}, ignored);
  transaction_.reset();  // nothing of it is kept
  checking_ = nullptr;
  if (!changed) return changed.error();
  return found;
}

bool Loader::Checks(const std::string& season) const {
  return checking_ && (checked_seasons_.empty() || season.empty() || checked_seasons_.contains(season));
}

Result<> Loader::CompareStored(const RawTable& table, const std::string& stored, const std::string& staged,
                               const std::string& replaced) {
  std::vector<std::string> hashed, key_text;
  for (const std::string& column : HashedColumns(table))
    hashed.push_back(Ident(column));
  for (const std::string& column : table.key)
    key_text.push_back(fmt::format("'{}=' || coalesce(CAST({} AS VARCHAR), 'NULL')", column, Ident(column)));
  auto counted = [&](const std::string& relation, const std::string& where) {
    return fmt::format(R"sql(
        (SELECT {unit} AS unit, concat_ws(', ', {key}) AS key, hash({hashed}) AS row_hash, count(*) AS n
         FROM {relation} WHERE {where} GROUP BY ALL))sql",
                       fmt::arg("unit", UnitSql(table)), fmt::arg("key", Join(key_text, ", ")),
                       fmt::arg("hashed", Join(hashed, ", ")), fmt::arg("relation", relation),
                       fmt::arg("where", where));
  };
  Rows sizes = TRY(
      connection_.Query(fmt::format("SELECT count(*), count(DISTINCT {}) FROM {}", UnitSql(table), staged)));
  checking_->rows += sizes.Int(0, 0);
  checking_->units += sizes.Int(0, 1);
  ++checking_->tables;
  std::string before = fmt::format(  // also what no load has brought
      "({} OR {} NOT IN (SELECT unit FROM backcourt.units WHERE table_name = {}))", replaced, UnitSql(table),
      Quote(table.name));
  Rows keys = TRY(connection_.Query(fmt::format(
      R"sql(
      SELECT unit, key, CAST(sum(coalesce(o.n, 0)) AS BIGINT), CAST(sum(coalesce(n.n, 0)) AS BIGINT)
      FROM {stored} o FULL JOIN {staged} n USING (unit, key, row_hash)
      WHERE coalesce(o.n, 0) <> coalesce(n.n, 0) GROUP BY unit, key ORDER BY key)sql",
      fmt::arg("stored", counted(stored, before)), fmt::arg("staged", counted(staged, "true")))));
  checking_->differing += int64_t(keys.size());
  for (size_t i = 0; i < std::min<size_t>(keys.size(), kMostShown); ++i) {
    RawDifference difference{table.name, keys.Text(i, 1), "", "", "", "", ""};
    std::string key_is =
        fmt::format("concat_ws(', ', {}) = {}", Join(key_text, ", "), Quote(keys.Text(i, 1)));
    auto was = TRY(RowOf(connection_, stored, table, key_is + " AND " + before));
    auto is = TRY(RowOf(connection_, staged, table, key_is));
    for (const std::string& column : HashedColumns(table))
      if (difference.column.empty() && !was.empty() && !is.empty() && was[column] != is[column])
        difference.column = column, difference.stored = was[column], difference.loaded = is[column];
    int64_t was_there = keys.Int(i, 2), now = keys.Int(i, 3);
    difference.cause = was_there == 0 ? "the files have this row, and the table does not"
                       : now == 0     ? "no file gives this row"
                       : was_there != now && difference.column.empty()
                           ? fmt::format("the table has the row {}, the files {}", Counted(was_there, "time"),
                                         Counted(now, "time"))
                           : "the stored value is not that of the file";
    Rows files = TRY(connection_.Query(fmt::format(
        "SELECT coalesce(min(path), '') FROM backcourt.file_units WHERE unit = {} AND source IN ({})",
        Quote(keys.Text(i, 0)), QuotedList(SourcesOf(table.name)))));
    Rows source = TRY(connection_.Query(fmt::format(
        R"sql(
        SELECT coalesce(min(source || CASE WHEN season = '' THEN '' ELSE ' ' || season END), '')
        FROM backcourt.units WHERE table_name = {table} AND unit = {unit})sql",
        fmt::arg("table", Quote(table.name)), fmt::arg("unit", Quote(keys.Text(i, 0))))));
    difference.file = !files.Text(0, 0).empty()   ? files.Text(0, 0)
                      : source.Text(0, 0).empty() ? ""
                                                  : "files of " + source.Text(0, 0);
    checking_->differences.push_back(std::move(difference));
  }
  return {};
}

Result<> Loader::CompareSeed(const std::string& seed, const PartitionDigest& loaded,
                             const std::vector<std::string>& columns, const std::string& file) {
  ++checking_->tables;
  checking_->rows += loaded.rows;
  auto there = TRY(DescribeTable(connection_, seed));
  std::vector<std::string> names;
  if (there)
    for (const auto& [name, type] : *there)
      names.push_back(name);
  if (there && names == columns) {
    auto stored = TRY(DigestPartitions(connection_, {"main." + Ident(seed), "0", columns}));
    if (stored.empty() ? loaded.rows == 0
                       : stored[0].rows == loaded.rows && stored[0].digest == loaded.digest)
      return {};
  }
  ++checking_->differing;
  checking_->differences.push_back(
      {seed, "", "", "", "", file, "the rows or columns of the seed are not those of its file"});
  return {};
}

}  // namespace backcourt
