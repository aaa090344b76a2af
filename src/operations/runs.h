// `runs`: the history of loads and fills.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/runs.h"
#include "operations/workspace.h"

namespace backcourt {

struct RunsRequest {
  std::string run;   // a run's number; empty: the newest of all
  bool log = false;  // also what that run printed, if a server did it or it was detached
};
void Describe(Visitor& v, RunsRequest& r);

namespace ledger {
void Describe(Visitor& v, RunTable& t);
void Describe(Visitor& v, RunBatch& b);
void Describe(Visitor& v, RunFailure& f);
}  // namespace ledger

struct RunRecord {
  int64_t run = 0;
  std::string command;
  int64_t process = 0;
  std::string started_at;
  std::optional<double> seconds;
  std::string outcome, summary;
  std::optional<std::vector<ledger::RunTable>> tables;      // of one run that was asked for
  std::optional<std::vector<ledger::RunBatch>> batches;     // the same
  std::optional<std::vector<ledger::RunFailure>> failures;  // the same
  std::optional<std::string> log;                           // when it was asked for
};
void Describe(Visitor& v, RunRecord& r);
using RunsReport = std::vector<RunRecord>;  // the newest first

Result<RunsReport> Runs(Workspace& workspace, const RunsRequest& request, const Cancel& cancel);

}  // namespace backcourt
