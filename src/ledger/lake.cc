#include "ledger/lake.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "ledger/schema.h"

namespace backcourt::ledger {

namespace {

using nlohmann::json;

json ToJson(const Cell& cell) {
  return {{"partition", cell.partition},
          {"state", CellStateName(cell.state)},
          {"fingerprint", cell.fingerprint.Hex()},
          {"identity", cell.identity.Hex()},
          {"digest", cell.digest.Hex()},
          {"rows", cell.rows},
          {"reason", cell.reason},
          {"note", cell.note},
          {"missing", cell.missing},
          {"waived", cell.waived},
          {"error_class", cell.error_class},
          {"attempts", cell.attempts},
          {"run", cell.run},
          {"changed", cell.changed}};
}

Cell CellOf(const json& one) {
  Cell cell;
  cell.partition = one["partition"];
  cell.state = CellStateFromName(one["state"]);
  cell.fingerprint = Digest::FromHex(one["fingerprint"].get<std::string>());
  cell.identity = Digest::FromHex(one["identity"].get<std::string>());
  cell.digest = Digest::FromHex(one["digest"].get<std::string>());
  cell.rows = one["rows"];
  cell.reason = one["reason"];
  cell.note = one["note"];
  cell.missing = one["missing"];
  cell.waived = one["waived"];
  cell.error_class = one["error_class"];
  cell.attempts = one["attempts"];
  cell.run = one["run"];
  cell.changed = one["changed"];
  return cell;
}

std::string TextOf(const Intent& intent) {
  json cells = json::array();
  for (const Cell& cell : intent.cells)
    cells.push_back(ToJson(cell));
  const BatchRecord& batch = intent.batch;
  return json{{"identity", intent.identity.Hex()},
              {"anew", intent.anew},
              {"columns", intent.columns},
              {"run", intent.run},
              {"batch",
               {{"first", batch.first},
                {"last", batch.last},
                {"rows", batch.rows},
                {"seconds", batch.seconds},
                {"attempts", batch.attempts},
                {"halved", batch.halved}}},
              {"cells", std::move(cells)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

Intent IntentOf(const json& told) {
  Intent intent;
  intent.identity = Digest::FromHex(told["identity"].get<std::string>());
  intent.anew = told["anew"];
  intent.columns = told["columns"].get<NamedTexts>();
  intent.run = told["run"];
  const json& batch = told["batch"];
  intent.batch = {"",
                  batch["first"],
                  batch["last"],
                  int(told["cells"].size()),
                  batch["rows"],
                  batch["seconds"],
                  batch["attempts"],
                  batch["halved"]};
  for (const json& cell : told["cells"])
    intent.cells.push_back(CellOf(cell));
  return intent;
}

}  // namespace

Result<> MakeLakeTables(Connection& connection) {
  return connection.Execute(R"sql(
      CREATE TABLE IF NOT EXISTS wh.backcourt.lake_intents (
        mark VARCHAR, session VARCHAR, table_name VARCHAR, what VARCHAR, begun_at TIMESTAMP);
      CREATE TABLE IF NOT EXISTS wh.backcourt.lake_rows (
        table_name VARCHAR, columns VARCHAR, slot INTEGER, digest VARCHAR))sql");
}

Result<std::string> LakeId(Connection& connection) {
  std::string id = TRY(ReadNote(connection, "lake"));
  if (!id.empty()) return id;
  id = TRY(connection.Query("SELECT CAST(uuid() AS VARCHAR)")).Text(0, 0);
  TRY(WriteNote(connection, "lake", id));
  return id;
}

Result<LakeCosts> ReadLakeCosts(Connection& connection) {
  LakeCosts costs;
  json told = json::parse(TRY(ReadNote(connection, "lake_costs")), nullptr, false);
  if (told.is_object())
    costs = {told.value("statement", costs.statement), told.value("publication", costs.publication)};
  return costs;
}

Result<> WriteLakeCosts(Connection& connection, const LakeCosts& costs) {
  return WriteNote(connection, "lake_costs",
                   json{{"statement", costs.statement}, {"publication", costs.publication}}.dump());
}

Result<> WriteIntent(Connection& connection, const Intent& intent) {
  return connection.Execute(
      fmt::format("INSERT INTO backcourt.lake_intents VALUES ({}, {}, {}, {}, timezone('UTC', now()))",
                  Quote(intent.mark), Quote(intent.session), Quote(intent.table), Quote(TextOf(intent))));
}

Result<> RemoveIntent(Connection& connection, const std::string& mark) {
  return connection.Execute("DELETE FROM backcourt.lake_intents WHERE mark = " + Quote(mark));
}

Result<std::vector<Intent>> ReadIntents(Connection& connection) {
  Rows rows = TRY(connection.Query(
      "SELECT mark, session, table_name, what FROM backcourt.lake_intents ORDER BY begun_at, mark"));
  std::vector<Intent> intents;
  for (size_t i = 0; i < rows.size(); ++i) {
    json told = json::parse(rows.Text(i, 3), nullptr, false);
    if (told.is_discarded())
      return Error{ErrorKind::kBusy, "a row of backcourt.lake_intents is damaged: " + rows.Text(i, 0), ""};
    intents.push_back(IntentOf(told));
    intents.back().mark = rows.Text(i, 0);
    intents.back().session = rows.Text(i, 1);
    intents.back().table = intents.back().batch.model = rows.Text(i, 2);
  }
  return intents;
}

Result<std::map<std::string, LakeTable>> ReadLakeTables(Connection& connection) {
  Rows rows = TRY(connection.Query("SELECT table_name, columns, slot, digest FROM backcourt.lake_rows"));
  std::map<std::string, LakeTable> tables;
  for (size_t i = 0; i < rows.size(); ++i) {
    LakeTable& table = tables[rows.Text(i, 0)];
    table.columns = rows.Text(i, 1);
    if (!rows.Null(i, 2)) table.digests[PartitionKey(rows.Int(i, 2))] = rows.Text(i, 3);
  }
  return tables;
}

Result<> WriteLakeTable(Connection& connection, const std::string& name, const LakeTable& table, bool whole) {
  // A row without a slot: the table is there, also where it has no rows.
  std::string slots = "NULL", values = fmt::format("({}, {}, NULL, '')", Quote(name), Quote(table.columns));
  for (const auto& [partition, digest] : table.digests) {
    slots += fmt::format(", {}", partition);
    values += fmt::format(", ({}, {}, {}, {})", Quote(name), Quote(table.columns), partition, Quote(digest));
  }
  return connection.Execute(fmt::format(R"sql(
      DELETE FROM backcourt.lake_rows WHERE table_name = {name} AND ({whole} OR slot IS NULL OR slot IN ({slots}));
      INSERT INTO backcourt.lake_rows VALUES {values})sql",
                                        fmt::arg("name", Quote(name)), fmt::arg("whole", whole),
                                        fmt::arg("slots", slots), fmt::arg("values", values)));
}

}  // namespace backcourt::ledger
