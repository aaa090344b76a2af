// DuckDB's reading of SQL: its syntax tree, and the names that it knows. The
// embedded engine reads the text of models and queries, whatever engine runs them.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "adbc/adbc.h"

namespace backcourt {

struct SyntaxTree {
  nlohmann::json root;  // of one statement
  std::string error;    // why there is none
  size_t offset = 0;    // of the error
};
// Only SELECTs have a tree.
Result<SyntaxTree> ParseSelect(Connection& connection, const std::string& sql);

// The functions that give another value at each call, and those of the pack that call one of them.
Result<std::set<std::string>> VolatileFunctions(Connection& connection);

// All tables and views as database, schema and name, in lower case.
Result<std::set<std::array<std::string, 3>>> AllRelations(Connection& connection);

}  // namespace backcourt
