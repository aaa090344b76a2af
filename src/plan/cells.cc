#include "plan/cells.h"

#include <algorithm>

namespace backcourt {

namespace {
constexpr const char* kNames[] = {"fresh",   "empty",  "partial", "stale",   "may change", "missing",
                                  "blocked", "failed", "running", "waiting", "not due"};

bool Before(const Cell& cell, PartitionKey partition) { return cell.partition < partition; }
}  // namespace

const char* CellStateName(CellState state) { return kNames[int(state)]; }

CellState CellStateFromName(const std::string& name) {
  for (int i = 0; i < int(std::size(kNames)); ++i)
    if (name == kNames[i]) return CellState(i);
  return CellState::kMissing;
}

bool Settled(CellState state) {
  return state == CellState::kFresh || state == CellState::kEmpty || state == CellState::kPartial ||
         state == CellState::kWaiting;
}

bool ToBeFilled(CellState state) { return !Settled(state) && state != CellState::kNotDue; }

const Cell* CellSeries::Find(PartitionKey partition) const {
  auto at = std::lower_bound(cells_.begin(), cells_.end(), partition, Before);
  return at != cells_.end() && at->partition == partition ? &*at : nullptr;
}

void CellSeries::Put(Cell cell) {
  auto at = std::lower_bound(cells_.begin(), cells_.end(), cell.partition, Before);
  valid_ = std::min(valid_, size_t(at - cells_.begin()));
  if (at != cells_.end() && at->partition == cell.partition)
    *at = std::move(cell);
  else
    cells_.insert(at, std::move(cell));
}

void CellSeries::Erase(PartitionKey partition) {
  auto at = std::lower_bound(cells_.begin(), cells_.end(), partition, Before);
  if (at == cells_.end() || at->partition != partition) return;
  valid_ = std::min(valid_, size_t(at - cells_.begin()));
  cells_.erase(at);
}

void CellSeries::Append(Cell cell) { cells_.push_back(std::move(cell)); }

void CellSeries::Refresh() const {
  if (sums_.size() == cells_.size() + 1 && valid_ == cells_.size()) return;
  sums_.resize(cells_.size() + 1);
  ahead_sums_.resize(cells_.size() + 1);
  for (size_t i = valid_; i < cells_.size(); ++i) {
    const Cell& cell = cells_[i];
    Digest token, ahead;
    if (cell.rows > 0) token = Hasher().Add(int64_t(cell.partition)).Add(cell.digest).Add(cell.rows).Finish();
    if (cell.ahead != Digest{}) ahead = Hasher().Add(int64_t(cell.partition)).Add(cell.ahead).Finish();
    sums_[i + 1] = sums_[i] + token;
    ahead_sums_[i + 1] = ahead_sums_[i] + ahead;
  }
  valid_ = cells_.size();
}

std::pair<size_t, size_t> CellSeries::Range(PartitionKey first, PartitionKey last) const {
  auto begin = std::lower_bound(cells_.begin(), cells_.end(), first, Before);
  auto end = std::lower_bound(begin, cells_.end(), int64_t(last) + 1,
                              [](const Cell& c, int64_t s) { return c.partition < s; });
  return {size_t(begin - cells_.begin()), size_t(end - cells_.begin())};
}

Digest CellSeries::Sum(PartitionKey first, PartitionKey last) const {
  Refresh();
  auto [begin, end] = Range(first, last);
  return sums_[end] - sums_[begin];
}

Digest CellSeries::AheadSum(PartitionKey first, PartitionKey last) const {
  Refresh();
  auto [begin, end] = Range(first, last);
  return ahead_sums_[end] - ahead_sums_[begin];
}

}  // namespace backcourt
