// An engine in memory with the functions, seeds and empty tables of a project, so
// that its models run without a warehouse: for their tests, and to bind their texts.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "project/project.h"

namespace backcourt {

struct MemoryEngine {
  std::unique_ptr<Database> database;
  std::set<std::string> tables;       // raw tables and seeds that are there; these have their rows
  std::set<std::string> functions;    // that cannot be made
  std::vector<FileProblem> problems;  // of what cannot be made
};
Result<MemoryEngine> OpenInMemory(const Project& project);

// Makes the table of a model without rows, where what it reads is there.
Result<> MakeEmptyTable(Connection& connection, const Model& model);
// The WITH clause of a model's SELECT over inputs without rows.
std::string EmptyInputs(const Model& model);

// A connection on which the tables and the functions stand without a prefix.
Result<std::unique_ptr<Connection>> ConnectInMemory(Database& database);

}  // namespace backcourt
