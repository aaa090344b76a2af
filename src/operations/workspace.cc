#include "operations/workspace.h"

#include <fmt/format.h>

#include <filesystem>

#include "ledger/cells.h"
#include "ledger/schema.h"
#include "plan/planner.h"
#include "proof/file_problems.h"
#include "warehouse/calendar_reader.h"
#include "warehouse/duckdb/duckdb_warehouse.h"
#include "warehouse/spark/spark_warehouse.h"

namespace backcourt {

Result<Warehouse*> Workspace::Open() {
  std::lock_guard lock(mutex_);
  if (warehouse_) return warehouse_.get();
  std::error_code gone;
  if (!project_.config_problems.empty() && !std::filesystem::exists(project_.warehouse, gone))
    return ErrorOf(project_.config_problems);  // its path may be among what is broken
  WarehouseOptions options{project_.warehouse, project_.threads, project_.EngineMemory(), {}};
  options.functions = project_.functions;
  options.history = project_.KeepsHistory();
  options.fill_memory = project_.FillMemory();
  std::error_code ignored;
  options.in_memory = !keep_ && !std::filesystem::exists(project_.warehouse, ignored);
  auto opened = TRY(project_.spark ? OpenSpark(project_, options) : OpenDuckDb(options));
  TRY(ledger::ClaimEngine(*TRY(opened->ConnectToLedger()), project_.spark ? "spark" : "duckdb",
                          project_.warehouse));
  warehouse_ = std::move(opened);
  return warehouse_.get();
}

Result<std::vector<FileProblem>> Workspace::ProblemsOfFiles() {
  std::lock_guard lock(problems_mutex_);
  if (!problems_) problems_ = TRY(FindFileProblems(project_)).problems;
  return *problems_;
}

Result<Moment> Workspace::Look(bool stay, bool ahead_all) {
  if (project_.calendar_problem) return *project_.calendar_problem;
  Warehouse& warehouse = *TRY(Open());
  auto connection = TRY(stay ? warehouse.Connect() : warehouse.ConnectToLedger());
  Transaction open = TRY(Transaction::Begin(*connection));  // cells and calendar of one moment
  Moment moment = TRY(LookOn(std::move(connection), std::move(open), ahead_all));
  if (!stay) moment.open.reset();
  return moment;
}

Result<Moment> Workspace::LookOn(std::unique_ptr<Connection> connection, Transaction open, bool ahead_all) {
  Moment moment;
  Warehouse& warehouse = *TRY(Open());
  moment.connection = std::move(connection);
  moment.bench = warehouse.OpenOn(*moment.connection);
  moment.costs = warehouse.costs();
  moment.open = std::move(open);
  // Of a first load that failed the ledger tells, but there are no raw tables.
  if (!TRY(ledger::ReadRawTables(*moment.connection)).empty()) {
    moment.cells = TRY(ledger::ReadCells(*moment.connection, project_));
    moment.calendar = TRY(ReadCalendar(*moment.connection, project_));
    if (ahead_all || project_.ahead_all) moment.calendar.MakeAllDue();
    moment.retired = TakeRetired(project_, moment.calendar, moment.cells);
  }
  return moment;
}

Watch CancelWhen(Connection& connection, const Cancel& cancel) {
  return Watch(std::chrono::milliseconds(20), [&connection, &cancel] {
    if (cancel.Requested()) connection.Cancel();
  });
}

Watch CancelWhen(Connection& connection, Workbench& bench, const Cancel& cancel) {
  return Watch(std::chrono::milliseconds(20), [&connection, &bench, &cancel] {
    if (!cancel.Requested()) return;
    connection.Cancel();
    bench.Cancel();
  });
}

}  // namespace backcourt
