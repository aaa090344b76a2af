#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

constexpr size_t kShownGaps = 10;  // of one guard and table, unless all are asked for

struct CheckView {
  bool json = false, markdown = false, all = false, full = false;
};
void Describe(Visitor& v, CheckView& view) {
  v.Struct("CheckView", "");
  v.Field("all", view.all,
          "Also list the feeds without files, the columns that are NULL without them, and every gap.");
  v.Field("full", view.full, "All digits of numbers.");
  v.Field("markdown", view.markdown, "As a page in Markdown, to hand over.");
  v.Field("json", view.json, "The report as JSON.");
}

std::string GapDates(const Gap& gap) {
  if (gap.dates == 0) return "";
  if (gap.first.days == 0) return "undated";
  return gap.dates == 1 ? gap.first.Str()
                        : fmt::format("{} dates from {} to {}", gap.dates, gap.first.Str(), gap.last.Str());
}

std::string GapText(const Gap& gap) {
  std::vector<std::string> parts;
  for (const std::string& part : {GapDates(gap), gap.table, gap.subject})
    if (!part.empty()) parts.push_back(part);
  return (parts.empty() ? gap.season : Join(parts, ", ")) + ": " + gap.what;
}

// A line of a table, of text or Markdown.
std::string Line(bool markdown, const std::vector<std::string>& cells, const std::vector<int>& widths) {
  std::string line = markdown ? "|" : " ";
  for (size_t i = 0; i < cells.size(); ++i) {
    if (markdown)
      line += " " + ReplaceAll(cells[i], "|", "\\|") + " |";
    else if (widths[i] < 0)
      line += fmt::format(" {:<{}}", cells[i], -widths[i]);
    else
      line += fmt::format(" {:>{}}", cells[i], widths[i]);
  }
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

std::string SeasonsText(const CheckAnswer& answer, bool markdown) {
  std::string text = markdown ? "## Completeness\n\n" : "";
  const char* rule = markdown ? "|---|---|---|---|---|\n" : "";
  for (const CheckedDates& season : answer.seasons) {
    text += fmt::format("{}{}: {}\n{}", markdown ? "### " : "", season.season,
                        Counted(season.game_dates, "game date"), markdown ? "\n" : "");
    std::vector<int> widths = {-30, 9, 9, -6, 0};
    text += Line(markdown, {"table", "due", "there", "unit", ""}, widths) + rule;
    for (const Coverage& c : answer.check.coverage)
      if (c.season == season.season)
        text += Line(markdown, {c.table, WithCommas(c.expected), WithCommas(c.present), c.unit, c.remark},
                     widths);
    widths = {-30, 9, 9, -14, 0};
    text += "\n" + Line(markdown, {"check", "checked", "found", "unit", ""}, widths) + rule;
    for (const GuardCount& g : answer.check.guards)
      if (g.season == season.season)
        text +=
            Line(markdown,
                 {g.guard, WithCommas(g.examined), WithCommas(g.found), g.unit, g.examined ? "" : g.nothing},
                 widths);
    text += "\n";
  }
  return text;
}

std::string GapsText(const std::vector<Gap>& gaps, bool markdown, bool all) {
  std::string text = gaps.empty() ? "" : markdown ? "### Gaps\n\n" : "";
  std::map<std::pair<std::string, std::string>, std::vector<const Gap*>> of;
  for (const Gap& gap : gaps)
    of[{gap.guard, gap.table}].push_back(&gap);
  const char* item = markdown ? "  - " : "  ";
  const char* step = markdown ? "    - " : "    ";
  for (const auto& [key, mine] : of) {
    text += fmt::format("{}{}{}: {} found\n", markdown ? "- " : "", key.first,
                        key.second.empty() ? "" : " of " + key.second, WithCommas(int64_t(mine.size())));
    std::string fix;
    size_t shown = all ? mine.size() : std::min(mine.size(), kShownGaps);
    for (size_t i = 0; i < shown; ++i) {
      if (!fix.empty() && mine[i]->fix != fix) text += fmt::format("{}fix: {}\n", step, fix);
      text += item + GapText(*mine[i]) + "\n";
      fix = mine[i]->fix;
    }
    if (!fix.empty()) text += fmt::format("{}fix: {}\n", step, fix);
    if (mine.size() > shown)
      text +=
          fmt::format("{}and {} more (--all lists them)\n", item, WithCommas(int64_t(mine.size() - shown)));
  }
  return text.empty() ? "" : text + "\n";
}

std::string AcceptedText(const CheckAnswer& answer, bool markdown) {
  std::string text = answer.accepted.empty() ? "" : markdown ? "### Accepted\n\n" : "";
  const char* item = markdown ? "- " : "";
  for (const AcceptedGap& accepted : answer.accepted)
    text += fmt::format("{}accepted: {}: {}\n{}because: {}\n", item, accepted.gap.guard,
                        GapText(accepted.gap), markdown ? "  - " : "  ", accepted.reason);
  for (const UnusedAcceptance& unused : answer.unused)
    text += fmt::format("{}{}: {} of {} is accepted, and there is no such gap any more: remove the line\n",
                        item, unused.place, unused.guard, unused.subject);
  return text.empty() ? "" : text + "\n";
}

std::string LeftOutText(const std::vector<LeftOut>& left_out, bool markdown) {
  std::string text = left_out.empty() || !markdown ? "" : "### Left out\n\n";
  for (const LeftOut& out : left_out)
    text += fmt::format("{}left out: {} {}: {}\n", markdown ? "- " : "", out.is_check ? "check" : "table",
                        out.name, out.because);
  return text.empty() ? "" : text + "\n";
}

Result<int> RunCheck(Caller& caller, const CheckRequest& request, const CheckView& view,
                     const Output& output) {
  CheckAnswer answer = TRY(caller.Ask("check", Check, request));
  if (view.json) {
    output.Out(ToJson(answer).dump(2) + "\n");
    return ExitCode(answer);
  }
  std::string feeds = WithoutText(answer.absent, answer.null_columns, view.all);
  if (view.markdown && !feeds.empty()) feeds = "### Absent feeds\n\n```\n" + feeds + "```\n";
  int64_t examined = 0;
  std::set<std::string> checks;  // each counts once, in however many seasons it looks
  for (const GuardCount& guard : answer.check.guards) {
    examined += guard.examined;
    checks.insert(guard.guard);
  }
  size_t gaps = answer.check.gaps.size();
  std::string result = gaps == 1 ? "1 GAP" : fmt::format("{} GAPS", WithCommas(int64_t(gaps)));
  if (gaps == 0)
    result =
        answer.check.left_out.empty() ? "no problems found" : "no problems found in what could be checked";
  if (!answer.accepted.empty()) result += fmt::format(", {} accepted", answer.accepted.size());
  if (!view.full) {
    for (Gap& gap : answer.check.gaps)
      gap.what = ReadableNumbers(gap.what);
    for (AcceptedGap& accepted : answer.accepted)
      accepted.gap.what = ReadableNumbers(accepted.gap.what);
  }
  output.Say(SeasonsText(answer, view.markdown) + GapsText(answer.check.gaps, view.markdown, view.all) +
             AcceptedText(answer, view.markdown) + LeftOutText(answer.check.left_out, view.markdown) + feeds +
             FileChangesText(answer.files) +
             fmt::format("{} on {} in {}: {}\n", Counted(int64_t(checks.size()), "check"),
                         Counted(examined, "item"), Seconds(answer.check.seconds), result));
  return ExitCode(answer);
}

}  // namespace

Command CheckCommand() { return MakeCommand("check", RunCheck); }

}  // namespace backcourt
