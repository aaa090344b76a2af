// `diff`: what a run changed, by table, date, row and value; with --model, what the text of a model would.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/changes.h"
#include "operations/selection.h"

namespace backcourt {

struct DiffRequest {
  std::string run;  // its number, or a time: see RunAsOf; empty: the newest
  std::vector<std::string> tables;
  std::string model;            // whose text is compared with what is stored; then no run
  DateSelection dates;          // of the model; none: all
  int examples = kShownValues;  // a table
};
void Describe(Visitor& v, DiffRequest& r);

struct DiffReport {
  std::optional<int64_t> run;  // none of a model
  std::string command, started_at, summary, model;
  std::vector<TableChanges> tables;
  std::vector<ledger::RunFailure> failures;  // of a model: cells that its text cannot fill
};
void Describe(Visitor& v, DiffReport& r);

// A run that the history does not reach is kUsage. A model is filled again in a copy of the warehouse, from
// inputs as they are stored, while nothing else writes.
Result<DiffReport> Diff(Workspace& workspace, const DiffRequest& request, const Cancel& cancel);

}  // namespace backcourt
