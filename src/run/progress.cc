#include "run/progress.h"

#include <map>

namespace backcourt {

Progress::Progress(const Project& project, const Plan& plan, int64_t run, int workers,
                   std::function<void(const RunEvent&)> told)
    : run_(run), start_(SystemRunClock().Now()), told_(std::move(told)) {
  RunStarted started;
  started.workers = workers;
  std::map<std::string, size_t> index;
  for (const Batch& batch : plan.batches) {
    auto [found, added] = index.try_emplace(batch.model, started.tables.size());
    if (added) started.tables.emplace_back().table = batch.model;
    PlannedTable& table = started.tables[found->second];
    table.cells += int64_t(batch.dates.size());
    ++table.batches;
    for (int date : batch.dates) {
      auto state = plan.states.at(batch.model).find(date);
      table.may_change +=
          state != plan.states.at(batch.model).end() && state->second == CellState::kMayChange;
    }
  }
  for (PlannedTable& table : started.tables) {
    auto pace = plan.pace.find(table.table);
    if (pace == plan.pace.end()) continue;
    table.expected_seconds = pace->second.Of(double(table.batches), double(table.cells));
    table.expected_a_batch = pace->second.seconds_a_batch;
    table.from_history = pace->second.from_history;
  }
  for (PlannedTable& table : started.tables)
    for (const Read& read : project.FindModel(table.table)->reads)
      if (index.contains(read.table)) table.inputs.push_back(read.table);
  Tell(std::move(started));
}

template <typename Event>
void Progress::Tell(Event event) {
  std::lock_guard lock(mutex_);
  event.run = run_;
  event.seconds = SystemRunClock().Now() - start_;
  if constexpr (std::is_same_v<Event, CellsFilled>) {
    state_.Apply(event);
    event.eta_seconds = state_.Eta(event.seconds);
  } else {
    state_.Apply(event);
  }
  told_(event);
}

void Progress::BatchStarted(const Model& model, Date first, Date last, int cells) {
  backcourt::BatchStarted event;
  event.table = model.name;
  event.first_date = first;
  event.last_date = last;
  event.cells = cells;
  Tell(std::move(event));
}

void Progress::BatchFilled(const Model& model, const std::vector<Cell>& cells, double seconds) {
  backcourt::CellsFilled event;
  event.table = model.name;
  event.first_date = Date{cells.front().partition};
  event.last_date = Date{cells.back().partition};
  event.cells = int64_t(cells.size());
  for (const Cell& cell : cells)
    event.rows += cell.rows;
  event.batch_seconds = seconds;
  Tell(std::move(event));
}

void Progress::CellsKept(const Model& model, int cells) {
  backcourt::CellsUnchanged event;
  event.table = model.name;
  event.cells = cells;
  Tell(std::move(event));
}

void Progress::CellsFailed(const Model& model, const std::vector<Cell>& cells) {
  for (const Cell& cell : cells) {
    backcourt::CellFailed event;
    event.table = model.name;
    event.date = Date{cell.partition};
    event.error_class = cell.error_class;
    event.message = cell.reason;
    event.attempts = cell.attempts;
    Tell(std::move(event));
  }
}

void Progress::CellsBlocked(const Model& model, const std::vector<Cell>& cells) {
  backcourt::CellsBlocked event;
  event.table = model.name;
  event.cells = int64_t(cells.size());
  event.first_date = Date{cells.front().partition};
  event.reason = cells.front().reason;
  Tell(std::move(event));
}

void Progress::Retrying(const Model& model, const Error& error, int attempt, double pause) {
  backcourt::BatchRetry event;
  event.table = model.name;
  event.attempt = attempt;
  event.pause_seconds = pause;
  event.message = error.message;
  Tell(std::move(event));
}

void Progress::BatchHalved(const Model& model, Date first, Date last, int cells, const Error& error) {
  backcourt::BatchHalved event;
  event.table = model.name;
  event.cells = cells;
  event.first_date = first;
  event.last_date = last;
  event.message = error.message;
  Tell(std::move(event));
}

void Progress::ModelStopped(const Model& model, const std::string& why, int not_tried) {
  backcourt::TableAbandoned event;
  event.table = model.name;
  event.why = why;
  event.cells_not_tried = not_tried;
  Tell(std::move(event));
}

}  // namespace backcourt
