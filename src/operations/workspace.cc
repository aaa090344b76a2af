#include "operations/workspace.h"

#include <fmt/format.h>

#include "ledger/ledger.h"
#include "plan/planner.h"

namespace backcourt {

Result<Warehouse*> Workspace::Open() {
  std::lock_guard lock(mutex_);
  if (warehouse_) return warehouse_.get();
  WarehouseOptions options{project_.warehouse, project_.threads, project_.memory_limit, {}};
  for (const Function& function : project_.functions) options.functions.push_back(function.statement);
  warehouse_ = TRY(Warehouse::Open(options));
  return warehouse_.get();
}

Result<Moment> Workspace::Look(bool stay) {
  Moment moment;
  moment.connection = TRY(TRY(Open())->Connect());
  TRY(moment.connection->Execute("BEGIN"));  // cells and calendar of one moment
  Rows there = TRY(moment.connection->Query(
      "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'wh' AND schema_name = 'backcourt' AND "
      "table_name = 'cells'"));
  if (there.Int(0, 0) > 0) {
    moment.cells = TRY(Ledger::ReadCells(*moment.connection, project_));
    moment.calendar = TRY(Ledger::ReadCalendar(*moment.connection, project_));
    moment.retired = TakeRetired(project_, moment.calendar, moment.cells);
  }
  if (!stay) TRY(moment.connection->Execute("COMMIT"));
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
