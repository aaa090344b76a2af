#include "warehouse/duckdb/syntax.h"

#include <algorithm>

#include "base/text.h"

namespace backcourt {

Result<SyntaxTree> ParseSelect(Connection& connection, const std::string& sql) {
  Rows tree = TRY(connection.Query("SELECT CAST(json_serialize_sql(" + Quote(sql) + ") AS VARCHAR)"));
  auto parsed = nlohmann::json::parse(tree.Text(0, 0), nullptr, false);
  if (parsed.is_discarded() || parsed.value("error", true)) {
    const std::string unreadable = "it cannot be parsed";
    SyntaxTree failed{{}, parsed.is_discarded() ? unreadable : parsed.value("error_message", unreadable), 0};
    if (auto at = parsed.find("position"); !parsed.is_discarded() && at != parsed.end() && at->is_string())
      failed.offset = std::stoul(at->get<std::string>());
    return failed;
  }
  if (parsed["statements"].size() != 1) return SyntaxTree{{}, "more than one statement", 0};
  return SyntaxTree{std::move(parsed), "", 0};
}

namespace {

// The functions that an expression calls, and its columns of one name: of such a name may be a function that
// is called without parentheses.
void CollectNames(const nlohmann::json& node, std::set<std::string>& names) {
  if (node.is_object()) {
    if (auto name = node.find("function_name"); name != node.end() && name->is_string())
      names.insert(Lower(name->get<std::string>()));
    if (auto columns = node.find("column_names");
        columns != node.end() && columns->is_array() && columns->size() == 1 && columns->front().is_string())
      names.insert(Lower(columns->front().get<std::string>()));
  }
  if (node.is_structured())
    for (const auto& item : node)
      CollectNames(item, names);
}

}  // namespace

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
  Rows functions = TRY(connection.Query(R"sql(
      WITH listed AS MATERIALIZED (FROM duckdb_functions())  -- which takes 30 ms
      SELECT DISTINCT function_name, NULL FROM listed WHERE stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY')
      UNION ALL
      SELECT function_name, macro_definition FROM listed
      WHERE function_type = 'macro' AND NOT internal AND macro_definition IS NOT NULL)sql"));
  std::vector<std::pair<std::string, std::set<std::string>>> macros;  // of the pack, with what they name
  for (size_t i = 0; i < functions.size(); ++i) {
    if (functions.Null(i, 1)) {
      names.insert(functions.Text(i, 0));
      continue;
    }
    SyntaxTree tree = TRY(ParseSelect(connection, "SELECT " + functions.Text(i, 1)));
    macros.emplace_back(Lower(functions.Text(i, 0)), std::set<std::string>());
    if (tree.error.empty()) CollectNames(tree.root, macros.back().second);
  }
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
