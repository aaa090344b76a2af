// The parts of loads: where few files of a season changed, only the units that
// they hold are made again.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "files/archive.h"
#include "load/loader.h"
#include "load/raw_table_sql.h"

namespace backcourt {

namespace {

// The ledger's rows of which units the files of a feed hold.
std::string UnitsOfFeed(const SourceGroup& group, const Feed& feed) {
  return fmt::format("FROM backcourt.file_units WHERE source = {} AND season = {} AND feed = {}",
                     Quote(group.source->name), Quote(group.season), Quote(feed.name));
}

// The file that the ledger knows, of a row: the archive of a member.
std::string KnownFile(const std::vector<FoundFile>& files) {
  std::string archives;
  for (const FoundFile& file : files)
    if (IsArchive(file.path))
      archives +=
          fmt::format(" WHEN starts_with(file, {}) THEN {}", Quote(file.path + "/"), Quote(file.path));
  return archives.empty() ? "file" : "CASE" + archives + " ELSE file END";
}

}  // namespace

FeedFiles Loader::FilesBefore(const SourceGroup& group) const {
  FeedFiles files;
  for (const auto& [feed, now] : group.feeds) {
    std::vector<FoundFile> before;
    for (const ledger::LoadedFile& file : loaded_)
      if (file.feed == feed->name &&
          (file.season.empty() || group.season.empty() || file.season == group.season))
        before.push_back({file.path, file.season, file.size, file.mtime, ""});
    std::sort(before.begin(), before.end(),
              [](const FoundFile& a, const FoundFile& b) { return a.path < b.path; });
    files.emplace_back(feed, std::move(before));
  }
  return files;
}

std::vector<std::string> Loader::FreshFiles(const SourceGroup& group) const {
  std::vector<std::string> fresh;
  FeedFiles before = FilesBefore(group);
  for (size_t i = 0; i < before.size(); ++i)
    for (const FoundFile& file : group.feeds[i].second)
      if (std::none_of(before[i].second.begin(), before[i].second.end(), [&](const FoundFile& f) {
            return f.path == file.path && f.size == file.size && f.mtime == file.mtime;
          }))
        fresh.push_back(file.path);
  return fresh;
}

std::string Loader::ChangedUnits(const SourceGroup& group) const {
  std::set<std::string> tables;
  for (const std::string& read : group.source->reads)
    if (group.ByUnit(read)) tables.insert(read);
  return "SELECT unit FROM temp.changed_units WHERE table_name IN (" + QuotedList(tables) + ")";
}

std::optional<Loader::TouchedFiles> Loader::FindTouchedFiles(const std::vector<SourceGroup*>& groups) const {
  TouchedFiles touched;
  size_t files = 0, touches = 0;
  for (const SourceGroup* group : groups) {
    auto ran = ran_.find({group->source->name, group->season});
    FeedFiles before = FilesBefore(*group);
    if (ran == ran_.end() || ran->second.inputs != group->reads ||
        ran->second.identity != group->text + SourceGroup::Held(before))
      return {};  // of another text, or the ledger tells of other files
    if (group->identity.ends_with("+") || group->source->by_unit.empty()) return {};
    for (const std::string& read : group->source->by_unit)
      if (MissedChange(*group, read)) return {};
    for (size_t i = 0; i < before.size(); ++i) {
      const auto& [feed, now] = group->feeds[i];
      if (!group->ByUnit(feed->name) && !(now.empty() && before[i].second.empty())) return {};
      std::map<std::string, std::pair<int64_t, int64_t>> was;
      for (const FoundFile& file : before[i].second)
        was[file.path] = {file.size, file.mtime};
      std::set<std::string>& paths = touched[{group, feed}];
      for (const FoundFile& file : now) {
        auto known = was.find(file.path);
        if (known == was.end() || known->second != std::pair(file.size, file.mtime)) paths.insert(file.path);
        if (known != was.end()) was.erase(known);
      }
      for (const auto& [path, of_then] : was)
        paths.insert(path);
      files += now.size();
      touches += paths.size();
    }
  }
  if (touches * 4 > files) return {};  // not worth it
  return touched;
}

Result<> Loader::ListAffected(const RawTable& table, const std::vector<SourceGroup*>& groups,
                              const TouchedFiles& touched, LoadReport& report) {
  TRY(connection_.Execute("CREATE OR REPLACE TEMP TABLE affected (unit VARCHAR)"));
  auto affect = [&](const std::string& select) {
    return connection_.Execute("INSERT INTO temp.affected SELECT DISTINCT unit FROM (" + select +
                               ") WHERE unit NOT IN (FROM temp.affected)");
  };
  for (const SourceGroup* group : groups) {
    std::string mine = fmt::format("FROM backcourt.file_units WHERE source = {} AND season = {}",
                                   Quote(group->source->name), Quote(group->season));
    if (ReadsChanged(*group, true))
      TRY(affect("SELECT unit " + mine + " AND unit IN (" + ChangedUnits(*group) + ")"));
    for (const auto& [feed, now] : group->feeds) {
      const std::set<std::string>& paths = touched.at({group, feed});
      if (paths.empty()) continue;
      TRY(affect(
          fmt::format("SELECT unit {} AND path IN ({})", UnitsOfFeed(*group, *feed), QuotedList(paths))));
      std::vector<FoundFile> fresh;
      for (const FoundFile& file : now)
        if (paths.contains(file.path)) fresh.push_back(file);
      if (fresh.empty()) continue;
      TRY(Materialize(*feed, fresh, report));
      TRY(affect(fmt::format("SELECT {} AS unit FROM temp.{}", UnitSql(table), Ident("feed_" + feed->name))));
    }
  }
  return {};
}

Result<bool> Loader::PlanPart(const RawTable& table, const std::vector<SourceGroup*>& groups,
                              const std::set<std::string>& seasons, LoadReport& report) {
  bool keyed = std::find(table.key.begin(), table.key.end(), table.unit) != table.key.end();
  if (table.unit.empty() || !keyed) return false;
  for (const auto& ran : GoneOf(table))
    if (seasons.contains("") || ran.second.empty() || seasons.contains(ran.second)) return false;
  std::optional<TouchedFiles> touched = FindTouchedFiles(groups);
  if (!touched) return false;
  TRY(ListAffected(table, groups, *touched, report));
  Rows weight = TRY(connection_.Query(fmt::format(R"sql(
      SELECT (SELECT count(*) FROM temp.affected) * 4
        > (SELECT count(DISTINCT unit) FROM backcourt.units WHERE table_name = {table}))sql",
                                                  fmt::arg("table", Quote(table.name)))));
  if (weight.Int(0, 0)) return false;
  for (SourceGroup* group : groups) {
    group->part.clear();
    for (const auto& [feed, now] : group->feeds) {
      Rows holding = TRY(connection_.Query(fmt::format(
          "SELECT DISTINCT path {} AND unit IN (FROM temp.affected)", UnitsOfFeed(*group, *feed))));
      std::set<std::string> paths = touched->at({group, feed});
      for (size_t i = 0; i < holding.size(); ++i)
        paths.insert(holding.Text(i, 0));
      std::vector<FoundFile> some;
      for (const FoundFile& file : now)
        if (paths.contains(file.path)) some.push_back(file);
      group->part.emplace_back(feed, std::move(some));
    }
  }
  return true;
}

