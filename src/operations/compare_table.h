// One table of another system against ours, row by row.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "operations/compare.h"
#include "project/comparison.h"
#include "warehouse/duckdb/other_tables.h"

namespace backcourt {

// A table of ours, as comparing needs it.
struct OurTable {
  std::string name, date;  // `date` is empty of a table without dates
  std::vector<std::string> key;
  bool looks_back = false;  // its rows are made of earlier dates
};

// Nothing where there is no such table.
std::optional<OurTable> FindTable(const Project& project, const std::string& name);

// The name here of a column of a table there.
using OurName = std::function<std::string(const std::string& table, const std::string& column)>;

// Stages what it needs on the moment's bench.
Result<ComparedTable> CompareTable(const Project& project, Moment& moment, const Comparison& known,
                                   const CompareRequest& request, const OurName& our_name,
                                   const OurTable& ours, const OtherTable& theirs);

}  // namespace backcourt
