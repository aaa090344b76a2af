#include "serve/host.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/digest.h"
#include "base/memory_guard.h"
#include "base/text.h"
#include "ledger/runs.h"
#include "operations/json.h"
#include "operations/run_logs.h"
#include "serve/public_text.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLookAgain =
    std::chrono::milliseconds(250);  // at the project's files, for what need not be exact
constexpr auto kSoftAge = std::chrono::milliseconds(500);  // of a report while cells are filled
constexpr auto kHardAge =
    std::chrono::seconds(2);  // of any: files and the clock tell of themselves to nobody
constexpr size_t kMostCached = 64;
constexpr size_t kValueBytes = 512 << 20;  // bytes of a query's values, beside the engine's buffers
constexpr auto kPatience = std::chrono::milliseconds(100);

// Reports of the whole warehouse that many ask for again and again.
bool IsKept(const Verb& verb) {
  static const std::set<std::string> kVerbs = {"status", "cells", "graph", "docs", "runs", "files"};
  return kVerbs.contains(verb.name);
}

// 0 before the first, and where the ledger cannot be read.
int64_t NewestRun(Workspace& workspace) {
  auto newest = [&]() -> Result<int64_t> {
    return ledger::NewestRun(*TRY(TRY(workspace.Open())->ConnectToLedger()));
  }();
  return newest ? *newest : 0;
}

// With bounds also to what the engine does not count: what it does count, and as much for values and answers.
Result<nlohmann::json> RunQuery(const Verb& verb, Workspace& workspace, const nlohmann::json& request,
                                const Cancel& cancel, const Bytes& bytes) {
  Error too_much{ErrorKind::kCapacity, "the answer takes more memory than a query may",
                 "fewer rows, or shorter values"};
  try {
    MemoryGuard guard(BytesOf(workspace.project().EngineMemory()) + kValueBytes);
    auto report = verb.run(workspace, request, cancel, {}, bytes);
    if (!report && report.error().OfMemory()) return too_much;
    return report;
  } catch (const std::bad_alloc&) {
    return too_much;
  }
}

}  // namespace

bool Host::HasRows(const Verb& verb) {
  return verb.name == std::string_view("query") || verb.name == std::string_view("show");
}

struct Host::Cached {
  bool working = true;
  int64_t hard = 0, soft = 0;  // when it was begun
  Clock::time_point begun, at;
  Result<std::shared_ptr<const std::string>> report = Error{};
};

Host::Host(Project project, ExitCodes exit_codes, TakeNotes take_notes)
    : exit_codes_(std::move(exit_codes)),
      take_notes_(std::move(take_notes)),
      workspace_(std::make_shared<Workspace>(std::move(project), "")) {
  signature_ = Signature();
  log_.NameFiles(FileNames(workspace_->project()));
}

Host::~Host() { End(); }

void Host::End() {
  ending_.Request();
  log_.Close();
  JoinWorkers(true);
}

// Those that are done, or all.
void Host::JoinWorkers(bool all) {
  std::list<Worker> ended;
  {
    std::lock_guard lock(workers_mutex_);
    for (auto it = workers_.begin(); it != workers_.end();) {
      auto next = std::next(it);
      if (all || it->done) ended.splice(ended.end(), workers_, it);
      it = next;
    }
  }
  for (Worker& worker : ended)
    worker.thread.join();
}

std::shared_ptr<Workspace> Host::workspace() {
  std::lock_guard lock(mutex_);
  return workspace_;
}

