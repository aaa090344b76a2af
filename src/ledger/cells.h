// The state of every cell. What is written here belongs into the transaction
// that changes the rows.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "base/digest.h"
#include "plan/cells.h"
#include "project/project.h"

namespace backcourt::ledger {

// A damaged row of a model makes its cell failed, one of a raw table is an error.
Result<Cells> ReadCells(Connection& connection, const Project& project);

// Replaces the cells of these partitions.
Result<> WriteCells(Connection& connection, const std::string& table, const std::vector<Cell>& cells);

// Forgets cells: of the dates of `partitions`, or all of a table.
Result<> RemoveCells(Connection& connection, const std::string& table,
                     const std::vector<PartitionKey>& partitions);
Result<> RemoveCells(Connection& connection, const std::string& table);

// The table was made anew, without rows: what failed or is blocked stays known as such.
Result<> EmptyCells(Connection& connection, const std::string& table);

// The run that changed a table last, by table.
Result<std::map<std::string, int64_t>> ReadLastChanged(Connection& connection);

}  // namespace backcourt::ledger
