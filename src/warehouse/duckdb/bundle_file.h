// A file with a cell and all that made it: its inputs cut to their windows, the SQL, the functions, its rows.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adbc/transaction.h"
#include "project/project.h"
#include "warehouse/digests.h"

namespace backcourt {

struct BundleContents {
  std::map<std::string, std::string> facts;   // what a person wants to know of it, by name
  std::map<std::string, std::string> inputs;  // SELECTs of the rows that it reads, by table
  std::vector<Function> functions;
  std::string sql;                   // reads wh.inputs.TABLE
  std::string rows;                  // a SELECT of the cell's rows
  std::string partition;             // a row's partition, as SQL
  std::vector<std::string> columns;  // of its digest
};

// Writes it, in place of a file of that name, as `open` sees the warehouse, a transaction of the connection
// that has written nothing; it ends with that. On an error nothing is at the path that was not there. Returns
// the rows of each input, and (by "") of the cell.
Result<std::map<std::string, int64_t>> WriteBundle(Connection& connection, Transaction& open,
                                                   const std::string& path, const BundleContents& contents);

struct BundleResult {
  std::map<std::string, std::string> facts;
  PartitionDigest stored, replayed;
  std::vector<std::string> differing;  // columns
  std::string engine;                  // that made it again
};
// Runs the SQL over the inputs of the file in an engine of its own.
Result<BundleResult> ReplayBundleFile(const std::string& path);

}  // namespace backcourt
