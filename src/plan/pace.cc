#include "plan/pace.h"

#include <algorithm>

namespace backcourt {

namespace {

constexpr double kBatch = 0.1;     // seconds that a batch costs before its first date, where nothing is known
constexpr double kManyDates = 10;  // from which on a batch shows what a date costs
constexpr double kMostOfOne = 0.8;  // the share of a batch that is not its dates', where one size is known

}  // namespace

Pace PaceOf(const std::vector<PastBatches>& past) {
  const PastBatches &small = past.front(), &large = past.back();
  Pace pace;
  pace.from_history = true;
  pace.of_dates = large.dates >= kManyDates;
  pace.rows_a_date = large.rows / large.dates;
  if (large.dates > small.dates * 2)
    pace.seconds_a_date = std::max(0.0, (large.seconds - small.seconds) / (large.dates - small.dates));
  else
    pace.seconds_a_date = std::max(large.seconds - kBatch, large.seconds * (1 - kMostOfOne)) / large.dates;
  pace.seconds_a_date = std::clamp(pace.seconds_a_date, 1e-6, std::max(1e-6, large.seconds / large.dates));
  pace.seconds_a_batch = std::max(0.0, small.seconds - pace.seconds_a_date * small.dates);
  return pace;
}

std::map<std::string, Pace> PaceOfAll(const Project& project, const std::map<std::string, Pace>& history) {
  auto past = [&](const Model& model) -> const Pace* {
    auto found = history.find(model.name);
    return found == history.end() ? nullptr : &found->second;
  };
  double taken = 0, declared = 0, costs = 0, fixed = 0;
  int with_cost = 0, with_both = 0;
  for (const Model& model : project.models) {
    if (model.cost == 0) continue;
    costs += double(model.cost), ++with_cost;
    const Pace* pace = past(model);
    if (!pace || !pace->of_dates) continue;
    declared += double(model.cost) / 1000;
    taken += pace->seconds_a_date;
    fixed += pace->seconds_a_batch;
    ++with_both;
  }
  std::map<std::string, Pace> paces;
  for (const Model& model : project.models) {
    if (model.view) continue;
    const Pace* known = past(model);
    if (known) paces[model.name] = *known;
    if (with_cost == 0 || (known && known->of_dates)) continue;
    double cost = model.cost ? double(model.cost) : costs / with_cost;
    Pace& pace = paces[model.name];
    pace.from_history = with_both > 0;
    pace.seconds_a_date = cost / 1000 * (with_both ? taken / declared : 1);
    if (!known) pace.seconds_a_batch = with_both ? fixed / with_both : kBatch;
  }
  return paces;
}

}  // namespace backcourt
