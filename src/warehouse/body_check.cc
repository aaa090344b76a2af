#include "warehouse/body_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "warehouse/duckdb/syntax.h"
#include "warehouse/syntax_walker.h"

namespace backcourt {

namespace {

class BodyWalker : public SyntaxWalker {
 public:
  BodyWalker(const Body& body, const std::set<std::string>& volatile_functions)
      : body_(body), volatile_(volatile_functions), known_(body.reads.begin(), body.reads.end()) {
    known_.insert("dates");
  }

  const std::vector<FileProblem>& Problems() const { return problems_; }

 protected:
  Result<> Visit(const nlohmann::json& node, const std::string& kind) override {
    if (kind == "BASE_TABLE") CheckTable(node);
    if (kind == "TABLE_FUNCTION" || kind == "SHOW_REF")
      Refuse(node, "a model may not use table functions", "a declared input");
    if (auto name = node.find("function_name");
        name != node.end() && name->is_string() && volatile_.contains(name->get<std::string>()))
      Refuse(node, fmt::format("{}() gives another value at each call", name->get<std::string>()),
             "a column of the inputs or of `dates`");
    if (kind == "COLUMN_REF" && node.contains("column_names") && node["column_names"].size() == 1 &&
        volatile_.contains(node["column_names"][0].get<std::string>()))
      Refuse(node,
             fmt::format("{} gives another value at each call", node["column_names"][0].get<std::string>()),
             "a column of the inputs or of `dates`");
    return {};
  }

 private:
  void CheckTable(const nlohmann::json& node) {
    std::string name = node.value("table_name", ""), schema = node.value("schema_name", ""),
                catalog = node.value("catalog_name", "");
    if (!schema.empty() || !catalog.empty())
      return Refuse(node,
                    fmt::format("'{}.{}' is a qualified name", catalog.empty() ? schema : catalog, name),
                    "the bare name, declared under [reads]");
    name = Lower(std::move(name));
    if (known_.contains(name) || InScope(name)) return;
    Refuse(node, fmt::format("'{}' is not declared under [reads]", name),
           "declare it with its window, or " + Suggestion(name, {known_.begin(), known_.end()}));
  }

  void Refuse(const nlohmann::json& node, const std::string& what, const std::string& hint) {
    auto at = node.find("query_location");
    size_t offset = at != node.end() && at->is_number_unsigned() ? at->get<size_t>() : 0;
    Place place = PlaceOf(body_, offset);
    problems_.push_back({body_.file, place.line, place.column, what, hint});
  }

  const Body& body_;
  const std::set<std::string>& volatile_;
  std::set<std::string> known_;
  std::vector<FileProblem> problems_;
};

}  // namespace

Body BodyOf(const Model& model) {
  Body body{model.file, model.body, model.body_line, {}};
  for (const Read& read : model.reads)
    body.reads.push_back(read.table);
  return body;
}

Place PlaceOf(const Body& body, size_t offset) {
  std::string_view before = std::string_view(body.sql).substr(0, offset);
  return {body.line + int(std::count(before.begin(), before.end(), '\n')),
          int(before.size() - (before.rfind('\n') + 1)) + 1};
}

Result<std::vector<FileProblem>> FindBodyProblems(Connection& connection, const Body& body,
                                                  const std::set<std::string>& volatile_functions) {
  SyntaxTree tree = TRY(ParseSelect(connection, body.sql));
  if (!tree.error.empty()) {
    Place place = PlaceOf(body, tree.offset);
    return std::vector{FileProblem{body.file, place.line, place.column, tree.error, "one SELECT"}};
  }
  BodyWalker walker(body, volatile_functions);
  TRY(walker.Walk(tree.root));
  return walker.Problems();
}

Result<> CheckBody(Connection& connection, const Body& body,
                   const std::set<std::string>& volatile_functions) {
  std::vector<FileProblem> problems = TRY(FindBodyProblems(connection, body, volatile_functions));
  if (problems.empty()) return {};
  return ErrorOf(problems);
}

}  // namespace backcourt
