// Cells recomputed from inputs that hold only the rows of their declared
// windows, and compared with the rows that are said to be theirs.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "calendar/calendar.h"
#include "project/project.h"
#include "warehouse/digests.h"
#include "warehouse/warehouse.h"

namespace backcourt {

// The first value that differs, or a row that is on one side only.
struct Difference {
  std::string key;               // `column=value, ...`
  std::string column;            // "" when a whole row is missing or extra
  std::string stored, replayed;  // both values, as text
  std::string Text() const;
};

struct ColumnDifference {
  int64_t rows = 0;
  double largest = 0;  // NaN when not a number
};

struct ReplayMismatch {
  std::string table;
  Date date;
  int64_t different = 0, missing = 0, extra = 0;  // rows; missing ones the replay gives and the table lacks
  std::map<std::string, ColumnDifference> columns;
  Difference first;
  std::string error;  // when there is nothing to compare: why
  std::string cause;  // as proof/cause.h tells it; "" when not looked for
};

// Recomputes a model's rows of dates from inputs that hold only what the windows of these dates hold together
// (`from` gives what stands after SELECT * FROM), and compares them with those in `relation`, of which
// `stored` are the digests, date by date. Nothing when they agree to the bit, else what differs on the first
// of the dates that does.
Result<std::optional<ReplayMismatch>> ReplayDates(Workbench& bench,
                                                  const std::function<std::string(const Read&)>& from,
                                                  const Calendar& calendar, const Model& model,
                                                  const std::vector<int>& dates, const std::string& relation,
                                                  const std::vector<PartitionDigest>& stored);

}  // namespace backcourt
