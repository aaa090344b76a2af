#include "warehouse/syntax_walker.h"

#include <algorithm>

#include "base/text.h"

namespace backcourt {

std::string SyntaxWalker::Field(const nlohmann::json& node, const char* key) {
  auto field = node.find(key);
  return field != node.end() && field->is_string() ? Lower(field->get<std::string>()) : "";
}

bool SyntaxWalker::InScope(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

// Brings the names of a node's common table expressions into scope.
Result<> SyntaxWalker::WalkExpressions(const nlohmann::json& node, const std::string& kind) {
  if (auto ctes = node.find("cte_map"); ctes != node.end() && ctes->contains("map"))
    for (const auto& entry : (*ctes)["map"]) {  // each sees those before it, not itself
      TRY(Walk(entry));
      names_.push_back(Field(entry, "key"));
    }
  if (kind == "RECURSIVE_CTE_NODE") {  // but its recursive part does
    TRY(Walk(node["left"]));
    names_.push_back(Field(node, "cte_name"));
  }
  return {};
}

Result<> SyntaxWalker::Walk(const nlohmann::json& node) {
  if (node.is_array()) {
    for (const auto& item : node)
      TRY(Walk(item));
  } else if (node.is_object()) {
    auto type = node.find("type");
    std::string kind = type != node.end() && type->is_string() ? type->get<std::string>() : "";
    size_t outer = names_.size();
    TRY(WalkExpressions(node, kind));
    TRY(Visit(node, kind));
    for (const auto& [key, value] : node.items())
      if (key != "cte_map" && (key != "left" || kind != "RECURSIVE_CTE_NODE")) TRY(Walk(value));
    names_.resize(outer);
  }
  return {};
}

}  // namespace backcourt
