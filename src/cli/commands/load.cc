#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/load_text.h"
#include "cli/session.h"
#include "proof/null_columns.h"

namespace backcourt {

namespace {

constexpr size_t kMostVanished = 5;  // files named one by one

}  // namespace

std::string LoadText(const LoadReport& report) {
  std::string text;
  if (report.run == 0) {
    text = "nothing to load: the files are as they were\n";
  } else {
    text = fmt::format("{:<20} {:<8} {:>10} {:>6} {:>9} {:>8} {:>6}\n", "raw table", "season", "rows",
                       "games", "new", "changed", "gone");
    for (const LoadedTable& t : report.tables)
      text += fmt::format("{:<20} {:<8} {:>10} {:>6} {:>9} {:>8} {:>6}\n", t.table,
                          t.season.empty() ? "-" : t.season, WithCommas(t.rows),
                          t.games ? WithCommas(t.games) : "", WithCommas(t.added), WithCommas(t.changed),
                          WithCommas(t.gone));
    for (const DroppedRows& d : report.dropped)
      text += fmt::format("dropped from {} {}: {} rows, {} ({})\n", d.table, d.season, WithCommas(d.rows),
                          d.reason, d.source);
    for (size_t i = 0; i < report.served.size();) {  // said where several sources serve a season
      size_t end = i;
      std::vector<std::string> parts;
      for (; end < report.served.size() && report.served[end].table == report.served[i].table &&
             report.served[end].season == report.served[i].season;
           ++end)
        parts.push_back(
            fmt::format("{} {}", report.served[end].source, WithCommas(report.served[end].units)));
      if (parts.size() > 1)
        text += fmt::format("{} {} is served, by {}, from {}\n", report.served[i].table,
                            report.served[i].season, report.served[i].unit, Join(parts, ", "));
      i = end;
    }
    text += fmt::format("{} files read, {} raw cells changed, in {}\n", report.files.size(),
                        WithCommas(report.changed_cells), Seconds(report.seconds));
  }
  for (const ledger::UselessFile& file : report.useless)
    text += fmt::format("{}: no row of it is used: {}\n", file.path, file.reason);
  for (size_t i = 0; i < std::min<size_t>(report.unmatched.size(), 5); ++i)
    text += fmt::format("{}{} ({} rows){}", i ? ", " : "names that match no player: ", report.unmatched[i].name,
                        WithCommas(report.unmatched[i].rows),
                        i + 1 == std::min<size_t>(report.unmatched.size(), 5)
                            ? fmt::format("; all {} are in raw_unmatched_names\n", report.unmatched.size())
                            : "");
  for (const auto& [column, rows] : report.unparsed)
    text += fmt::format("{} values of {} do not parse, and are NULL\n", WithCommas(rows), column);
  for (const UnreadFiles& kind : report.unread)
    text += UnreadText(kind) + "\n";
  for (const std::string& rows : report.doubled)
    text += rows + "; none of them is loaded\n";
  if (!report.disagreements.empty())
    text += fmt::format("{} statements about the date or the teams of a game disagree:\n",
                        WithCommas(int64_t(report.disagreements.size())));
  for (size_t i = 0; i < std::min<size_t>(report.disagreements.size(), 3); ++i) {
    const Disagreement& one = report.disagreements[i];
    text += fmt::format("  {} {} ({} against {})\n", one.unit, one.what, one.file.empty() ? one.source : one.file,
                        one.other_file.empty() ? one.other_source : one.other_file);
  }
  for (size_t i = 0; i < std::min(report.vanished.size(), kMostVanished); ++i)
    text += fmt::format("no longer there: {}; what was loaded from it stays\n", report.vanished[i]);
  if (report.vanished.size() > kMostVanished)
    text += fmt::format("no longer there: and {} more\n", report.vanished.size() - kMostVanished);
  return text + SnapshotText({}, report.quarantined) + AbsentText(report.absent);
}

Result<std::vector<AbsentFeed>> AbsentFeeds(const Project& project, const View& view) {
  std::vector<FoundFile> known;
  if (!view.cells.empty())
    for (const ledger::LoadedFile& file : TRY(ledger::ReadFiles(*view.connection)))
      known.push_back({file.path, file.season, file.size, file.mtime, ""});
  return Loader(project, *view.connection, Finder(project, std::move(known)), [](const std::string&) {})
      .Absent();
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

nlohmann::json LoadJson(const LoadReport& report) {
  nlohmann::json tables = nlohmann::json::array(), dropped = nlohmann::json::array(),
                 served = nlohmann::json::array(), absent = nlohmann::json::array();
  for (const LoadedTable& t : report.tables)
    tables.push_back({{"table", t.table},
                      {"season", t.season},
                      {"rows", t.rows},
                      {"games", t.games},
                      {"new", t.added},
                      {"changed", t.changed},
                      {"gone", t.gone}});
  for (const DroppedRows& d : report.dropped)
    dropped.push_back({{"table", d.table},
                       {"source", d.source},
                       {"season", d.season},
                       {"reason", d.reason},
                       {"rows", d.rows}});
  for (const ServedUnits& s : report.served)
    served.push_back({{"table", s.table},
                      {"season", s.season},
                      {"source", s.source},
                      {"unit", s.unit},
                      {"units", s.units}});
  for (const AbsentFeed& feed : report.absent)
    absent.push_back({{"table", feed.table}, {"season", feed.season}, {"feeds", feed.feeds}});
  nlohmann::json quarantined = nlohmann::json::array();
  for (const Snapshot& one : report.quarantined)
    quarantined.push_back(
        {{"feed", one.feed}, {"season", one.season}, {"path", one.path}, {"problem", one.problem}});
  nlohmann::json disagreements = nlohmann::json::array();
  for (const Disagreement& one : report.disagreements)
    disagreements.push_back({{"table", one.table},
                             {"season", one.season},
                             {"unit", one.unit},
                             {"what", one.what},
                             {"source", one.source},
                             {"file", one.file},
                             {"other_source", one.other_source},
                             {"other_file", one.other_file}});
  nlohmann::json useless = nlohmann::json::array(), unmatched = nlohmann::json::array();
  for (const ledger::UselessFile& file : report.useless)
    useless.push_back({{"path", file.path}, {"reason", file.reason}});
  for (const ledger::UnmatchedName& one : report.unmatched)
    unmatched.push_back({{"name", one.name}, {"rows", one.rows}});
  nlohmann::json unread = nlohmann::json::array();
  for (const UnreadFiles& kind : report.unread) {
    unread.push_back({{"pattern", kind.pattern}, {"files", kind.files}, {"example", kind.example}});
    unread.back()["feeds"] = nlohmann::json::array();
    for (const Feed* feed : kind.fits)
      unread.back()["feeds"].push_back(feed->name);
  }
  return {{"disagreements", disagreements},
          {"unread", unread},
          {"useless", useless},
          {"unmatched", unmatched},
          {"unparsed", report.unparsed},
          {"doubled", report.doubled},
          {"run", report.run ? nlohmann::json(report.run) : nlohmann::json()},
          {"files", report.files},
          {"vanished", report.vanished},
          {"tables", tables},
          {"dropped", dropped},
          {"served", served},
          {"absent", absent},
          {"quarantined", quarantined},
          {"changed_cells", report.changed_cells},
          {"seconds", report.seconds}};
}

Finder OnlineFinder(const Project& project) {
  return Finder(project, [] { return Interrupted(); });
}

Result<LoadReport> LoadInto(Session& session, const Output& output, bool quiet,
                            const std::vector<std::string>& only) {
  auto connection = TRY(session.warehouse->Connect());
  bool shown = false;
  Loader loader(session.project, *connection, OnlineFinder(session.project), [&](const std::string& line) {
    if (quiet) return;
    if (output.terminal) output.Err("\r\x1b[2K" + line), shown = true;
  });
  Watch watch = CancelWhenInterrupted(*connection);
  TRY(loader.Prepare());
  auto report = loader.Load(only);
  if (shown) output.Err("\r\x1b[2K");
  return report;
}

Result<int> RunLoad(Session& session, const Arguments& arguments, const Output& output) {
  std::vector<std::string> only;
  for (const std::string& word : arguments.words)
    only.push_back(IsRemote(word) ? word : std::filesystem::absolute(word).lexically_normal().string());
  LoadReport report = TRY(LoadInto(session, output, arguments.json, only));
  output.Out(arguments.json ? LoadJson(report).dump(2) + "\n" : LoadText(report));
  if (!arguments.json && report.run) {  // which columns go without a feed
    View view = TRY(Look(session));
    output.Out(NullColumnsText(TRY(FindNullColumns(*view.connection, session.project, view.calendar))));
  }
  if (!report.useless.empty()) {
    output.Err(fmt::format("{} files have no row that is used, as {}: {}\n  Try: {}\n", report.useless.size(),
                           report.useless.front().path, report.useless.front().reason,
                           UselessHint(session.project, report.useless.front().reason)));
    return 4;
  }
  return 0;
}

}  // namespace backcourt
