#include "run/run_state.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace backcourt {

namespace {

// An estimate of tables without history rests on this share of the work, done in this run.
constexpr double kLeastShare = 0.04;
// What is expected from history weighs as much as this share of it that is measured in this run.
constexpr double kWeightOfHistory = 0.1;
// What a table is expected to take, from what others took, weighs as much as this share of it that is
// measured.
constexpr double kWeightOfOthers = 0.2;

}  // namespace

double TableState::Expected(double batches, double cells) const {
  double fixed = planned.expected_a_batch * double(planned.batches);
  double a_cell = planned.cells ? std::max(0.0, planned.expected_seconds - fixed) / double(planned.cells) : 0;
  return planned.expected_a_batch * batches + a_cell * cells;
}

TableState& RunState::At(const std::string& table) {
  auto [found, added] = index_.try_emplace(table, tables_.size());
  if (added) tables_.emplace_back().table = table;
  return tables_[found->second];
}

const TableState* RunState::Find(const std::string& table) const {
  auto found = index_.find(table);
  return found == index_.end() ? nullptr : &tables_[found->second];
}

std::vector<std::string> RunState::WaitsFor(const TableState& table) const {
  std::vector<std::string> inputs;
  if (table.running > 0 || table.finished() >= table.total) return inputs;
  for (const std::string& input : table.planned.inputs)
    if (const TableState* state = Find(input); state && state->finished() < state->total)
      inputs.push_back(input);
  return inputs;
}

// Whether enough is known: of every table something is expected, and where that is not from history, a part
// of the work has been measured.
bool RunState::Known() const {
  double expected = 0, of_history = 0, measured = 0;
  for (const TableState& table : tables_) {
    if (table.finished() < table.total && !table.abandoned && !table.expected()) return false;
    expected += table.planned.expected_seconds;
    if (table.planned.from_history) of_history += table.planned.expected_seconds;
    measured += table.busy_before;
  }
  return of_history >= expected / 2 || measured >= expected * kLeastShare;
}

// How the batches of a table in this run, and before it those of all tables, relate to what was expected.
double RunState::PaceOf(const TableState& table) const {
  double of_history = 0, measured = 0, taken = 0;
  for (const TableState& one : tables_) {
    if (!one.expected()) continue;
    if (one.planned.from_history) of_history += one.planned.expected_seconds;
    measured += one.busy_before;
    taken += one.busy;
  }
  double weight = of_history * kWeightOfHistory;
  double all = measured + weight > 0 ? (taken + weight) / (measured + weight) : 1;
  double own_weight = table.planned.expected_seconds * kWeightOfOthers;
  double own = table.busy_before + own_weight;
  return own > 0 ? (table.busy + all * own_weight) / own : all;
}

// Of the cells that may change, how many are filled: as it went so far, in the table itself or else in all.
double RunState::FillShare(const TableState& table) const {
  auto share = [](double may_change, double kept, double finished, double total) {
    double seen = may_change * finished / total;  // of those that may change, as many as of all
    return 1 - std::min(kept, seen) / std::max(1.0, seen);
  };
  if (table.planned.may_change == 0) return 1;
  double may_change = 0, kept = 0, finished = 0, total = 0;
  for (const TableState& one : tables_) {
    if (one.planned.may_change == 0) continue;
    may_change += double(one.planned.may_change), kept += double(one.kept);
    finished += double(one.finished()), total += double(one.total);
  }
  bool own = table.finished() > 0;
  double filled = own ? share(double(table.planned.may_change), double(table.kept), double(table.finished()),
                              double(table.total))
                  : finished > 0 ? share(may_change, kept, finished, total)
                                 : 1;
  double of_all = double(table.planned.may_change) / double(table.total);
  return 1 - of_all * (1 - filled);
}

// What is left of a table: its batches that run, and those to come, as alike as they can be.
struct RunState::Left {
  std::vector<double> running;
  int64_t batches = 0;
  double seconds_a_batch = 0;

  double sum() const {
    double sum = double(batches) * seconds_a_batch;
    for (double one : running)
      sum += one;
    return sum;
  }
};

RunState::Left RunState::LeftOf(const TableState& table, double at) const {
  Left left;
  if (table.abandoned) return left;
  double pace = PaceOf(table);
  for (const TableState::Running& one : table.now) {
    double expected = table.Expected(1, double(one.cells)) * pace;
    // One that takes longer than expected goes on for a part of what it has taken.
    double spent = at - one.since;
    left.running.push_back(std::max(expected - spent, 0.1 * std::max(expected, spent)));
  }
  double cells = double(std::max<int64_t>(0, table.total - table.finished() - table.running));
  if (cells <= 0) return left;
  double size = std::max(1.0, double(table.total) / double(std::max<int64_t>(1, table.planned.batches)));
  left.batches = std::max<int64_t>(1, std::llround(std::ceil(cells / size - 0.1)));
  left.seconds_a_batch =
      table.Expected(double(left.batches), cells) * pace * FillShare(table) / double(left.batches);
  return left;
}

