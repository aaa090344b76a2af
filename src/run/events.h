// What happens while something runs, as values: a run sends them, whoever watches
// (a terminal, a script, another shell) makes of them what it shows.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/date.h"

namespace backcourt {

// A table of a run, as it begins.
struct PlannedTable {
  std::string table;
  int64_t cells = 0, batches = 0;
  int64_t may_change = 0;           // of its cells: those that are kept if their inputs come out as they were
  double expected_seconds = 0;      // of all its cells; 0 when nothing is known of it
  double expected_a_batch = 0;      // the part of it that every batch costs, whatever its cells
  bool from_history = false;        // else only how the tables' expected seconds relate means something
  std::vector<std::string> inputs;  // tables of this run that it reads
};

// Of all events: `run` is the run's number, `seconds` since its start.
struct RunStarted {
  static constexpr const char* kEvent = "started";
  int64_t run = 0;
  double seconds = 0;
  int64_t workers = 1;  // batches side by side
  std::vector<PlannedTable> tables;
};
struct BatchStarted {
  static constexpr const char* kEvent = "batch_started";
  int64_t run = 0;
  std::string table;
  double seconds = 0;
  Date first_date, last_date;
  int64_t cells = 0;
};
struct CellsFilled {
  static constexpr const char* kEvent = "filled";
  int64_t run = 0;
  std::string table;
  double seconds = 0;
  Date first_date, last_date;
  int64_t cells = 0, rows = 0;
  double batch_seconds = 0;
  std::optional<double> eta_seconds;  // none before it means something
};
struct CellsUnchanged {
  static constexpr const char* kEvent = "unchanged";
  int64_t run = 0;
  std::string table;
  double seconds = 0;
  int64_t cells = 0;
};
struct CellFailed {
  static constexpr const char* kEvent = "failed";
  int64_t run = 0;
  std::string table;
  double seconds = 0;
  Date date;
  std::string error_class, message;
  int64_t attempts = 0;
};
struct CellsBlocked {
  static constexpr const char* kEvent = "blocked";
  int64_t run = 0;
  std::string table;
  double seconds = 0;
  int64_t cells = 0;
  Date first_date;
  std::string reason;
};
struct BatchRetry {
  static constexpr const char* kEvent = "retrying";
  int64_t run = 0;
  std::string table;
  double seconds = 0;
  int64_t attempt = 0;
  double pause_seconds = 0;
  std::string message;
};
struct BatchHalved {
  static constexpr const char* kEvent = "halved";
  int64_t run = 0;
  std::string table;
  double seconds = 0;
  int64_t cells = 0;
  Date first_date, last_date;
  std::string message;
};
struct TableAbandoned {
  static constexpr const char* kEvent = "stopped";
  int64_t run = 0;
  std::string table;
  double seconds = 0;
  std::string why;
  int64_t cells_not_tried = 0;
};

using RunEvent = std::variant<RunStarted, BatchStarted, CellsFilled, CellsUnchanged, CellFailed, CellsBlocked,
                              BatchRetry, BatchHalved, TableAbandoned>;

}  // namespace backcourt
