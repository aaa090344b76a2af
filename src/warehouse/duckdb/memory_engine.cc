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
  auto make = [&](const std::string& sql, const std::string& file) -> Result<> {
    auto made = connection.Execute(sql);
    if (!made) made.error().message = file + ": " + made.error().message;
    return made;
  };
  for (const RawTable& table : project.raw_tables) {
    if (!needed.contains(table.name)) continue;
    std::vector<std::string> columns;
    for (const Column& column : table.columns)
      columns.push_back(Ident(column.name) + " " + column.type);
    TRY(make(fmt::format("CREATE TABLE main.{} ({})", Ident(table.name), Join(columns, ", ")), table.file));
  }
  for (const Seed& seed : project.seeds)
    if (needed.contains(seed.name))
      TRY(make(fmt::format("CREATE TABLE main.{} AS FROM read_csv({}, header = true, sample_size = -1)",
                           Ident(seed.name), Quote(seed.file)),
               seed.file));
  for (const Model& model : project.models) {
    if (!needed.contains(model.name)) continue;
    auto made = MakeEmptyTable(connection, model);
    if (made) continue;
    made.error().message = model.file + ": " + made.error().message;
    return made;
  }
  return {};
}

}  // namespace

std::string EmptyInputs(const Model& model) {
  static const Calendar kSomeDate =
      Calendar::Build({Game{"", Date{}, "1970-71", 1970, "", "", "", false, {}}});
  return InputSql(kSomeDate, model, {0},
                  [](const Read& read) { return fmt::format("wh.main.{} WHERE false", Ident(read.table)); });
}

Result<> MakeEmptyTable(Connection& connection, const Model& model) {
  return connection.Execute(fmt::format("CREATE TABLE main.{} AS {}{} LIMIT 0", Ident(model.name),
                                        EmptyInputs(model), SelectSql(model)));
}

Result<std::unique_ptr<Database>> OpenInMemory(const Project& project, const std::set<std::string>& tables) {
  auto database = TRY(OpenEngine());
  auto connection = TRY(database->Connect());
  TRY(connection->Execute(
      "SET threads = 1; SET autoinstall_known_extensions = false; ATTACH ':memory:' AS wh"));
  for (const Function& function : project.functions)
    if (auto made = connection->Execute(function.statement); !made) {
      made.error().message = fmt::format("{}: {}(): {}", function.file, function.name, made.error().message);
      return made.error();
    }
  TRY(MakeTables(*TRY(ConnectInMemory(*database)), project, tables));
  return database;
}

Result<std::unique_ptr<Connection>> ConnectInMemory(Database& database) {
  auto connection = TRY(database.Connect());
  TRY(connection->Execute("SET search_path = 'wh,memory'"));
  return connection;
}

}  // namespace backcourt
