#include "warehouse/duckdb/duckdb_warehouse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>

#include "base/file.h"
#include "base/text.h"
#include "ledger/schema.h"
#include "warehouse/duckdb/engine.h"
#include "warehouse/duckdb/profile.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

// Logs of changes that are not in the file yet, beside it.
constexpr const char* kLogs[] = {".wal", ".wal.checkpoint", ".wal.recovery"};

Result<> CheckMagic(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  char head[12] = {};
  if (!in.read(head, sizeof head) || std::memcmp(head + 8, "DUCK", 4) != 0)
    return Error{ErrorKind::kBusy, fmt::format("{} is not a warehouse; it stays untouched", path),
                 "another `path` under [warehouse] of backcourt.toml, or move the file away"};
  return {};
}

Error OpenError(const std::string& path, Error error) {
  if (error.message.find("Could not set lock") == std::string::npos) {
    error.kind = ErrorKind::kBusy;
    error.message = fmt::format("the warehouse {} does not open: {}", path, error.message);
    if (error.hint.empty()) error.hint = ledger::kRebuildHint;
    return error;
  }
  // DuckDB: Could not set lock on file "...": Conflicting lock is held in PROGRAM (PID N) ...
  size_t held = error.message.find("held in ");
  std::string holder = held == std::string::npos ? "another process" : error.message.substr(held + 8);
  holder = holder.substr(0, holder.find(')') == std::string::npos ? holder.size() : holder.find(')') + 1);
  return Error{ErrorKind::kBusy, fmt::format("the warehouse {} is open in {}", path, holder),
               "close it there (a DuckDB shell, a notebook), then run again; `backcourt query` reads without "
               "keeping it open"};
}

}  // namespace

Result<std::unique_ptr<Warehouse>> Warehouse::Open(const WarehouseOptions& options) {
  std::error_code ignored;
  bool exists = fs::exists(options.path, ignored) && fs::file_size(options.path, ignored) > 0;
  if (exists) TRY(CheckMagic(options.path));
  auto warehouse = std::make_unique<Warehouse>();
  warehouse->database_ = TRY(OpenEngine());
  auto connection = TRY(warehouse->database_->Connect());
  std::string spill = options.path + ".tmp";
  fs::remove_all(spill, ignored);  // of one that died
  TRY(connection->Execute(fmt::format(
      "SET threads = {}; SET memory_limit = {}; SET temp_directory = {}; SET autoinstall_known_extensions = "
      "false; SET autoload_known_extensions = false; "
      "SET allocator_background_threads = false; SET checkpoint_threshold = '128MB'",  // of the usual 16 MB a
                                                                                       // fill pays the same
                                                                                       // blocks several times
      options.threads, Quote(options.memory_limit), Quote(spill))));
  // Beside the opening of the file, since they stand in the engine's own memory: the file holds none of them.
  auto functions = std::async(std::launch::async, [&]() -> Result<> {
    std::string prelude;
    for (const std::string& function : options.functions)
      prelude += ReplaceAll(function, "CREATE MACRO", "CREATE OR REPLACE MACRO") + ";";
    if (prelude.empty()) return {};
    auto aside = TRY(warehouse->database_->Connect());
    return aside->Execute(prelude);
  });
  auto attach = [&](const std::string& path, const char* how) -> Result<> {
    auto attached = connection->Execute(fmt::format("ATTACH {} AS wh ({})", Quote(path), how));
    if (!attached) return OpenError(path, attached.error());
    return {};
  };
  const char* to_write = "ROW_GROUP_SIZE 32768";
  bool pending = std::any_of(std::begin(kLogs), std::end(kLogs),
                             [&](const char* log) { return fs::exists(options.path + log, ignored); });
  if (exists &&
      pending) {  // opening to write would work them into the file: looked at first without the right
    TRY(attach(options.path, "READ_ONLY"));
    TRY(ledger::ReadFormat(*connection, options.path));
    TRY(connection->Execute("DETACH wh"));
  } else if (!exists) {  // made beside, so that what is at the path is whole
    if (fs::exists(options.path + ".wal", ignored))
      return Error{ErrorKind::kBusy, fmt::format("{0}.wal is there, but {0} is not", options.path),
                   "bring the warehouse back beside it, or move it away too"};
    std::string fresh = options.path + ".new";
    fs::create_directories(fs::path(options.path).parent_path(), ignored);
    for (const char* of_one_that_died : {"", ".wal"})
      fs::remove(fresh + of_one_that_died, ignored);
    TRY(attach(fresh, to_write));
    TRY(ledger::BringUp(*connection, 0, kDigestAlgorithm));
    TRY(connection->Execute("CHECKPOINT wh; DETACH wh"));
    TRY(MoveInPlace(fresh, options.path));
  }
  TRY(attach(options.path, to_write));
  int64_t format = TRY(ledger::ReadFormat(*connection, options.path));
  if (format != ledger::kFormat) TRY(ledger::BringUp(*connection, format, kDigestAlgorithm));
  TRY(functions.get());
  return warehouse;
}

Result<std::unique_ptr<Connection>> Warehouse::Connect() {
  auto connection = TRY(database_->Connect());
  TRY(connection->Execute("SET search_path = 'wh,memory'"));
  return connection;
}

}  // namespace backcourt
