// What the ledger holds of tables whose rows are elsewhere, in a lake without transactions: what is about to
// be written there, and which raw rows it has. A warehouse whose rows are in its own file has none of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "base/digest.h"
#include "ledger/runs.h"
#include "plan/cells.h"
#include "project/model.h"

namespace backcourt::ledger {

// Makes the tables of it, where they are not there.
Result<> MakeLakeTables(Connection& connection);

// The id by which a lake's database knows the ledger: made at the first call.
Result<std::string> LakeId(Connection& connection);

// What a statement and a publication take there beside their work, in seconds: means in which the last ones
// weigh most.
struct LakeCosts {
  double statement = 0.05, publication = 2;  // where nothing was measured
};
Result<LakeCosts> ReadLakeCosts(Connection& connection);
Result<> WriteLakeCosts(Connection& connection, const LakeCosts& costs);

// Rows of a model that are about to take the place of those of some dates. It is open until the ledger says
// what came of it.
struct Intent {
  std::string mark;     // carried by the commit in the lake
  std::string session;  // of the engine, that writes it
  std::string table;
  Digest identity;     // of the model
  bool anew = false;   // the table is made anew
  NamedTexts columns;  // of the rows
  int64_t run = 0;
  BatchRecord batch;
  std::vector<Cell> cells;
};
Result<> WriteIntent(Connection& connection, const Intent& intent);
Result<> RemoveIntent(Connection& connection, const std::string& mark);
// Those that are open.
Result<std::vector<Intent>> ReadIntents(Connection& connection);

// The rows of a raw table or seed that the lake has: by partition their digest as the ledger knows it.
struct LakeTable {
  std::string columns;  // names and types
  std::map<PartitionKey, std::string> digests;
};
Result<std::map<std::string, LakeTable>> ReadLakeTables(Connection& connection);
// The lake has these partitions of a table as they are told; `whole`: and no others.
Result<> WriteLakeTable(Connection& connection, const std::string& name, const LakeTable& table, bool whole);

}  // namespace backcourt::ledger
