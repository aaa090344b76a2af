#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/progress_view.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

Result<int> RunPublish(Caller& caller, const PublishRequest& request, const JsonView& view,
                       const Output& output) {
  ProgressView progress(
      output, output.terminal && !view.json ? ProgressView::Style::kScreen : ProgressView::Style::kLines);
  auto report = caller.Ask("publish", Publish, request, [&](const Event& event) { progress.Show(event); });
  progress.Finish();
  if (!report) return report.error();
  if (view.json) {
    output.Out(ToJson(*report).dump(2) + "\n");
    return 0;
  }
  if (request.dry_run)
    for (const std::string& path : report->written)
      output.Out("would write " + path + "\n");
  output.Out(PublishText(*report));
  if (request.dry_run) output.Out("dry run: nothing was published\n");
  return 0;
}

}  // namespace

Command PublishCommand() { return MakeCommand("publish", RunPublish); }

}  // namespace backcourt
