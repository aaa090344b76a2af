// Does what is asked of a process that serves: short requests at once, long ones as
// activities. It reads the project again when its files have changed. Safe to use
// from several threads.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "operations/registry.h"
#include "serve/activity_log.h"

namespace backcourt {

class Host {
 public:
  // How a process ends that did a verb with this end.
  using ExitCodes = std::function<int(const std::string& verb, const Result<nlohmann::json>& end)>;

  // What is written down of a piece of work: its events, then its end.
  struct Notes {
    Events show;
    std::function<void(const Result<nlohmann::json>& end)> finish;
  };
  using TakeNotes =
      std::function<Notes(const std::string& command, std::function<void(std::string_view)> write)>;

  // REQUIRES: this process has the lock of the project's warehouse for as long as this lives.
  Host(Project project, ExitCodes exit_codes, TakeNotes take_notes);
  // Ends what runs.
  ~Host();

  // Whether a verb takes its time, and is an activity.
  static bool IsLong(const Verb& verb) { return !verb.events.empty(); }
  // Whether it reports rows of tables, whose values stay as they are.
  static bool HasRows(const Verb& verb);

  // A report. `exact`: as of now; otherwise one of a moment ago may do, which saves work. `bytes` gets the
  // stream of one that has rows, in the arrow format.
  Result<std::shared_ptr<const std::string>> Ask(const Verb& verb, const nlohmann::json& request,
                                                 const Cancel& cancel, bool exact,
                                                 const Bytes& bytes = nullptr);
  // Begins a long one, or joins the same one. `waits`: see ActivityLog::Begin.
  Result<ActivityLog::Place> Begin(const Verb& verb, const nlohmann::json& request, bool waits);
  // The same, with its events as they come, until its end.
  Result<nlohmann::json> Follow(const Verb& verb, const nlohmann::json& request, const Cancel& cancel,
                                const std::function<void(const std::string& event)>& on_event);

  ActivityLog& log() { return log_; }
  // The project as it was last read.
  std::shared_ptr<Workspace> workspace();
  // Whether the warehouse is open and its ledger can be read.
  Result<> Ready();

  void End();

 private:
  struct Cached;
  // The workspace: while somebody has it, the project is not read again.
  Result<std::shared_ptr<Workspace>> Take(bool exact);
  void GiveBack();
  void Run(const std::string& id, const Verb& verb, const nlohmann::json& request,
           std::shared_ptr<Workspace> workspace, const Cancel& cancel, std::unique_ptr<TakenOn> taken_on);
  void JoinWorkers(bool all);
  std::string Signature() const;

  const ExitCodes exit_codes_;
  const TakeNotes take_notes_;
  Cancel ending_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<Workspace> workspace_;
  std::string signature_;                           // of the files of the project
  std::chrono::steady_clock::time_point looked_{};  // when they were last looked at
  std::optional<Error> broken_;                     // why the project cannot be read
  int users_ = 0;
  bool reading_ = false;

  // What was done counts as hard when a report of before is wrong at once, and as soft when it is of a moment
  // ago.
  std::atomic<int64_t> hard_{0}, soft_{0};
  std::mutex cache_mutex_;
  std::condition_variable cache_changed_;
  std::map<std::string, std::shared_ptr<Cached>> cache_;

  ActivityLog log_;
  std::mutex workers_mutex_;
  struct Worker {
    std::thread thread;
    bool done = false;
  };
  std::list<Worker> workers_;
};

}  // namespace backcourt
