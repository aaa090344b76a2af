#include "warehouse/body_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <regex>

#include "base/text.h"
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

// The offset in `statement` that an error of the engine tells; nothing if it tells none.
std::optional<size_t> OffsetOf(const std::string& statement, const std::string& message) {
  static const std::regex kPlace("(?:^|\n)(LINE ([0-9]{1,7}): )([^\n]*)\n( *)\\^");
  std::smatch place;
  if (!std::regex_search(message, place, kPlace)) return {};
  size_t start = 0;
  for (int line = 1; line < std::stoi(place[2]); ++line) {
    size_t end = statement.find('\n', start);
    if (end == std::string::npos) return {};
    start = end + 1;
  }
  std::string line = statement.substr(start, statement.find('\n', start) - start);
  std::string shown = place[3];  // of a long line a part, with ... where it is cut
  size_t caret = size_t(place[4].length() - std::min(place[4].length(), place[1].length()));
  size_t cut = 0;
  if (shown.ends_with("...")) shown.resize(shown.size() - 3);
  if (shown.starts_with("...")) shown = shown.substr(3), cut = 3;
  size_t at = cut ? line.find(shown) : 0;
  if (at == std::string::npos) return {};
  return start + std::min(line.size(), at + caret - std::min(caret, cut));
}

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
  return FindBodyProblems(TRY(ParseSelect(connection, body.sql)), body, volatile_functions);
}

Result<std::vector<FileProblem>> FindBodyProblems(const SyntaxTree& tree, const Body& body,
                                                  const std::set<std::string>& volatile_functions) {
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

std::string WithoutPlace(const std::string& message) {
  return Trim(message.substr(0, message.find("\n\nLINE ")));
}

FileProblem ProblemIn(const Body& body, const std::string& statement, const Error& error) {
  Place place{body.line, 1};
  size_t begin = statement.find(body.sql);
  auto offset = OffsetOf(statement, error.message);
  if (begin != std::string::npos && offset && *offset >= begin && *offset <= begin + body.sql.size())
    place = PlaceOf(body, *offset - begin);
  return {body.file, place.line, place.column, WithoutPlace(error.message), error.hint};
}

}  // namespace backcourt
