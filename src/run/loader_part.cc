// The parts of loads: where few files of a season changed, only the units that
// they hold are made again.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "run/loader.h"

namespace backcourt {

std::string UnitSql(const RawTable& table) { return "coalesce(CAST(" + Ident(table.unit) + " AS VARCHAR), '')"; }

std::string QuotedList(const std::set<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(Quote(name));
  return Join(quoted, ", ");
}

std::vector<LoadedFile> Loader::FilesBefore(const Group& group, const Feed& feed) const {
  std::vector<LoadedFile> files;
  for (const LoadedFile& file : loaded_)
    if (file.feed == feed.name && (file.season.empty() || file.season == group.season)) files.push_back(file);
  std::sort(files.begin(), files.end(), [](const LoadedFile& a, const LoadedFile& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string> Loader::FreshFiles(const Group& group) const {
  std::vector<std::string> fresh;
  for (const auto& [feed, files] : group.feeds) {
    std::vector<LoadedFile> before = FilesBefore(group, *feed);
    for (const FoundFile& file : files)
      if (std::none_of(before.begin(), before.end(), [&](const LoadedFile& f) { return f.path == file.path && f.size == file.size && f.mtime == file.mtime; })) fresh.push_back(file.path);
  }
  return fresh;
}

Result<bool> Loader::PlanPart(const RawTable& table, const std::vector<Group*>& groups, const std::set<std::string>& seasons, LoadReport& report) {
  bool keyed = std::find(table.key.begin(), table.key.end(), table.unit) != table.key.end();
  if (table.unit.empty() || !keyed || seasons.contains("")) return false;
  std::set<std::pair<std::string, std::string>> here;
  std::map<std::pair<const Group*, const Feed*>, std::set<std::string>> touched;  // paths: new, changed and gone
  size_t files = 0, touches = 0;
  for (const Group* group : groups) {
    here.insert({group->source->name, group->season});
    auto before = ran_.find({group->source->name, group->season});
    if (group->season.empty() || before == ran_.end() || before->second.second != group->reads || group->identity.ends_with("+")) return false;
    Hasher held;
    for (const auto& [feed, now] : group->feeds) {
      const auto& by = group->source->by_unit;
      if (std::find(by.begin(), by.end(), feed->name) == by.end() && !(now.empty() && FilesBefore(*group, *feed).empty())) return false;
      held.Add(feed->name);
      std::map<std::string, std::pair<int64_t, int64_t>> was;
      for (const LoadedFile& file : FilesBefore(*group, *feed)) {
        held.Add(file.path).Add(file.size).Add(file.mtime);
        was[file.path] = {file.size, file.mtime};
      }
      std::set<std::string>& paths = touched[{group, feed}];
      for (const FoundFile& file : now) {
        auto known = was.find(file.path);
        if (known == was.end() || known->second != std::pair(file.size, file.mtime)) paths.insert(file.path);
        if (known != was.end()) was.erase(known);
      }
      for (const auto& [path, of_then] : was) paths.insert(path);
      files += now.size();
      touches += paths.size();
    }
    if (before->second.first != group->text + held.Finish().Hex()) return false;  // of another text, or the ledger tells of other files
  }
  for (const Source& source : sources_)  // one that ran and is not there any more
    if (source.table == table.name)
      for (const auto& [ran, of_then] : ran_)
        if (ran.first == source.name && (ran.second.empty() || seasons.contains(ran.second)) && !here.contains(ran)) return false;
  if (touches * 4 > files) return false;  // not worth it

  TRY(connection_.Execute("CREATE OR REPLACE TEMP TABLE affected (unit VARCHAR)"));
  auto affect = [&](const std::string& select) {
    return connection_.Execute("INSERT INTO temp.affected SELECT DISTINCT unit FROM (" + select + ") WHERE unit NOT IN (SELECT unit FROM temp.affected)");
  };
  auto of_feed = [](const Group& group, const Feed& feed) {
    return fmt::format("FROM backcourt.file_units WHERE source = {} AND season = {} AND feed = {}", Quote(group.source->name), Quote(group.season), Quote(feed.name));
  };
  for (Group* group : groups) {
    for (const auto& [feed, now] : group->feeds) {
      const std::set<std::string>& paths = touched[{group, feed}];
      if (paths.empty()) continue;
      TRY(affect(fmt::format("SELECT unit {} AND path IN ({})", of_feed(*group, *feed), QuotedList(paths))));
      std::vector<FoundFile> fresh;
      for (const FoundFile& file : now)
        if (paths.contains(file.path)) fresh.push_back(file);
      if (fresh.empty()) continue;
      std::erase_if(materialized_, [&](const auto& held) { return held.first.starts_with("held " + feed->name + " "); });
      TRY(Materialize(*feed, fresh, report));
      materialized_["feed_" + feed->name] = true;
      TRY(affect(fmt::format("SELECT {} AS unit FROM temp.{}", UnitSql(table), Ident("feed_" + feed->name))));
    }
  }
  for (Group* group : groups) {
    group->part.clear();
    for (const auto& [feed, now] : group->feeds) {
      Rows holding = TRY(connection_.Query(fmt::format("SELECT DISTINCT path {} AND unit IN (SELECT unit FROM temp.affected)", of_feed(*group, *feed))));
      std::set<std::string> paths = touched[{group, feed}];
      for (size_t i = 0; i < holding.size(); ++i) paths.insert(holding.Text(i, 0));
      std::vector<FoundFile> some;
      for (const FoundFile& file : now)
        if (paths.contains(file.path)) some.push_back(file);
      group->part.emplace_back(feed, std::move(some));
    }
  }
  return true;
}

Result<std::string> Loader::KeepUnits(const RawTable& table, const Group& group, bool part) {
  std::string mine = fmt::format("source = {} AND season = {}", Quote(group.source->name), Quote(group.season));
  std::string owner = Quote(group.source->name) + ", " + Quote(group.season);
  std::string write = fmt::format("DELETE FROM backcourt.dropped_units WHERE {0}{1}; INSERT INTO backcourt.dropped_units SELECT * FROM temp.left_out WHERE {0};", mine,
                                  part ? " AND unit IN (SELECT unit FROM temp.affected)" : "");
  if (!part) write += fmt::format("DELETE FROM backcourt.file_units WHERE {};", mine);
  for (const auto& [feed, files] : part ? group.part : group.feeds) {
    bool by_unit = std::find(group.source->by_unit.begin(), group.source->by_unit.end(), feed->name) != group.source->by_unit.end();
    if (!by_unit) continue;
    std::set<std::string> paths;  // read again, or gone
    for (const LoadedFile& file : FilesBefore(group, *feed)) paths.insert(file.path);
    for (const auto& [all_of, now] : group.feeds)
      if (all_of == feed)
        for (const FoundFile& file : now) paths.erase(file.path);
    for (const FoundFile& file : files) paths.insert(file.path);
    if (part && !paths.empty()) write += fmt::format("DELETE FROM backcourt.file_units WHERE {} AND feed = {} AND path IN ({});", mine, Quote(feed->name), QuotedList(paths));
    TRY(connection_.Execute(fmt::format("INSERT INTO temp.given SELECT DISTINCT {}, {}, file, {} FROM temp.{}", owner, Quote(feed->name), UnitSql(table), Ident("feed_" + feed->name))));
  }
  TRY(connection_.Execute(fmt::format("INSERT INTO temp.left_out SELECT {}, {}, dropped, count(*) FROM temp.{} WHERE dropped IS NOT NULL GROUP BY ALL", owner, UnitSql(table), Ident(group.incoming))));
  return write + fmt::format("INSERT INTO backcourt.file_units SELECT * FROM temp.given WHERE {};", mine);
}

}  // namespace backcourt
