// Runs a plan: a batch starts when all that its cells read is settled, the
// longest remaining path first. No barrier between tables. What a batch does
// is an interface, so that the order of effects is tested in memory.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "plan/planner.h"

namespace backcourt {

struct CellWork {
  int date_index = 0;
  Digest fingerprint;
  std::string waived;
  std::vector<std::string> missing_games;
};

struct BatchWork {
  const Model* model = nullptr;
  std::vector<CellWork> cells;
  int attempt = 1;
  bool halved = false;  // part of a batch that failed
  size_t planned = 0;   // dates of the batch of the plan that this is, or is a part of
};

struct FilledBatch {
  std::vector<Cell> cells;
  bool anew = false;  // the table was made anew: rows that other texts made are gone
  Digest schema;      // of one that was made anew: see CellSeries
};

// Fills cells. Called from several threads at once, on different models or
// different dates of one.
class BatchFiller {
 public:
  virtual ~BatchFiller() = default;
  // Fills the cells in one transaction, all or none, and returns them.
  virtual Result<FilledBatch> Fill(const BatchWork& work, int worker) = 0;
  // Records cells that were not filled (failed, blocked, kept as they were); their rows stay.
  virtual Result<> Record(const Model& model, const std::vector<Cell>& cells, int worker) = 0;
  // Makes every running Fill end as interrupted.
  virtual void Cancel() = 0;
};

class RunClock {
 public:
  virtual ~RunClock() = default;
  virtual double Now() = 0;  // seconds, monotonic
  virtual void Sleep(double seconds) = 0;
  virtual double Jitter() = 0;  // 0..1
};
RunClock& SystemRunClock();

// Told of all that happens; calls come one at a time.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void BatchStarted(const Model&, Date /*first*/, Date /*last*/, int /*cells*/) {}
  virtual void BatchFilled(const Model&, const std::vector<Cell>&, double /*seconds*/) {}
  virtual void CellsKept(const Model&, int /*cells*/) {}  // early cutoff: inputs kept their digests
  virtual void CellsFailed(const Model&, const std::vector<Cell>&) {}
  virtual void CellsBlocked(const Model&, const std::vector<Cell>&) {}
  virtual void Retrying(const Model&, const Error&, int /*attempt*/, double /*pause*/) {}
  // A batch failed on some of its dates: each half is tried alone.
  virtual void BatchHalved(const Model&, Date /*first*/, Date /*last*/, int /*cells*/, const Error&) {}
  virtual void ModelStopped(const Model&, const std::string& /*why*/, int /*cells not tried*/) {}
};

struct RunOptions {
  int parallel = 2;
  int attempts = 5;          // of one batch, for transient errors
  double first_pause = 0.2;  // seconds; doubled at each further attempt, with jitter
  double retry_budget = 60;  // seconds of pauses a run
  int identical_errors = 3;  // in a row on different dates: the model is stopped
  size_t least_shared = 0;   // dates of half a batch that an idle worker may take; 0: none is shared
};

struct RunReport {
  int filled = 0, kept = 0, empty = 0, partial = 0, failed = 0, blocked = 0, not_tried = 0;
  int64_t rows = 0;
  double seconds = 0;
  bool interrupted = false, stopped = false;
  std::map<std::string, Error> refuted;  // by model: what the proof of its text showed
  std::optional<Error> broken;           // the warehouse is lost to this process: nothing more was tried
};

class Runner {
 public:
  // `cells` is kept up to date as batches end; guarded by `cells_mutex`.
  Runner(const Project& project, const Calendar& calendar, Cells& cells, std::mutex& cells_mutex,
         BatchFiller& filler, RunObserver& observer, RunClock& clock, RunOptions options);

  RunReport Run(const Plan& plan);

  // From any thread: begin no further batch; `now` also ends the running ones.
  void Stop(bool now);

 private:
  struct Task {
    const Model* model = nullptr;
    std::vector<int> dates;  // indices
    size_t planned = 0;      // of its batch in the plan
    bool canary = false;
    int waits_for = 0;  // tasks that must end first
    std::vector<int> dependents;
    double path = 0;  // seconds from its start to the end of all behind it
    bool started = false;
  };
  void Work(int worker);
  Task* Next();
  void ShareWithIdle(Task& task);
  void RunTask(Task& task, int worker, std::unique_lock<std::mutex>& lock);
  void FillOrHalve(Task& task, std::vector<CellWork> work, bool halved, int worker,
                   std::unique_lock<std::mutex>& lock);
  std::string Blocker(const Model& model, int date_index) const;
  void Settle(const Model& model, const std::vector<Cell>& cells);
  void ForgetOlder(const Model& model, Digest schema);
  std::vector<Cell> FilledHere(const Model& model) const;
  void Refute(const Model& model, const Error& error, int worker, std::unique_lock<std::mutex>& lock);
  void KeepAsFilled(const Model& model, std::vector<Cell> cells, int worker,
                    std::unique_lock<std::mutex>& lock);
  void Record(const Model& model, std::vector<Cell> cells, int worker, std::unique_lock<std::mutex>& lock);

  const Project& project_;
  const Calendar& calendar_;
  Cells& cells_;
  std::mutex& mutex_;
  BatchFiller& filler_;
  RunObserver& observer_;
  RunClock& clock_;
  RunOptions options_;

  std::vector<std::unique_ptr<Task>> tasks_;
  std::map<std::string, std::set<int>> unsettled_;
  std::map<std::string, std::pair<std::string, int>> last_errors_;  // by model: error, times in a row
  std::set<std::string> stopped_models_;
  std::map<std::string, Error> refuted_;                       // by model: what its proof showed
  std::map<std::string, std::set<PartitionKey>> filled_here_;  // by model
  const Plan* plan_ = nullptr;
  std::unique_ptr<MissingGames> missing_games_;
  RunReport report_;
  double pauses_ = 0;
  std::condition_variable changed_;
  int unfinished_ = 0;
  int idle_ = 0;  // workers
  std::atomic<bool> stop_{false}, cancel_{false};
};

}  // namespace backcourt
