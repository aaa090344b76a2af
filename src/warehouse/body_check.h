// What the SELECT of a model or of a check may say.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "project/model.h"
#include "project/problem.h"
#include "warehouse/duckdb/syntax.h"

namespace backcourt {

// A SELECT of the project, where it is and what it may name.
struct Body {
  std::string file, sql;
  int line = 1;
  std::vector<std::string> reads;
};

// All that CheckBody refuses, in the order in which it is found.
Result<std::vector<FileProblem>> FindBodyProblems(Connection& connection, const Body& body,
                                                  const std::set<std::string>& volatile_functions);
// The same of a body whose syntax tree is known.
Result<std::vector<FileProblem>> FindBodyProblems(const SyntaxTree& tree, const Body& body,
                                                  const std::set<std::string>& volatile_functions);

// The body of a model.
Body BodyOf(const Model& model);

// The place of a character of a body in its file.
struct Place {
  int line = 1, column = 1;
};
Place PlaceOf(const Body& body, size_t offset);

// An error of the engine without the place in its statement, which is not the reader's.
std::string WithoutPlace(const std::string& message);
// The problem that an error of the engine tells of a statement that holds the body: its `LINE n: ...` and the
// caret below it are a place of the body's file.
FileProblem ProblemIn(const Body& body, const std::string& statement, const Error& error);

// Refuses a body that names what it did not declare, a qualified name, a table
// function or a volatile function; the error names file and line of all of them.
// `volatile_functions` as warehouse/duckdb/syntax.h gives them.
Result<> CheckBody(Connection& connection, const Body& body, const std::set<std::string>& volatile_functions);

}  // namespace backcourt
