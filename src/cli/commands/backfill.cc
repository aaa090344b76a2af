#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/progress_view.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

struct BackfillView {
  bool json = false, detach = false;
};
void Describe(Visitor& v, BackfillView& view) {
  v.Struct("BackfillView", "");
  v.Field("detach", view.detach, "Continue when this shell ends; `runs ID --log` shows the log.");
  v.Field("json", view.json, "Progress as events, one JSON object a line.");
}

std::string ReportText(const BackfillReport& report) {
  std::string text =
      fmt::format("run {}: {} filled ({}) in {}", report.run.value_or(0), Counted(report.filled, "cell"),
                  Counted(report.rows, "row"), Seconds(report.seconds));
  auto add = [&](int64_t n, const char* what) {
    if (n) text += fmt::format(", {} {}", WithCommas(n), what);
  };
  add(report.kept, "kept because the inputs did not change");
  add(report.empty, "of them empty");
  add(report.partial, "of them partial: boxes of final games are missing");
  add(report.failed, "FAILED");
  add(report.blocked, "blocked");
  add(report.not_tried, "not tried");
  if (ExitCode(report) == 130) text += "; " + report.outcome;
  text += "\n";
  if (report.failed)
    text += "  Try: `backcourt status` for what failed, fix the cause, then `backcourt backfill` again\n";
  return text;
}

// The last line of --json: the report, and how the process ends.
std::string LastLine(const BackfillReport& report) {
  nlohmann::json line;
  if (report.planned) {
    line = {{"event", "planned"}, {"plan", ToJson(*report.planned)}};
    if (report.load) line["load"] = ToJson(*report.load);
  } else {
    line = ToJson(report);
    line["event"] = "done";
    line["exit"] = ExitCode(report);
  }
  return line.dump() + "\n";
}

Result<int> RunBackfill(Caller& caller, const BackfillRequest& request, const BackfillView& view,
                        const Output& output) {
  using Style = ProgressView::Style;
  ProgressView progress(output, view.json ? Style::kJson : output.terminal ? Style::kScreen : Style::kLines);
  bool no_date = false;
  auto ask = [&](const BackfillRequest& what) {
    auto answer = caller.Ask("backfill", Backfill, what, [&](const Event& event) {
      if (auto* chosen = std::get_if<DatesChosen>(&event)) no_date = chosen->choice.game_dates == 0;
      progress.Show(event);
    });
    progress.Finish();
    return answer;
  };
  auto report = ask(request);
  if (!report && MayLose(report.error(), caller.command(), output)) {
    BackfillRequest agreed = request;
    agreed.yes = true;
    report = ask(agreed);
  }
  if (!report) return report.error();
  if (view.json)
    output.Out(LastLine(*report));
  else if (report->planned)
    output.Say((report->load ? LoadText(*report->load) : "") + PlanText(*report->planned) + kNothingKept);
  else if (report->run)
    output.Say(ReportText(*report));
  else
    output.Out(no_date ? "nothing to do: no game date was chosen\n" : "nothing to do: all of it is fresh\n");
  for (const auto& published : {report->published, report->published_to_bigquery})
    if (!view.json && published) output.Out("published to " + PublishText(*published));
  if (!view.json && !report->unfinished.empty())
    output.Say(
        fmt::format("The run before did not end, and not all that it was to fill again was filled.\n"
                    "  Try: `backcourt {}`, which fills the rest\n",
                    report->unfinished));
  return ExitCode(*report);
}

}  // namespace

Command BackfillCommand() { return MakeCommand("backfill", RunBackfill); }

}  // namespace backcourt
