// Cells: the unit of state, of dependency and of repair. A cell is a table and
// a partition: the date of a dated table (days since 1970), the start year of a
// table with one cell a season, 0 of an undated one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/digest.h"

namespace backcourt {

// Which of a table's partitions: a game date as days since 1970-01-01, a season as the year it starts in, 0
// for a table without either.
using PartitionKey = int32_t;

// Two are judged, never stored. kWaiting: a cell of a past date whose games have no result yet, empty or not
// filled. kNotDue: one behind the calendar's horizon that is not filled, or not as its inputs are now.
enum class CellState {
  kFresh,
  kEmpty,
  kPartial,
  kStale,
  kMayChange,
  kMissing,
  kBlocked,
  kFailed,
  kRunning,
  kWaiting,
  kNotDue
};

const char* CellStateName(CellState state);
CellState CellStateFromName(const std::string& name);
// Filled and true to its inputs: fresh, empty, partial or waiting.
bool Settled(CellState state);
// Due, and not settled.
bool ToBeFilled(CellState state);

struct Cell {
  PartitionKey partition = 0;
  CellState state = CellState::kMissing;
  Digest fingerprint;  // what it was made from
  Digest identity;     // the model that made it
  Digest digest;       // of its rows
  Digest ahead;        // of those of its rows that may be read ahead
  int64_t rows = 0;
  std::string reason;   // of empty, blocked and failed
  std::string note;     // what else there is to say of it
  std::string missing;  // partial: the final games without box rows, comma-joined
  std::string waived;   // inputs it was let through without, comma-joined
  std::string error_class;
  int attempts = 0;
  int64_t run = 0;      // the run that filled it
  int64_t changed = 0;  // the run in which its digest last changed
};

// The cells of one table in partition order, with sums of digests over ranges.
class CellSeries {
 public:
  const std::vector<Cell>& cells() const { return cells_; }
  const Cell* Find(PartitionKey partition) const;
  void Put(Cell cell);
  void Append(Cell cell);  // REQUIRES: its partition is behind all there are
  void Reserve(size_t cells) { cells_.reserve(cells); }
  void Erase(PartitionKey partition);

  // Sum over the cells of [first, last]. Cells without rows count nothing, so
  // that an empty cell and no cell are the same to whoever reads them.
  Digest Sum(PartitionKey first, PartitionKey last) const;
  Digest AheadSum(PartitionKey first, PartitionKey last) const;
  // What fingerprints know beside digests. Of a table whose columns (names and types) are others than when it
  // was first made, a digest of them: part of what reads it. Of a model of which what is beside its SELECT
  // (the rows that it expects, its note) is other than when it was first filled, a digest of that: part of
  // its own cells. Nothing while they are as they were first, so that a warehouse of a version that did not
  // know of them stays fresh.
  Digest schema, beside;

  // The cells of [first, last], as a half-open range of indices.
  std::pair<size_t, size_t> Range(PartitionKey first, PartitionKey last) const;

 private:
  void Refresh() const;

  std::vector<Cell> cells_;
  mutable std::vector<Digest> sums_, ahead_sums_;  // of all cells before an index
  mutable size_t valid_ = 0;                       // sums are right up to here
};

using Cells = std::map<std::string, CellSeries>;

}  // namespace backcourt
