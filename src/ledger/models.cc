#include "ledger/models.h"

#include <fmt/format.h>

#include "base/text.h"
#include "ledger/declarations.h"

namespace backcourt::ledger {

Result<std::map<std::string, KnownModel>> ReadModels(Connection& connection) {
  Rows rows =
      TRY(connection.Query("SELECT model, identity, checks, coalesce(proved, true) FROM backcourt.models"));
  std::map<std::string, KnownModel> known;
  for (size_t i = 0; i < rows.size(); ++i)
    known[rows.Text(i, 0)] = {rows.Text(i, 1), rows.Text(i, 2), rows.Int(i, 3) != 0};
  return known;
}

Result<> WriteModel(Connection& connection, const Model& model, Digest identity, const NamedTexts& columns) {
  TRY(KeepColumns(connection, model.name, columns));
  TRY(WriteDeclaration(connection, model.name, {KindOf(model), DeclarationOf(model)}));
  TRY(KeepBeside(connection, model));
  return connection.Execute(fmt::format(R"sql(
      DELETE FROM backcourt.models WHERE model = {model};
      INSERT INTO backcourt.models VALUES ({model}, '{identity}', '{checks}', false))sql",
                                        fmt::arg("model", Quote(model.name)),
                                        fmt::arg("identity", identity.Hex()),
                                        fmt::arg("checks", model.checks_identity.Hex())));
}

Result<> WriteProved(Connection& connection, const Model& model) {
  return connection.Execute(
      fmt::format("UPDATE backcourt.models SET proved = true WHERE model = {} AND identity = '{}'",
                  Quote(model.name), model.identity.Hex()));
}

Result<> ForgetModel(Connection& connection, const std::string& name) {
  return connection.Execute("DELETE FROM backcourt.models WHERE model = " + Quote(name));
}

Result<> ForgetTable(Connection& connection, const std::string& name) {
  return connection.Execute(fmt::format(R"sql(
      DELETE FROM backcourt.cells WHERE table_name = {name};
      DELETE FROM backcourt.models WHERE model = {name};
      DELETE FROM backcourt.declarations WHERE table_name = {name};
      DELETE FROM backcourt.bases WHERE name = {name} AND part <> 'first day')sql",
                                        fmt::arg("name", Quote(name))));
}

Result<> WriteChecks(Connection& connection, const Model& model) {
  return connection.Execute(fmt::format("UPDATE backcourt.models SET checks = '{}' WHERE model = {}",
                                        model.checks_identity.Hex(), Quote(model.name)));
}

}  // namespace backcourt::ledger
