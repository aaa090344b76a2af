// Questions to DuckDB about what there is and what rows come to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "warehouse/warehouse.h"

namespace backcourt {

// The columns of a relation: a table, what is staged, or a SELECT in parentheses.
Result<Columns> ColumnsOf(Connection& connection, const std::string& relation);

// As one text, `a INTEGER, b VARCHAR`.
std::string ColumnText(const Columns& columns);

// The columns of a table or view of the warehouse; nothing when it is not there.
Result<std::optional<Columns>> DescribeTable(Connection& connection, const std::string& table);

// Drops the table or the view of a name; nothing when there is none.
Result<> DropRelation(Connection& connection, const std::string& name);

// In partition order. A row without a partition is an error of kind data.
Result<std::vector<PartitionDigest>> DigestPartitions(Connection& connection, const DigestQuery& query);

}  // namespace backcourt