std::optional<double> RunState::SecondsLeft(const TableState& table, double at) const {
  if (table.finished() >= table.total || table.abandoned) return 0.0;
  if (!Known()) return std::nullopt;
  return LeftOf(table, at).sum();
}

// The rest of the run, played through.
// NOLINTNEXTLINE(readability-function-size)
std::optional<double> RunState::Eta(double at) const {
  if (!Known()) return std::nullopt;
  size_t n = tables_.size();
  std::vector<Left> left(n);
  std::vector<double> path(n, 0), behind(n, 0);
  std::vector<int64_t> open(n);  // batches that are not finished
  for (size_t i = 0; i < n; ++i) {
    left[i] = LeftOf(tables_[i], at);
    open[i] = left[i].batches + int64_t(left[i].running.size());
  }
  for (size_t i = n; i-- > 0;) {  // inputs come first, so what reads a table is known before it
    path[i] = left[i].sum() + behind[i];
    for (const std::string& input : tables_[i].planned.inputs)
      if (auto found = index_.find(input); found != index_.end())
        behind[found->second] = std::max(behind[found->second], path[i]);
  }
  std::vector<std::pair<double, size_t>> running;  // until when, of which table
  for (size_t i = 0; i < n; ++i)
    for (double seconds : left[i].running)
      running.emplace_back(seconds, i);
  auto ready = [&](size_t i) {
    if (left[i].batches == 0) return false;
    return std::all_of(tables_[i].planned.inputs.begin(), tables_[i].planned.inputs.end(),
                       [&](const std::string& input) {
                         auto found = index_.find(input);
                         return found == index_.end() || open[found->second] == 0;
                       });
  };
  double now = 0;
  for (;;) {
    while (running.size() < size_t(std::max<int64_t>(1, workers_))) {
      size_t best = n;
      for (size_t i = 0; i < n; ++i)
        if (ready(i) && (best == n || path[i] > path[best])) best = i;
      if (best == n) break;
      --left[best].batches;
      path[best] -= left[best].seconds_a_batch;
      running.emplace_back(now + left[best].seconds_a_batch, best);
    }
    if (running.empty()) return now;
    auto next = std::min_element(running.begin(), running.end());
    now = next->first;
    --open[next->second];
    running.erase(next);
  }
}

void RunState::Apply(const RunEvent& event) {
  struct Applier {
    RunState& state;

    void operator()(const RunStarted& e) {
      state.run_ = e.run;
      state.workers_ = e.workers;
      for (const PlannedTable& planned : e.tables) {
        TableState& table = state.At(planned.table);
        table.total = planned.cells;
        table.planned = planned;
      }
    }
    void operator()(const BatchStarted& e) {
      TableState& table = state.At(e.table);
      table.running += e.cells;
      table.now.push_back({e.cells, e.seconds, e.first_date, e.last_date});
    }
    void operator()(const CellsFilled& e) {
      TableState& table = state.At(e.table);
      table.done += e.cells;
      table.busy += e.batch_seconds;
      table.busy_before += table.Expected(1, double(e.cells));
      table.rows += e.rows;
      NoMoreRunning(table, e.cells, e.first_date, e.last_date);
    }
    void operator()(const CellsUnchanged& e) { state.At(e.table).kept += e.cells; }
    void operator()(const CellFailed& e) {
      TableState& table = state.At(e.table);
      ++table.failed;
      NoMoreRunning(table, 1, e.date, e.date);
    }
    void operator()(const CellsBlocked& e) { state.At(e.table).blocked += e.cells; }
    void operator()(const BatchRetry&) {}
    void operator()(const BatchHalved&) {}
    void operator()(const TableAbandoned& e) { state.At(e.table).abandoned = true; }
    // The batch of these dates, or a part of one that is filled in halves.
    static void NoMoreRunning(TableState& table, int64_t cells, Date first, Date last) {
      table.running = std::clamp<int64_t>(table.running - cells, 0, table.total - table.finished());
      auto whole = std::find_if(table.now.begin(), table.now.end(), [&](const TableState::Running& one) {
        return one.first_date <= first && last <= one.last_date;
      });
      if (whole == table.now.end()) return;
      whole->cells -= cells;
      if (whole->cells <= 0) table.now.erase(whole);
    }
  };
  seconds_ = std::visit([](const auto& e) { return e.seconds; }, event);
  std::visit(Applier{*this}, event);
}

}  // namespace backcourt