// Of names, sizes and times of all files that make the project.
std::string Host::Signature() const {
  const Project& project = workspace_->project();
  Hasher hasher;
  for (const std::string& folder : std::set<std::string>{project.root, project.pack}) {
    auto add = [&](const fs::path& path) {
      struct stat file {};
      if (stat(path.c_str(), &file) == 0 && S_ISREG(file.st_mode))
        hasher.Add(path.string())
            .Add(int64_t(file.st_size))
            .Add(int64_t(file.st_mtim.tv_sec) * 1'000'000'000 + file.st_mtim.tv_nsec);
    };
    for (const char* name : {"backcourt.toml", "feeds.toml"})
      add(fs::path(folder) / name);
    for (const char* part : {"tables", "sources", "models", "checks", "seeds", "functions"}) {
      std::error_code ignored;
      std::set<fs::path> files;
      for (const auto& entry : fs::recursive_directory_iterator(fs::path(folder) / part, ignored))
        files.insert(entry.path());
      for (const fs::path& path : files)
        add(path);
    }
  }
  return hasher.Finish().Hex();
}

// Reads the project again where its files have changed and nothing long runs.
Result<std::shared_ptr<Workspace>> Host::Take(bool exact) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !reading_; });
  auto now = Clock::now();
  if ((exact || now - looked_ > kLookAgain) && !log_.Running()) {
    looked_ = now;
    if (std::string signature = Signature(); signature != signature_) {
      reading_ = true;
      changed_.wait(lock, [this] { return users_ == 0; });
      auto project = Project::Load(workspace_->project().root);
      if (project && !project->config_problems.empty()) project = ErrorOf(project->config_problems);
      if (project && project->warehouse != workspace_->project().warehouse)
        project = Error{ErrorKind::kUsage,
                        fmt::format("{}/backcourt.toml names another warehouse than the one that is served",
                                    project->root),
                        "start `backcourt serve` again"};
      broken_.reset();
      if (project) {
        workspace_.reset();  // closes the warehouse, before it is opened anew
        workspace_ = std::make_shared<Workspace>(std::move(*project), "");
        log_.NameFiles(FileNames(workspace_->project()));
      } else {
        broken_ = project.error();
      }
      signature_ = signature;
      reading_ = false;
      ++hard_;
      changed_.notify_all();
      log_.TellAll("changed", {{"tables", nlohmann::json::array()}, {"load", false}, {"project", true}});
    }
  }
  if (broken_) return *broken_;
  ++users_;
  return std::shared_ptr<Workspace>(workspace_.get(), [this, kept = workspace_](Workspace*) mutable {
    kept.reset();
    GiveBack();
  });
}

void Host::GiveBack() {
  std::lock_guard lock(mutex_);
  --users_;
  changed_.notify_all();
}

Result<std::shared_ptr<const std::string>> Host::Ask(const Verb& verb, const nlohmann::json& request,
                                                     const Cancel& cancel, bool exact, const Bytes& bytes) {
  using Report = Result<std::shared_ptr<const std::string>>;
  auto work = [&]() -> Report {
    auto workspace = TRY(Take(exact));
    Cancel either(ending_, [&cancel] { return cancel.Requested(); });
    auto report = TRY(HasRows(verb) ? RunQuery(verb, *workspace, request, either, bytes)
                                    : verb.run(*workspace, request, either, {}, bytes));
    if (verb.needs == Verb::Needs::kAlone) {
      ++hard_;
      log_.TellAll("changed", {{"tables", nlohmann::json::array()}, {"load", false}, {"project", false}});
    }
    if (!exact && !HasRows(verb)) HidePaths(log_.names(), report);
    return std::make_shared<const std::string>(OneLine(report));
  };
  if (exact || !IsKept(verb)) return work();
  std::string key = std::string(verb.name) + " " + OneLine(request);
  std::shared_ptr<Cached> mine;
  {
    std::unique_lock lock(cache_mutex_);
    for (;;) {
      auto found = cache_.find(key);
      if (found == cache_.end()) break;
      std::shared_ptr<Cached> kept = found->second;
      if (kept->working) {  // whoever works on it works for all; then it is judged
        cache_changed_.wait(lock, [&] { return !kept->working; });
        continue;
      }
      auto age = Clock::now() - kept->at;
      // While cells are filled, reports take a twentieth of the time at most.
      auto soft_age = std::max<Clock::duration>(kSoftAge, 20 * (kept->at - kept->begun));
      if (kept->hard == hard_ && age < kHardAge && (kept->soft == soft_ || age < soft_age))
        return kept->report;
      break;
    }
    if (cache_.size() >= kMostCached)
      std::erase_if(cache_, [](const auto& entry) { return !entry.second->working; });
    mine = cache_[key] = std::make_shared<Cached>();
    mine->hard = hard_, mine->soft = soft_;
    mine->begun = Clock::now();
  }
  Report report = work();
  std::lock_guard lock(cache_mutex_);
  mine->report = report;
  mine->at = Clock::now();
  mine->working = false;
  if (!report) cache_.erase(key);
  cache_changed_.notify_all();
  return report;
}

