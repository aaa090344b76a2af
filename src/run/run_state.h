// How far a run is: its tables with done and total cells, rows, rate and time to
// go. It follows from the run's events alone, so that the process that runs and
// everybody who watches it know the same.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "run/events.h"

namespace backcourt {

struct TableState {
  std::string table;
  int64_t total = 0, done = 0, kept = 0, failed = 0, blocked = 0, running = 0;  // cells
  int64_t rows = 0;
  double busy = 0;                             // seconds spent in its batches
  double expected = 0;                         // seconds a cell, from history
  std::vector<std::string> inputs;             // tables of this run that it reads
  std::vector<std::pair<Date, Date>> batches;  // first and last dates of those that run

  int64_t finished() const { return done + kept + failed + blocked; }
  double SecondsLeft() const;
};

class RunState {
 public:
  void Apply(const RunEvent& event);

  int64_t run() const { return run_; }
  double seconds() const { return seconds_; }  // of the last event, since the run's start
  const std::vector<TableState>& tables() const { return tables_; }
  const TableState* Find(const std::string& table) const;
  // What a table that is not running waits for: its inputs that are not finished.
  std::vector<std::string> WaitsFor(const TableState& table) const;
  // Seconds to the end of all: the rest over the workers, but not less than the longest table's.
  double Eta() const;

 private:
  TableState& At(const std::string& table);

  int64_t run_ = 0;
  double seconds_ = 0;
  std::vector<TableState> tables_;
  std::map<std::string, size_t> index_;
};

}  // namespace backcourt
