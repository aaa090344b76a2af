#include "ledger/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "ledger/declarations.h"
#include "ledger/schema.h"

namespace backcourt::ledger {

namespace {

constexpr const char* kRefuted = "refuted ";  // notes: and the name of the model

}  // namespace

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

Result<std::map<std::string, RefutedText>> ReadRefuted(Connection& connection) {
  std::map<std::string, RefutedText> refuted;
  Rows rows = TRY(
      connection.Query(fmt::format("SELECT name[{}:], value FROM backcourt.meta WHERE starts_with(name, {})",
                                   strlen(kRefuted) + 1, Quote(kRefuted))));
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string& value = rows.Text(i, 1);  // identity, blank, why
    size_t blank = std::min(value.find(' '), value.size());
    refuted[rows.Text(i, 0)] = {value.substr(0, blank), value.substr(std::min(blank + 1, value.size()))};
  }
  return refuted;
}

Result<> WriteRefuted(Connection& connection, const Model& model, const std::string& why) {
  return WriteNote(connection, kRefuted + model.name, model.identity.Hex() + " " + why);
}

Result<> ForgetModel(Connection& connection, const std::string& name) {
  return connection.Execute("DELETE FROM backcourt.models WHERE model = " + Quote(name));
}

Result<> ForgetTable(Connection& connection, const std::string& name) {
  TRY(connection.Execute("DELETE FROM backcourt.meta WHERE name = " + Quote(kRefuted + name)));
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
