// How long batches of a model take: a part that each batch costs, and a part that each date costs. Of a model
// that has never run it follows from the `cost` of its header, as the others' costs relate to their times.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "project/project.h"

namespace backcourt {

struct Pace {
  double seconds_a_batch = 0, seconds_a_date = 0;
  double rows_a_date = 0;
  bool from_history = false;  // else its seconds are of no machine: only their ratios mean something
  bool of_dates = false;      // from batches of so many dates that they show what a date costs

  double Of(double batches, double dates) const { return seconds_a_batch * batches + seconds_a_date * dates; }
};

// Batches of about one size that a model took lately, on the average.
struct PastBatches {
  double dates = 0, seconds = 0, rows = 0;
};

// From the smallest and the largest that are known. REQUIRES: `past` is not empty, the smallest come first.
Pace PaceOf(const std::vector<PastBatches>& past);

// Of every model; one that has neither history nor a cost gets the mean of the others' costs, and none when
// no model has any.
std::map<std::string, Pace> PaceOfAll(const Project& project, const std::map<std::string, Pace>& history);

}  // namespace backcourt
