#include "warehouse/body_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "warehouse/duckdb/syntax.h"
#include "warehouse/syntax_walker.h"

namespace backcourt {

namespace {

// The line of the file that holds a place of the body.
int LineAt(const Body& body, size_t offset) {
  auto end = body.sql.begin() + long(std::min(offset, body.sql.size()));
  return body.line + int(std::count(body.sql.begin(), end, '\n'));
}

class BodyWalker : public SyntaxWalker {
 public:
  BodyWalker(const Body& body, const std::set<std::string>& volatile_functions)
      : body_(body), volatile_(volatile_functions), known_(body.reads.begin(), body.reads.end()) {
    known_.insert("dates");
  }

 protected:
  Result<> Visit(const nlohmann::json& node, const std::string& kind) override {
    if (kind == "BASE_TABLE") TRY(CheckTable(node));
    if (kind == "TABLE_FUNCTION" || kind == "SHOW_REF")
      return Refuse(node, "a table function may not stand in a model", "a declared input");
    if (auto name = node.find("function_name");
        name != node.end() && name->is_string() && volatile_.contains(name->get<std::string>()))
      return Refuse(node, fmt::format("{}() gives another value at each call", name->get<std::string>()),
                    "a column of the inputs or of `dates`");
    if (kind == "COLUMN_REF" && node.contains("column_names") && node["column_names"].size() == 1 &&
        volatile_.contains(node["column_names"][0].get<std::string>()))
      return Refuse(
          node,
          fmt::format("{} gives another value at each call", node["column_names"][0].get<std::string>()),
          "a column of the inputs or of `dates`");
    return {};
  }

 private:
  Result<> CheckTable(const nlohmann::json& node) {
    std::string name = node.value("table_name", ""), schema = node.value("schema_name", ""),
                catalog = node.value("catalog_name", "");
    if (!schema.empty() || !catalog.empty())
      return Refuse(node,
                    fmt::format("'{}.{}' is a qualified name", catalog.empty() ? schema : catalog, name),
                    "the bare name, declared under [reads]");
    name = Lower(std::move(name));
    if (known_.contains(name) || InScope(name)) return {};
    return Refuse(
        node, fmt::format("'{}' is not declared under [reads]", name),
        fmt::format("declare it with its window, or '{}'", Nearest(name, {known_.begin(), known_.end()})));
  }

  Error Refuse(const nlohmann::json& node, const std::string& what, const std::string& hint) {
    auto at = node.find("query_location");
    size_t offset = at != node.end() && at->is_number_unsigned() ? at->get<size_t>() : 0;
    return Error{ErrorKind::kUsage, fmt::format("{}:{}: {}", body_.file, LineAt(body_, offset), what), hint};
  }

  const Body& body_;
  const std::set<std::string>& volatile_;
  std::set<std::string> known_;
};

}  // namespace

Result<> CheckBody(Connection& connection, const Body& body,
                   const std::set<std::string>& volatile_functions) {
  SyntaxTree tree = TRY(ParseSelect(connection, body.sql));
  if (!tree.error.empty())
    return Error{ErrorKind::kUsage,
                 fmt::format("{}:{}: {}", body.file, LineAt(body, tree.offset), tree.error), "one SELECT"};
  return BodyWalker(body, volatile_functions).Walk(tree.root);
}

Result<> CheckBody(Connection& connection, const Model& model,
                   const std::set<std::string>& volatile_functions) {
  Body body{model.file, model.body, model.body_line, {}};
  for (const Read& read : model.reads)
    body.reads.push_back(read.table);
  return CheckBody(connection, body, volatile_functions);
}

}  // namespace backcourt
