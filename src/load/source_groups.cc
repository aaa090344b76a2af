#include "load/source_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "load/file_seasons.h"
#include "project/sql_text.h"

namespace backcourt {

namespace {

constexpr const char* kOwn = "canonical ";  // prefix of sources and feeds of the raw tables' own shape

bool Contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool IsOwn(const Source& source) { return source.name.starts_with(kOwn); }

// Files in a raw table's own shape say that a game is over, before all others; those of the schedule only
// where its results are in files of that kind too: then with the date of the result.
void OwnStatements(const Project& project, const RawTable& table, Source& source) {
  constexpr const char* kOver = "true AS is_over, TIMESTAMP 'infinity' AS captured_at, file AS told_in";
  const RawTable* results = project.FindRaw(project.results);
  if (table.name != project.schedule || !results) {
    source.body = fmt::format("SELECT *, NULL AS dropped, {} FROM {}", kOver, Ident(source.name));
    return;
  }
  source.optional_feeds = {kOwn + results->name};
  source.body = fmt::format(
      R"sql(WITH played AS (SELECT {unit} AS unit_, {played_on} AS date_, min(file) AS in_ FROM {results} GROUP BY ALL)
SELECT s.* EXCLUDE (file), NULL AS dropped, p.date_ IS NOT DISTINCT FROM s.{date} AND p.unit_ IS NOT NULL AS is_over,
  CASE WHEN p.date_ = s.{date} THEN TIMESTAMP 'infinity' END AS captured_at, s.file AS told_in
FROM {schedule} s LEFT JOIN played p ON p.unit_ = s.{unit}
UNION ALL BY NAME
SELECT s.{unit}, s.season, s.season_year, s.game_type, p.date_ AS {date}, s.status, NULL AS dropped, true AS is_over,
  TIMESTAMP 'infinity' AS captured_at, p.in_ AS told_in
FROM {schedule} s JOIN played p ON p.unit_ = s.{unit} AND p.date_ <> s.{date})sql",
      fmt::arg("unit", Ident(results->unit)), fmt::arg("played_on", Ident(results->date)),
      fmt::arg("results", Ident(kOwn + results->name)), fmt::arg("date", Ident(table.date)),
      fmt::arg("schedule", Ident(source.name)));
}

}  // namespace

double SourceGroup::Work() const {
  double work = 100'000;
  for (const auto& [feed, files] : feeds)
    for (const FoundFile& file : files)
      work += double(file.size);
  return work;
}

bool SourceGroup::ByUnit(const std::string& name) const { return Contains(source->by_unit, name); }

std::string SourceGroup::Select(const std::string& columns) const {
  auto rows = [&](const std::string& where) {
    return fmt::format("SELECT {} FROM temp.{} WHERE dropped IS NULL{}", columns, Ident(incoming), where);
  };
  if (!middle) return rows("");
  return fmt::format("{} UNION ALL {}", rows(fmt::format(" AND rowid < {}", *middle)),
                     rows(fmt::format(" AND rowid >= {}", *middle)));
}

std::string SourceGroup::Held(const FeedFiles& feeds) {
  Hasher hasher;
  for (const auto& [feed, files] : feeds) {
    hasher.Add(feed->name);
    for (const FoundFile& file : files)
      hasher.Add(file.path).Add(file.size).Add(file.mtime);
  }
  return hasher.Finish().Hex();
}

Feed OwnFeed(const RawTable& table) {
  Feed feed;
  feed.name = kOwn + table.name;
  feed.about = "rows in the raw table's own shape";
  feed.paths = {table.name};
  feed.key = table.key;
  for (const Column& column : table.columns)
    feed.columns.push_back({column.name, column.type, "", false});
  return feed;
}

SourceGroups::SourceGroups(const Project& project) : project_(project) {
  for (const RawTable& table : project.raw_tables) {
    own_feeds_.push_back(OwnFeed(table));
    Source source;
    source.table = table.name;
    source.name = table.lake.empty() ? kOwn + table.name : LakeSourceOf(table);
    if (!table.lake.empty()) {  // no file has rows of it
      sources_.push_back(std::move(source));
      continue;
    }
    source.feeds = {source.name};
    source.body = "SELECT *, NULL AS dropped FROM " + Ident(source.name);
    if (table.statements) OwnStatements(project, table, source);
    sources_.push_back(std::move(source));
  }
  sources_.insert(sources_.end(), project.sources.begin(), project.sources.end());
  Hasher functions;
  for (const Function& function : project.functions)
    functions.Add(CanonicalSql(function.statement));
  functions_ = functions.Finish();
}

