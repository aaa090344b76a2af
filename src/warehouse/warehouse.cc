#include "warehouse/warehouse.h"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/program.h"
#include "base/text.h"
#include "warehouse/profile.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

Result<> CheckMagic(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  char head[12] = {};
  if (!in.read(head, sizeof head) || std::memcmp(head + 8, "DUCK", 4) != 0)
    return Error{ErrorKind::kBusy, fmt::format("{} is not a warehouse; it stays untouched", path),
                 "another `path` under [warehouse] of backcourt.toml, or move the file away"};
  return {};
}

Error OpenError(const std::string& path, Error error) {
  if (error.kind != ErrorKind::kBusy) {
    error.kind = ErrorKind::kBusy;
    error.message = fmt::format("the warehouse {} does not open: {}", path, error.message);
    if (error.hint.empty()) error.hint = "`backcourt doctor`; a damaged file is rebuilt by moving it away and running `backcourt backfill all`";
    return error;
  }
  // DuckDB: Could not set lock on file "...": Conflicting lock is held in PROGRAM (PID N) ...
  size_t held = error.message.find("held in ");
  std::string holder = held == std::string::npos ? "another process" : error.message.substr(held + 8);
  holder = holder.substr(0, holder.find(')') == std::string::npos ? holder.size() : holder.find(')') + 1);
  return Error{ErrorKind::kBusy, fmt::format("the warehouse {} is open in {}", path, holder),
               "close it there (a DuckDB shell, a notebook), then run again; `backcourt query` reads without keeping it open"};
}

Result<> CheckFormat(Connection& connection, const std::string& path) {
  Rows tables = TRY(connection.Query(
      "SELECT count(*) FILTER (WHERE schema_name = 'backcourt' AND table_name = 'meta'), count(*) "
      "FROM duckdb_tables() WHERE database_name = 'wh'"));
  bool ours = tables.Int(0, 0) > 0, empty = tables.Int(0, 1) == 0;
  if (empty) return {};
  if (!ours)
    return Error{ErrorKind::kBusy, fmt::format("{} is a DuckDB file, but not a warehouse of Backcourt; it stays untouched", path),
                 "another `path` under [warehouse] of backcourt.toml"};
  Rows format = TRY(connection.Query("SELECT CAST(value AS BIGINT) FROM wh.backcourt.meta WHERE name = 'format'"));
  if (format.size() == 1 && format.Int(0, 0) > Warehouse::kFormat)
    return Error{ErrorKind::kBusy,
                 fmt::format("{} was made by a newer version (format {}, this program knows {}); it stays untouched", path, format.Int(0, 0), Warehouse::kFormat),
                 "the newer version of backcourt"};
  return {};
}

}  // namespace

std::string Warehouse::LibraryFolder() {
  fs::path self = ProgramFolder();
  for (fs::path folder : {self / "lib", self / ".." / "lib", self / ".." / "lib" / "backcourt"})
    if (fs::exists(folder / "libduckdb.so")) return folder.lexically_normal().string();
  return (self / "lib").string();
}

Result<std::unique_ptr<Warehouse>> Warehouse::Open(const WarehouseOptions& options) {
  std::error_code ignored;
  bool exists = fs::exists(options.path, ignored) && fs::file_size(options.path, ignored) > 0;
  if (exists) TRY(CheckMagic(options.path));
  auto warehouse = std::make_unique<Warehouse>();
  warehouse->database_ = TRY(Database::Open(LibraryFolder() + "/libduckdb.so", "duckdb_adbc_init"));
  auto connection = TRY(warehouse->database_->Connect());
  TRY(connection->Execute(fmt::format(
      "SET threads = {}; SET memory_limit = {}; SET autoinstall_known_extensions = false; SET autoload_known_extensions = false; "
      "SET allocator_background_threads = false",
      options.threads, Quote(options.memory_limit))));
  auto attach = [&](const char* how) -> Result<> {
    auto attached = connection->Execute(fmt::format("ATTACH {} AS wh ({})", Quote(options.path), how));
    if (!attached) return OpenError(options.path, attached.error());
    return {};
  };
  if (exists) {  // looked at first without the right to write
    TRY(attach("READ_ONLY"));
    TRY(CheckFormat(*connection, options.path));
    TRY(connection->Execute("DETACH wh"));
  } else {
    fs::create_directories(fs::path(options.path).parent_path(), ignored);
  }
  TRY(attach("ROW_GROUP_SIZE 32768"));
  if (!exists) {
    TRY(connection->Execute(fmt::format(
        "BEGIN; CREATE SCHEMA IF NOT EXISTS wh.backcourt; "
        "CREATE TABLE IF NOT EXISTS wh.backcourt.meta (name VARCHAR, value VARCHAR); "
        "INSERT INTO wh.backcourt.meta VALUES ('format', '{}'), ('digest', {}); COMMIT",
        kFormat, Quote(kDigestAlgorithm))));
  }
  warehouse->prelude_ = "USE wh;";
  for (const std::string& function : options.functions)
    warehouse->prelude_ += ReplaceAll(function, "CREATE MACRO", "CREATE OR REPLACE TEMP MACRO") + ";";
  return warehouse;
}

Result<std::unique_ptr<Connection>> Warehouse::Connect() {
  auto connection = TRY(database_->Connect());
  TRY(connection->Execute(prelude_));
  return connection;
}

}  // namespace backcourt
