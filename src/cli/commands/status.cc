#include <fmt/format.h>
#include <unistd.h>

#include <set>

#include "base/text.h"
#include "cli/command.h"
#include "cli/progress_view.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

struct StatusView {
  bool json = false, markdown = false, watch = false;
  double interval = 2;
};
void Describe(Visitor& v, StatusView& view) {
  v.Struct("StatusView", "");
  v.Field("watch", view.watch, "Print again every --interval seconds until nothing runs.");
  v.Field("interval", view.interval, "Seconds between two prints of --watch (default: 2).",
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

std::string Share(const MonthStatus& m) {
  return m.total == 0        ? ""
         : m.done == m.total ? fmt::format("{}", m.done)
                             : fmt::format("{}/{}", m.done, m.total);
}

std::string SeasonText(const SeasonStatus& season, bool markdown) {
  std::set<std::string> months;
  for (const TableStatus& table : season.tables)
    for (const auto& [month, counts] : table.months)
      months.insert(month);
  std::string text = fmt::format("{}{}: {}\n{}", markdown ? "### " : "", season.season,
                                 Counted(season.game_dates, "game date"), markdown ? "\n" : "");
  std::string header = markdown ? "| table |" : fmt::format("{:<32}", "table"), rule = "|---|";
  for (const std::string& month : months) {
    header += markdown ? " " + MonthName(month) + " |" : fmt::format("{:>7}", MonthName(month));
    rule += "---|";
  }
  header += markdown ? " all | state |" : fmt::format("{:>9} {:>5}  {}", "all", "", "state");
  text += header + "\n" + (markdown ? rule + "---|---|\n" : "");
  for (const TableStatus& table : season.tables) {
    std::string line = markdown ? "| " + table.table + " |" : fmt::format("{:<32}", table.table);
    for (const std::string& month : months) {
      auto found = table.months.find(month);
      std::string part = found == table.months.end() ? "" : Share(found->second);
      line += markdown ? " " + part + " |" : fmt::format("{:>7}", part);
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

// The run that goes on: what it is at, and what waits.
std::string RunningText(const RunNow& run) {
  std::string text = fmt::format("run {} is filling, for {}, ETA {}\n", run.run, Seconds(run.running_seconds),
                                 Seconds(run.eta_seconds));
  for (const TableNow& t : run.tables) {
    int64_t done = t.done + t.failed + t.blocked;
    if (t.running == 0 && done == t.total) continue;
    text += fmt::format("  {:<34} {:>5}/{:<5} dates {:>10} rows", t.table, done, t.total, WithCommas(t.rows));
    if (t.failed) text += fmt::format("  {} FAILED", t.failed);
    if (t.blocked) text += fmt::format("  {} blocked", t.blocked);
    if (t.eta_seconds > 0) text += "  ETA " + Seconds(t.eta_seconds);
    if (t.running)
      text += "  running";
    else if (!t.waits_for.empty())
      text += "  waits for " + Join(t.waits_for, ", ");
    text += "\n";
  }
  return text;
}

std::string ActivitiesText(const StatusReport& report) {
  std::string text;
  for (const ActivityNow& activity : report.activities) {
    if (activity.run)
      text += RunningText(*activity.run);
    else
      text += fmt::format("{} runs, for {}{}\n", activity.activity, Seconds(activity.seconds),
                          activity.doing.empty() ? "" : ": " + activity.doing);
  }
  return text;
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

std::string Text(const StatusReport& report, bool markdown) {
  std::string text = markdown ? "## Warehouse status\n\n" : "";
  text += TopText(report);
  for (const SeasonStatus& season : report.seasons)
    text += SeasonText(season, markdown);
  text += RawText(report) + AbsentText(report.absent) + SnapshotText(report.snapshots) +
          RemovedText(report.removed) + FileChangesText(report.files);
  std::string problems;
  for (const FailedRun& run : report.failed_runs)
    problems += fmt::format("{}the last {} failed (run {}, {} UTC): {}\n", markdown ? "- " : "",
                            run.command == "load" ? "load" : "fill", run.run, run.started_at, run.message);
  for (const Problem& p : report.problems)
    problems += fmt::format("{}{} {}: {} from {}: {}\n", markdown ? "- " : "", p.state, p.table,
                            Counted(p.dates, "date"), p.first_date.Str(), p.reason);
  for (const LeftOut& out : report.left_out)
    problems += fmt::format("{}blocked {}{}: {}\n", markdown ? "- " : "", out.is_check ? "check " : "",
                            out.name, out.because);
  if (!problems.empty()) text += (markdown ? "\n### Problems\n\n" : "\n") + problems;
  bool running = !report.activities.empty();
  if (running) text += (markdown ? "\n### Running\n\n" : "\n") + ActivitiesText(report);
  text += fmt::format("{}warehouse: {}\n", markdown ? "\n" : "", report.warehouse);
  if (running)
    text += "next: wait; `backcourt status --watch` follows it\n";
  else if (!report.next_command.empty())
    text += "next: " + report.next_command + "\n";
  return text;
}

Result<int> RunStatus(Caller& caller, const StatusRequest& request, const StatusView& view,
                      const Output& output) {
  for (;;) {
    StatusReport report = TRY(caller.Ask("status", Status, request));
    std::string text = view.json ? ToJson(report).dump(2) + "\n" : Text(report, view.markdown);
    if (view.watch && output.terminal) text = "\x1b[2J\x1b[H" + text;
    output.Out(text);
    if (!view.watch || report.activities.empty() || caller.cancel().Requested()) return 0;
    usleep(useconds_t(view.interval * 1e6));
  }
}

}  // namespace

Command StatusCommand() { return MakeCommand("status", RunStatus); }

}  // namespace backcourt
