#include "plan/saved_plan.h"

#include <fmt/format.h>

namespace backcourt {

SavedPlan SavePlan(const Project& project, const Calendar& calendar, const Cells& cells,
                   const Selection& selection, const Plan& plan) {
  SavedPlan saved;
  saved.game_dates = int64_t(selection.dates.size());
  saved.cells = plan.cells();
  for (const auto& [state, n] : plan.counts())
    saved.counts[state] = n;
  saved.state = StateOfCells(cells).Hex();
  for (const Model& model : project.models)
    saved.models[model.name] = model.identity.Hex();
  saved.force = selection.force;
  saved.ahead = calendar.horizon() == int(calendar.dates().size()) ? "all" : "next";
  saved.allow_missing = selection.allow_missing;
  for (const Batch& batch : plan.batches) {
    SavedBatch& mine = saved.batches.emplace_back();
    mine.table = batch.model;
    mine.canary = batch.canary;
    for (int date : batch.dates)
      mine.cells.push_back(
          {calendar.dates()[size_t(date)].date, CellStateName(plan.states.at(batch.model).at(date))});
    mine.expected_rows = batch.expected_rows;
    mine.expected_seconds = batch.expected_seconds;
  }
  return saved;
}

Error NoPlan(const std::string& file) {
  return {ErrorKind::kUsage, fmt::format("{} is not a plan", file), "`backcourt plan --save FILE`"};
}

Result<Plan> RestorePlan(const std::string& file, const SavedPlan& saved, const Project& project,
                         const Calendar& calendar, const Cells& cells) {
  Error moved{ErrorKind::kUsage, fmt::format("the warehouse has moved on since {} was made", file),
              "`backcourt plan --save` again"};
  if (saved.format != 1) return NoPlan(file);
  if (saved.state != StateOfCells(cells).Hex()) return moved;
  for (const Model& model : project.models) {
    auto known = saved.models.find(model.name);
    if (known == saved.models.end() || known->second != model.identity.Hex()) return moved;
  }
  Plan plan;
  plan.force = saved.force;
  plan.allow_missing = saved.allow_missing;
  for (const SavedBatch& item : saved.batches) {
    Batch batch;
    batch.id = int(plan.batches.size());
    batch.model = item.table;
    const Model* model = project.FindModel(batch.model);
    if (!model || model->view || item.cells.empty()) return NoPlan(file);
    batch.canary = item.canary;
    batch.expected_rows = item.expected_rows;
    batch.expected_seconds = item.expected_seconds;
    for (const SavedCell& cell : item.cells) {
      int index = calendar.Find(cell.date);
      if (index < 0 || (!batch.dates.empty() && index <= batch.dates.back())) return NoPlan(file);
      batch.dates.push_back(index);
      bool twice = !plan.states[batch.model].emplace(index, CellStateFromName(cell.because)).second;
      if (twice) return NoPlan(file);
      batch.waits_for_columns =
          batch.waits_for_columns || plan.states[batch.model][index] == CellState::kMayChange;
    }
    plan.batches.push_back(std::move(batch));
  }
  return plan;
}

}  // namespace backcourt
