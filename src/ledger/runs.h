// What ran when and how it ended: runs, the batches they filled, the cells that
// failed in them.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "adbc/adbc.h"
#include "plan/planner.h"

namespace backcourt::ledger {

using RunTime = std::chrono::system_clock::time_point;

// A run's row is there from its start; it ends with an outcome.
Result<int64_t> StartRun(Connection& connection, const std::string& command,
                         RunTime started = std::chrono::system_clock::now());
Result<> EndRun(Connection& connection, int64_t run, const std::string& outcome, const std::string& summary);
// A run that has ended already, such as one that failed before it did anything.
Result<> RecordRun(Connection& connection, const std::string& command, RunTime started,
                   const std::string& outcome, const std::string& summary);

// 0 before the first.
Result<int64_t> NewestRun(Connection& connection);

struct BatchRecord {
  std::string model;
  PartitionKey first = 0, last = 0;
  int cells = 0;
  int64_t rows = 0;
  double seconds = 0;
  int attempts = 1;     // more after transient errors
  bool halved = false;  // part of a batch that failed: its time says nothing of the model
};
Result<> WriteBatch(Connection& connection, int64_t run, const BatchRecord& batch);

// Those of the cells that are failed, with class and message.
Result<> WriteFailures(Connection& connection, int64_t run, const std::string& model,
                       const std::vector<Cell>& cells);

struct Run {
  int64_t run = 0;
  std::string command;
  int process = 0;
  std::string started_at;  // UTC, as 2021-11-15 12:00:00
  std::optional<double> seconds;
  std::optional<std::string> outcome;  // none while it runs, and of one that died
  std::string summary;
};
// The newest `most` runs, the newest first; none before the first load.
Result<std::vector<Run>> ReadRuns(Connection& connection, int most);
Result<std::optional<Run>> ReadRun(Connection& connection, int64_t run);
// The newest load, and the newest of all other runs, where it failed: nothing of its kind has succeeded
// since.
Result<std::vector<Run>> ReadFailedRuns(Connection& connection);

// What a run filled of a table, the longest first.
struct RunTable {
  std::string table;
  int64_t cells = 0, rows = 0;
  double seconds = 0;
  int64_t batches = 0, retries = 0;
};
Result<std::vector<RunTable>> ReadRunTables(Connection& connection, int64_t run);

// A batch of a run, in the order of their starts.
struct RunBatch {
  std::string table;
  Date first, last;
  int64_t cells = 0, rows = 0;
  double started = 0, seconds = 0;  // since the run's start; of a part of a batch that failed: 0
  int64_t attempts = 1;
};
Result<std::vector<RunBatch>> ReadRunBatches(Connection& connection, int64_t run);

struct RunFailure {
  std::string table;
  Date date;
  std::string error_class, message;
};
Result<std::vector<RunFailure>> ReadRunFailures(Connection& connection, int64_t run);

// What all runs add up to.
struct TableTotal {
  double seconds = 0;
  int64_t batches = 0, rows = 0, retries = 0;
};
struct Totals {
  std::map<std::string, TableTotal> tables;
  std::optional<double> last_load, last_fill;  // ends of the last that ended well, seconds since 1970
};
Result<Totals> ReadTotals(Connection& connection);

// Of these models, the cells that were the only one of their batch: run and slot.
Result<std::map<std::string, std::set<std::pair<int64_t, PartitionKey>>>> ReadFilledAlone(
    Connection& connection, const std::set<std::string>& models);

// The batch in which a run filled a cell last.
struct FilledBatch {
  Date first, last;
  std::string ended_at;           // UTC, as 2021-11-15 12:00:00
  std::optional<double> seconds;  // none of a part of a batch that failed
};
Result<std::optional<FilledBatch>> ReadBatchOf(Connection& connection, int64_t run, const std::string& model,
                                               Date date);

// Of the models that have run, from their last batches of each order of size.
Result<std::map<std::string, Pace>> ReadPace(Connection& connection);

}  // namespace backcourt::ledger
