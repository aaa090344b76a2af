#include "operations/activity.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "base/text.h"
#include "run/runner.h"

namespace backcourt {

// One who joined: events that he has not taken yet, and the end.
struct Watcher {
  std::deque<Event> events;
  std::optional<Result<nlohmann::json>> report;
};

Activity::Activity(Activities& all, std::string verb, nlohmann::json request, bool writes,
                   const Cancel& cancel, Events events)
    : all_(all),
      verb_(std::move(verb)),
      request_(std::move(request)),
      writes_(writes),
      start_(SystemRunClock().Now()),
      cancel_(cancel),
      events_(std::move(events)) {}

Activity::~Activity() {
  std::lock_guard lock(all_.mutex_);
  std::erase(all_.running_, this);
  for (auto& watcher : watchers_)
    if (!watcher->report)
      watcher->report = Error{ErrorKind::kInterrupted, verb_ + " ended without a report", ""};
  all_.changed_.notify_all();
}

TakenOn::TakenOn(Activities& all, std::string verb, Cancel& cancel)
    : all_(all), verb_(std::move(verb)), cancel_(cancel) {
  std::lock_guard lock(all_.mutex_);
  all_.taken_on_.push_back(this);
}

TakenOn::~TakenOn() {
  std::lock_guard lock(all_.mutex_);
  std::erase(all_.taken_on_, this);
}

void Activity::OnStop(std::function<void()> stop) {
  std::lock_guard lock(all_.mutex_);
  stop_ = std::move(stop);
}

void Activity::Tell(const Event& event) {
  if (events_) events_(event);
  std::lock_guard lock(all_.mutex_);
  std::visit(
      [&](const auto& e) {
        using T = std::decay_t<decltype(e)>;
        if constexpr (std::is_constructible_v<RunEvent, T>) {
          if (!run_) run_.emplace(), run_start_ = SystemRunClock().Now();
          run_->Apply(RunEvent(e));
        } else if constexpr (std::is_same_v<T, LoadStep>) {
          doing_ = e.what;
        } else if constexpr (std::is_same_v<T, ReplayProgress>) {
          doing_ = fmt::format("replayed {}/{} cells, ETA {}", e.done, e.total, Seconds(e.eta_seconds));
        } else if constexpr (std::is_same_v<T, TableExported>) {
          doing_ = "written: " + e.table;
        }
      },
      event);
  for (auto& watcher : watchers_)
    watcher->events.push_back(event);
  if (!watchers_.empty()) all_.changed_.notify_all();
}

void Activity::Finish(const Result<nlohmann::json>& report) {
  std::lock_guard lock(all_.mutex_);
  for (auto& watcher : watchers_)
    watcher->report = report;
  all_.changed_.notify_all();
}

Result<std::unique_ptr<Activity>> Activities::Begin(const std::string& verb, nlohmann::json request,
                                                    bool writes, const Cancel& cancel, const Events& events) {
  auto activity = std::make_unique<Activity>(*this, verb, std::move(request), writes, cancel, events);
  std::lock_guard lock(mutex_);
  for (const Activity* other : running_)
    if (writes && other->writes_)
      return Error{ErrorKind::kBusy, fmt::format("a {} runs in this warehouse", other->verb_),
                   "`backcourt status --watch` shows how far it is, `backcourt stop` ends it"};
  running_.push_back(activity.get());
  return activity;
}

RunNow NowOf(const RunState& state, double seconds) {
  RunNow run;
  run.run = state.run();
  run.running_seconds = seconds;
  run.eta_seconds = state.Eta(seconds);
  for (const TableState& table : state.tables())
    run.tables.push_back({table.table, table.done + table.kept, table.total, table.failed, table.blocked,
                          table.running, table.rows, table.busy, state.SecondsLeft(table, seconds),
                          state.WaitsFor(table)});
  return run;
}

std::vector<ActivityNow> Activities::Now() const {
  std::lock_guard lock(mutex_);
  std::vector<ActivityNow> all;
  for (const Activity* activity : running_) {
    ActivityNow& now = all.emplace_back();
    now.activity = activity->verb_;
    now.seconds = SystemRunClock().Now() - activity->start_;
    now.doing = activity->doing_;
    if (!activity->run_) continue;
    const RunState& state = *activity->run_;
    now.doing = "";
    now.run = NowOf(state, SystemRunClock().Now() - activity->run_start_);
  }
  return all;
}

std::map<std::string, std::vector<std::pair<Date, Date>>> Activities::RunningBatches() const {
  std::lock_guard lock(mutex_);
  std::map<std::string, std::vector<std::pair<Date, Date>>> batches;
  for (const Activity* activity : running_)
    if (activity->run_)
      for (const TableState& table : activity->run_->tables())
        for (const TableState::Running& batch : table.now)
          batches[table.table].emplace_back(batch.first_date, batch.last_date);
  return batches;
}

std::vector<std::string> Activities::Stop() {
  std::lock_guard lock(mutex_);
  std::vector<std::string> stopped;
  for (Activity* activity : running_) {
    stopped.push_back(activity->verb_);
    if (activity->stop_)
      activity->stop_();
    else
      activity->cancel_.Request();
  }
  for (TakenOn* one : taken_on_)
    if (std::none_of(running_.begin(), running_.end(),
                     [&](const Activity* activity) { return activity->cancel_.Follows(one->cancel_); })) {
      stopped.push_back(one->verb_);
      one->cancel_.Request();
    }
  return stopped;
}

Result<nlohmann::json> Activities::Join(const std::string& verb, const nlohmann::json& request,
                                        const Cancel& cancel, const Events& events) {
  auto watcher = std::make_shared<Watcher>();
  std::unique_lock lock(mutex_);
  auto same =
      std::find_if(running_.begin(), running_.end(), [&](const Activity* a) { return a->verb_ == verb; });
  if (same == running_.end())
    return Error{ErrorKind::kBusy, fmt::format("no {} runs that could be joined", verb),
                 "run it without --join"};
  if ((*same)->request_ != request)
    return Error{ErrorKind::kBusy, fmt::format("the {} that runs does other work", verb),
                 "`backcourt status --watch` shows it; wait for its end, or end it with `backcourt stop`"};
  (*same)->watchers_.push_back(watcher);
  for (;;) {
    changed_.wait_for(lock, std::chrono::milliseconds(100),
                      [&] { return !watcher->events.empty() || watcher->report; });
    if (cancel.Requested())
      return Error{ErrorKind::kInterrupted, "interrupted; what was joined continues", ""};
    std::deque<Event> taken = std::exchange(watcher->events, {});
    bool ended = watcher->report && taken.empty();
    if (ended) return *watcher->report;
    lock.unlock();
    if (events)
      for (const Event& event : taken)
        events(event);
    lock.lock();
  }
}

void Describe(Visitor& v, TableNow& t) {
  v.Struct("RunningTable", "A table of the active run, with cells by what became of them.");
  v.Field("table", t.table, "the table");
  v.Field("done", t.done, "cells filled or kept");
  v.Field("total", t.total, "cells of this run");
  v.Field("failed", t.failed, "cells that failed");
  v.Field("blocked", t.blocked, "cells that wait for an input that is not filled");
  v.Field("running", t.running, "cells in running batches");
  v.Field("rows", t.rows, "rows written");
  v.Field("busy_seconds", t.busy_seconds, "seconds spent in its batches");
  v.Field("eta_seconds", t.eta_seconds, "seconds of work that are left; null before there is an estimate");
  v.Field("waits_for", t.waits_for, "inputs that are not finished");
}

void Describe(Visitor& v, RunNow& r) {
  v.Struct("Running", "The active run.");
  v.Field("run", r.run, "its number");
  v.Field("running_seconds", r.running_seconds, "seconds since its start");
  v.Field("eta_seconds", r.eta_seconds, "seconds to its end; null before there is an estimate");
  v.Field("tables", r.tables, "its tables, inputs first");
}

void Describe(Visitor& v, ActivityNow& a) {
  v.Struct("Activity", "A long operation that runs.");
  v.Field("activity", a.activity, "load, backfill, verify or export");
  v.Field("seconds", a.seconds, "seconds since its start");
  v.Field("doing", a.doing, "what it is at; empty of a run");
  v.Field("run", a.run, "the run, once cells are filled; else null");
}

}  // namespace backcourt
