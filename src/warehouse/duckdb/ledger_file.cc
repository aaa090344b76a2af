#include "warehouse/duckdb/ledger_file.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/text.h"
#include "ledger/copy.h"
#include "warehouse/duckdb/duckdb_warehouse.h"

namespace backcourt {

Result<> WriteLedgerFile(Connection& connection, const std::string& path, const std::set<std::string>& models,
                         const std::set<std::string>& whole) {
  const std::string name = "ledger_file";
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  for (const char* of_one_that_died : {"", ".wal"})
    std::filesystem::remove(path + of_one_that_died, ignored);
  if (auto attached = connection.Execute(fmt::format("ATTACH {} AS {} ({})", Quote(path), name, kToWrite));
      !attached)
    return Error{ErrorKind::kUsage, fmt::format("{} cannot be written: {}", path, attached.error().message),
                 "another file, in a folder that can be written to"};
  auto copied = ledger::CopyLedger(connection, name, models, whole);
  auto detached = connection.ExecuteAlone("DETACH " + name);
  return copied ? detached : copied;
}

}  // namespace backcourt
