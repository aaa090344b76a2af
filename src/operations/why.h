// `why`: the chain from a cell to what changed first.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/workspace.h"

namespace backcourt {

struct WhyRequest {
  std::string table, date;
  std::string key, column;  // of a row and a value in it: where that comes from; empty: of the cell
};
void Describe(Visitor& v, WhyRequest& r);

// A value that the load of a raw cell changed.
struct WhyValue {
  std::string key;     // of its row: "game_id 0022100322, player_id 203552"
  std::string column;  // empty of a row that is new or gone
  std::optional<std::string> before, after;
  std::string file;  // that has it now; empty where that cannot be told
  std::optional<int64_t> row;
};
void Describe(Visitor& v, WhyValue& value);

// The state of an input, as `key` shows it, of which no row changed before the value did.
inline constexpr const char* kAsBefore = "as before";

// A row that a value was made of.
struct WhyRow {
  std::string date, key;             // the date may be empty, of a table that has none
  std::optional<std::string> value;  // in the column that the link names
};
void Describe(Visitor& v, WhyRow& row);

struct WhyLink {
  std::string table, date;  // the date; the season or `whole` of a cell that is not dated
  std::string state, because;
  int depth = 0;                 // of the link that this one explains, plus 1
  std::string column;            // of an input: the one that the value was made of, as far as its name tells
  std::vector<WhyRow> rows;      // the newest of those with this column
  std::vector<WhyValue> values;  // the first of those that changed
  int64_t values_changed = 0;    // all that are known
};
void Describe(Visitor& v, WhyLink& l);
using WhyReport = std::vector<WhyLink>;

// Of a date that is none: the nearest with which the command would do.
Error NoGameDate(const Calendar& calendar, Date date, std::vector<std::string> command);

Result<WhyReport> Why(Workspace& workspace, const WhyRequest& request, const Cancel& cancel);

}  // namespace backcourt
