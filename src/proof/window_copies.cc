#include "proof/window_copies.h"

#include <fmt/format.h>

#include "base/text.h"
#include "warehouse/cell_sql.h"

namespace backcourt {

namespace {

std::string KeyOf(const Read& read) {
  std::string key = read.table;
  for (const Window& window : read.windows)
    key += "; " + window.Str();
  return key;
}

// The partitions of `a` that `b` does not hold in the same way.
std::vector<PartitionRange> Less(const std::vector<PartitionRange>& a, const std::vector<PartitionRange>& b) {
  std::vector<PartitionRange> rest = a;
  for (const PartitionRange& cut : b) {
    std::vector<PartitionRange> pieces;
    for (const PartitionRange& range : rest) {
      if (range.ahead != cut.ahead || cut.last < range.first || range.last < cut.first) {
        pieces.push_back(range);
        continue;
      }
      if (range.first < cut.first) pieces.push_back({range.first, cut.first - 1, range.ahead});
      if (cut.last < range.last) pieces.push_back({cut.last + 1, range.last, range.ahead});
    }
    rest = std::move(pieces);
  }
  return rest;
}

}  // namespace

std::string WindowCopies::Name(const Read& read) const { return copies_.at(KeyOf(read)).name; }

Result<> WindowCopies::MoveTo(const Model& model, int date_index) {
  for (const Read& read : model.reads)
    TRY(Move(read, date_index));
  return {};
}

Result<> WindowCopies::Move(const Read& read, int date_index) {
  std::vector<PartitionRange> ranges = PartitionsOf(read, calendar_, date_index);
  auto [copy, is_new] = copies_.try_emplace(KeyOf(read));
  if (!is_new && copy->second.ranges == ranges) return {};
  Grain grain = project_.GrainOf(read.table);
  const Model* model = project_.FindModel(read.table);
  std::string order;
  if (grain == Grain::kDate) {
    order = fmt::format(" ORDER BY {} DESC", Ident(project_.DateColumn(read.table)));
    std::string written = model && model->view ? "" : bench_.dialect().WriteOrder();
    if (!written.empty()) order += ", " + written + " DESC";
  }
  auto rows = [&](const std::vector<PartitionRange>& partitions) {
    return fmt::format("SELECT * FROM wh.main.{} WHERE {}{}", Ident(read.table),
                       PartitionsSql(project_, calendar_, read.table, partitions), order);
  };
  if (is_new) copy->second.name = fmt::format("copy_{}", copies_.size());
  std::vector<PartitionRange> gone = Less(copy->second.ranges, ranges),
                              come = Less(ranges, copy->second.ranges);
  bool all = is_new || grain != Grain::kDate || gone == copy->second.ranges;
  copy->second.ranges.clear();  // not known until it is done
  if (all) {
    TRY(bench_.Stage(copy->second.name, rows(ranges)));
  } else {
    for (PartitionRange& range : gone)
      range.ahead = false;  // a partition is held in one way, so all of it goes
    TRY(bench_.Restage(copy->second.name,
                       gone.empty() ? "" : PartitionsSql(project_, calendar_, read.table, gone),
                       come.empty() ? "" : rows(come)));
  }
  copy->second.ranges = std::move(ranges);
  return {};
}

}  // namespace backcourt
