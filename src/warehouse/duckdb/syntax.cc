#include "warehouse/duckdb/syntax.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace backcourt {

Result<SyntaxTree> ParseSelect(Connection& connection, const std::string& sql) {
  Rows tree = TRY(connection.Query("SELECT CAST(json_serialize_sql(" + Quote(sql) + ") AS VARCHAR)"));
  auto parsed = nlohmann::json::parse(tree.Text(0, 0), nullptr, false);
  if (parsed.is_discarded() || parsed.value("error", true)) {
    const std::string unreadable = "it cannot be parsed";
    SyntaxTree failed{{}, parsed.is_discarded() ? unreadable : parsed.value("error_message", unreadable), 0};
    if (failed.error.starts_with("Only SELECT")) failed.error = "it is not a SELECT, and nothing else is run";
    if (auto at = parsed.find("position"); !parsed.is_discarded() && at != parsed.end() && at->is_string())
      failed.offset = std::stoul(at->get<std::string>());
    return failed;
  }
  if (size_t n = parsed["statements"].size(); n != 1)
    return SyntaxTree{{}, n == 0 ? "there is no statement" : "more than one statement", 0};
  return SyntaxTree{std::move(parsed), "", 0};
}

Result<std::set<std::string>> VolatileFunctions(Connection& connection) {
  std::set<std::string> names = {"current_date",
                                 "current_time",
                                 "current_timestamp",
                                 "localtime",
                                 "localtimestamp",
                                 "now",
                                 "today",
                                 "get_current_timestamp",
                                 "get_current_time",
                                 "transaction_timestamp",
                                 "version",
                                 "current_user",
                                 "user",
                                 "session_user",
                                 "current_setting",
                                 "getenv",
                                 "getvariable",
                                 "age"};
  // Of a macro the functions that it calls, and its columns of one name: of such a name may be a function
  // that is called without parentheses.
  Rows functions = TRY(connection.Query(R"sql(
      WITH listed AS MATERIALIZED (FROM duckdb_functions()),  -- which takes 30 ms
      trees AS (
        SELECT lower(function_name) AS macro, json_serialize_sql('SELECT ' || macro_definition) AS tree FROM listed
        WHERE function_type = 'macro' AND NOT internal AND macro_definition IS NOT NULL)
      SELECT DISTINCT NULL, function_name FROM listed WHERE stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY')
      UNION ALL
      SELECT DISTINCT macro, lower(unnest(list_concat(
        json_extract_string(tree, '$..function_name'),
        list_transform(list_filter(json_extract(tree, '$..column_names'), lambda c: json_array_length(c) = 1),
          lambda c: c ->> 0)))) FROM trees)sql"));
  std::map<std::string, std::set<std::string>> macros;  // of the pack, with what they name
  for (size_t i = 0; i < functions.size(); ++i)
    (functions.Null(i, 0) ? names : macros[functions.Text(i, 0)]).insert(functions.Text(i, 1));
  for (bool found = true; found;) {
    found = false;
    for (const auto& [macro, used] : macros)
      if (!names.contains(macro) && std::any_of(used.begin(), used.end(), [&](const std::string& name) {
            return names.contains(name);
          }))
        found = names.insert(macro).second;
  }
  return names;
}

Result<std::set<std::array<std::string, 3>>> AllRelations(Connection& connection) {
  Rows known = TRY(connection.Query(R"sql(
      SELECT lower(database_name), lower(schema_name), lower(table_name) FROM duckdb_tables() UNION ALL
      SELECT lower(database_name), lower(schema_name), lower(view_name) FROM duckdb_views())sql"));
  std::set<std::array<std::string, 3>> relations;
  for (size_t i = 0; i < known.size(); ++i)
    relations.insert({known.Text(i, 0), known.Text(i, 1), known.Text(i, 2)});
  return relations;
}

}  // namespace backcourt