Result<> SourceGroups::Find(Connection& connection, FeedReader& reader, Finder& finder,
                            const std::function<Result<>()>& need_functions) {
  namespace fs = std::filesystem;
  std::set<std::string> seasonal;  // feeds whose files tell their seasons
  auto find = [&](const Feed& feed, const std::vector<std::string>& patterns) -> Result<> {
    feeds_[feed.name] = &feed;
    std::vector<FoundFile> found = TRY(finder.Find(patterns));
    bool by_query = !(feed.season.empty() && feed.document_season.empty() && feed.season_hint.empty());
    if (by_query && !found.empty()) TRY(need_functions());
    TRY(TellSeasons(feed, found, connection, reader, finder));
    for (FoundFile& file : found) {
      if (!file.season.empty() && !project_.seasons.empty() && !Contains(project_.seasons, file.season))
        continue;
      if (!file.season.empty()) seasonal.insert(feed.name);
      files_[feed.name].push_back(std::move(file));
    }
    return {};
  };
  for (size_t i = 0; i < own_feeds_.size(); ++i)  // one a raw table
    TRY(find(own_feeds_[i], project_.Patterns(project_.raw_tables[i])));
  for (const Feed& feed : project_.feeds)
    TRY(find(feed, project_.Patterns(feed)));
  for (const Seed& seed : project_.seeds)
    for (const std::string& path : {seed.file, seed.own})
      if (!path.empty()) files_["seed " + seed.name].push_back(LookAt(path, ""));
  for (const Source& source : sources_) {
    std::set<std::string> required, others;
    bool by_season = false;
    auto look = [&](const std::vector<std::string>& feeds, std::set<std::string>& seasons) {
      for (const std::string& feed : feeds) {
        by_season = by_season || seasonal.contains(feed);
        for (const FoundFile& file : files_[feed])
          if (seasonal.contains(feed)) seasons.insert(file.season);
      }
    };
    look(source.feeds, required);
    for (const auto& list : {source.any_of, source.optional_feeds})
      look(list, others);
    others.erase("");
    if (!by_season)
      MakeGroup(source, "");
    else
      for (const std::string& season : required.empty() ? others : required)
        MakeGroup(source, season);  // where only others are by season theirs count
  }
  return {};
}

bool SourceGroups::HasFiles(const std::string& feed, const std::string& season) const {
  auto files = files_.find(feed);
  return files != files_.end() &&
         std::any_of(files->second.begin(), files->second.end(), [&](const FoundFile& file) {
           return file.season.empty() || file.season == season || season.empty();
         });
}

void SourceGroups::MakeGroup(const Source& source, const std::string& season) {
  auto has_files = [&](const std::string& feed) { return HasFiles(feed, season); };
  if (!std::all_of(source.feeds.begin(), source.feeds.end(), has_files)) return;
  if (!source.any_of.empty() && std::none_of(source.any_of.begin(), source.any_of.end(), has_files)) return;
  SourceGroup group;
  group.source = &source;
  group.season = season;
  Hasher text;
  text.Add(CanonicalSql(source.body)).Add(int64_t(source.rank)).Add(functions_);
  for (const std::string& name : source.by_unit)
    text.Add(name);
  if (!source.alias.empty()) text.Add(source.alias);
  std::vector<std::string> words = SqlTokens(source.body);
  for (const auto* list : {&source.feeds, &source.any_of, &source.optional_feeds}) {
    for (const std::string& name : *list) {
      std::vector<FoundFile> mine;
      for (const FoundFile& file : files_[name])
        if (file.season.empty() || file.season == season || season.empty()) mine.push_back(file);
      text.Add(name).Add(feeds_[name]->rows);
      for (const auto& [there, column] : feeds_[name]->also)
        text.Add(there).Add(column);
      for (const Column& column : feeds_[name]->columns) {
        text.Add(column.name).Add(column.type);
        if (column.lenient) text.Add("lenient");
      }
      if (list == &source.any_of && !Contains(words, name))
        text.Add(int64_t(!mine.empty()));  // it only tells when the source runs
      else
        group.feeds.emplace_back(feeds_[name], std::move(mine));
    }
  }
  group.text = text.Finish().Hex();
  group.identity = group.text + SourceGroup::Held(group.feeds);
  groups_.push_back(std::move(group));
}

