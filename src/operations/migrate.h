// `migrate`: the rows of all tables go from a DuckDB file to Spark, or back, with their ledger.
#pragma once

#include <string>
#include <vector>

#include "operations/workspace.h"

namespace backcourt {

struct MigrateRequest {
  std::string to, database, staging, ledger;
};
void Describe(Visitor& v, MigrateRequest& r);

struct MigratedTable {
  std::string table;
  int64_t cells = 0, rows = 0;
};
void Describe(Visitor& v, MigratedTable& t);

struct MigrateReport {
  std::string to, warehouse, before;  // the new file, and the one that was used before
  std::vector<MigratedTable> tables;
  std::vector<std::string> left;  // tables of other texts than the project's: the next fill makes them
  double seconds = 0;
};
void Describe(Visitor& v, MigrateReport& r);

// Makes a warehouse of its own and says in backcourt.toml that it is used from now on; that of before stays
// as it is. Where this ends before, nothing is changed but the lake's tables, which the next try replaces.
Result<MigrateReport> Migrate(Workspace& workspace, const MigrateRequest& request, const Cancel& cancel,
                              const Events& events);

// The text of a backcourt.toml with its warehouse at a path, and where its rows are.
std::string WithWarehouse(const std::string& text, const std::string& path,
                          const std::optional<SparkPlace>& spark);

}  // namespace backcourt
