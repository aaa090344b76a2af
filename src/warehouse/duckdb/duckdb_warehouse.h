// The warehouse: one file, attached to an embedded engine. Whoever opens it has
// it alone (see run/holder.h); within the process any number of connections.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adbc/adbc.h"

namespace backcourt {

struct WarehouseOptions {
  std::string path;  // the file; made when there is none
  int threads = 2;
  std::string memory_limit = "640MB";
  std::vector<std::string> functions;  // CREATE MACRO statements of the prelude
};

class Warehouse {
 public:
  // The format of the ledger. An older one is brought up in one transaction; a
  // newer one, or a file that is not ours, is kBusy and stays untouched.
  static constexpr int kFormat = 2;

  static Result<std::unique_ptr<Warehouse>> Open(const WarehouseOptions& options);

  // Loads the engine, so that a later Open finds it there. Of any thread.
  static void Preload();

  // A connection on which the tables and the functions of the prelude stand
  // without a prefix.
  Result<std::unique_ptr<Connection>> Connect();

  // The folder of the engine's library and extensions, beside the program.
  static std::string LibraryFolder();

 private:
  std::unique_ptr<Database> database_;
};

}  // namespace backcourt