std::string UnservedFiles::Reason() const {
  return fmt::format("{} {} files of {}, and there are none{}", source, kReadTogether, Join(without, " and "),
                     season.empty() ? "" : " for " + season);
}

std::vector<UnservedFiles> SourceGroups::Unserved() const {
  std::set<std::string> served;
  for (const SourceGroup& group : groups_)
    for (const auto& [feed, files] : group.feeds)
      for (const FoundFile& file : files)
        served.insert(file.path);
  std::vector<UnservedFiles> unserved;
  for (const Feed& feed : project_.feeds) {
    auto found = files_.find(feed.name);
    if (feed.snapshots || found == files_.end()) continue;
    std::map<std::string, std::vector<std::string>> paths;  // by season
    for (const FoundFile& file : found->second)
      if (!served.contains(file.path)) paths[file.season].push_back(file.path);
    for (auto& [season, files] : paths) {
      UnservedFiles some{feed.name, season, std::move(files), "", {}};
      for (const Source& source : project_.sources) {
        if (!Contains(source.feeds, feed.name)) continue;
        std::vector<std::string> without;
        for (const std::string& other : source.feeds)
          if (!HasFiles(other, season)) without.push_back(other);
        if (!without.empty() && (some.source.empty() || without.size() < some.without.size()))
          some.source = source.file, some.without = std::move(without);
      }
      if (!some.source.empty()) unserved.push_back(std::move(some));
    }
  }
  return unserved;
}

// Whether anybody asks for a raw table's rows: not if only sources do that do not run.
bool SourceGroups::Wanted(const RawTable& table) const {
  if (Contains({project_.schedule, project_.history, project_.results}, table.name) ||
      project_.IsBoxes(table.name))
    return true;
  if (!project_.left_out.empty()) return true;  // what a broken model reads is not known
  auto reads = [&](const Model& model) {
    return std::any_of(model.reads.begin(), model.reads.end(),
                       [&](const Read& read) { return read.table == table.name; });
  };
  if (std::any_of(project_.models.begin(), project_.models.end(), reads)) return true;
  return std::any_of(groups_.begin(), groups_.end(),
                     [&](const SourceGroup& group) { return Contains(group.source->reads, table.name); });
}

std::vector<AbsentFeed> SourceGroups::Absent() const {
  std::set<std::string> seasons;
  for (const SourceGroup& group : groups_)
    if (!group.season.empty()) seasons.insert(group.season);
  std::vector<AbsentFeed> absent;
  for (const RawTable& table : project_.raw_tables) {
    if (!Wanted(table)) continue;
    std::set<std::string> feeds, served, own;  // seasons that are served, and those in the table's own shape
    for (const Source& source : sources_)
      if (source.table == table.name && !IsOwn(source))
        for (const auto& list : {source.feeds, source.any_of})
          feeds.insert(list.begin(), list.end());
    std::string names = feeds.empty() ? table.name + " itself" : Join({feeds.begin(), feeds.end()}, ", ");
    for (const SourceGroup& group : groups_) {
      if (group.source->table != table.name) continue;
      served.insert(group.season);
      if (IsOwn(*group.source)) own.insert(group.season);
    }
    auto has = [](const std::set<std::string>& among, const std::string& season) {
      return among.contains("") || among.contains(season);
    };
    bool own_all =
        own.contains("") ||
        (!seasons.empty() && std::all_of(seasons.begin(), seasons.end(),
                                         [&](const std::string& season) { return own.contains(season); }));
    for (const SourceGroup& group : groups_) {
      if (group.source->table != table.name || own_all || has(own, group.season)) continue;
      for (const auto& [feed, files] : group.feeds)
        if (files.empty() && !Contains(group.source->any_of, feed->name))
          absent.push_back({table.name, group.season, feed->name, false});
    }
    if (served.empty())
      absent.push_back({table.name, "", names, true});
    else
      for (const std::string& season : seasons)
        if (!has(served, season)) absent.push_back({table.name, season, names, true});
  }
  return absent;
}

}  // namespace backcourt
