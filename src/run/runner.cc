#include "run/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "base/text.h"
#include "run/judge.h"

namespace backcourt {

namespace {

class SystemClock : public RunClock {
 public:
  double Now() override {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  void Sleep(double seconds) override { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }
  double Jitter() override {
    thread_local std::mt19937 random{std::random_device{}()};
    return std::uniform_real_distribution<double>(0, 1)(random);
  }
};

// Errors are identical when they differ in figures only.
std::string Signature(const Error& error) {
  std::string signature = ErrorKindName(error.kind);
  for (char c : error.message.substr(0, error.message.find('\n')))
    if (c < '0' || c > '9') signature += c;
  return signature;
}

// Whether the text of a model is at fault, as far as one batch can show: the error names a place in it. A
// check or a key that fails is of the dates.
bool IsOfText(const Model& model, const Error& error) {
  return (error.kind == ErrorKind::kModel || error.kind == ErrorKind::kData) &&
         error.message.starts_with(model.file + ":");
}

// Whether any of `dates` lies in the windows of `read` for a date of `readers`.
bool Touches(const Read& read, const Calendar& calendar, const std::vector<int>& readers,
             const std::vector<int>& dates) {
  std::vector<PartitionRange> ranges;
  for (int reader : readers)
    for (const PartitionRange& range : PartitionsOf(read, calendar, reader))
      ranges.push_back(range);
  for (const PartitionRange& range : Union(std::move(ranges))) {
    auto [begin, end] = calendar.Range(Date{range.first}, Date{range.last});
    auto at = std::lower_bound(dates.begin(), dates.end(), begin);
    if (at != dates.end() && *at < end) return true;
  }
  return false;
}

}  // namespace

RunClock& SystemRunClock() {
  static SystemClock clock;
  return clock;
}

Runner::Runner(const Project& project, const Calendar& calendar, Cells& cells, std::mutex& cells_mutex,
               BatchFiller& filler, RunObserver& observer, RunClock& clock, RunOptions options)
    : project_(project),
      calendar_(calendar),
      cells_(cells),
      mutex_(cells_mutex),
      filler_(filler),
      observer_(observer),
      clock_(clock),
      options_(options) {}

void Runner::Stop(bool now) {
  stop_ = true;
  if (now && !cancel_.exchange(true)) filler_.Cancel();
  changed_.notify_all();
}

RunReport Runner::Run(const Plan& plan) {
  double start = clock_.Now();
  plan_ = &plan;
  missing_games_ = std::make_unique<MissingGames>(project_, calendar_);
  unsettled_ = plan.unsettled;
  std::map<std::string, std::vector<int>> of_model;
  for (const Batch& batch : plan.batches) {
    auto task = std::make_unique<Task>();
    task->model = project_.FindModel(batch.model);
    task->dates = batch.dates;
    task->planned = batch.dates.size();
    task->canary = batch.canary;
    int mine = int(tasks_.size());
    auto wait_for = [&](int other) {
      tasks_[size_t(other)]->dependents.push_back(mine);
      ++task->waits_for;
    };
    for (int other : of_model[batch.model])
      if (tasks_[size_t(other)]->canary) wait_for(other);
    for (const Read& read : task->model->reads)
      for (int other : of_model[read.table])
        if (batch.waits_for_columns || Touches(read, calendar_, batch.dates, tasks_[size_t(other)]->dates))
          wait_for(other);
    of_model[batch.model].push_back(mine);
    tasks_.push_back(std::move(task));
  }
  for (size_t i = tasks_.size(); i-- > 0;) {
    double behind = 0;
    for (int dependent : tasks_[i]->dependents)
      behind = std::max(behind, tasks_[size_t(dependent)]->path);
    double own = plan.batches[i].expected_seconds;
    tasks_[i]->path = behind + (own > 0 ? own : 0.001 * double(tasks_[i]->dates.size()));
  }
  unfinished_ = int(tasks_.size());
  idle_ = std::max(1, options_.parallel);
  std::vector<std::thread> workers;
  for (int i = 0; i < std::max(1, options_.parallel); ++i)
    workers.emplace_back([this, i] { Work(i); });
  for (std::thread& worker : workers)
    worker.join();
  for (const auto& task : tasks_)
    if (!task->started) report_.not_tried += int(task->dates.size());
  report_.interrupted = cancel_;
  report_.stopped = stop_ && !cancel_ && !report_.broken;
  report_.seconds = clock_.Now() - start;
  report_.refuted = refuted_;
  return report_;
}

Runner::Task* Runner::Next() {
  Task* best = nullptr;
  for (const auto& task : tasks_)
    if (!task->started && task->waits_for == 0 && (!best || task->path > best->path)) best = task.get();
  return best;
}

// The later half of a batch becomes a task of its own where another worker would only wait for it.
void Runner::ShareWithIdle(Task& task) {
  size_t half = task.dates.size() / 2;
  if (options_.least_shared == 0 || half < options_.least_shared) return;
  auto later = std::make_unique<Task>(task);
  later->dates.erase(later->dates.begin(), later->dates.begin() + long(half));
  later->started = false;
  task.dates.resize(half);
  for (int dependent : later->dependents)
    ++tasks_[size_t(dependent)]->waits_for;
  tasks_.push_back(std::move(later));
  ++unfinished_;
  changed_.notify_all();
}

void Runner::Work(int worker) {
  std::unique_lock lock(mutex_);
  for (;;) {
    Task* task = nullptr;
    changed_.wait(lock, [&] { return stop_ || unfinished_ == 0 || (task = Next()); });
    if (stop_ || !task) return;
    task->started = true;
    --idle_;
    if (idle_ > 0 && !Next()) ShareWithIdle(*task);
    RunTask(*task, worker, lock);
    ++idle_;
    for (int dependent : task->dependents)
      --tasks_[size_t(dependent)]->waits_for;
    --unfinished_;
    changed_.notify_all();
  }
}

std::string Runner::Blocker(const Model& model, int date_index) const {
  for (const Read& read : model.reads) {
    auto open = unsettled_.find(read.table);
    if (open == unsettled_.end() || open->second.empty()) continue;
    for (const PartitionRange& range : PartitionsOf(read, calendar_, date_index)) {
      auto [begin, end] = calendar_.Range(Date{range.first}, Date{range.last});
      auto at = open->second.lower_bound(begin);
      for (; at != open->second.end() && *at < end; ++at) {
        Date date = calendar_.dates()[size_t(*at)].date;
        if (!Waives(plan_->allow_missing, read.table, date)) return read.table + " " + date.Str();
      }
    }
  }
  return "";
}

void Runner::Settle(const Model& model, const std::vector<Cell>& cells) {
  for (const Cell& cell : cells) {
    int index = calendar_.Find(Date{cell.partition});
    if (Settled(cell.state))
      unsettled_[model.name].erase(index);
    else
      unsettled_[model.name].insert(index);
    cells_[model.name].Put(cell);
  }
}

// The table was made anew: what was not filled by this run is there no more.
void Runner::ForgetOlder(const Model& model, Digest schema) {
  CellSeries& series = cells_[model.name];
  series.schema = schema;
  const std::vector<Cell> before = series.cells();
  for (Cell cell : before) {
    if (filled_here_[model.name].contains(cell.partition)) continue;
    if (Settled(cell.state)) {
      series.Erase(cell.partition);
      continue;
    }
    cell.rows = 0, cell.digest = {}, cell.fingerprint = {};
    series.Put(cell);
  }
}

// It is the text that is wrong, and with it all that it has filled.
void Runner::Refute(const Model& model, const Error& error, int worker, std::unique_lock<std::mutex>& lock) {
  refuted_.insert_or_assign(model.name, error);
  std::vector<Cell> filled = FilledHere(model);
  report_.filled -= int(filled.size());  // and all that was counted with them
  for (const Cell& cell : filled) {
    report_.rows -= cell.rows;
    report_.empty -= cell.state == CellState::kEmpty;
    report_.partial -= cell.state == CellState::kPartial;
  }
  for (Cell& cell : filled) {
    cell.state = CellState::kFailed;
    cell.reason = error.message;
    cell.error_class = ErrorKindName(error.kind);
    cell.fingerprint = {};  // what it was filled from makes it no better another time
  }
  Settle(model, filled);
  report_.failed += int(filled.size());
  lock.unlock();
  auto ignored = filler_.Record(model, filled, worker);  // the report tells of them in any case
  (void)ignored;
  lock.lock();
}

std::vector<Cell> Runner::FilledHere(const Model& model) const {
  std::vector<Cell> filled;
  if (auto partitions = filled_here_.find(model.name); partitions != filled_here_.end())
    for (PartitionKey partition : partitions->second)
      if (const Cell* cell = cells_.at(model.name).Find(partition); cell && Settled(cell->state))
        filled.push_back(*cell);
  return filled;
}

// Cells that had failed or were blocked, and whose inputs are again what they were filled from.
void Runner::KeepAsFilled(const Model& model, std::vector<Cell> cells, int worker,
                          std::unique_lock<std::mutex>& lock) {
  if (cells.empty()) return;
  for (Cell& cell : cells) {
    const GameDate& date = calendar_.dates()[size_t(calendar_.Find(Date{cell.partition}))];
    cell.state = !cell.missing.empty() ? CellState::kPartial
                 : cell.rows           ? CellState::kFresh
                                       : CellState::kEmpty;
    cell.reason = cell.rows ? "" : WhyEmpty(model, date);
    cell.error_class = "";
  }
  Settle(model, cells);
  lock.unlock();
  auto ignored = filler_.Record(model, cells, worker);  // what is not recorded is planned again
  (void)ignored;
  lock.lock();
}

void Runner::Record(const Model& model, std::vector<Cell> cells, int worker,
                    std::unique_lock<std::mutex>& lock) {
  if (cells.empty()) return;
  for (Cell& cell : cells) {  // what was there stays: only its state changes
    if (const Cell* before = cells_[model.name].Find(cell.partition)) {
      Cell kept = *before;
      kept.state = cell.state;
      kept.reason = cell.reason;
      kept.error_class = cell.error_class;
      kept.attempts = cell.attempts;
      cell = kept;
    }
  }
  Settle(model, cells);
  bool failed = cells.front().state == CellState::kFailed;
  (failed ? report_.failed : report_.blocked) += int(cells.size());
  if (failed)
    observer_.CellsFailed(model, cells);
  else
    observer_.CellsBlocked(model, cells);
  lock.unlock();
  auto ignored = filler_.Record(model, cells, worker);  // the report tells of them in any case
  (void)ignored;
  lock.lock();
}

void Runner::RunTask(Task& task, int worker, std::unique_lock<std::mutex>& lock) {
  const Model& model = *task.model;
  std::vector<CellWork> work;
  std::vector<Cell> blocked, kept_again;
  int kept = 0;
  for (int index : task.dates) {
    Date date = calendar_.dates()[size_t(index)].date;
    auto block = [&](std::string reason) {
      Cell cell;
      cell.partition = date.days;
      cell.state = CellState::kBlocked;
      cell.reason = std::move(reason);
      blocked.push_back(std::move(cell));
    };
    const Cell* stored = cells_[model.name].Find(date.days);
    const Digest missing_games = missing_games_->TokenOf(model, index);
    auto made_from = [&](const std::string& waived) {
      return stored && stored->fingerprint != Digest{} &&
             stored->fingerprint == Fingerprint(model, calendar_, index, cells_, missing_games, waived);
    };
    if (std::string blocker = Blocker(model, index); !blocker.empty()) {
      if (stored && Settled(stored->state) && !stored->waived.empty() && made_from(stored->waived))
        ++kept;  // let through before, and nothing is new
      else
        block("waits for " + blocker);
      continue;
    }
    CellWork cell{index, {}, "", missing_games_->Of(model, index)};
    if (project_.block_on_missing_games && !cell.missing_games.empty()) {
      block("waits for the box of " + Join(cell.missing_games, ", "));
      continue;
    }
    std::vector<std::string> waived;  // what it is let through without
    for (const Read& read : model.reads)
      for (const PartitionRange& range : PartitionsOf(read, calendar_, index)) {
        auto [begin, end] = calendar_.Range(Date{range.first}, Date{range.last});
        const std::set<int>& open = unsettled_[read.table];
        for (auto at = open.lower_bound(begin); at != open.end() && *at < end; ++at)
          waived.push_back(read.table + ":" + calendar_.dates()[size_t(*at)].date.Str());
      }
    cell.waived = Join(waived, ",");
    cell.fingerprint = Fingerprint(model, calendar_, index, cells_, missing_games, cell.waived);
    if (made_from(cell.waived) && !plan_->force) {
      if (!Settled(stored->state)) kept_again.push_back(*stored);
      unsettled_[model.name].erase(index);
      ++kept;
      continue;
    }
    work.push_back(std::move(cell));
  }
  Record(model, std::move(blocked), worker, lock);
  KeepAsFilled(model, std::move(kept_again), worker, lock);
  if (kept) {
    report_.kept += kept;
    observer_.CellsKept(model, kept);
  }
  if (work.empty()) return;
  auto date = [&](const CellWork& cell) { return calendar_.dates()[size_t(cell.date_index)].date; };
  observer_.BatchStarted(model, date(work.front()), date(work.back()), int(work.size()));
  FillOrHalve(task, std::move(work), false, worker, lock);
}

// Every way in which an attempt may end, side by side.
// NOLINTNEXTLINE(readability-function-size)
void Runner::FillOrHalve(Task& task, std::vector<CellWork> work, bool halved, int worker,
                         std::unique_lock<std::mutex>& lock) {
  const Model& model = *task.model;
  if (stop_ || stopped_models_.contains(model.name)) {
    report_.not_tried += int(work.size());
    return;
  }
  BatchWork batch{&model, work, 1, halved, task.planned};
  for (;;) {
    lock.unlock();
    double start = clock_.Now();
    auto filled = filler_.Fill(batch, worker);
    double seconds = clock_.Now() - start;
    lock.lock();
    if (filled) {
      if (filled->anew) ForgetOlder(model, filled->schema);
      Settle(model, filled->cells);
      for (const Cell& cell : filled->cells)
        filled_here_[model.name].insert(cell.partition);
      report_.filled += int(filled->cells.size());
      for (const Cell& cell : filled->cells) {
        report_.rows += cell.rows;
        report_.empty += cell.state == CellState::kEmpty;
        report_.partial += cell.state == CellState::kPartial;
      }
      last_errors_.erase(model.name);
      observer_.BatchFilled(model, filled->cells, seconds);
      if (auto refuted = refuted_.find(model.name); refuted != refuted_.end())
        Refute(model, Error(refuted->second), worker, lock);
      return;
    }
    Error& error = filled.error();
    if (cancel_ || error.kind == ErrorKind::kInterrupted) {
      report_.not_tried += int(work.size());
      return;
    }
    if (error.kind == ErrorKind::kBusy) {
      if (!report_.broken) report_.broken = error;
      report_.not_tried += int(work.size());
      stop_ = true;
      return;
    }
    if (error.kind == ErrorKind::kTransient && batch.attempt < options_.attempts) {
      double pause = options_.first_pause * double(1 << (batch.attempt - 1)) * (0.5 + clock_.Jitter());
      if (pauses_ + pause <= options_.retry_budget) {
        pauses_ += pause;
        ++batch.attempt;
        observer_.Retrying(model, error, batch.attempt, pause);
        lock.unlock();
        clock_.Sleep(pause);
        lock.lock();
        if (!stop_) continue;
        report_.not_tried += int(work.size());
        return;
      }
    }
    bool guilty_dates = error.kind == ErrorKind::kData || error.kind == ErrorKind::kModel;
    if (guilty_dates && work.size() > 1) {
      auto date = [&](const CellWork& cell) { return calendar_.dates()[size_t(cell.date_index)].date; };
      observer_.BatchHalved(model, date(work.front()), date(work.back()), int(work.size()), error);
      auto begin = work.begin(), end = work.end(), middle = begin + (end - begin) / 2, behind = middle;
      int failed_before = report_.failed, not_tried_before = report_.not_tried;
      auto fill = [&](auto from, auto to) {
        if (from != to) FillOrHalve(task, {from, to}, true, worker, lock);
      };
      if (IsOfText(model, error) && !halved) {  // where the text fails on any date, halves of it do too
        fill(begin, begin + 1), ++begin;
        middle = behind = begin + (end - begin) / 2;
        if (report_.failed > failed_before && middle < end) fill(middle, middle + 1), ++behind;
      }
      fill(begin, middle);
      fill(behind, end);
      bool all_passed = report_.failed == failed_before && report_.not_tried == not_tried_before;
      if (all_passed)  // so it is not the dates that are guilty
        Refute(model,
               {ErrorKind::kProof,
                fmt::format("{}: the {} dates from {} to {} fail together, but none of them alone: rows of a "
                            "date depend on "
                            "those of others, outside of its windows; together: {}",
                            model.file, work.size(), date(work.front()).Str(), date(work.back()).Str(),
                            error.message),
                error.hint},
               worker, lock);
      return;
    }
    std::vector<Cell> failed;
    for (const CellWork& cell : work) {
      Cell cell_failed;
      cell_failed.partition = calendar_.dates()[size_t(cell.date_index)].date.days;
      cell_failed.state = CellState::kFailed;
      cell_failed.reason = error.message;
      cell_failed.error_class = ErrorKindName(error.kind);
      cell_failed.attempts = batch.attempt;
      failed.push_back(std::move(cell_failed));
    }
    Record(model, std::move(failed), worker, lock);
    if (error.kind == ErrorKind::kProof) Refute(model, error, worker, lock);
    auto& [signature, times] = last_errors_[model.name];
    if (signature == Signature(error))
      ++times;
    else
      signature = Signature(error), times = 1;
    bool repeats = guilty_dates && times >= options_.identical_errors;
    if (repeats || error.kind == ErrorKind::kProof || error.kind == ErrorKind::kCapacity) {
      stopped_models_.insert(model.name);
      int left = 0;
      for (const auto& other : tasks_)
        if (!other->started && other->model == &model) left += int(other->dates.size());
      observer_.ModelStopped(
          model, repeats ? fmt::format("{} identical errors in a row", times) : error.message, left);
    }
    return;
  }
}

}  // namespace backcourt