Result<ActivityLog::Place> Host::Begin(const Verb& verb, const nlohmann::json& request, bool waits) {
  nlohmann::json whole = TRY(verb.read(request));
  if (whole.contains("join")) whole["join"] = false;  // the same work is joined in any case
  auto workspace = TRY(Take(true));
  auto place =
      log_.Begin(verb.name, whole, CommandLine(verb, request), verb.needs == Verb::Needs::kAlone, waits);
  if (!place || place->joined) return place;
  JoinWorkers(false);
  Cancel& cancel = log_.CancelOf(place->id);
  auto taken_on = std::make_unique<TakenOn>(workspace->activities(), verb.name, cancel);
  std::lock_guard lock(workers_mutex_);
  Worker& worker = workers_.emplace_back();
  worker.thread = std::thread([this, id = place->id, &verb, whole, workspace = std::move(workspace), &cancel,
                               taken_on = std::move(taken_on), &worker]() mutable {
    Run(id, verb, whole, std::move(workspace), cancel, std::move(taken_on));
    std::lock_guard done(workers_mutex_);
    worker.done = true;
  });
  return place;
}

// In a thread of its own.
void Host::Run(const std::string& id, const Verb& verb, const nlohmann::json& request,
               std::shared_ptr<Workspace> workspace, const Cancel& cancel,
               std::unique_ptr<TakenOn> taken_on) {
  Cancel either(cancel, [this] { return ending_.Requested(); });
  RunLog run_log(workspace->project());
  Notes notes = take_notes_(CommandLine(verb, request), [&](std::string_view text) { run_log.Write(text); });
  const int64_t run_before = NewestRun(*workspace);
  Events tell = [&](const Event& event) {
    ++soft_;
    notes.show(event);
    if (auto* started = std::get_if<RunStarted>(&event)) run_log.Of(started->run);
    nlohmann::json data = EventToJson(event);
    log_.Tell(id, data["event"], data);
    if (!std::holds_alternative<LoadFinished>(event)) return;
    ++hard_;  // a fill has loaded: there may be dates now
    log_.TellAll("changed", {{"tables", nlohmann::json::array()}, {"load", true}, {"project", false}});
  };
  Result<nlohmann::json> end = verb.run(*workspace, request, either, tell, {});
  notes.finish(end);
  for (int64_t run = NewestRun(*workspace); run > run_before; --run)  // also loads, and what failed early
    run_log.Of(run);
  taken_on.reset();
  workspace.reset();
  ++hard_;
  log_.End(id, end, exit_codes_(verb.name, end));
  log_.TellAll("changed", {{"tables", nlohmann::json::array()},
                           {"load", verb.name == std::string("load") || verb.name == std::string("forget")},
                           {"project", false}});
}

Result<nlohmann::json> Host::Follow(const Verb& verb, const nlohmann::json& request, const Cancel& cancel,
                                    const std::function<void(const std::string& event)>& on_event) {
  ActivityLog::Place place = TRY(Begin(verb, request, true));
  int64_t after = 0;
  for (;;) {
    ActivityLog::News news = log_.Wait(place.id, after, kPatience);
    for (const EventStream::Item& item : news.items) {
      after = item.number;
      if (item.name != "done") on_event(item.data);
    }
    if (news.end) {
      log_.Leave(place.id);
      return *news.end;
    }
    if (!cancel.Requested()) continue;
    log_.Leave(place.id);
    return Error{ErrorKind::kInterrupted, "interrupted", ""};
  }
}

Result<> Host::Ready() {
  auto workspace = TRY(Take(false));
  auto connection = TRY(TRY(workspace->Open())->ConnectToLedger());
  TRY(connection->Query("SELECT count(*) FROM backcourt.meta"));
  return {};
}

}  // namespace backcourt
