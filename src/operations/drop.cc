#include "operations/drop.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ledger/cells.h"
#include "ledger/models.h"
#include "load/loader.h"
#include "operations/describe.h"

namespace backcourt {

void Describe(Visitor& v, RemovedTable& t) {
  v.Struct("RemovedTable", "A table that is stored, and that no file of the project makes any more.");
  v.Field("table", t.table, "its name");
  v.Field("rows", t.rows, "its rows");
  v.Field("cells", t.cells, "its cells");
}

void Describe(Visitor& v, DropRequest& r) {
  v.Struct("DropRequest", "Which table to drop.");
  v.Field("table", r.table, "A table whose model is not in the project any more.",
          {.metavar = "TABLE", .positional = true, .required = true});
  v.Field("yes", r.yes, "Do not ask.");
}

Result<std::vector<RemovedTable>> FindRemovedTables(Connection& ledger, const Project& project) {
  std::vector<RemovedTable> removed;
  std::vector<std::string> names = project.AllTables();
  for (const auto& [name, known] : TRY(ledger::ReadModels(ledger)))
    if (std::find(names.begin(), names.end(), name) == names.end() && !project.FindLeftOut(name))
      removed.push_back({name, 0, 0});
  if (removed.empty()) return removed;
  Cells cells = TRY(ledger::ReadCells(ledger, project));
  for (RemovedTable& table : removed)
    for (const Cell& cell : cells[table.table].cells())
      table.rows += cell.rows, ++table.cells;
  return removed;
}

Result<RemovedTable> Drop(Workspace& workspace, const DropRequest& request, const Cancel&) {
  const Project& project = workspace.project();
  std::vector<std::string> names = project.AllTables();
  if (std::find(names.begin(), names.end(), request.table) != names.end() ||
      project.FindLeftOut(request.table))
    return Error{ErrorKind::kUsage,
                 fmt::format("{} is a table of the project: a file makes it", request.table),
                 "take its file out of the project first"};
  Warehouse& warehouse = *TRY(workspace.Open());
  auto connection = TRY(warehouse.Connect());
  std::vector<RemovedTable> removed = TRY(FindRemovedTables(*connection, project));
  names.clear();
  for (const RemovedTable& table : removed)
    names.push_back(table.table);
  auto table = std::find_if(removed.begin(), removed.end(),
                            [&](const RemovedTable& one) { return one.table == request.table; });
  if (table == removed.end())
    return Error{
        ErrorKind::kUsage, fmt::format("'{}' is not a table of the warehouse", request.table),
        names.empty() ? "`backcourt status`: every table has its model" : "one of " + Join(names, ", "),
        true};
  if (!request.yes)
    return Error{ErrorKind::kUsage,
                 fmt::format("{} has {} in {}; nothing was dropped", table->table,
                             Counted(table->rows, "row"), Counted(table->cells, "cell")),
                 kYesHint};
  TRY(warehouse.OpenOn(*connection)->Drop(table->table));
  return *table;
}

}  // namespace backcourt
