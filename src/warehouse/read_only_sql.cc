#include "warehouse/read_only_sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"

namespace backcourt {

namespace {

const std::set<std::string> kTableFunctions = {"range",          "generate_series", "unnest",
                                               "repeat",         "duckdb_tables",   "duckdb_views",
                                               "duckdb_columns", "json_each",       "json_tree"};
const std::set<std::string> kRefusedFunctions = {
    "current_setting", "getenv",      "getvariable",  "nextval",       "currval", "write_log",
    "query",           "query_table", "txid_current", "current_query", "sleep_ms"};
constexpr const char* kFileMarks = "./:*?[\\";  // a bare name without them is never taken for a file

class Walker {
 public:
  // Tables and views as database, schema and name.
  explicit Walker(std::set<std::array<std::string, 3>> tables) : tables_(std::move(tables)) {}

  Result<> Walk(const nlohmann::json& node) const {
    if (node.is_array()) {
      for (const auto& item : node)
        TRY(Walk(item));
    } else if (node.is_object()) {
      TRY(CheckFunction(node));
      TRY(CheckTable(node));
      for (const auto& [key, value] : node.items())
        TRY(Walk(value));
    }
    return {};
  }

 private:
  static std::string Field(const nlohmann::json& node, const char* key) {
    auto field = node.find(key);
    return field != node.end() && field->is_string() ? Lower(field->get<std::string>()) : "";
  }
  static Error Refuse(const std::string& why) {
    return Error{ErrorKind::kUsage, "the query is refused: " + why,
                 "tables of the warehouse; `backcourt docs` lists them"};
  }

  Result<> CheckFunction(const nlohmann::json& node) const {
    if (Field(node, "type") == "table_function") {
      std::string name = node.contains("function") && node["function"].is_object()
                             ? Field(node["function"], "function_name")
                             : "";
      if (!kTableFunctions.contains(name)) return Refuse(name + "() reaches out of the warehouse");
    }
    if (std::string name = Field(node, "function_name"); kRefusedFunctions.contains(name))
      return Refuse(name + "() is no matter of the warehouse's rows");
    return {};
  }

  Result<> CheckTable(const nlohmann::json& node) const {
    std::string name = Field(node, "table_name"), schema = Field(node, "schema_name"),
                catalog = Field(node, "catalog_name");
    if (Field(node, "type") != "base_table") return {};
    if (schema.empty() && catalog.empty()) {
      if (name.find_first_of(kFileMarks) != std::string::npos) return Refuse("'" + name + "' is a file");
      return {};
    }
    bool known = std::any_of(tables_.begin(), tables_.end(), [&](const std::array<std::string, 3>& table) {
      auto fits = [&](const std::string& part) {
        return part.empty() || part == table[0] || part == table[1];
      };
      return table[2] == name && fits(schema) && fits(catalog);
    });
    if (!known)
      return Refuse(
          fmt::format("there is no table '{}.{}'", catalog.empty() ? schema : catalog + "." + schema, name));
    return {};
  }

  std::set<std::array<std::string, 3>> tables_;
};

}  // namespace

Result<> CheckReadOnly(Connection& connection, const std::string& sql) {
  if (sql.find('\0') != std::string::npos)
    return Error{ErrorKind::kUsage, "the query is refused: it holds a NUL character", "one SELECT"};
  Rows tree = TRY(connection.Query("SELECT CAST(json_serialize_sql(" + Quote(sql) + ") AS VARCHAR)"));
  auto parsed = nlohmann::json::parse(tree.Text(0, 0), nullptr, false);
  if (parsed.is_discarded() || parsed.value("error", true)) {
    std::string why =
        parsed.is_discarded() ? "it cannot be parsed" : parsed.value("error_message", "it cannot be parsed");
    return Error{ErrorKind::kUsage, "the query is refused: " + why, "one SELECT; `query` only reads"};
  }
  if (parsed["statements"].size() != 1)
    return Error{ErrorKind::kUsage, "the query is refused: it is not one statement", "one SELECT"};
  Rows known = TRY(connection.Query(
      "SELECT lower(database_name), lower(schema_name), lower(table_name) FROM duckdb_tables() UNION ALL "
      "SELECT lower(database_name), lower(schema_name), lower(view_name) FROM duckdb_views()"));
  std::set<std::array<std::string, 3>> tables;
  for (size_t i = 0; i < known.size(); ++i)
    tables.insert({known.Text(i, 0), known.Text(i, 1), known.Text(i, 2)});
  return Walker(std::move(tables)).Walk(parsed);
}

}  // namespace backcourt
