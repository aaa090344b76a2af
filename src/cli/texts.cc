#include "cli/texts.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "base/text.h"

namespace backcourt {

namespace {

constexpr size_t kMostVanished = 5;  // files named one by one
constexpr size_t kMostOffDays = 10;  // off-days named one by one

// Where several sources serve a season: how much each of them.
std::string ServedText(const std::vector<ServedUnits>& served) {
  std::string text;
  for (size_t i = 0; i < served.size();) {
    size_t end = i;
    std::vector<std::string> parts;
    for (; end < served.size() && served[end].table == served[i].table &&
           served[end].season == served[i].season;
         ++end)
      parts.push_back(fmt::format("{} {}", served[end].source, WithCommas(served[end].units)));
    if (parts.size() > 1)
      text += fmt::format("{} {} is served, by {}, from {}\n", served[i].table, served[i].season,
                          served[i].unit, Join(parts, ", "));
    i = end;
  }
  return text;
}

// What a load has to say of files and of what they state.
std::string FindingsText(const LoadReport& report) {
  std::string text;
  for (const std::string& rows : report.doubled)
    text += rows + "; none of them is loaded\n";
  for (size_t i = 0; i < std::min(report.useless.size(), kMostVanished); ++i)
    text += fmt::format("{}: no row of it is used: {}\n", report.useless[i].path, report.useless[i].reason);
  if (report.useless.size() > kMostVanished)
    text += fmt::format("and {} without a row that is used\n",
                        Counted(int64_t(report.useless.size() - kMostVanished), "more file"));
  if (!report.disagreements.empty())
    text += fmt::format("another source has another date or other teams of {}:\n",
                        Counted(int64_t(report.disagreements.size()), "game"));
  for (size_t i = 0; i < std::min<size_t>(report.disagreements.size(), 3); ++i) {
    const Disagreement& one = report.disagreements[i];
    text +=
        fmt::format("  {} {} ({} against {})\n", one.unit, one.what, one.file.empty() ? one.source : one.file,
                    one.other_file.empty() ? one.other_source : one.other_file);
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < std::min<size_t>(report.unmatched.size(), kMostVanished); ++i)
    names.push_back(
        fmt::format("{} ({})", report.unmatched[i].name, Counted(report.unmatched[i].rows, "row")));
  if (!names.empty())
    text += fmt::format("{} without a player: {}; `backcourt show raw_unmatched_names` has all of them\n",
                        Counted(int64_t(report.unmatched.size()), "name"), Join(names, ", "));
  for (const auto& [column, rows] : report.unparsed)
    text += fmt::format("{} of {} could not be read, and taken as NULL\n", Counted(rows, "value"), column);
  for (const UnreadFiles& kind : report.unread)
    text += fmt::format("no feed takes {} {}{}\n", Counted(kind.files, "file"), kind.pattern, kind.shape);
  return text;
}

}  // namespace

bool MayLose(Error& error, const std::string& command, const Output& output) {
  const std::string hint = kYesHint;
  if (!error.hint.starts_with(hint)) return false;
  error.hint.replace(0, hint.size(), "`backcourt " + command + " --yes`");
  if (!output.terminal || !isatty(STDIN_FILENO)) return false;
  output.Err(error.message + "\nTake the rows out? [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

std::string LoadText(const LoadReport& report) {
  std::string text;
  if (report.run == 0) {
    text = "nothing to load: the files are as they were\n";
  } else {
    constexpr const char* kLine = "{:<20} {:<8} {:>10} {:>6} {:>9} {:>8} {:>6}\n";
    text = fmt::format(kLine, "raw table", "season", "rows", "games", "new", "changed", "gone");
    for (const LoadedTable& t : report.tables)
      text += fmt::format(kLine, t.table, t.season.empty() ? "-" : t.season, WithCommas(t.rows),
                          t.games ? WithCommas(t.games) : "", WithCommas(t.added), WithCommas(t.changed),
                          WithCommas(t.gone));
    for (const LoadedLakeTable& t : report.lake)
      text += fmt::format("{}: {} of {}, {} changed\n", t.table, Counted(t.rows, "row"), t.lake,
                          Counted(t.changed, "date"));
    for (const DroppedRows& d : report.dropped)
      text += fmt::format("dropped from {}{}: {}, {} ({})\n", d.table, d.season.empty() ? "" : " " + d.season,
                          Counted(d.rows, "row"), d.reason, d.source);
    text += ServedText(report.served);
    text += fmt::format("{} read, {} changed, in {}\n", Counted(int64_t(report.files.size()), "file"),
                        Counted(report.changed_cells, "raw cell"), Seconds(report.seconds));
  }
  if (!report.asks.empty()) text += "the load would ask first: " + report.asks + "\n";
  return text + FindingsText(report) + VanishedText(report) + SnapshotText(report.quarantined);
}

std::string VanishedText(const LoadReport& report) {
  std::string text;
  auto name = [&](const std::vector<std::string>& paths, const std::string& how, auto&& of) {
    for (size_t i = 0; i < std::min(paths.size(), kMostVanished); ++i)
      text += fmt::format("{}: {}; {}\n", how, paths[i], of(paths[i]));
    if (paths.size() > kMostVanished)
      text += fmt::format("{}: and {} more\n", how, paths.size() - kMostVanished);
  };
  auto back = [](const std::string& path) { return "put it back, or " + CommandToTry({"forget", path}); };
  name(report.gone, "gone",
       [](const std::string&) { return "what it gave is served by other files, or is gone too"; });
  name(report.vanished, "no longer there", back);
  name(report.lost, "no longer there, and rows of it are gone", back);
  return text;
}

std::string AbsentText(const std::vector<AbsentFeed>& absent) {
  struct Line {
    std::string feeds, table;
    bool empty;
    std::vector<std::string> seasons;
  };
  std::vector<Line> lines;
  for (const AbsentFeed& feed : absent) {
    auto line = std::find_if(lines.begin(), lines.end(), [&](const Line& l) {
      return l.feeds == feed.feeds && l.table == feed.table && l.empty == feed.empty;
    });
    if (line == lines.end()) line = lines.insert(line, {feed.feeds, feed.table, feed.empty, {}});
    if (!feed.season.empty()) line->seasons.push_back(feed.season);
  }
  std::string text;
  for (const Line& line : lines)
    text += fmt::format(
        "No files for {}{}: {} {}\n", line.feeds,
        line.seasons.empty() ? "" : " in " + Join(line.seasons, ", "), line.table,
        line.empty ? line.seasons.empty() ? "is empty" : "has no rows of that season" : "is made without it");
  return text;
}

std::string WithoutText(const std::vector<AbsentFeed>& absent, const std::vector<NullColumns>& missing,
                        bool all) {
  if (all) return AbsentText(absent) + NullColumnsText(missing);
  if (absent.empty() && missing.empty()) return "";
  std::set<std::string> feeds, columns;
  for (const AbsentFeed& feed : absent)
    feeds.insert(feed.feeds);
  for (const NullColumns& one : missing)
    columns.insert(one.columns.begin(), one.columns.end());
  std::vector<std::string> parts;
  if (!feeds.empty()) parts.push_back("no files for " + Counted(int64_t(feeds.size()), "feed"));
  if (!columns.empty())
    parts.push_back(Counted(int64_t(columns.size()), "column") + " without values in a season or more");
  return Join(parts, ", ") + " (--all lists them)\n";
}

std::string ChoiceText(const DateChoice& choice) {
  if (!choice.calendar_days && !choice.off_days.empty()) {
    std::vector<std::string> lines;
    for (Date day : choice.off_days)
      lines.push_back(day.Str() + " is an off-day: nothing to do for it");
    return Join(lines, "\n");
  }
  if (!choice.calendar_days)
    return fmt::format("{}{}", Counted(choice.game_dates, "game date"),
                       choice.season.empty() ? "" : " of " + choice.season);
  std::string text = fmt::format("{} out of {}", Counted(choice.game_dates, "game date"),
                                 Counted(*choice.calendar_days, "calendar day"));
  size_t off = choice.off_days.size();
  if (off == 0) return text;
  std::vector<std::string> skipped;
  for (size_t i = 0; i < std::min(off, kMostOffDays); ++i)
    skipped.push_back(choice.off_days[i].Str());
  return text + fmt::format(" ({} skipped: {}{})", Counted(int64_t(off), "off-day"), Join(skipped, ", "),
                            off > kMostOffDays ? ", ..." : "");
}

std::string LintText(const std::vector<FileProblem>& problems) {
  std::string text;
  for (const FileProblem& problem : problems) {
    std::string message = problem.message;
    if (!problem.hint.empty()) message += " (try: " + problem.hint + ")";
    text += fmt::format("{}:{}:{}: {}\n", problem.file, problem.line, problem.column,
                        ReplaceAll(message, "\n", " "));
  }
  return text;
}

std::string RemovedText(const std::vector<RemovedTable>& removed) {
  std::string text;
  for (const RemovedTable& one : removed)
    text += fmt::format(
        "removed: {} is in the warehouse ({}), and no file of the project makes it; "
        "{} takes it out\n",
        one.table, Counted(one.rows, "row"), CommandToTry({"drop", one.table}));
  return text;
}

namespace {

// What a plan does to a table.
struct PlannedTableText {
  std::string table;
  Date first, last;
  int64_t cells, batches;
  double rows, seconds;
  std::map<std::string, int64_t> why;

  void Add(const SavedBatch& batch, bool forced) {
    for (const SavedCell& cell : batch.cells) {
      if (cells == 0 || cell.date < first) first = cell.date;
      if (cells == 0 || cell.date > last) last = cell.date;
      ++cells;
      ++why[forced && (cell.because == "fresh" || cell.because == "empty") ? "forced" : cell.because];
    }
    ++batches;
    rows += batch.expected_rows;
    seconds += batch.expected_seconds;
  }
};

}  // namespace

std::string PlanText(const PlanReport& report) {
  std::string text;
  for (const FileProblem& problem : report.problems)
    text += Error{ErrorKind::kUsage, problem.Text(), problem.hint}.Text() + "\n";
  for (const LeftOut& out : report.left_out)
    text += fmt::format("blocked: {}{}: {}\n", out.is_check ? "check " : "", out.name, out.because);
  text += RemovedText(report.removed) + ChoiceText(report.choice) + "\n";
  for (const DeclarationChange& change : report.declarations) {
    std::string what = change.before.empty() && change.after.empty()
                           ? " is another"
                           : fmt::format(": {} -> {}", change.before.empty() ? "(none)" : change.before,
                                         change.after.empty() ? "(none)" : change.after);
    text += fmt::format("changed: {}: {}{}: {}{}\n", change.file, change.part, what,
                        change.table.empty() ? "" : change.table + ": ", change.effect);
  }
  for (const auto& [table, dates] : report.retired)
    text += fmt::format(
        "{}: the rows of {} go: these dates are no longer game dates, or not due and no longer true\n", table,
        Counted(dates, "date"));
  if (report.not_due)
    text += fmt::format("not due yet: {} of later dates; `--ahead all` fills them too\n",
                        Counted(report.not_due, "cell"));
  if (report.plan.batches.empty()) return text + "nothing to do: all of it is fresh\n";
  constexpr const char* kLine = "{:<34} {:<26} {:>6} {:>8} {:>10} {:>8}  {}\n";
  text += fmt::format(kLine, "table", "dates", "cells", "batches", "rows", "time", "because");
  double seconds = 0;
  std::vector<PlannedTableText> tables;
  for (const SavedBatch& batch : report.plan.batches) {
    auto table = std::find_if(tables.begin(), tables.end(), [&](auto& t) { return t.table == batch.table; });
    if (table == tables.end()) table = tables.insert(table, {batch.table, {}, {}, 0, 0, 0, 0, {}});
    table->Add(batch, report.plan.force);
  }
  int64_t unknown = 0;
  for (const PlannedTableText& table : tables) {
    std::vector<std::string> reasons;
    for (const auto& [state, n] : table.why)
      reasons.push_back(fmt::format("{} {}", n, state));
    std::string first = table.first.Str(), last = table.last.Str();
    text += fmt::format(kLine, table.table, first == last ? first : first + " to " + last, table.cells,
                        table.batches, table.rows > 0 ? "~" + WithCommas(int64_t(table.rows)) : "",
                        table.seconds > 0 ? "~" + Seconds(table.seconds) : "", Join(reasons, ", "));
    seconds += table.seconds;
    unknown += table.seconds == 0;
  }
  std::vector<std::string> sums;
  for (const auto& [state, n] : report.plan.counts)
    sums.push_back(fmt::format("{} {}", WithCommas(n), state));
  text += fmt::format("{} in {}: {}", Counted(report.plan.cells, "cell"),
                      Counted(int64_t(report.plan.batches.size()), "batch"), Join(sums, ", "));
  if (seconds > 0)
    text += fmt::format("; about {} of work{}", Seconds(seconds),
                        unknown ? fmt::format(", without {} that never ran", Counted(unknown, "table")) : "");
  return text + "\n";
}

std::string SnapshotText(const std::vector<Snapshot>& snapshots) {
  std::string text;
  for (size_t i = 0; i < snapshots.size(); ++i) {
    const Snapshot& one = snapshots[i];
    bool newest =
        i + 1 == snapshots.size() || snapshots[i + 1].feed != one.feed || !snapshots[i + 1].problem.empty();
    if (!one.problem.empty())
      text += fmt::format("quarantined {} {}: {}\n", one.feed, one.path, one.problem);
    else if (newest)  // the newest season's
      text += fmt::format("{} {}: served by the snapshot of {} UTC ({}), {}\n", one.feed, one.season,
                          one.seen_at, Age(one.age), one.path);
  }
  return text;
}

std::string NullColumnsText(const std::vector<NullColumns>& missing) {
  std::string text;
  for (const NullColumns& one : missing)
    text += fmt::format("No {} in {}, so {}: {}\n", one.needs, Join(one.seasons, ", "),
                        one.columns.size() == 1 ? "this column is NULL" : "these columns are NULL",
                        Join(one.columns, ", "));
  return text;
}

std::string ChangesText(const std::vector<TableChanges>& tables, const ValuesView& view) {
  auto shown = [](const std::optional<std::string>& one) { return one.value_or("NULL"); };
  std::string text;
  for (const TableChanges& table : tables) {
    std::vector<std::string> what;
    if (table.anew) what.push_back("made anew");
    if (table.new_dates) what.push_back(Counted(table.new_dates, "new date"));
    for (const auto& [count, kind] :
         {std::pair(table.changed, "changed"), std::pair(table.added, "new"), std::pair(table.gone, "gone")})
      if (count) what.push_back(fmt::format("{} {}", Counted(count, "row"), kind));
    if (table.dates && !what.empty()) what.back() += " on " + Counted(table.dates, "date");
    text += fmt::format("{}: {}\n", table.table, Join(what, "; "));
    std::vector<std::string> columns;
    for (const auto& [column, rows] : table.columns)
      columns.push_back(fmt::format("{} ({})", column, WithCommas(rows)));
    if (!columns.empty()) text += fmt::format("  columns: {}\n", Join(columns, ", "));
    for (const ValueChange& value : table.values)
      text += fmt::format(
          "  {}: {}\n", value.key,
          !value.column.empty()
              ? view.Text(fmt::format("{} {} -> {}", value.column, shown(value.before), shown(value.after)))
          : value.after ? "the row is new"
                        : "the row is gone");
    if (int64_t more = table.values_changed - int64_t(table.values.size()); more > 0)
      text += fmt::format("  and {}\n", Counted(more, "more value"));
  }
  return text;
}

std::string TrialText(const Trial& trial, const ValuesView& view) {
  std::string text = ChangesText(trial.changes, view);
  for (const ledger::RunFailure& failure : trial.failures)
    text += fmt::format("{} {} would fail: {}\n", failure.table, failure.date.Str(), failure.message);
  return text;
}

std::string PublishText(const PublishReport& report) {
  std::string through =
      report.complete_through ? "complete through " + report.complete_through->Str() : "no date is complete";
  if (report.folder.starts_with("bigquery:"))
    return fmt::format("{}: {}, {}\n", report.folder, through,
                       report.written.empty()
                           ? "as it was"
                           : fmt::format("{} in {}", Join(report.written, ", "), Seconds(report.seconds)));
  if (!report.version) return fmt::format("{}: nothing is published yet, {}\n", report.folder, through);
  return fmt::format("{}: version {}, {}{}\n", report.folder, report.version, through,
                     report.written.empty()
                         ? ", as it was"
                         : fmt::format(", {} written in {}", Counted(int64_t(report.written.size()), "file"),
                                       Seconds(report.seconds)));
}

}  // namespace backcourt
