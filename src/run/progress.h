// Watches a run: keeps its state, and hands every event on.
#pragma once

#include <functional>
#include <mutex>

#include "run/run_state.h"
#include "run/runner.h"

namespace backcourt {

class Progress : public RunObserver {
 public:
  // `told` gets the events in their order, from the run's threads, one at a time.
  Progress(const Project& project, const Plan& plan, int64_t run, int workers,
           std::function<void(const RunEvent&)> told);

  void BatchStarted(const Model& model, Date first, Date last, int cells) override;
  void BatchFilled(const Model& model, const std::vector<Cell>& cells, double seconds) override;
  void CellsKept(const Model& model, int cells) override;
  void CellsFailed(const Model& model, const std::vector<Cell>& cells) override;
  void CellsBlocked(const Model& model, const std::vector<Cell>& cells) override;
  void BatchHalved(const Model& model, Date first, Date last, int cells, const Error& error) override;
  void Retrying(const Model& model, const Error& error, int attempt, double pause) override;
  void ModelStopped(const Model& model, const std::string& why, int not_tried) override;

 private:
  template <typename Event>
  void Tell(Event event);

  int64_t run_;
  double start_;
  std::function<void(const RunEvent&)> told_;
  std::mutex mutex_;
  RunState state_;
};

}  // namespace backcourt
