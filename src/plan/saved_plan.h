// A plan as a JSON document: what `plan --save` writes and `backfill --plan` runs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "plan/planner.h"

namespace backcourt {

// `cells` are those from which the plan was made: it holds for no others.
nlohmann::json PlanToJson(const Project& project, const Calendar& calendar, const Cells& cells,
                          const Selection& selection, const Plan& plan);

// The plan of a text that was saved; `unsettled` is left empty. An error names
// `file`: it holds no plan, or the models or cells have changed since.
Result<Plan> ParsePlan(const std::string& file, const std::string& text, const Project& project,
                       const Calendar& calendar, const Cells& cells);

}  // namespace backcourt
