// `show` and `query`: rows of tables, and of one read-only SELECT.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "operations/workspace.h"

namespace backcourt {

// How rows are given.
struct RowsFormat {
  // table and csv: values as text; json: an object a row; parquet: to a file; arrow: an IPC stream
  std::string format = "table";
  std::string output;        // a file for all rows; empty: in the report
  std::optional<int> limit;  // none: all; of the table format, 200
};

struct ShowRequest {
  std::string table;
  std::string date, start_date, end_date, season;
  std::string as_of;                           // a run's number or a time: see RunAsOf; empty: now
  std::map<std::string, std::string> lookups;  // by the name of a lookup of the pack, as player
  bool oldest_first = false;
  RowsFormat rows;
};
void Describe(Visitor& v, ShowRequest& r);

struct QueryRequest {
  std::string sql;
  RowsFormat rows;
};
void Describe(Visitor& v, QueryRequest& r);

struct RowsReport {
  std::vector<std::string> columns, types;                    // types: of the table format
  std::vector<std::vector<std::optional<std::string>>> rows;  // as text
  std::vector<std::string> objects;                           // of the json format: each row's JSON
  bool more = false;                                          // the limit left some out
  double seconds = 0;
  int64_t written = 0;  // rows that went to a file
  std::string no_rows;  // why there are none, where that is known
};
void Describe(Visitor& v, RowsReport& r);

// Ended after a minute, and once cancelled. More rows than a format allows are an error of kind kUsage.
// `bytes` gets the stream of the arrow format: an error that comes behind the first of them leaves it without
// its end.
Result<RowsReport> Show(Workspace& workspace, const ShowRequest& request, const Cancel& cancel,
                        const Bytes& bytes);
Result<RowsReport> Query(Workspace& workspace, const QueryRequest& request, const Cancel& cancel,
                         const Bytes& bytes);

}  // namespace backcourt
