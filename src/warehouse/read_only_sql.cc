#include "warehouse/read_only_sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "warehouse/duckdb/syntax.h"
#include "warehouse/syntax_walker.h"

namespace backcourt {

namespace {

const std::set<std::string> kTableFunctions = {"range",          "generate_series", "unnest",
                                               "repeat",         "duckdb_tables",   "duckdb_views",
                                               "duckdb_columns", "json_each",       "json_tree"};
const std::set<std::string> kRefusedFunctions = {
    "current_setting", "getenv",      "getvariable",  "nextval",       "currval", "write_log",
    "query",           "query_table", "txid_current", "current_query", "sleep_ms"};
// Views of the engine, about its files and its settings.
const std::set<std::string> kRefusedViews = {"duckdb_databases", "duckdb_extensions", "duckdb_logs",
                                             "duckdb_secrets",   "duckdb_settings",   "pragma_database_list"};
constexpr const char* kFileMarks = "./:*?[\\";  // a bare name without them is never taken for a file

class Walker : public SyntaxWalker {
 public:
  // Tables and views as database, schema and name.
  explicit Walker(std::set<std::array<std::string, 3>> tables) : tables_(std::move(tables)) {}

 protected:
  Result<> Visit(const nlohmann::json& node, const std::string& kind) override {
    TRY(CheckFunction(node, kind));
    return kind == "BASE_TABLE" ? CheckTable(node) : Result<>();
  }

 private:
  static Error Refuse(const std::string& why) {
    return Error{ErrorKind::kUsage, "the query is refused: " + why,
                 "tables of the warehouse; `backcourt docs` lists them"};
  }

  Result<> CheckFunction(const nlohmann::json& node, const std::string& kind) const {
    if (kind == "TABLE_FUNCTION") {
      std::string name = node.contains("function") && node["function"].is_object()
                             ? Field(node["function"], "function_name")
                             : "";
      if (name == "as_of")  // what could be read of it was replaced by its rows
        return Error{ErrorKind::kUsage, "as_of() takes a table and a run's number or a time",
                     "as_of('TABLE', 11), or as_of('TABLE', '2021-12-01 12:00')"};
      if (!kTableFunctions.contains(name)) return Refuse(name + "() reaches out of the warehouse");
    }
    if (std::string name = Field(node, "function_name"); kRefusedFunctions.contains(name))
      return Refuse(name + "() does not read rows of the warehouse");
    return {};
  }

  Result<> CheckTable(const nlohmann::json& node) const {
    std::string name = Field(node, "table_name"), schema = Field(node, "schema_name"),
                catalog = Field(node, "catalog_name");
    if (kRefusedViews.contains(Lower(name))) return Refuse(name + " is not about rows of the warehouse");
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
  SyntaxTree tree = TRY(ParseSelect(connection, sql));
  if (!tree.error.empty())
    return Error{ErrorKind::kUsage, "the query is refused: " + tree.error, "one SELECT; `query` only reads"};
  return Walker(TRY(AllRelations(connection))).Walk(tree.root);
}

}  // namespace backcourt
