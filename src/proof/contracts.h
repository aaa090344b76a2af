// What a project promises of its values: its checks over stored tables, and
// that no column is constant or mostly NULL over a whole month unless its
// model's header says why.
#pragma once

#include <string>
#include <vector>

#include "proof/completeness.h"

namespace backcourt {

// Dates of one season that are looked at, as calendar indices.
struct CheckedSeason {
  std::string label;
  std::vector<int> dates;
};

// Runs one check of the project.
Result<GuardCount> RunCheckOf(Connection& ledger, Workbench& bench, const Project& project,
                              const Calendar& calendar, const CheckedSeason& season, const Check& check,
                              std::vector<Gap>& gaps);

// Judges a model's columns a month. A month is judged once all its dates are
// over and its cells fresh or empty; one with fewer than 15 dates is judged with the next (the
// last with the one before). Dates are those of games that may be read ahead:
// the plain season, without its postseason. `needs`: what raw data there is of what headers say under
// [needs].
Result<GuardCount> JudgeMonths(Workbench& bench, const Project& project, const Calendar& calendar,
                               const CheckedSeason& season, const Model& model,
                               const std::vector<CellState>& states, const NeedsMet& met,
                               std::vector<Gap>& gaps);

}  // namespace backcourt