Result<> Loader::KeepFiles(const SourceGroup& group, bool part, int64_t run) {
  FeedFiles before = FilesBefore(group);
  for (size_t i = 0; i < group.feeds.size(); ++i) {
    const auto& [feed, now] = group.feeds[i];
    std::set<std::string> gone;
    for (const FoundFile& file : before[i].second)
      gone.insert(file.path);
    for (const FoundFile& file : now)
      gone.erase(file.path);
    std::vector<ledger::LoadedFile> read;
    for (const FoundFile& file : part ? group.part[i].second : now) {
      read.push_back({feed->name, file.path, file.season, file.size, file.mtime, run});
      if (part) gone.insert(file.path);  // its row of before
    }
    if (part)
      TRY(ledger::RemoveFiles(connection_, feed->name, gone));
    else
      TRY(ledger::RemoveFiles(connection_, feed->name, group.season));
    TRY(ledger::WriteFiles(connection_, read));
  }
  return {};
}

Result<> Loader::KeepUnits(const RawTable& table, const SourceGroup& group, bool part) {
  const std::string &source = group.source->name, &season = group.season;
  std::string owner = Quote(source) + ", " + Quote(season);
  if (!part) TRY(ledger::RemoveFileUnits(connection_, source, season));
  FeedFiles before = FilesBefore(group);
  for (const auto& [feed, files] : part ? group.part : group.feeds) {
    if (!group.ByUnit(feed->name)) continue;
    std::set<std::string> paths;  // read again, or gone
    for (const auto& [all_of, files_before] : before)
      if (all_of == feed)
        for (const FoundFile& file : files_before)
          paths.insert(file.path);
    for (const auto& [all_of, now] : group.feeds)
      if (all_of == feed)
        for (const FoundFile& file : now)
          paths.erase(file.path);
    for (const FoundFile& file : files)
      paths.insert(file.path);
    if (part) TRY(ledger::RemoveFileUnits(connection_, source, season, feed->name, paths));
    TRY(connection_.Execute(fmt::format("INSERT INTO temp.given SELECT DISTINCT {}, {}, {}, {} FROM temp.{}",
                                        owner, Quote(feed->name), KnownFile(files), UnitSql(table),
                                        Ident("feed_" + feed->name))));
  }
  TRY(connection_.Execute(fmt::format(R"sql(
      INSERT INTO temp.left_out SELECT {owner}, {unit}, dropped, count(*) FROM temp.{incoming}
      WHERE dropped IS NOT NULL GROUP BY ALL)sql",
                                      fmt::arg("owner", owner), fmt::arg("unit", UnitSql(table)),
                                      fmt::arg("incoming", Ident(group.incoming)))));
  TRY(ledger::ReplaceDroppedUnits(connection_, source, season, part ? "unit IN (FROM temp.affected)" : "true",
                                  "temp.left_out"));
  return ledger::WriteFileUnits(connection_, source, season, "temp.given");
}

}  // namespace backcourt
