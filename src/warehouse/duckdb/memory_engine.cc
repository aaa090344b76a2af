#include "warehouse/duckdb/memory_engine.h"

#include <fmt/format.h>

#include "base/text.h"
#include "calendar/calendar.h"
#include "warehouse/body_check.h"
#include "warehouse/cell_sql.h"
#include "warehouse/duckdb/engine.h"

namespace backcourt {

namespace {

FileProblem ProblemOfFile(const std::string& file, int line, const std::string& what, const Error& error) {
  return {file, line, 1, what + WithoutPlace(error.message), error.hint};
}

Result<> MakeTables(Connection& connection, const Project& project, MemoryEngine& engine) {
  auto make = [&](const std::string& name, const std::string& file, const std::string& sql) -> Result<> {
    auto made = connection.Execute(sql);
    if (!made && made.error().kind == ErrorKind::kInterrupted) return made.error();
    if (made)
      engine.tables.insert(name);
    else
      engine.problems.push_back(ProblemOfFile(file, 1, "", made.error()));
    return {};
  };
  for (const RawTable& table : project.raw_tables) {
    std::vector<std::string> columns;
    for (const Column& column : table.columns)
      columns.push_back(Ident(column.name) + " " + column.type);
    TRY(make(table.name, table.file,
             fmt::format("CREATE TABLE main.{} ({})", Ident(table.name), Join(columns, ", "))));
  }
  for (const Seed& seed : project.seeds)
    TRY(make(seed.name, seed.file,
             fmt::format("CREATE TABLE main.{} AS FROM read_csv({}, header = true, sample_size = -1)",
                         Ident(seed.name), Quote(seed.file))));
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

Result<MemoryEngine> OpenInMemory(const Project& project) {
  MemoryEngine engine;
  engine.database = TRY(OpenEngine());
  auto connection = TRY(engine.database->Connect());
  TRY(connection->Execute(
      "SET threads = 1; SET autoinstall_known_extensions = false; ATTACH ':memory:' AS wh"));
  for (const Function& function : project.functions)
    if (auto made = connection->Execute(function.statement); !made) {
      if (made.error().kind == ErrorKind::kInterrupted) return made.error();
      engine.functions.insert(function.name);
      engine.problems.push_back(
          ProblemOfFile(function.file, function.line, function.name + "(): ", made.error()));
    }
  TRY(MakeTables(*TRY(ConnectInMemory(*engine.database)), project, engine));
  return engine;
}

Result<std::unique_ptr<Connection>> ConnectInMemory(Database& database) {
  auto connection = TRY(database.Connect());
  TRY(connection->Execute("SET search_path = 'wh,memory'"));
  return connection;
}

}  // namespace backcourt
