// What loads keep of files beside their rows: whether any row is used, which names match nobody, which files
// there were; and forgetting those that are gone.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "load/loader.h"
#include "load/moved_files.h"
#include "load/raw_table_sql.h"
#include "warehouse/duckdb/catalog.h"

namespace backcourt {

namespace {

// In the reasons for which rows are left out: that they fit nothing here. Other reasons (served by another
// source, not over, captured too late) are those of files that are as they should be.
constexpr const char* kFitsNothing =
    "(not in the schedule|not in the crosswalk|of another season|date of no season|without a date|no player "
    "of this name|no known type|no league id|of another game under this id|no source has its date|does not "
    "play in the game)";

constexpr int kTellsDates = 30;  // sources of the schedule of a higher rank tell no more than teams

}  // namespace

std::string Loader::UselessHint(const Project& project, const std::string& reason) {
  auto has = [&](const char* word) { return reason.find(word) != std::string::npos; };
  if (has(kReadTogether)) {
    std::vector<std::string> patterns;
    for (const Feed& feed : project.feeds)
      if (has((" " + feed.name + ",").c_str()) || has((" " + feed.name + " and").c_str()))
        for (const std::string& pattern : project.Patterns(feed))
          patterns.push_back(pattern);
    return "add " + Join(patterns, " or ");
  }
  if (has("known type"))
    return "[league.game_types] of backcourt.toml, where the ids of another league begin otherwise";
  if (has("crosswalk")) return "espn_crosswalk.csv with its games and players";
  if (has("season")) return "a name or a folder that shows which season is in the file";
  if (has("name"))
    return "seeds/player_aliases.csv (name, player_id) beside backcourt.toml; `backcourt show "
           "raw_unmatched_names`";
  if (!has("schedule") && !has("date")) return "the file that belongs there, fetched again";
  std::set<std::string> feeds;
  for (const Source& source : project.sources)
    if (source.table == project.schedule && source.rank <= kTellsDates)
      feeds.insert(source.feeds.begin(), source.feeds.end());
  return fmt::format("files that list the games themselves: {}", Join({feeds.begin(), feeds.end()}, ", "));
}

Result<> Loader::KeepUses(const RawTable& table, const SourceGroup& group, bool part) {
  if (group.Derived()) return {};
  std::string incoming = "temp." + Ident(group.incoming), uses;
  std::string used =
      fmt::format("bool_or(dropped IS NULL OR NOT regexp_matches(dropped, {}))", Quote(kFitsNothing));
  bool by_unit = !group.source->by_unit.empty();
  for (const auto& [feed, files] : part ? group.part : group.feeds) {
    bool mine = std::find(group.source->feeds.begin(), group.source->feeds.end(), feed->name) !=
                group.source->feeds.end();
    if (!mine || feed->snapshots || files.empty()) continue;
    std::string paths;
    for (const FoundFile& file : files)
      paths += fmt::format("{}({})", paths.empty() ? "" : ", ", Quote(file.path));
    if (!uses.empty()) uses += " UNION ALL ";
    if (by_unit && group.ByUnit(feed->name))
      uses += fmt::format(
          R"sql(SELECT g.path, bool_or(i.used) AS used, min(i.reason) AS reason
FROM (SELECT DISTINCT path, unit FROM temp.given WHERE source = {source} AND season = {season} AND feed = {feed}) g
JOIN (SELECT {unit} AS unit_, {used} AS used, min(dropped) AS reason FROM {incoming} GROUP BY 1) i ON i.unit_ = g.unit
GROUP BY g.path)sql",
          fmt::arg("source", Quote(group.source->name)), fmt::arg("season", Quote(group.season)),
          fmt::arg("feed", Quote(feed->name)), fmt::arg("unit", UnitSql(table)), fmt::arg("used", used),
          fmt::arg("incoming", incoming));
    else
      uses += fmt::format(
          R"sql(SELECT f.path, i.used, i.reason FROM (VALUES {paths}) f(path),
  (SELECT {used} AS used, min(dropped) AS reason FROM {incoming} HAVING count(*) > 0) i)sql",
          fmt::arg("paths", paths), fmt::arg("used", used), fmt::arg("incoming", incoming));
  }
  std::string touched = "true";
  if (part) {
    std::set<std::string> paths;
    for (const auto& [feed, files] : group.part)
      for (const FoundFile& file : files)
        paths.insert(file.path);
    touched = paths.empty() ? "false" : "path IN (" + QuotedList(paths) + ")";
  }
  return ledger::ReplaceFileUses(connection_, group.source->name, group.season, touched,
                                 uses.empty() ? "" : "(" + uses + ")");
}

Result<> Loader::KeepUnservedFiles() {
  std::vector<std::tuple<std::string, std::string, std::string>> unserved;  // season, path, reason
  for (const UnservedFiles& some : sources_.Unserved())
    for (const std::string& path : some.paths)
      unserved.emplace_back(some.season, path, some.Reason());
  return ledger::WriteUnservedFiles(connection_, unserved);
}

Result<> Loader::KeepSeenFiles() {
  std::vector<ledger::LoadedFile> seen;
  for (const auto& [feed, files] : sources_.files())
    for (const FoundFile& file : files)
      if (file.local.empty()) seen.push_back({feed, file.path, file.season, file.size, file.mtime, 0});
  std::sort(seen.begin(), seen.end(),
            [](const auto& a, const auto& b) { return std::tie(a.path, a.feed) < std::tie(b.path, b.feed); });
  std::vector<ledger::LoadedFile> before = TRY(ledger::ReadSeenFiles(connection_));
  bool same =
      std::equal(seen.begin(), seen.end(), before.begin(), before.end(), [](const auto& a, const auto& b) {
        return a.path == b.path && a.feed == b.feed && a.size == b.size && a.mtime == b.mtime;
      });
  if (same) return {};
  TRY(ledger::WriteSeenFiles(connection_, seen));
  return ledger::WriteContents(connection_,
                               TRY(LookAtContents(sources_.files(), TRY(ledger::ReadContents(connection_)))));
}

Result<> Loader::ListUnmatchedNames(LoadReport& report) {
  const RawTable* table = project_.FindRaw(kUnmatchedNames);
  if (!table) return {};
  TRY(connection_.Execute(R"sql(
      CREATE OR REPLACE TEMP TABLE unmatched AS
      SELECT source, season, name, CAST(row_count AS BIGINT) AS row_count FROM backcourt.unmatched_names)sql"));
  std::vector<PartitionDigest> digests =
      TRY(DigestPartitions(connection_, {"temp.unmatched", "0", HashedColumns(*table)}));
  Cell cell;
  if (!digests.empty()) cell.rows = digests[0].rows, cell.digest = digests[0].digest;
  const Cell* before = cells_[table->name].Find(0);
  if (before ? before->digest == cell.digest : cell.rows == 0) return {};
  cell.state = cell.rows ? CellState::kFresh : CellState::kEmpty;
  cell.run = cell.changed = report.run;
  TRY(connection_.Execute(fmt::format(R"sql(
      DELETE FROM main.{table};
      INSERT INTO main.{table} BY NAME FROM temp.unmatched ORDER BY row_count DESC, source, season, name)sql",
                                      fmt::arg("table", Ident(table->name)))));
  cells_[table->name].Put(cell);
  ++report.changed_cells;
  return ledger::WriteCells(connection_, table->name, {cell});
}

}  // namespace backcourt
