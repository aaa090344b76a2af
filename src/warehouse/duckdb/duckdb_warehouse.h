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
  // An older format of the ledger is brought up in one transaction; a newer one,
  // or a file that is not ours, is kBusy and stays untouched.
  static Result<std::unique_ptr<Warehouse>> Open(const WarehouseOptions& options);

  // A connection on which the tables and the functions of the prelude stand
  // without a prefix.
  Result<std::unique_ptr<Connection>> Connect();

 private:
  std::unique_ptr<Database> database_;
};

}  // namespace backcourt
