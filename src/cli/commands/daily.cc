#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/progress_view.h"

namespace backcourt {

namespace {

std::string DailyText(const DailyReport& report) {
  std::string text = report.outcome;
  if (report.fill) text += fmt::format(": {} filled", Counted(report.fill->filled, "cell"));
  std::vector<std::string> dates;
  for (Date date : report.awaited)
    dates.push_back(date.Str());
  if (!dates.empty()) text += "; waits for " + Join(dates, ", ");
  text += "\n";
  for (const DailyFinding& finding : report.findings)
    text += fmt::format("{}: {}\n  Try: {}\n", finding.kind, finding.what, finding.command);
  for (const DailyMessage& message : report.sent)
    text += "sent: " + message.event + "\n";
  if (!report.not_sent.empty()) text += "not sent: " + report.not_sent + "\n";
  return text;
}

Result<int> RunDaily(Caller& caller, const DailyRequest& request, const JsonView& view,
                     const Output& output) {
  ProgressView progress(
      output, output.terminal && !view.json ? ProgressView::Style::kScreen : ProgressView::Style::kLines);
  auto report = caller.Ask("daily", Daily, request, [&](const Event& event) {
    if (!view.json) progress.Show(event);
  });
  progress.Finish();
  if (!report) return report.error();
  output.Out(view.json ? ToJson(*report).dump(2) + "\n" : DailyText(*report));
  return ExitCode(*report);
}

}  // namespace

Command DailyCommand() { return MakeCommand("daily", RunDaily); }

}  // namespace backcourt
