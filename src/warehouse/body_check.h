// What the SELECT of a model or of a check may say.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "project/model.h"

namespace backcourt {

// A SELECT of the project, where it is and what it may name.
struct Body {
  std::string file, sql;
  int line = 1;
  std::vector<std::string> reads;
};

// Refuses a body that names what it did not declare, a qualified name, a table
// function or a volatile function; the error names file and line.
// `volatile_functions` as warehouse/duckdb/syntax.h gives them.
Result<> CheckBody(Connection& connection, const Body& body, const std::set<std::string>& volatile_functions);
Result<> CheckBody(Connection& connection, const Model& model,
                   const std::set<std::string>& volatile_functions);

}  // namespace backcourt
