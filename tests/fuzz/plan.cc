// Saved plans. A text that says STATE and MODELS gets those that fit, so that
// what stands behind them is read too.
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "plan/saved_plan.h"
#include "tests/fuzz/fuzz.h"
#include "tests/kit/toy_project.h"

using namespace backcourt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Calendar calendar = testing::FiveDates();
  static const Project project = testing::ChainProject();
  static const Cells cells = testing::RawCells(calendar);
  static const nlohmann::json true_one = PlanToJson(project, calendar, cells, {}, {});
  std::string text = ReplaceAll(ReplaceAll(TextOf(data, size), "STATE", true_one["state"].get<std::string>()),
                                "\"MODELS\"", true_one["models"].dump());
  auto plan = ParsePlan("plan.json", text, project, calendar, cells);
  if (!plan) return 0;
  for (const Batch& batch : plan->batches) {
    Must(project.FindModel(batch.model) && !batch.dates.empty());
    for (int date : batch.dates)
      Must(date >= 0 && size_t(date) < calendar.dates().size() && plan->states[batch.model].contains(date));
  }
  auto again = ParsePlan("plan.json", PlanToJson(project, calendar, cells, {}, *plan).dump(), project,
                         calendar, cells);
  Must(again && again->batches.size() == plan->batches.size());
  return 0;
}
