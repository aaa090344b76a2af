#include "load/statements.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ledger/loads.h"
#include "load/raw_table_sql.h"
#include "project/sql_text.h"

namespace backcourt {

using fmt::literals::operator""_a;

std::string StatementColumns(const RawTable& table, const Source& source) {
  if (!table.statements) return "";
  std::vector<std::string> words = SqlTokens(source.body);
  auto or_null = [&](const char* name, const char* type) {
    bool given = std::find(words.begin(), words.end(), name) != words.end();
    return fmt::format("CAST({} AS {}) AS stated_{}, ", given ? name : "NULL", type, name);
  };
  return or_null("is_over", "BOOLEAN") + or_null("captured_at", "TIMESTAMP") + or_null("told_in", "VARCHAR");
}

std::string UnmatchedNameColumn(const Source& source) {
  std::vector<std::string> words = SqlTokens(source.body);
  bool given = std::find(words.begin(), words.end(), "unmatched_name") != words.end();
  return given ? "CAST(unmatched_name AS VARCHAR) AS unmatched_name, " : "";
}

Result<> Statements::Collect() {
  std::vector<std::string> all;
  for (size_t i = 0; i < groups_.size(); ++i)
    all.push_back(fmt::format(
        R"sql(SELECT {ord} AS ord_, {source} AS source_, {season} AS season_, rowid AS row_, {unit} AS unit_,
  coalesce(stated_is_over, false) AS over_, stated_captured_at AS at_, stated_told_in AS in_, {columns}
FROM temp.{incoming} WHERE dropped IS NULL)sql",
        "ord"_a = i, "source"_a = Quote(groups_[i]->source->name), "season"_a = Quote(groups_[i]->season),
        "unit"_a = UnitSql(table_),
        "columns"_a = table_.merge.empty() ? "NULL AS nothing_" : ColumnList(table_),
        "incoming"_a = Ident(groups_[i]->incoming)));
  std::string rows = Join(all, "\nUNION ALL\n");
  // Without a merge the rows of a source (the lines of a box) are one statement; with it each is its own.
  if (table_.merge.empty())
    return connection_.Execute(fmt::format(
        R"sql(CREATE OR REPLACE TEMP TABLE statements AS
SELECT *, row_number() OVER (PARTITION BY unit_ ORDER BY over_ DESC, at_ DESC NULLS LAST, ord_) AS place
FROM (SELECT ord_, unit_, any_value(source_) AS source_, any_value(season_) AS season_, bool_or(over_) AS over_,
        max(at_) AS at_, min(in_) AS in_
      FROM ({rows}) GROUP BY ord_, unit_))sql",
        "rows"_a = rows));
  return connection_.Execute(fmt::format(
      R"sql(CREATE OR REPLACE TEMP TABLE statements AS
SELECT *, row_number() OVER (PARTITION BY unit_ ORDER BY over_ DESC, at_ DESC NULLS LAST, ord_, in_ DESC,
    hash({columns})) AS place
FROM ({rows}))sql",
      "columns"_a = ColumnList(table_), "rows"_a = rows));
}

Result<> Statements::MarkLosers() {
  TRY(connection_.Execute(R"sql(
      CREATE OR REPLACE TEMP TABLE rightful AS
      SELECT unit_, ord_, source_, season_ FROM temp.statements WHERE place = 1;
      INSERT INTO temp.served SELECT unit_, source_, season_ FROM temp.rightful)sql"));
  for (size_t i = 0; i < groups_.size(); ++i) {
    std::string incoming = "temp." + Ident(groups_[i]->incoming);
    TRY(connection_.Execute(fmt::format(R"sql(
        UPDATE {incoming} SET dropped = 'served by ' || r.source_ FROM temp.rightful r
        WHERE dropped IS NULL AND r.unit_ = {unit} AND r.ord_ <> {ord})sql",
                                        "incoming"_a = incoming, "unit"_a = UnitSql(table_), "ord"_a = i)));
    if (!table_.merge.empty())
      TRY(connection_.Execute(fmt::format(R"sql(
          UPDATE {incoming} SET dropped = 'told by a newer response' FROM temp.statements s
          WHERE dropped IS NULL AND s.ord_ = {ord} AND s.row_ = {incoming}.rowid AND s.place > 1)sql",
                                          "incoming"_a = incoming, "ord"_a = i)));
  }
  return {};
}

