// Saved plans. A text that says STATE and MODELS gets those that fit, so that
// what stands behind them is read too.
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "operations/json.h"
#include "operations/plan.h"
#include "tests/fuzz/fuzz.h"
#include "tests/kit/toy_project.h"

using namespace backcourt;

namespace {

Result<Plan> Parse(const std::string& text, const Project& project, const Calendar& calendar,
                   const Cells& cells) {
  SavedPlan saved = TRY(ParseSavedPlan("plan.json", text));
  return RestorePlan("plan.json", saved, project, calendar, cells);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Calendar calendar = testing::FiveDates();
  static const Project project = testing::ChainProject();
  static const Cells cells = testing::RawCells(calendar);
  static const SavedPlan true_one = SavePlan(project, calendar, cells, {}, {});
  std::string text = ReplaceAll(ReplaceAll(TextOf(data, size), "STATE", true_one.state), "\"MODELS\"",
                                ToJson(true_one.models).dump());
  auto plan = Parse(text, project, calendar, cells);
  if (!plan) return 0;
  for (const Batch& batch : plan->batches) {
    Must(project.FindModel(batch.model) && !batch.dates.empty());
    for (int date : batch.dates)
      Must(date >= 0 && size_t(date) < calendar.dates().size() && plan->states[batch.model].contains(date));
  }
  auto again = Parse(ToJson(SavePlan(project, calendar, cells, {}, *plan)).dump(), project, calendar, cells);
  Must(again && again->batches.size() == plan->batches.size());
  return 0;
}
