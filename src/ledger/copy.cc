#include "ledger/copy.h"

#include <fmt/format.h>

#include "base/text.h"
#include "ledger/runs.h"

namespace backcourt::ledger {

namespace {

// Which rows of a table of the ledger are copied.
std::string Kept(const std::string& table, const std::string& models) {
  if (table == "cells" || table == "declarations") return "table_name NOT IN (" + models + ")";
  if (table == "models") return "model NOT IN (" + models + ")";
  if (table == "bases") return "part = 'first day' OR name NOT IN (" + models + ")";
  if (table == "meta") return "name NOT IN ('engine', 'history_start')";
  return table == "history" ? "false" : "true";
}

}  // namespace

Result<> CopyLedger(Connection& connection, const std::string& into, const std::set<std::string>& models,
                    const std::set<std::string>& whole) {
  std::string named = "''";
  for (const std::string& model : models)
    named += ", " + Quote(model);
  TRY(connection.Execute(fmt::format("CREATE SCHEMA {0}.backcourt; CREATE SCHEMA {0}.history", into)));
  Rows tables = TRY(connection.Query(R"sql(
      SELECT schema_name, table_name FROM duckdb_tables()
      WHERE database_name = 'wh' AND schema_name IN ('main', 'backcourt') ORDER BY 1, 2)sql"));
  for (size_t i = 0; i < tables.size(); ++i) {
    const std::string &schema = tables.Text(i, 0), &table = tables.Text(i, 1);
    bool of_ledger = schema == "backcourt";
    if (of_ledger ? table.starts_with("lake_") : !whole.contains(table)) continue;
    TRY(connection.Execute(fmt::format("CREATE TABLE {0}.{1}.{2} AS SELECT * FROM wh.{1}.{2} WHERE {3}", into,
                                       schema, Ident(table), of_ledger ? Kept(table, named) : "true")));
  }
  return connection.Execute(fmt::format("INSERT INTO {}.backcourt.meta VALUES ('history_start', '{}')", into,
                                        TRY(NewestRun(connection))));
}

}  // namespace backcourt::ledger
