#include "warehouse/duckdb/memory_engine.h"

#include <fmt/format.h>

#include "base/text.h"
#include "calendar/calendar.h"
#include "warehouse/cell_sql.h"
#include "warehouse/duckdb/engine.h"

namespace backcourt {

namespace {

Result<> MakeTables(Connection& connection, const Project& project, std::set<std::string> needed) {
  for (auto model = project.models.rbegin(); model != project.models.rend();
       ++model)  // readers before what they read
    if (needed.contains(model->name))
      for (const Read& read : model->reads)
        needed.insert(read.table);
  std::string sql;
  for (const RawTable& table : project.raw_tables) {
    if (!needed.contains(table.name)) continue;
    std::vector<std::string> columns;
    for (const Column& column : table.columns)
      columns.push_back(Ident(column.name) + " " + column.type);
    sql += fmt::format("CREATE TABLE main.{} ({});", Ident(table.name), Join(columns, ", "));
  }
  for (const Seed& seed : project.seeds)
    if (needed.contains(seed.name))
      sql += fmt::format("CREATE TABLE main.{} AS FROM read_csv({}, header = true, sample_size = -1);",
                         Ident(seed.name), Quote(seed.file));
  TRY(connection.Execute(sql));
  Calendar some_date = Calendar::Build({Game{"", Date{}, "1970-71", 1970, "", "", "", false, {}}});
  for (const Model& model : project.models) {
    if (!needed.contains(model.name)) continue;
    std::string inputs = InputSql(some_date, model, {0}, [](const Read& read) {
      return fmt::format("wh.main.{} WHERE false", Ident(read.table));
    });
    auto made = connection.Execute(
        fmt::format("CREATE TABLE main.{} AS {}{} LIMIT 0", Ident(model.name), inputs, SelectSql(model)));
    if (made) continue;
    made.error().message = model.file + ": " + made.error().message;
    return made;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Database>> OpenInMemory(const Project& project, const std::set<std::string>& tables) {
  auto database = TRY(OpenEngine());
  auto connection = TRY(database->Connect());
  TRY(connection->Execute(
      "SET threads = 1; SET autoinstall_known_extensions = false; ATTACH ':memory:' AS wh"));
  std::string prelude;
  for (const Function& function : project.functions)
    prelude += function.statement + ";";
  if (!prelude.empty()) TRY(connection->Execute(prelude));
  TRY(MakeTables(*TRY(ConnectInMemory(*database)), project, tables));
  return database;
}

Result<std::unique_ptr<Connection>> ConnectInMemory(Database& database) {
  auto connection = TRY(database.Connect());
  TRY(connection->Execute("SET search_path = 'wh,memory'"));
  return connection;
}

}  // namespace backcourt
