// How many rows a table has of each partition, and their digest: what tells whether
// rows are what they were.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "plan/cells.h"

namespace backcourt {

struct PartitionDigest {
  PartitionKey partition = 0;
  int64_t rows = 0;
  Digest digest;  // sum over the rows: their order does not matter
};

// What to digest, as SQL.
struct DigestQuery {
  std::string relation;              // a table, what is staged, or a SELECT in parentheses
  std::string partition;             // a row's partition
  std::vector<std::string> columns;  // those that count, by name
  std::string where = "true";
};

}  // namespace backcourt
