#include <fmt/format.h>
#include <unistd.h>

#include <limits>
#include <set>

#include "base/text.h"
#include "cli/command.h"
#include "cli/run_screen.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

struct StatusView {
  bool json = false, markdown = false, watch = false;
  double interval = 2;
};
void Describe(Visitor& v, StatusView& view) {
  v.Struct("StatusView", "");
  v.Field("watch", view.watch, "Show what runs until it ends, and then how it ended.");
  v.Field("interval", view.interval, "Seconds between two looks of --watch (default: 2).",
          {.metavar = "SECONDS", .least = 0.1, .most = 3600});
  v.Field("markdown", view.markdown, "As a page in Markdown, to hand over.");
  v.Field("json", view.json, "The state as JSON.");
}

std::string StatesText(const TableStatus& table) {
  std::vector<std::string> parts;
  if (table.done == table.total) parts.push_back("fresh");
  for (const auto& [state, n] : table.states)
    if (state != "fresh") parts.push_back(fmt::format("{} {}", n, state));
  return Join(parts, ", ");
}

std::string MonthName(const std::string& month) {
  static const char* const kNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return kNames[std::stoi(month.substr(5)) - 1];
}

constexpr int kTableWidth = 32, kMonthWidth = 7, kSharesWidth = 24;

std::string Share(const MonthStatus& m) {
  return m.total == 0        ? ""
         : m.done == m.total ? fmt::format("{}", m.done)
                             : fmt::format("{}/{}", m.done, m.total);
}

// With a column a month where there is room for them.
std::string SeasonText(const SeasonStatus& season, bool markdown, int width) {
  std::set<std::string> months;
  for (const TableStatus& table : season.tables)
    for (const auto& [month, counts] : table.months)
      months.insert(month);
  if (!markdown && width < kTableWidth + kMonthWidth * int(months.size()) + kSharesWidth) months.clear();
  std::string text = fmt::format("{}{}: {}\n{}", markdown ? "### " : "", season.season,
                                 Counted(season.game_dates, "game date"), markdown ? "\n" : "");
  std::string header = markdown ? "| table |" : fmt::format("{:<{}}", "table", kTableWidth), rule = "|---|";
  for (const std::string& month : months) {
    header += markdown ? " " + MonthName(month) + " |" : fmt::format("{:>{}}", MonthName(month), kMonthWidth);
    rule += "---|";
  }
  header += markdown ? " all | state |" : fmt::format("{:>9} {:>5}  {}", "all", "", "state");
  text += header + "\n" + (markdown ? rule + "---|---|\n" : "");
  for (const TableStatus& table : season.tables) {
    std::string line = markdown ? "| " + table.table + " |" : fmt::format("{:<{}}", table.table, kTableWidth);
    for (const std::string& month : months) {
      auto found = table.months.find(month);
      std::string part = found == table.months.end() ? "" : Share(found->second);
      line += markdown ? " " + part + " |" : fmt::format("{:>{}}", part, kMonthWidth);
    }
    std::string all = Share({table.done, table.total});
    int share = table.total ? int(100.0 * double(table.done) / double(table.total)) : 0;
    line += markdown ? fmt::format(" {} | {} |", all, StatesText(table))
                     : fmt::format("{:>9} {:>4}%  {}", all, share, StatesText(table));
    text += line + "\n";
  }
  return text + "\n";
}

std::string RawText(const StatusReport& report) {
  std::vector<std::string> parts;
  for (const auto& [name, raw] : report.raw)
    if (raw.rows)
      parts.push_back((name.starts_with("raw_") ? name.substr(4) : name) + " " + WithCommas(raw.rows));
  return parts.empty() ? "" : "raw rows: " + Join(parts, ", ") + "\n";
}

constexpr int kManyLines = 1000;

std::vector<std::string> ActivityLines(const StatusReport& report, int width, int height) {
  std::vector<std::string> lines;
  for (const ActivityNow& activity : report.activities) {
    if (activity.run) {
      for (std::string& line : RunLines(*activity.run, width, height))
        lines.push_back(std::move(line));
    } else {
      lines.push_back(Cut(fmt::format("{}, for {}{}", activity.activity, Seconds(activity.seconds),
                                      activity.doing.empty() ? "" : ": " + activity.doing),
                          width));
    }
  }
  return lines;
}

// What there is to say first: how far it is, what comes, what is late.
std::string TopText(const StatusReport& report) {
  std::vector<std::string> parts;
  if (report.complete_through) parts.push_back("Complete through " + report.complete_through->Str());
  if (const auto& next = report.next_games)
    parts.push_back(fmt::format("next games: {}, {}{}", next->date.Str(), Counted(next->games, "game"),
                                next->first_tip.empty() ? "" : ", from " + next->first_tip + " UTC"));
  if (!report.late.empty()) {
    const LateDate& last = report.late.back();
    parts.push_back(fmt::format(
        "late: {}{}", last.date.Str(),
        report.late.size() > 1 ? fmt::format(" and {} more", Counted(int64_t(report.late.size()) - 1, "date"))
                               : ""));
  }
  return parts.empty() ? "" : Join(parts, "; ") + "\n\n";
}

std::string ProblemLine(const Problem& p) {
  return fmt::format("{} {}: {} from {}: {}", p.state, p.table, Counted(p.dates, "date"), p.first_date.Str(),
                     p.reason);
}

std::string FailedRunLine(const FailedRun& run) {
  return fmt::format("the last {} failed (run {}, {} UTC): {}", run.command == "load" ? "load" : "fill",
                     run.run, run.started_at, run.message);
}

