// A walk over the syntax tree of a SELECT, as warehouse/duckdb/syntax.h gives
// it. It keeps the names of the common table expressions that are in scope.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"

namespace backcourt {

class SyntaxWalker {
 public:
  virtual ~SyntaxWalker() = default;
  Result<> Walk(const nlohmann::json& node);

 protected:
  // Refuses a node, or lets it pass. `kind` is its type in upper case, "" when it has none.
  virtual Result<> Visit(const nlohmann::json& node, const std::string& kind) = 0;

  // A field that is text, in lower case as the engine compares names; "" when there is none.
  static std::string Field(const nlohmann::json& node, const char* key);
  // Whether a common table expression of this name, in lower case, is in scope.
  bool InScope(const std::string& name) const;

 private:
  Result<> WalkExpressions(const nlohmann::json& node, const std::string& kind);

  std::vector<std::string> names_;
};

}  // namespace backcourt
