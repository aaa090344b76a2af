// An engine in memory with the functions, seeds and empty tables of a project, so
// that its models run without a warehouse: for their tests.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "adbc/adbc.h"
#include "project/project.h"

namespace backcourt {

// `tables` and what they are made of are there, typed as a fill makes them; seeds have their rows. An error
// names the file of the model that does not run.
Result<std::unique_ptr<Database>> OpenInMemory(const Project& project, const std::set<std::string>& tables);

// A connection on which the tables and the functions stand without a prefix.
Result<std::unique_ptr<Connection>> ConnectInMemory(Database& database);

}  // namespace backcourt
