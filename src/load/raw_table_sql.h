// What loads and checks say of raw tables in SQL.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "plan/cells.h"
#include "project/model.h"

namespace backcourt {

// In the reason for which rows of a source are left out: the source that serves their unit has other totals
// of it.
inline constexpr const char* kOtherTotals = " has other totals of ";

// How the reason begins for which rows are left out that have one key; see Ledger::KeepDamagedUnits.
inline constexpr const char* kDoubledKey = "doubled key: ";

// The raw table in which a pack lists the names of files that are no player's; filled by loads themselves.
inline constexpr const char* kUnmatchedNames = "raw_unmatched_names";

// The predicate of the rows of these partitions, of an expression that gives a row's.
std::string InPartitions(const std::string& partition, const std::vector<PartitionKey>& partitions);
// The partition of a raw table's row, and the columns that its digest is of.
std::string PartitionSql(const RawTable& table);
std::vector<std::string> HashedColumns(const RawTable& table);
// A row's unit as text; '' of rows that have none. A table that names none is served a season at a time.
std::string UnitSql(const RawTable& table);
std::string ColumnList(const RawTable& table);
std::string KeyList(const RawTable& table);
bool HasColumn(const RawTable& table, const std::string& name);
// Names for IN (...).
std::string QuotedList(const std::set<std::string>& names);

}  // namespace backcourt
