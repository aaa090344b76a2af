// `compare`: tables of another system against ours: what differs, by how much, and which known faults explain
// it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/workspace.h"

namespace backcourt {

struct CompareRequest {
  std::string other;             // a folder, a file, or a DuckDB file
  std::string table;             // of one file: which table it is; else the only one to compare
  std::vector<std::string> map;  // THEIRS=OURS
  std::string mapping;           // a file of such lines
  std::vector<std::string> key;  // in place of the tables' own; columns of ours
  double tolerance = 1e-9;       // relative for numbers above 1
  int examples = 3;              // a column, and of rows that one side alone has
};
void Describe(Visitor& v, CompareRequest& r);

struct CompareReason {
  std::string about;
  int64_t rows = 0;  // that it explains and no reason before it
  double share = 0;  // of those that differ
};
struct CompareExample {
  std::string key, ours, theirs;
};
struct ComparedColumn {
  std::string column, theirs, type, their_type;
  int64_t differ = 0;
  double share = 0;                        // of the rows in both
  std::optional<double> typical, largest;  // of numbers that both have
  double explained = 0;
  std::vector<CompareReason> reasons;  // what explains most first
  std::vector<CompareExample> examples;
};
struct OtherColumn {
  std::string name, nearest;
};
struct ComparedTable {
  std::string table, theirs, path;
  std::string problem;  // why it was not compared; else empty
  std::vector<std::string> key;
  int64_t dates = 0;  // that both have; 0 of tables without dates
  std::string first_date, last_date;
  int64_t dates_only_here = 0, dates_only_there = 0;
  int64_t rows_in_both = 0, rows_only_here = 0, rows_only_there = 0;  // on the dates that both have
  int64_t doubled = 0;                                                // keys that theirs has more than once
  int64_t rows_that_differ = 0;
  std::vector<CompareReason> row_reasons;                    // why rows are on one side alone
  std::vector<std::string> keys_only_here, keys_only_there;  // examples
  std::vector<std::string> equal;                            // columns
  std::vector<ComparedColumn> columns;                       // that differ, the largest share first
  std::vector<std::string> columns_only_here;
  std::vector<OtherColumn> columns_only_there;

  bool Equal() const {
    return problem.empty() && columns.empty() && rows_only_here == 0 && rows_only_there == 0 && doubled == 0;
  }
};
struct CompareReport {
  bool equal = false;
  std::vector<ComparedTable> tables;    // those that differ most first
  std::vector<OtherColumn> only_there;  // tables that ours has not, with the nearest name
  std::vector<std::string> only_here;   // public tables
  double seconds = 0;
};
void Describe(Visitor& v, CompareReport& r);

// Reads only. kUsage where there is nothing to compare, or names of the request fit nothing.
Result<CompareReport> Compare(Workspace& workspace, const CompareRequest& request, const Cancel& cancel);

}  // namespace backcourt
