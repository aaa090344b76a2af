// The long operations of this process (a load, a backfill, a verification, an
// export): what runs now, its events for whoever watches, and how it is stopped.
// Safe to use from several threads.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "operations/events.h"
#include "run/run_state.h"

namespace backcourt {

class Activities;

// One of them, for as long as it exists.
class Activity {
 public:
  // `events`: whoever asked; may be empty.
  Activity(Activities& all, std::string verb, nlohmann::json request, bool writes, const Cancel& cancel,
           Events events);
  ~Activity();
  Activity(const Activity&) = delete;

  const std::string& verb() const { return verb_; }
  // Requested once whoever asked ends it, or `stop` does.
  const Cancel& cancel() const { return cancel_; }
  // How it is stopped; without one, `cancel()` is requested. A backfill lets running batches end.
  void OnStop(std::function<void()> stop);
  // Tells whoever watches.
  void Tell(const Event& event);
  // The end, for those who joined. Called once.
  void Finish(const Result<nlohmann::json>& report);

 private:
  friend class Activities;
  Activities& all_;
  const std::string verb_;
  const nlohmann::json request_;
  const bool writes_;
  const double start_;
  Cancel cancel_;
  const Events events_;
  // Guarded by the mutex of `all_`.
  std::function<void()> stop_;
  std::optional<RunState> run_;
  double run_start_ = 0;
  std::string doing_;
  std::vector<std::shared_ptr<struct Watcher>> watchers_;
};

// An operation that was taken on and has not begun an activity yet, or is between two: for as long as this
// exists, `stop` finds it too. What it begins must have a cancel that follows `cancel`.
class TakenOn {
 public:
  TakenOn(Activities& all, std::string verb, Cancel& cancel);
  ~TakenOn();
  TakenOn(const TakenOn&) = delete;

 private:
  friend class Activities;
  Activities& all_;
  const std::string verb_;
  Cancel& cancel_;
};

// What runs now, as `status` reports it.
struct TableNow {
  std::string table;
  int64_t done = 0, total = 0, failed = 0, blocked = 0, running = 0, rows = 0;
  double busy_seconds = 0;            // spent in its batches
  std::optional<double> eta_seconds;  // of its own work
  std::vector<std::string> waits_for;
};
struct RunNow {
  int64_t run = 0;
  double running_seconds = 0;
  std::optional<double> eta_seconds;  // none before it means something
  std::vector<TableNow> tables;
};
// Of a run, at that time since its start.
RunNow NowOf(const RunState& state, double seconds);
struct ActivityNow {
  std::string activity;  // the verb
  double seconds = 0;    // since its start
  std::string doing;     // as "replayed 12/100 cells"; may be empty
  std::optional<RunNow> run;
};
void Describe(Visitor& v, TableNow& t);
void Describe(Visitor& v, RunNow& r);
void Describe(Visitor& v, ActivityNow& a);

class Activities {
 public:
  // Begins one. Of those that write or need the warehouse to stand still
  // (`writes`) one at a time may run: kBusy names the other.
  Result<std::unique_ptr<Activity>> Begin(const std::string& verb, nlohmann::json request, bool writes,
                                          const Cancel& cancel, const Events& events);
  std::vector<ActivityNow> Now() const;
  // First and last dates of the batches that run, by table.
  std::map<std::string, std::vector<std::pair<Date, Date>>> RunningBatches() const;
  // Stops all, and returns their verbs.
  std::vector<std::string> Stop();
  // Takes part in the one of this verb and request that runs: its events, then
  // its report. kBusy when another one, or none, runs.
  Result<nlohmann::json> Join(const std::string& verb, const nlohmann::json& request, const Cancel& cancel,
                              const Events& events);

 private:
  friend class Activity;
  friend class TakenOn;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Activity*> running_;
  std::vector<TakenOn*> taken_on_;
};

}  // namespace backcourt
