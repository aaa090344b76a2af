#include "project/identity.h"

#include <fmt/format.h>

#include <map>

#include "base/digest.h"
#include "base/text.h"
#include "project/sql_text.h"

namespace backcourt {

namespace {

// The functions that texts call, themselves and through others: by name, their statements.
class FunctionUse {
 public:
  explicit FunctionUse(const std::vector<Function>& functions) {
    for (const Function& function : functions)
      statements_[function.name] = {CanonicalSql(function.statement), SqlTokens(function.statement)};
  }

  std::map<std::string, std::string> In(const std::vector<std::string>& tokens) const {
    std::map<std::string, std::string> used;
    Collect(tokens, used);
    return used;
  }

 private:
  void Collect(const std::vector<std::string>& tokens, std::map<std::string, std::string>& used) const {
    for (const std::string& token : tokens)
      if (auto found = statements_.find(SqlName(token));
          found != statements_.end() && used.emplace(found->first, found->second.first).second)
        Collect(found->second.second, used);
  }

  std::map<std::string, std::pair<std::string, std::vector<std::string>>> statements_;  // text and tokens
};

}  // namespace

void Identify(Project& project) {
  FunctionUse functions(project.spark ? project.spark_functions : project.functions);
  for (Model& model : project.models) {
    std::map<std::string, std::string> used = functions.In(model.tokens);
    Hasher hasher;
    hasher.Add(CanonicalSql(model.body)).Add(model.date).Add(Join(model.key, ","));
    for (const Read& read : model.reads) {
      hasher.Add(read.table);
      for (const Window& window : read.windows) {
        hasher.Add(window.Str());
        if (window.kind == Window::Kind::kSeasonAhead)
          hasher.Add(CanonicalSql(project.FindRaw(read.table)->ahead));
      }
    }
    for (const auto& [name, statement] : used)
      hasher.Add(statement);
    std::vector<std::string> columns;
    for (const auto& [name, about] : model.columns)
      columns.push_back(name);
    if (OutputNames(model.tokens) != columns) hasher.Add(Join(columns, ","));
    model.identity = hasher.Finish();
    model.functions.clear();
    for (const auto& [name, statement] : used)
      model.functions += fmt::format("{}{} {}", model.functions.empty() ? "" : ", ", name,
                                     Hasher().Add(statement).Finish().Hex().substr(0, 12));
    auto identify = [&](Hasher& identity, const std::vector<std::string>& queries) {
      for (const std::string& query : queries)
        identity.Add(CanonicalSql(query));
      for (const std::string& query : queries)
        for (const auto& [name, statement] : functions.In(SqlTokens(query)))
          identity.Add(statement);
    };
    std::vector<std::string> queries;
    for (auto& [name, query] : model.checks)
      queries.push_back(query);
    Hasher checks, beside;
    identify(checks, queries);
    identify(beside, {model.expected_rows, model.note});
    model.checks_identity = checks.Finish();
    model.beside = beside.Add(model.empty).Finish();
  }
}

}  // namespace backcourt
