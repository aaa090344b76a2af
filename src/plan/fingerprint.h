// Windows as ranges of dates, and what a cell is made from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "calendar/calendar.h"
#include "plan/cells.h"
#include "project/project.h"

namespace backcourt {

// Slots [first, last] of an input; `ahead` ones hold only rows published ahead.
struct PartitionRange {
  PartitionKey first = 0, last = 0;
  bool ahead = false;
  bool operator==(const PartitionRange&) const = default;
};

// The partitions that the windows of a read cover for one game date: disjoint, in
// order, those ahead last.
std::vector<PartitionRange> PartitionsOf(const Read& read, const Calendar& calendar, int date_index);

// The union of ranges: overlapping and adjacent ones become one.
std::vector<PartitionRange> Union(std::vector<PartitionRange> ranges);

// Of what makes a model's table or view what it is: of a view also the columns of what it reads.
Digest IdentityOf(const Model& model, const Cells& cells);

// What the cell (model, dates()[date_index]) would be made from now: the model,
// its row of `dates`, each input's digests over its windows, the final games
// without boxes that it goes without.
Digest Fingerprint(const Model& model, const Calendar& calendar, int date_index, const Cells& cells,
                   Digest missing_games, const std::string& waived);

}  // namespace backcourt
