// An engine in memory with the functions, seeds and empty tables of a project, so
// that its models run without a warehouse: for their tests, and to bind their texts.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "adbc/adbc.h"
#include "project/project.h"

namespace backcourt {

// `tables` and what they are made of are there, typed as a fill makes them; seeds have their rows. An error
// names the file of what does not run.
Result<std::unique_ptr<Database>> OpenInMemory(const Project& project, const std::set<std::string>& tables);

// Makes the table of a model without rows, where what it reads is there.
Result<> MakeEmptyTable(Connection& connection, const Model& model);
// The WITH clause of a model's SELECT over inputs without rows.
std::string EmptyInputs(const Model& model);

// A connection on which the tables and the functions stand without a prefix.
Result<std::unique_ptr<Connection>> ConnectInMemory(Database& database);

}  // namespace backcourt
