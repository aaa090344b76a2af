// `backfill`: what is missing or stale is filled, inputs first.
#pragma once

#include <optional>
#include <string>

#include "operations/events.h"
#include "operations/plan.h"
#include "operations/publish.h"
#include "operations/workspace.h"

namespace backcourt {

struct BackfillRequest {
  WorkSelection selection;
  bool no_load = false;
  std::optional<int> parallel;  // batches side by side; none: the number of cores
  std::string plan;             // the file of a saved plan; empty: none
  bool dry_run = false;
  bool yes = false;   // its load may take rows out of the warehouse
  bool join = false;  // take part in the same backfill that runs in this workspace, and begin none
};
void Describe(Visitor& v, BackfillRequest& r);

enum class Outcome { kDone, kFailed, kBlocked, kStopped, kInterrupted };
const char* OutcomeName(Outcome outcome);

struct BackfillReport {
  std::optional<int64_t> run;  // none when nothing had to be filled
  std::string outcome = "done";
  int64_t filled = 0, kept = 0, empty = 0, partial = 0, failed = 0, blocked = 0, not_tried = 0, rows = 0;
  double seconds = 0;
  std::string
      unfinished;  // the command of the last run, where that was to fill again what is fresh and did not end
  std::optional<PlanReport> planned;  // of a dry run, as after its load
  std::optional<LoadReport> load;     // of a dry run: what its load would do
  // Where the project says so: to the folder, and to BigQuery.
  std::optional<PublishReport> published, published_to_bigquery;
};
void Describe(Visitor& v, BackfillReport& r);

// A run that ends with failed or blocked cells is a report, not an error. Stopped:
// running batches end, no further one begins; cancelled: running ones end too. Joined:
// the events from now on, then the report; kBusy when no backfill runs, or one of other work.
Result<BackfillReport> Backfill(Workspace& workspace, const BackfillRequest& request, const Cancel& cancel,
                                const Events& events);

}  // namespace backcourt
