// The ledger's own tables, schema `backcourt` of the warehouse's file: their
// format and how one of an older format is brought up. docs/ledger-format.md
// describes every column. Nothing outside of src/ledger writes them.
#pragma once

#include <string>

#include "adbc/adbc.h"

namespace backcourt::ledger {

// The format that this program writes.
inline constexpr int kFormat = 6;

// What to try with a warehouse that is damaged.
inline constexpr const char* kRebuildHint =
    "`backcourt doctor`; a damaged warehouse is made again from the files: move it away (and its .wal), then "
    "`backcourt backfill all`";

// The format of the file attached as `wh`; 0 when nothing is in it yet. A file
// that is not ours, is damaged or is of a newer format is kBusy; `path` names it.
Result<int64_t> ReadFormat(Connection& connection, const std::string& path);

// What has been done with the file attached as `wh`.
struct FileAge {
  int64_t newest_run = 0;
  bool filled = false;  // some model
};
Result<FileAge> ReadAge(Connection& connection);

// Brings a file of `format` (0: an empty one) up to kFormat, in one transaction: all tables are there then.
// `digests` is the id of the algorithm of its digests.
Result<> BringUp(Connection& connection, int64_t format, const std::string& digests);

// What is kept under a name of its own; "" before that.
Result<std::string> ReadNote(Connection& connection, const std::string& name);
Result<> WriteNote(Connection& connection, const std::string& name, const std::string& value);

// The rows of the models are in this engine, "duckdb" or "spark", from now on. kUsage where they are in the
// other one already; `path` names the warehouse.
Result<> ClaimEngine(Connection& connection, const std::string& engine, const std::string& path);

// The declaration of the raw tables as they were last made; "" before that.
Result<std::string> ReadRawTables(Connection& connection);
Result<> WriteRawTables(Connection& connection, const std::string& declaration);

}  // namespace backcourt::ledger