// What runs, and above it a line a season and what is wrong, as far as there is room: all of it fits.
std::vector<std::string> Dashboard(const StatusReport& report, int width, int height) {
  constexpr int kLeastForRun = 4;
  std::vector<std::string> lines;
  for (const SeasonStatus& season : report.seasons) {
    int64_t done = 0, total = 0, whole = 0;
    for (const TableStatus& table : season.tables)
      done += table.done, total += table.total, whole += table.done == table.total;
    lines.push_back(fmt::format("{}: {}% of {}, {} of {} done", season.season,
                                total ? int(100.0 * double(done) / double(total)) : 100,
                                Counted(season.game_dates, "game date"), whole,
                                Counted(int64_t(season.tables.size()), "table")));
  }
  for (const FailedRun& run : report.failed_runs)
    lines.push_back(FailedRunLine(run));
  for (const Problem& problem : report.problems)
    if (problem.state == "failed" || problem.state == "blocked") lines.push_back(ProblemLine(problem));
  std::vector<std::string> now = ActivityLines(report, width, height);
  size_t for_run = std::max(size_t(kLeastForRun), std::min(now.size(), size_t(std::max(1, height - 3))));
  size_t above = size_t(std::max(0, height - int(for_run)));
  if (lines.size() > above) {
    size_t more = lines.size() - above + 1;
    lines.resize(above ? above - 1 : 0);
    if (above)
      lines.push_back(fmt::format("and {}: `backcourt status`", Counted(int64_t(more), "more line")));
  }
  for (std::string& line : ActivityLines(report, width, height - int(lines.size())))
    lines.push_back(std::move(line));
  for (std::string& line : lines)
    line = Cut(Trim(line.substr(0, line.find('\n'))), width);
  return lines;
}

// The newest run, once nothing runs any more.
std::string HowItEnded(const RunsReport& runs) {
  if (runs.empty()) return "nothing runs, and nothing has run yet\n";
  const RunRecord& last = runs.front();
  return fmt::format("nothing runs; the last run was {} ({}), {}: {}\n", last.run, last.command, last.outcome,
                     last.summary);
}

std::string Text(const StatusReport& report, bool markdown, const Output& output) {
  std::string text = markdown ? "## Warehouse status\n\n" : "";
  text += TopText(report);
  for (const SeasonStatus& season : report.seasons)
    text += SeasonText(season, markdown, output.terminal ? output.width : std::numeric_limits<int>::max());
  text += RawText(report) + AbsentText(report.absent) + SnapshotText(report.snapshots) +
          RemovedText(report.removed) + FileChangesText(report.files);
  std::string problems;
  for (const FailedRun& run : report.failed_runs)
    problems += (markdown ? "- " : "") + FailedRunLine(run) + "\n";
  for (const Problem& p : report.problems)
    problems += (markdown ? "- " : "") + ProblemLine(p) + "\n";
  for (const LeftOut& out : report.left_out)
    problems += fmt::format("{}blocked {}{}: {}\n", markdown ? "- " : "", out.is_check ? "check " : "",
                            out.name, out.because);
  if (!problems.empty()) text += (markdown ? "\n### Problems\n\n" : "\n") + problems;
  bool running = !report.activities.empty();
  if (running)
    text += fmt::format("\n{}{}\n", markdown ? "### Running\n\n" : "",
                        Join(ActivityLines(report, output.width, kManyLines), markdown ? "\n\n" : "\n"));
  text += fmt::format("{}warehouse: {}\n", markdown ? "\n" : "", report.warehouse);
  if (running)
    text += "next: wait; `backcourt status --watch` follows it\n";
  else if (!report.next_command.empty())
    text += "next: " + report.next_command + "\n";
  return text;
}

// Until nothing runs any more, and then how it ended: on a terminal a screen that redraws itself, in a pipe a
// line at a time.
Result<int> WatchStatus(Caller& caller, const StatusRequest& request, const StatusView& view,
                        const Output& output) {
  Screen screen;
  for (;;) {
    StatusReport report = TRY(caller.Ask("status", Status, request));
    if (report.activities.empty()) break;
    Output now = output.Measured();
    if (view.json)
      output.Out(ToJson(report).dump() + "\n");
    else if (output.terminal)
      output.Out(screen.Draw(Dashboard(report, now.width - 1, now.height - 1)));
    else
      output.Out(ActivityLines(report, now.width, kManyLines).back() + "\n");
    if (caller.cancel().Requested()) return 0;
    usleep(useconds_t(view.interval * 1e6));
  }
  if (view.json) {
    output.Out(ToJson(TRY(caller.Ask("status", Status, request))).dump() + "\n");
  } else {
    output.Out(screen.Above(""));  // what was drawn last is not so any more
    output.Say(HowItEnded(TRY(caller.Ask("runs", Runs, RunsRequest{}))));
  }
  return 0;
}

Result<int> RunStatus(Caller& caller, const StatusRequest& request, const StatusView& view,
                      const Output& output) {
  if (view.watch) return WatchStatus(caller, request, view, output);
  StatusReport report = TRY(caller.Ask("status", Status, request));
  if (view.json)
    output.Out(ToJson(report).dump(2) + "\n");
  else
    output.Say(Text(report, view.markdown, output));
  return 0;
}

}  // namespace

Command StatusCommand() { return MakeCommand("status", RunStatus); }

}  // namespace backcourt
