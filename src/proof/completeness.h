// Completeness: what should be there by the schedule against what is there, a
// season, a table, a date; every gap with its reason and the command that mends
// it. Nothing here changes the warehouse.
//
// Each guard tells how much it looked at. One that looked at nothing is a gap
// itself, unless it can say which table is absent.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "calendar/calendar.h"
#include "plan/cells.h"
#include "project/project.h"
#include "proof/null_columns.h"
#include "warehouse/warehouse.h"

namespace backcourt {

// Something that should be there and is not, or is not what it should be.
struct Gap {
  std::string guard;
  std::string season;
  std::string table;  // or the name of the check
  Date first, last;   // dates it is about
  int64_t dates = 1;
  std::string subject;  // a game, a team, a column; may be empty
  std::string what;     // the reason
  std::string fix;      // who has to do what, with commands that run as they are
};

// Of one table and season: games or dates that are due, and those there are.
struct Coverage {
  std::string season, table, unit;
  int64_t expected = 0, present = 0;
  std::string remark;
};

struct GuardCount {
  std::string season, guard, unit;
  int64_t examined = 0, found = 0;
  std::string nothing;  // why there was nothing to look at, where that is right
};

struct CheckReport {
  std::vector<Coverage> coverage;
  std::vector<GuardCount> guards;
  std::vector<Gap> gaps;
  std::vector<LeftOut> left_out;  // what cannot be looked at, or cannot look
  double seconds = 0;
};

struct CheckOptions {
  std::vector<std::string> tables;  // models and raw tables; empty: all
  std::vector<int> dates;           // calendar indices, ascending
  Date played_until;                // games of later dates need not be over
  NeedsMet needs;                   // which raw data there is
};

// REQUIRES: ledger and rows are of one moment (a transaction, and a place on it).
Result<CheckReport> CheckCompleteness(Connection& ledger, Workbench& bench, const Project& project,
                                      const Calendar& calendar, const Cells& cells,
                                      const std::map<std::string, std::vector<PartitionKey>>& retired,
                                      const CheckOptions& options);

}  // namespace backcourt
