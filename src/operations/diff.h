// `diff`: what a run changed, by table, date, row and value.
#pragma once

#include <string>
#include <vector>

#include "operations/changes.h"

namespace backcourt {

struct DiffRequest {
  std::string run;  // its number, or a time: see RunAsOf; empty: the newest
  std::vector<std::string> tables;
  int examples = kShownValues;  // a table
};
void Describe(Visitor& v, DiffRequest& r);

struct DiffReport {
  int64_t run = 0;
  std::string command, started_at, summary;
  std::vector<TableChanges> tables;
};
void Describe(Visitor& v, DiffReport& r);

// A run that the history does not reach is kUsage.
Result<DiffReport> Diff(Workspace& workspace, const DiffRequest& request, const Cancel& cancel);

}  // namespace backcourt
