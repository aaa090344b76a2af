#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/progress_view.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

struct LoadView {
  bool json = false, all = false, full = false;
};
void Describe(Visitor& v, LoadView& view) {
  v.Struct("LoadView", "");
  v.Field("all", view.all, "Also list the feeds without files, and the columns that are NULL without them.");
  v.Field("full", view.full, "With --what-if: all digits of numbers.");
  v.Field("json", view.json, "The report as JSON.");
}

Result<int> RunLoad(Caller& caller, const LoadRequest& request, const LoadView& view, const Output& output) {
  ProgressView progress(
      output, output.terminal && !view.json ? ProgressView::Style::kScreen : ProgressView::Style::kLines);
  auto ask = [&](const LoadRequest& what) {
    auto answer = caller.Ask("load", Load, what, [&](const Event& event) { progress.Show(event); });
    progress.Finish();
    return answer;
  };
  auto answer = ask(request);
  if (!answer && MayLose(answer.error(), caller.command(), output)) {
    LoadRequest agreed = request;
    agreed.yes = true;
    answer = ask(agreed);
  }
  if (!answer) return answer.error();
  if (view.json)
    output.Out(ToJson(*answer).dump(2) + "\n");
  else
    output.Say(LoadText(answer->load) + WithoutText(answer->load.absent, answer->null_columns, view.all) +
               TrialText(answer->trial, {.full = view.full}) +
               (request.dry_run || !request.what_if.empty() ? kNothingKept : ""));
  if (!answer->load.useless.empty()) {
    const ledger::UselessFile& first = answer->load.useless.front();
    return Error{ErrorKind::kSource,
                 fmt::format("{} of which no row is used, such as {}: {}; all else is loaded",
                             Counted(int64_t(answer->load.useless.size()), "file"), first.path, first.reason),
                 first.hint};
  }
  return answer->trial.failures.empty() ? 0 : 2;
}

}  // namespace

Command LoadCommand() { return MakeCommand("load", RunLoad); }

}  // namespace backcourt
