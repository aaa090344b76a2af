// The events of long operations, described: what `--json` prints a line each, and
// what a process that holds the warehouse sends to whoever asked.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <variant>

#include "load/loader.h"
#include "operations/describe.h"
#include "operations/json.h"
#include "operations/selection.h"
#include "run/events.h"

namespace backcourt {

// A load reads files.
struct LoadStep {
  static constexpr const char* kEvent = "reading";
  std::string what;
};
// A verification replays cells.
struct ReplayProgress {
  static constexpr const char* kEvent = "replayed";
  int64_t done = 0, total = 0;
  double seconds = 0, eta_seconds = 0;
};
// An export has written a table.
struct TableExported {
  static constexpr const char* kEvent = "written";
  std::string table;
  int64_t rows = 0;
};
// A backfill has loaded first.
struct LoadFinished {
  static constexpr const char* kEvent = "loaded";
  LoadReport report;
};
// A backfill knows its dates.
struct DatesChosen {
  static constexpr const char* kEvent = "chosen";
  DateChoice choice;
};
// Changed checks of a table fail on stored rows.
struct ChecksFailed {
  static constexpr const char* kEvent = "checks_failed";
  std::string table;
  int64_t dates = 0;
};

using Event = std::variant<LoadStep, ReplayProgress, TableExported, LoadFinished, DatesChosen, ChecksFailed,
                           RunStarted, BatchStarted, CellsFilled, CellsUnchanged, CellFailed, CellsBlocked,
                           BatchRetry, BatchHalved, TableAbandoned>;
using Events = std::function<void(const Event&)>;

// With its name under the key "event".
nlohmann::json EventToJson(const Event& event);
Result<Event> EventFromJson(const nlohmann::json& json);

struct EventSchema {
  std::string event;
  Schema schema;
};
const std::vector<EventSchema>& EventSchemas();

}  // namespace backcourt
