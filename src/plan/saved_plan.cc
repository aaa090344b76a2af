#include "plan/saved_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace backcourt {

nlohmann::json PlanToJson(const Project& project, const Calendar& calendar, const Cells& cells,
                          const Selection& selection, const Plan& plan) {
  nlohmann::json batches = nlohmann::json::array();
  for (const Batch& batch : plan.batches) {
    nlohmann::json dates = nlohmann::json::array();
    for (int date : batch.dates)
      dates.push_back({{"date", calendar.dates()[size_t(date)].date.Str()},
                       {"because", CellStateName(plan.states.at(batch.model).at(date))}});
    batches.push_back({{"table", batch.model},
                       {"canary", batch.canary},
                       {"cells", dates},
                       {"expected_rows", batch.expected_rows},
                       {"expected_seconds", batch.expected_seconds}});
  }
  nlohmann::json identities;
  for (const Model& model : project.models)
    identities[model.name] = model.identity.Hex();
  return {{"format", 1},
          {"game_dates", selection.dates.size()},
          {"cells", plan.cells()},
          {"counts", plan.counts()},
          {"state", StateOfCells(cells).Hex()},
          {"models", identities},
          {"force", selection.force},
          {"allow_missing", selection.allow_missing},
          {"batches", batches}};
}

Result<Plan> ParsePlan(const std::string& file, const std::string& text, const Project& project,
                       const Calendar& calendar, const Cells& cells) {
  Error broken{ErrorKind::kUsage, fmt::format("{} is no plan", file), "`backcourt plan --save FILE`"};
  Error moved{ErrorKind::kUsage, fmt::format("the warehouse has moved on since {} was made", file),
              "`backcourt plan --save` again"};
  Plan plan;
  try {
    auto saved = nlohmann::json::parse(text);
    if (saved.at("format") != 1) return broken;
    if (saved.at("state") != StateOfCells(cells).Hex()) return moved;
    for (const Model& model : project.models)
      if (saved.at("models").value(model.name, "") != model.identity.Hex()) return moved;
    plan.force = saved.at("force");
    plan.allow_missing = saved.at("allow_missing").get<std::vector<std::string>>();
    for (const auto& item : saved.at("batches")) {
      Batch batch;
      batch.id = int(plan.batches.size());
      batch.model = item.at("table");
      const Model* model = project.FindModel(batch.model);
      if (!model || model->view) return broken;
      batch.canary = item.at("canary");
      batch.expected_rows = item.at("expected_rows");
      batch.expected_seconds = item.at("expected_seconds");
      for (const auto& cell : item.at("cells")) {
        auto date = Date::Parse(cell.at("date").get<std::string>());
        int index = date ? calendar.Find(*date) : -1;
        if (index < 0 || (!batch.dates.empty() && index <= batch.dates.back())) return broken;
        batch.dates.push_back(index);
        if (!plan.states[batch.model].emplace(index, CellStateFromName(cell.at("because"))).second)
          return broken;  // a cell twice
      }
      if (batch.dates.empty()) return broken;
      plan.batches.push_back(std::move(batch));
    }
  } catch (const nlohmann::json::exception&) {
    return broken;
  }
  return plan;
}

}  // namespace backcourt
