// `drop`: a table whose model is gone leaves the warehouse.
#pragma once

#include <string>
#include <vector>

#include "operations/workspace.h"

namespace backcourt {

// A table that is stored, and that no file of the project makes any more.
struct RemovedTable {
  std::string table;
  int64_t rows = 0, cells = 0;
};
void Describe(Visitor& v, RemovedTable& t);

// By name. One that is left out for a broken file is none of them.
Result<std::vector<RemovedTable>> FindRemovedTables(Connection& ledger, const Project& project);

struct DropRequest {
  std::string table;
  bool yes = false;
};
void Describe(Visitor& v, DropRequest& r);

// A table of the project is a usage error, and so is a request without `yes`: it says what would go.
Result<RemovedTable> Drop(Workspace& workspace, const DropRequest& request, const Cancel& cancel);

}  // namespace backcourt
