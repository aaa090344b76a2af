// Cells of raw tables, by the digests of the rows that they have now.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plan/cells.h"
#include "warehouse/digests.h"

namespace backcourt {

using DigestsByPartition = std::map<PartitionKey, PartitionDigest>;

DigestsByPartition ByPartition(const std::vector<PartitionDigest>& digests);

// The cells of partitions that a load changed; `ahead` digests the rows that may be read ahead of their date.
// One without rows is empty for the reason `gone`.
std::vector<Cell> RawCells(const std::vector<PartitionKey>& changed, const DigestsByPartition& now,
                           const DigestsByPartition& ahead, const std::string& gone, int64_t run);

}  // namespace backcourt
