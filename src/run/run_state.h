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
  struct Running {
    int64_t cells = 0;
    double since = 0;  // seconds of the run
    Date first_date, last_date;
  };
  std::string table;
  int64_t total = 0, done = 0, kept = 0, failed = 0, blocked = 0, running = 0;  // cells
  int64_t rows = 0;
  double busy = 0;         // seconds spent in its batches
  double busy_before = 0;  // what these were expected to take
  std::vector<Running> now;
  bool abandoned = false;  // what is left of it is not tried
  PlannedTable planned;

  int64_t finished() const { return done + kept + failed + blocked; }
  // Of batches, as it was expected at the start of the run.
  double Expected(double batches, double cells) const;
  bool expected() const { return planned.expected_seconds > 0; }
};

class RunState {
 public:
  void Apply(const RunEvent& event);

  int64_t run() const { return run_; }
  double seconds() const { return seconds_; }  // of the last event, since the run's start
  int64_t workers() const { return workers_; }
  const std::vector<TableState>& tables() const { return tables_; }
  const TableState* Find(const std::string& table) const;
  // What a table that is not running waits for: its inputs that are not finished.
  std::vector<std::string> WaitsFor(const TableState& table) const;

  // Seconds of work that a table has left, at that time of the run; none while too little is known.
  std::optional<double> SecondsLeft(const TableState& table, double at) const;
  // Seconds to the end of all, at that time of the run: what is left goes to the workers in the order of the
  // run, a table after its inputs, the longest path first. None while too little is known.
  std::optional<double> Eta(double at) const;

 private:
  struct Left;

  TableState& At(const std::string& table);
  bool Known() const;
  double PaceOf(const TableState& table) const;
  double FillShare(const TableState& table) const;
  Left LeftOf(const TableState& table, double at) const;

  int64_t run_ = 0, workers_ = 1;
  double seconds_ = 0;
  std::vector<TableState> tables_;
  std::map<std::string, size_t> index_;
};

}  // namespace backcourt