Result<> Statements::Merge() {
  if (table_.merge.empty()) {
    for (const SourceGroup* group : groups_)
      TRY(connection_.Execute(
          fmt::format("INSERT INTO temp.staged SELECT {} FROM temp.{} WHERE dropped IS NULL",
                      ColumnList(table_), Ident(group->incoming))));
    return {};
  }
  std::string typed;
  for (const Column& column : table_.columns)
    typed +=
        fmt::format("{1}CAST({0} AS {2}) AS {0}", Ident(column.name), typed.empty() ? "" : ", ", column.type);
  TRY(connection_.Execute(fmt::format(R"sql(
      INSERT INTO temp.staged WITH statements AS NOT MATERIALIZED (FROM temp.statements) SELECT {typed} FROM (
{merge}
))sql",
                                      "typed"_a = typed, "merge"_a = table_.merge)));
  // What no statement dates has no place in a table of dates.
  if (table_.date.empty()) return {};
  std::string undated =
      fmt::format("SELECT {} FROM temp.staged WHERE {} IS NULL", UnitSql(table_), Ident(table_.date));
  for (const SourceGroup* group : groups_)
    TRY(connection_.Execute(fmt::format(
        "UPDATE temp.{} SET dropped = 'no source has its date' WHERE dropped IS NULL AND {} IN ({})",
        Ident(group->incoming), UnitSql(table_), undated)));
  return connection_.Execute(
      fmt::format("DELETE FROM temp.served WHERE unit IN ({}); DELETE FROM temp.staged WHERE {} IS NULL",
                  undated, Ident(table_.date)));
}

Result<> Statements::Rule() {
  TRY(Collect());
  TRY(MarkLosers());
  return Merge();
}

Result<> Statements::Keep(const std::string& replaced) {
  std::vector<std::string> differs, told;
  for (const std::string& name : table_.agree) {
    differs.push_back(fmt::format("CASE WHEN t.{0} <> s.{0} THEN concat('{1} ', t.{0}, ', not ', s.{0}) END",
                                  Ident(name), name));
    told.push_back(fmt::format("coalesce(CAST(s.{} AS VARCHAR), '?')", Ident(name)));
  }
  if (differs.empty()) return {};
  TRY(connection_.Execute(fmt::format(
      R"sql(CREATE OR REPLACE TEMP TABLE kept_statements AS
SELECT s.unit_ AS unit, r.season_ AS season, s.place, s.source_, coalesce(parse_filename(s.in_), '') AS file,
  s.over_, s.at_, concat_ws(' ', {told}) AS told,
  CASE WHEN s.source_ <> r.source_ THEN concat_ws(', ', {differs}) ELSE '' END AS differs
FROM temp.statements s
JOIN temp.rightful r ON r.unit_ = s.unit_
JOIN temp.staged t ON {unit} = s.unit_
WHERE s.unit_ IN (SELECT unit_ FROM temp.statements WHERE place > 1))sql",
      "told"_a = Join(told, ", "), "differs"_a = Join(differs, ", "),
      "unit"_a = ReplaceAll(UnitSql(table_), Ident(table_.unit), "t." + Ident(table_.unit)))));
  return ledger::ReplaceStatements(connection_, table_.name, replaced, "temp.kept_statements");
}

