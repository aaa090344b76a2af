// What a run is doing, for people and for scripts: a line a table with done and
// total dates, rows, rate and time to go; events as JSON lines.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "run/runner.h"

namespace backcourt {

class Progress : public RunObserver {
 public:
  enum class Style { kTerminal, kPlain, kJson, kQuiet };
  // `write` gets whole lines, and is called from the run's threads.
  Progress(const Project& project, const Plan& plan, int64_t run, Style style,
           std::function<void(const std::string&)> write);

  void BatchStarted(const Batch& batch, int cells) override;
  void BatchFilled(const Model& model, const std::vector<Cell>& cells, double seconds) override;
  void CellsKept(const Model& model, int cells) override;
  void CellsFailed(const Model& model, const std::vector<Cell>& cells) override;
  void CellsBlocked(const Model& model, const std::vector<Cell>& cells) override;
  void Retrying(const Model& model, const Error& error, int attempt, double pause) override;
  void ModelStopped(const Model& model, const std::string& why, int not_tried) override;
  void Finish();  // the last state stays on the screen

  // The state now, for other shells.
  nlohmann::json Now() const;
  std::string NowText() const;

 private:
  struct Line {
    int total = 0, done = 0, kept = 0, failed = 0, blocked = 0, running = 0;
    int64_t rows = 0;
    double busy = 0;                  // seconds spent in its batches
    double expected = 0;              // seconds a date, from history
    std::vector<std::string> inputs;  // tables of this run that it reads

    int finished() const { return done + kept + failed + blocked; }
  };

  void Event(const char* event, const Model& model, nlohmann::json more);
  void Changed(const std::string& model);
  std::string LineText(const std::string& model, const Line& line) const;
  double SecondsLeft(const Line& line) const;
  // What a table that is not running waits for: its inputs that are not finished.
  std::vector<std::string> WaitsFor(const Line& line) const;
  double EtaLocked() const;
  void Redraw(bool last);

  int64_t run_;
  Style style_;
  std::function<void(const std::string&)> write_;
  double start_;
  double drawn_at_ = 0;
  int drawn_lines_ = 0;
  std::vector<std::string> order_;
  std::map<std::string, Line> lines_;
  mutable std::mutex mutex_;
};

}  // namespace backcourt
