// The warehouse in DuckDB: one file, attached to an embedded engine. Whoever
// opens it has it alone (see serve/warehouse_lock.h); within the process any
// number of connections.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "project/project.h"
#include "warehouse/warehouse.h"

namespace backcourt {

// How a warehouse's file is attached to be written.
// Rows of a group are compressed by the worker that brings them, those of less than one when the file closes.
inline constexpr const char* kToWrite = "ROW_GROUP_SIZE 16384, STORAGE_VERSION 'v1.2.0'";

struct WarehouseOptions {
  std::string path;  // the file; made when there is none
  int threads = 2;
  std::string memory_limit = "640MB";
  std::vector<Function> functions;  // of the prelude
  bool history = true;              // what is replaced is kept
  bool in_memory = false;           // nothing is written, and there is no file
  std::string fill_memory;          // the limit while workers run side by side; empty: memory_limit
};

// An older format of the ledger is brought up in one transaction; a newer one,
// or a file that is not ours, is kBusy and stays untouched.
Result<std::unique_ptr<Warehouse>> OpenDuckDb(const WarehouseOptions& options);

}  // namespace backcourt
