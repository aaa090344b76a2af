#include "cli/texts.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <iostream>

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
    text += fmt::format("and {} more files of which no row is used\n", report.useless.size() - kMostVanished);
  if (!report.disagreements.empty())
    text += fmt::format("{} times another source has another date or other teams of a game:\n",
                        WithCommas(int64_t(report.disagreements.size())));
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

bool MayLose(const Error& error, const Output& output) {
  if (!output.terminal || !isatty(STDIN_FILENO) || !error.hint.starts_with(kYesHint)) return false;
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
    for (const DroppedRows& d : report.dropped)
      text += fmt::format("dropped from {} {}: {}, {} ({})\n", d.table, d.season, Counted(d.rows, "row"),
                          d.reason, d.source);
    text += ServedText(report.served);
    text += fmt::format("{} read, {} changed, in {}\n", Counted(int64_t(report.files.size()), "file"),
                        Counted(report.changed_cells, "raw cell"), Seconds(report.seconds));
  }
  if (!report.asks.empty()) text += "the load would ask first: " + report.asks + "\n";
  return text + FindingsText(report) + VanishedText(report) + SnapshotText(report.quarantined) +
         AbsentText(report.absent);
}

std::string VanishedText(const LoadReport& report) {
  std::string text;
  for (size_t i = 0; i < std::min(report.gone.size(), kMostVanished); ++i)
    text += fmt::format("gone: {}; what it gave is served by other files, or is gone too\n", report.gone[i]);
  if (report.gone.size() > kMostVanished)
    text += fmt::format("gone: and {} more\n", report.gone.size() - kMostVanished);
  for (size_t i = 0; i < std::min(report.vanished.size(), kMostVanished); ++i)
    text += fmt::format("no longer there: {}; put it back, or `backcourt forget {}`\n", report.vanished[i],
                        report.vanished[i]);
  if (report.vanished.size() > kMostVanished)
    text += fmt::format("no longer there: and {} more\n", report.vanished.size() - kMostVanished);
  return text;
}

std::string AbsentText(const std::vector<AbsentFeed>& absent) {
  // One line a table and feed, its seasons joined.
  std::vector<std::pair<std::pair<std::string, std::string>, std::vector<std::string>>> lines;
  for (const AbsentFeed& feed : absent) {
    auto key = std::pair(feed.table, feed.feeds);
    auto line = std::find_if(lines.begin(), lines.end(), [&](auto& l) { return l.first == key; });
    if (line == lines.end()) line = lines.insert(lines.end(), {key, {}});
    if (!feed.season.empty()) line->second.push_back(feed.season);
  }
  std::string text;
  for (const auto& [key, seasons] : lines)
    text += fmt::format("absent feed: {}{} ({} goes without)\n", key.second,
                        seasons.empty() ? "" : " for " + Join(seasons, ", "), key.first);
  return text;
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
  return text + fmt::format(" ({} off-day{} skipped: {}{})", off, off == 1 ? "" : "s", Join(skipped, ", "),
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
        "removed: {} is in the warehouse ({} rows), and no file of the project makes it; "
        "`backcourt drop {}` takes it out\n",
        one.table, WithCommas(one.rows), one.table);
  return text;
}

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
        "{}: the rows of {} go: they are no game dates any more, or not due and not true any more\n", table,
        Counted(dates, "date"));
  if (report.not_due)
    text += fmt::format("not due yet: {} of later dates; `--ahead all` fills them too\n",
                        Counted(report.not_due, "cell"));
  if (report.plan.batches.empty()) return text + "nothing to do: all of it is fresh\n";
  constexpr const char* kLine = "{:<34} {:<26} {:>6} {:>10} {:>8}  {}{}\n";
  text += fmt::format(kLine, "table", "dates", "cells", "rows", "time", "because", "");
  double seconds = 0;
  for (const SavedBatch& batch : report.plan.batches) {
    std::map<std::string, int> why;
    for (const SavedCell& cell : batch.cells)
      ++why[cell.because];
    std::vector<std::string> reasons;
    for (const auto& [state, n] : why)
      reasons.push_back(fmt::format("{} {}", n, state));
    std::string first = batch.cells.front().date.Str(), last = batch.cells.back().date.Str();
    seconds += batch.expected_seconds;
    text += fmt::format(kLine, batch.table, first == last ? first : first + " to " + last, batch.cells.size(),
                        batch.expected_rows > 0 ? "~" + WithCommas(int64_t(batch.expected_rows)) : "",
                        batch.expected_seconds > 0 ? "~" + Seconds(batch.expected_seconds) : "",
                        Join(reasons, ", "), batch.canary ? " (canary: the first of a new text)" : "");
  }
  std::vector<std::string> sums;
  for (const auto& [state, n] : report.plan.counts)
    sums.push_back(fmt::format("{} {}", WithCommas(n), state));
  text += fmt::format(
      "{} in {}: {}", Counted(report.plan.cells, "cell"),
      report.plan.batches.size() == 1 ? "1 batch" : fmt::format("{} batches", report.plan.batches.size()),
      Join(sums, ", "));
  if (seconds > 0) text += fmt::format("; about {} of work", Seconds(seconds));
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
    text += fmt::format("no {} in {}, so these are NULL or have no value of it: {}\n", one.needs,
                        Join(one.seasons, ", "), Join(one.columns, ", "));
  return text;
}

std::string PublishText(const PublishReport& report) {
  std::string through =
      report.complete_through ? "complete through " + report.complete_through->Str() : "no date is complete";
  if (!report.version) return fmt::format("{}: nothing is published yet, {}\n", report.folder, through);
  return fmt::format("{}: version {}, {}{}\n", report.folder, report.version, through,
                     report.written.empty()
                         ? ", as it was"
                         : fmt::format(", {} written in {}", Counted(int64_t(report.written.size()), "file"),
                                       Seconds(report.seconds)));
}

}  // namespace backcourt
