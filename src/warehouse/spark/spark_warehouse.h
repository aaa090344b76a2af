// The warehouse in Spark: rows of tables are in a lake of Delta tables, reached through Spark Connect. The
// ledger and the raw tables are in an embedded DuckDB file; raw rows that changed are copied to the lake.
#pragma once

#include <memory>

#include "warehouse/duckdb/duckdb_warehouse.h"

namespace backcourt {

// Opens the file; Spark is asked when something of it is needed.
Result<std::unique_ptr<Warehouse>> OpenSpark(const Project& project, const WarehouseOptions& file);

}  // namespace backcourt
