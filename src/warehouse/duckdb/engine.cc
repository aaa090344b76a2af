#include "warehouse/duckdb/engine.h"

#include <filesystem>

#include "base/program.h"
#include "warehouse/duckdb/profile.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

std::string Library() { return LibraryFolder() + "/libduckdb.so"; }

}  // namespace

std::string LibraryFolder() {
  fs::path self = ProgramFolder();
  for (fs::path folder : {self / "lib", self / ".." / "lib", self / ".." / "lib" / "backcourt"})
    if (fs::exists(folder / "libduckdb.so")) return folder.lexically_normal().string();
  return (self / "lib").string();
}

void PreloadEngine() { Database::Preload(Library()); }

Result<std::unique_ptr<Database>> OpenEngine() {
  return Database::Open({Library(), "duckdb_adbc_init", {{"path", ":memory:"}}, ClassifyError});
}

}  // namespace backcourt
