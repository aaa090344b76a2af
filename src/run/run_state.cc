#include "run/run_state.h"

#include <algorithm>

namespace backcourt {

double TableState::SecondsLeft() const {
  double pace = done > 0 ? busy / double(done) : expected;
  return pace * double(total - finished());
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
  for (const std::string& input : table.inputs)
    if (const TableState* state = Find(input); state && state->finished() < state->total)
      inputs.push_back(input);
  return inputs;
}

double RunState::Eta() const {
  double sum = 0, longest = 0;
  for (const TableState& table : tables_) {
    double left = table.SecondsLeft();
    sum += left;
    longest = std::max(longest, left);
  }
  return std::max(longest, sum / 2);
}

void RunState::Apply(const RunEvent& event) {
  struct Applier {
    RunState& state;

    void operator()(const RunStarted& e) {
      state.run_ = e.run;
      for (const PlannedTable& planned : e.tables) {
        TableState& table = state.At(planned.table);
        table.total = planned.cells;
        table.expected = planned.cells ? planned.expected_seconds / double(planned.cells) : 0;
        table.inputs = planned.inputs;
      }
    }
    void operator()(const BatchStarted& e) {
      TableState& table = state.At(e.table);
      table.running += e.cells;
      table.batches.emplace_back(e.first_date, e.last_date);
    }
    void operator()(const CellsFilled& e) {
      TableState& table = state.At(e.table);
      table.done += e.cells;
      table.running = std::max<int64_t>(0, table.running - e.cells);
      table.busy += e.batch_seconds;
      table.rows += e.rows;
      std::erase(table.batches, std::pair(e.first_date, e.last_date));
      if (table.running == 0) table.batches.clear();  // one that was halved ends in pieces
    }
    void operator()(const CellsUnchanged& e) { Finish(e.table, e.cells, &TableState::kept); }
    void operator()(const CellFailed& e) { Finish(e.table, 1, &TableState::failed); }
    void operator()(const CellsBlocked& e) { Finish(e.table, e.cells, &TableState::blocked); }
    void operator()(const BatchRetry&) {}
    void operator()(const BatchHalved&) {}
    void operator()(const TableAbandoned&) {}
    void Finish(const std::string& name, int64_t cells, int64_t TableState::*count) {
      TableState& table = state.At(name);
      table.*count += cells;
      table.running = std::min(table.running, table.total - table.finished());
      if (table.running == 0) table.batches.clear();
    }
  };
  seconds_ = std::visit([](const auto& e) { return e.seconds; }, event);
  std::visit(Applier{*this}, event);
}

}  // namespace backcourt
