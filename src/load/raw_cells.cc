#include "load/raw_cells.h"

namespace backcourt {

DigestsByPartition ByPartition(const std::vector<PartitionDigest>& digests) {
  DigestsByPartition by_partition;
  for (const PartitionDigest& one : digests)
    by_partition[one.partition] = one;
  return by_partition;
}

std::vector<Cell> RawCells(const std::vector<PartitionKey>& changed, const DigestsByPartition& now,
                           const DigestsByPartition& ahead, const std::string& gone, int64_t run) {
  std::vector<Cell> cells;
  for (PartitionKey partition : changed) {
    Cell cell;
    cell.partition = partition;
    if (auto it = now.find(partition); it != now.end())
      cell.rows = it->second.rows, cell.digest = it->second.digest;
    if (auto it = ahead.find(partition); it != ahead.end()) cell.ahead = it->second.digest;
    cell.state = cell.rows ? CellState::kFresh : CellState::kEmpty;
    cell.reason = cell.rows ? "" : gone;
    cell.run = cell.changed = run;
    cells.push_back(std::move(cell));
  }
  return cells;
}

}  // namespace backcourt
