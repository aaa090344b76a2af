#include "operations/workspace.h"

#include <fmt/format.h>

#include "ledger/cells.h"
#include "ledger/schema.h"
#include "plan/planner.h"
#include "warehouse/calendar_reader.h"
#include "warehouse/duckdb/duckdb_warehouse.h"

namespace backcourt {

Result<Warehouse*> Workspace::Open() {
  std::lock_guard lock(mutex_);
  if (warehouse_) return warehouse_.get();
  WarehouseOptions options{project_.warehouse, project_.threads, project_.memory_limit, {}};
  for (const Function& function : project_.functions)
    options.functions.push_back(function.statement);
  warehouse_ = TRY(OpenDuckDb(options));
  return warehouse_.get();
}

Result<Moment> Workspace::Look(bool stay) {
  Moment moment;
  Warehouse& warehouse = *TRY(Open());
  moment.connection = TRY(warehouse.Connect());
  moment.bench = warehouse.OpenOn(*moment.connection);
  moment.costs = warehouse.costs();
  moment.open = TRY(Transaction::Begin(*moment.connection));  // cells and calendar of one moment
  if (TRY(ledger::HasTables(*moment.connection))) {
    moment.cells = TRY(ledger::ReadCells(*moment.connection, project_));
    moment.calendar = TRY(ReadCalendar(*moment.connection, project_));
    moment.retired = TakeRetired(project_, moment.calendar, moment.cells);
  }
  if (!stay) moment.open.reset();
  return moment;
}

Watch CancelWhen(Connection& connection, const Cancel& cancel) {
  return Watch(std::chrono::milliseconds(20), [&connection, &cancel] {
    if (cancel.Requested()) connection.Cancel();
  });
}

std::string LogPath(const Project& project, int process) {
  return fmt::format("{}.{}.log", project.warehouse, process);
}

}  // namespace backcourt