Result<std::vector<Disagreement>> ReadDisagreements(Connection& connection, const Project& project,
                                                    const std::string& season) {
  std::vector<Disagreement> found;
  Rows there = TRY(connection.Query(fmt::format(
      R"sql(SELECT count(*) FILTER (table_name = 'statements' AND schema_name = 'backcourt'),
  count(*) FILTER (schema_name = 'main' AND table_name IN ({schedule}, {results}))
FROM duckdb_tables() WHERE database_name = 'wh')sql",
      "schedule"_a = Quote(project.schedule), "results"_a = Quote(project.results))));
  if (there.Int(0, 0) == 0 || there.Int(0, 1) < 2) return found;
  Rows rows = TRY(connection.Query(fmt::format(
      R"sql(SELECT s.table_name, s.season, s.unit, s.differs, coalesce(r.source, ''), coalesce(r.file, ''), s.source, s.file
FROM wh.backcourt.statements s
LEFT JOIN wh.backcourt.statements r ON r.table_name = s.table_name AND r.unit = s.unit AND r.place = 1
WHERE s.differs <> '' AND {season} IN ('', s.season) ORDER BY s.table_name, s.season, s.unit, s.place)sql",
      "season"_a = Quote(season))));
  for (size_t i = 0; i < rows.size(); ++i)
    found.push_back({rows.Text(i, 0), rows.Text(i, 1), rows.Text(i, 2), rows.Text(i, 3), rows.Text(i, 4),
                     rows.Text(i, 5), rows.Text(i, 6), rows.Text(i, 7)});
  const RawTable *schedule = project.FindRaw(project.schedule), *results = project.FindRaw(project.results);
  if (!schedule || !results) return found;  // the file of one is broken
  Rows dates = TRY(connection.Query(fmt::format(
      R"sql(SELECT s.season, s.{unit}, CAST(s.{date} AS VARCHAR), CAST(r.{result_date} AS VARCHAR)
FROM wh.main.{schedule} s JOIN wh.main.{results} r ON r.{result_unit} = s.{unit}
WHERE r.{result_date} <> s.{date} AND {season} IN ('', s.season) ORDER BY s.{unit})sql",
      "unit"_a = Ident(schedule->unit), "date"_a = Ident(schedule->date),
      "result_date"_a = Ident(results->date), "result_unit"_a = Ident(results->unit),
      "schedule"_a = Ident(schedule->name), "results"_a = Ident(results->name), "season"_a = Quote(season))));
  for (size_t i = 0; i < dates.size(); ++i)
    found.push_back(
        {results->name, dates.Text(i, 0), dates.Text(i, 1),
         fmt::format("{} {}, but its result is of {}", schedule->date, dates.Text(i, 2), dates.Text(i, 3)),
         schedule->name, "", results->name, ""});
  return found;
}

Result<std::vector<std::string>> StatementsOn(Connection& connection, const RawTable& table, Date date) {
  Rows rows = TRY(connection.Query(fmt::format(
      R"sql(SELECT s.unit, s.place, s.source, s.file, s.is_over, coalesce(CAST(nullif(s.captured_at, TIMESTAMP 'infinity') AS VARCHAR), ''), s.told
FROM wh.backcourt.statements s
WHERE s.table_name = {name} AND s.unit IN (SELECT {unit} FROM wh.main.{table} WHERE {date_column} = {date})
ORDER BY s.unit, s.place)sql",
      "name"_a = Quote(table.name), "unit"_a = UnitSql(table), "table"_a = Ident(table.name),
      "date_column"_a = Ident(table.date), "date"_a = date.Sql())));
  std::vector<std::string> told;
  for (size_t i = 0; i < rows.size(); ++i)
    told.push_back(fmt::format("{}: {} by {}: {}{}{}", rows.Text(i, 0),
                               rows.Int(i, 1) == 1 ? "decided" : "lost",
                               rows.Text(i, 3).empty() ? rows.Text(i, 2) : rows.Text(i, 3), rows.Text(i, 6),
                               rows.Int(i, 4) ? ", over" : ", not over",
                               rows.Text(i, 5).empty() ? "" : ", captured " + rows.Text(i, 5) + " UTC"));
  return told;
}

}  // namespace backcourt
