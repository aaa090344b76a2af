#include <fmt/format.h>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

Result<int> RunPlan(Caller& caller, const PlanRequest& request, const ValuesView& view,
                    const Output& output) {
  PlanReport report = TRY(caller.Ask("plan", MakePlanReport, request));
  if (view.json) {
    output.Out(ToJson(report).dump(2) + "\n");
    return ExitCode(report);
  }
  output.Say(PlanText(report) + FileChangesText(report.files) + TrialText(report.trial, view));
  if (!request.save.empty())
    output.Out(
        fmt::format("saved: {} runs exactly this\n", CommandToTry({"backfill", "--plan", request.save})));
  return ExitCode(report);
}

}  // namespace

Command PlanCommand() { return MakeCommand("plan", RunPlan); }

}  // namespace backcourt
