#include "run/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "base/fault_point.h"
#include "base/text.h"
#include "model/sql_text.h"
#include "run/executor.h"
#include "run/file_seasons.h"
#include "warehouse/warehouse.h"

namespace backcourt {

std::string SlotSql(const RawTable& table) {
  switch (table.grain) {
    case Grain::kDate: return fmt::format("({} - DATE '1970-01-01')", Ident(table.date));
    case Grain::kSeason: return fmt::format("CAST(substr({}, 1, 4) AS INTEGER)", Ident(table.date));
    case Grain::kWhole: return "CAST(0 AS INTEGER)";  // a bare 0 is a column number where rows are ordered
  }
  return "0";
}

std::vector<std::string> HashedColumns(const RawTable& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns)
    if (std::find(table.unhashed.begin(), table.unhashed.end(), column.name) == table.unhashed.end()) names.push_back(column.name);
  return names;
}

namespace {

constexpr const char* kCanonical = "canonical ";  // prefix of sources and feeds of the raw tables' own shape

std::string ColumnList(const RawTable& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(Ident(column.name));
  return Join(names, ", ");
}

std::string KeyList(const RawTable& table) {
  std::vector<std::string> names;
  for (const std::string& name : table.key) names.push_back(Ident(name));
  return Join(names, ", ");
}

bool HasColumn(const RawTable& table, const char* name) {
  return std::any_of(table.columns.begin(), table.columns.end(), [&](const Column& c) { return c.name == name; });
}

}  // namespace

Loader::Loader(const Project& project, Connection& connection, Finder finder, std::function<void(const std::string&)> progress)
    : project_(project), connection_(connection), reader_(project, connection), finder_(std::move(finder)), progress_(std::move(progress)) {
  for (const RawTable& table : project.raw_tables) {
    Feed feed;
    feed.name = kCanonical + table.name;
    feed.about = "rows in the raw table's own shape";
    feed.paths = {table.name};
    feed.key = table.key;
    for (const Column& column : table.columns) feed.columns.push_back({column.name, column.type, "", false});
    canonical_feeds_.push_back(std::move(feed));
    Source source;
    source.name = kCanonical + table.name;
    source.table = table.name;
    source.body = "SELECT *, NULL AS dropped FROM " + Ident(source.name);
    source.feeds = {source.name};
    sources_.push_back(std::move(source));
  }
  sources_.insert(sources_.end(), project.sources.begin(), project.sources.end());
  found_ = FindGroups();
}

Result<> Loader::FindGroups() {
  namespace fs = std::filesystem;
  std::map<std::string, const Feed*> feeds;
  std::set<std::string> seasonal;  // feeds whose pattern has {season}
  auto wanted = [&](const FoundFile& file) {
    return file.season.empty() || project_.seasons.empty() ||
           std::find(project_.seasons.begin(), project_.seasons.end(), file.season) != project_.seasons.end();
  };
  auto find = [&](const Feed& feed, const std::vector<std::string>& patterns) -> Result<> {
    feeds[feed.name] = &feed;
    std::vector<FoundFile> found = TRY(finder_.Find(patterns));
    TRY(TellSeasons(feed, found, connection_, reader_, finder_));
    for (FoundFile& file : found) {
      if (!wanted(file)) continue;
      if (!file.season.empty()) seasonal.insert(feed.name);
      files_[feed.name].push_back(std::move(file));
    }
    return {};
  };
  for (const Feed& feed : canonical_feeds_) {
    if (project_.data.empty()) continue;
    std::string folder = (fs::path(project_.data) / feed.paths.front()).string();
    TRY(find(feed, {folder + "/season={season}/*.parquet", folder + "/*.parquet"}));
  }
  for (const Feed& feed : project_.feeds) TRY(find(feed, project_.Patterns(feed)));
  for (const Source& source : sources_) {
    std::vector<std::string> all = source.feeds;
    for (const auto& list : {source.any_of, source.optional_feeds}) all.insert(all.end(), list.begin(), list.end());
    std::set<std::string> seasons;
    bool by_season = false;
    for (const std::string& feed : all) {
      if (!seasonal.contains(feed)) continue;
      by_season = true;
      if (std::find(source.feeds.begin(), source.feeds.end(), feed) == source.feeds.end()) continue;
      for (const FoundFile& file : files_[feed]) seasons.insert(file.season);
    }
    if (by_season && seasons.empty())  // only optional feeds are by season: theirs count
      for (const std::string& feed : all)
        for (const FoundFile& file : files_[feed])
          if (!file.season.empty()) seasons.insert(file.season);
    if (!by_season) seasons.insert("");
    for (const std::string& season : seasons) {
      Group group;
      group.source = &source;
      group.season = season;
      Hasher hasher, held;
      hasher.Add(CanonicalSql(source.body)).Add(int64_t(source.rank));
      for (const std::string& feed : source.by_unit) hasher.Add(feed);
      bool complete = true, some = source.any_of.empty();
      for (const std::string& name : all) {
        std::vector<FoundFile> mine;
        for (const FoundFile& file : files_[name])
          if (file.season.empty() || file.season == season || season.empty()) mine.push_back(file);
        bool required = std::find(source.feeds.begin(), source.feeds.end(), name) != source.feeds.end();
        if (required && mine.empty()) complete = false;
        if (!mine.empty() && std::find(source.any_of.begin(), source.any_of.end(), name) != source.any_of.end()) some = true;
        held.Add(name);
        for (const FoundFile& file : mine) held.Add(file.path).Add(file.size).Add(file.mtime);
        hasher.Add(feeds[name]->rows);
        for (const auto& [there, column] : feeds[name]->also) hasher.Add(there).Add(column);
        for (const Column& column : feeds[name]->columns) hasher.Add(column.name).Add(column.type);
        group.feeds.emplace_back(feeds[name], std::move(mine));
      }
      if (!complete || !some) continue;
      for (const Function& function : project_.functions) hasher.Add(CanonicalSql(function.statement));
      group.text = hasher.Finish().Hex();
      group.identity = group.text + held.Finish().Hex();
      groups_.push_back(std::move(group));
    }
  }
  return {};
}

std::vector<AbsentFeed> Loader::Absent() const {
  std::set<std::string> seasons;
  for (const Group& group : groups_)
    if (!group.season.empty()) seasons.insert(group.season);
  std::vector<AbsentFeed> absent;
  for (const RawTable& table : project_.raw_tables) {
    std::set<std::string> feeds, served;
    bool always = false;
    for (const Source& source : sources_)
      if (source.table == table.name)
        for (const auto& list : {source.feeds, source.any_of})
          for (const std::string& feed : list)
            if (!feed.starts_with(kCanonical)) feeds.insert(feed);
    std::string names = feeds.empty() ? "no source of this pack; files of " + table.name + " itself" : Join({feeds.begin(), feeds.end()}, ", ");
    for (const Group& group : groups_) {
      if (group.source->table != table.name) continue;
      always = always || group.season.empty();
      served.insert(group.season);
      for (const auto& [feed, files] : group.feeds)
        if (files.empty() && std::find(group.source->any_of.begin(), group.source->any_of.end(), feed->name) == group.source->any_of.end()) absent.push_back({table.name, group.season, feed->name});
    }
    if (always) continue;
    if (served.empty()) {
      absent.push_back({table.name, "", names});
      continue;
    }
    for (const std::string& season : seasons)
      if (!served.contains(season)) absent.push_back({table.name, season, names});
  }
  return absent;
}

Result<> Loader::Prepare() {
  // In one transaction: who looks on finds all of the tables or none.
  auto prepared = connection_.Execute("BEGIN");
  if (prepared) prepared = CreateTables();
  if (prepared) prepared = connection_.Execute("COMMIT");
  if (prepared) return {};
  auto rolled_back = connection_.Execute("ROLLBACK");
  (void)rolled_back;
  return prepared;
}

Result<> Loader::CreateTables() {
  TRY(Ledger::Create(connection_));
  std::string create;
  for (const RawTable& table : project_.raw_tables) {
    std::vector<std::string> columns;
    for (const Column& column : table.columns) columns.push_back(Ident(column.name) + " " + column.type);
    create += fmt::format("CREATE TABLE IF NOT EXISTS main.{} ({});", Ident(table.name), Join(columns, ", "));
  }
  return connection_.Execute(create);
}

Result<> Loader::EnsureRun(LoadReport& report) {
  if (in_transaction_) return {};
  TRY(connection_.Execute("BEGIN"));
  in_transaction_ = true;
  cells_ = TRY(Ledger::ReadCells(connection_, project_));
  report.run = TRY(Ledger::StartRun(connection_, "load"));
  return {};
}

Result<LoadReport> Loader::Load(const std::vector<std::string>& only) {
  if (!found_) return found_.error();
  auto start = std::chrono::steady_clock::now();
  LoadReport report;
  auto work = [&]() -> Result<> {
    for (const std::string& path : only) {
      bool known = std::any_of(files_.begin(), files_.end(), [&](auto& feed) {
        return std::any_of(feed.second.begin(), feed.second.end(), [&](const FoundFile& f) { return f.path == path; });
      });
      if (!known) return Error{ErrorKind::kUsage, fmt::format("{} is no file of a feed of this project", path), "`backcourt doctor` lists the feeds and their patterns"};
    }
    loaded_ = TRY(Ledger::ReadFiles(connection_));
    Rows ran = TRY(connection_.Query("SELECT source, season, identity, inputs FROM backcourt.sources"));
    for (size_t i = 0; i < ran.size(); ++i) ran_[{ran.Text(i, 0), ran.Text(i, 1)}] = {ran.Text(i, 2), ran.Text(i, 3)};
    TRY(KeepSnapshots(report));
    TRY(LoadSeeds(report));
    // A table is loaded after those that its sources read.
    std::set<std::string> done;
    for (size_t pass = 0; pass < project_.raw_tables.size(); ++pass) {
      for (const RawTable& table : project_.raw_tables) {
        if (done.contains(table.name)) continue;
        bool ready = std::all_of(sources_.begin(), sources_.end(), [&](const Source& source) {
          return source.table != table.name || std::all_of(source.reads.begin(), source.reads.end(), [&](const std::string& read) {
                   return read == table.name || !project_.FindRaw(read) || done.contains(read);
                 });
        });
        if (!ready) continue;
        for (Group& group : groups_)
          if (group.source->table == table.name)
            for (auto& [feed, files] : group.feeds)
              for (const FoundFile& file : files)
                if (std::find(only.begin(), only.end(), file.path) != only.end()) group.identity += "+";
        TRY(LoadTable(table, report));
        done.insert(table.name);
      }
    }
    if (in_transaction_) loaded_ = TRY(Ledger::ReadFiles(connection_));
    std::set<std::string> present;
    for (const auto& [feed, files] : files_)
      for (const FoundFile& file : files) present.insert(file.path);
    auto kept = [&](const std::string& feed) { return project_.FindFeed(feed) && project_.FindFeed(feed)->snapshots; };
    for (const LoadedFile& file : loaded_)
      if (!present.contains(file.path) && !kept(file.feed)) report.vanished.push_back(file.path);
    if (!in_transaction_) return {};
    for (const auto& [feed, files] : files_)
      for (const FoundFile& file : files)
        if (materialized_.contains(file.path) && file.local.empty() && LookAt(file.path, file.season) != file)
          return Error{ErrorKind::kSource, fmt::format("{} changed while it was read; nothing was loaded", file.path), "load again when it is written"};
    TRY(Ledger::EndRun(connection_, report.run, "done", fmt::format("{} files read, {} raw cells changed", report.files.size(), report.changed_cells)));
    FaultPoint("load-commit");
    TRY(connection_.Execute("COMMIT"));
    in_transaction_ = false;
    FaultPoint("load-committed");
    return {};
  };
  auto worked = work();
  if (!worked) {
    if (in_transaction_) {
      auto rolled_back = connection_.Execute("ROLLBACK");
      (void)rolled_back;
      in_transaction_ = false;
    }
    return worked.error();
  }
  std::string drop;
  for (const auto& [name, made] : materialized_)
    if (name.starts_with("feed_")) drop += fmt::format("DROP TABLE IF EXISTS temp.{};", Ident(name));
  for (const Group& group : groups_)
    if (!group.incoming.empty()) drop += fmt::format("DROP TABLE IF EXISTS temp.{};", Ident(group.incoming));
  if (!drop.empty()) TRY(connection_.Execute(drop));
  report.absent = Absent();
  report.quarantined = TRY(Snapshots::Quarantined(connection_));
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

Result<> Loader::KeepSnapshots(LoadReport& report) {
  Snapshots snapshots(project_, connection_);
  std::vector<std::pair<const Feed*, std::string>> writes;
  for (const Feed& feed : project_.feeds) {
    if (!feed.snapshots) continue;
    std::vector<FoundFile> fresh = TRY(snapshots.Fresh(feed, files_[feed.name]));
    if (fresh.empty()) continue;
    progress_(fmt::format("reading {} of {}", fresh.size(), feed.name));
    TRY(finder_.Fetch(fresh));
    writes.emplace_back(&feed, TRY(snapshots.Read(feed, fresh, reader_)));
    for (const FoundFile& file : fresh)
      if (materialized_.emplace(file.path, true).second) report.files.push_back(file.path);
    materialized_["feed_" + feed.name] = true;
  }
  for (auto& [feed, write] : writes) {
    TRY(EnsureRun(report));
    TRY(connection_.Execute(write));
    TRY(snapshots.Judge(*feed));
  }
  return {};
}

Result<> Loader::LoadSeeds(LoadReport& report) {
  for (const Seed& seed : project_.seeds) {
    FoundFile file = LookAt(seed.file, "");
    files_["seed " + seed.name] = {file};
    bool same = std::any_of(loaded_.begin(), loaded_.end(), [&](const LoadedFile& f) {
      return f.feed == "seed " + seed.name && f.path == file.path && f.size == file.size && f.mtime == file.mtime;
    });
    if (same) continue;
    TRY(EnsureRun(report));
    auto read = connection_.Execute(fmt::format("CREATE OR REPLACE TEMP TABLE feed_seed AS FROM read_csv({}, header = true, sample_size = -1)", Quote(seed.file)));
    if (!read) return Error{ErrorKind::kSource, fmt::format("{}: {}", seed.file, read.error().message), ""};
    Rows described = TRY(connection_.Query("SELECT column_name FROM (DESCRIBE feed_seed)"));
    std::vector<std::string> columns;
    for (size_t i = 0; i < described.size(); ++i) columns.push_back(described.Text(i, 0));
    std::vector<SlotDigest> digests = TRY(DigestSlots(connection_, "feed_seed", "0", columns));
    Cell cell;
    cell.state = CellState::kFresh;
    if (!digests.empty()) cell.rows = digests[0].rows, cell.digest = digests[0].digest;
    cell.run = cell.changed = report.run;
    const Cell* before = cells_[seed.name].Find(0);
    std::string write = fmt::format("DELETE FROM backcourt.files WHERE feed = {0}; INSERT INTO backcourt.files VALUES ({0}, {1}, '', {2}, {3}, {4});",
                                    Quote("seed " + seed.name), Quote(file.path), file.size, file.mtime, report.run);
    if (!before || before->digest != cell.digest) {
      write += fmt::format("DROP TABLE IF EXISTS main.{0}; CREATE TABLE main.{0} AS FROM feed_seed;", Ident(seed.name)) + Ledger::WriteCells(seed.name, {cell});
      cells_[seed.name].Put(cell);
      changed_tables_.insert(seed.name);
      ++report.changed_cells;
    }
    TRY(connection_.Execute(write));
    report.files.push_back(file.path);
  }
  return {};
}

Result<> Loader::Materialize(const Feed& feed, const std::vector<FoundFile>& files, LoadReport& report) {
  if (!files.empty()) progress_(fmt::format("reading {}{}", feed.name, files.front().season.empty() ? "" : " " + files.front().season));
  for (const FoundFile& file : files)
    if (materialized_.emplace(file.path, true).second) report.files.push_back(file.path);
  TRY(finder_.Fetch(files));
  auto made = reader_.Read(feed, files);
  if (made || (made.error().kind != ErrorKind::kData && made.error().kind != ErrorKind::kModel)) return made;
  // The transaction is lost with the error: what is wrong is looked up outside of it.
  auto rolled_back = connection_.Execute("ROLLBACK");
  (void)rolled_back;
  in_transaction_ = false;
  return reader_.Diagnose(feed, files, made.error());
}

Result<std::string> Loader::ReadsSignature(const Group& group) {
  Hasher hasher;
  for (const std::string& read : group.source->reads) {
    const RawTable* raw = project_.FindRaw(read);
    std::vector<std::string> columns;
    std::string where = "true";
    if (raw) {
      columns = HashedColumns(*raw);
      if (!group.season.empty() && HasColumn(*raw, "season")) where = "season = " + Quote(group.season);
    } else {
      Rows described = TRY(connection_.Query("SELECT column_name FROM (DESCRIBE main." + Ident(read) + ")"));
      for (size_t i = 0; i < described.size(); ++i) columns.push_back(described.Text(i, 0));
    }
    hasher.Add(read);
    for (const SlotDigest& all : TRY(DigestSlots(connection_, "main." + Ident(read), "0", columns, where))) hasher.Add(all.rows).Add(all.digest);
  }
  return hasher.Finish().Hex();
}

Result<> Loader::RunGroup(const RawTable& table, Group& group, bool part, LoadReport& report) {
  const Source& source = *group.source;
  std::string ctes;
  auto with = [&](const std::string& name, const std::string& relation, const std::string& where) {
    ctes += fmt::format("{}{} AS NOT MATERIALIZED (SELECT * FROM {}{})", ctes.empty() ? "WITH " : ", ", Ident(name), relation, where.empty() ? "" : " WHERE " + where);
  };
  std::vector<std::string> words = SqlTokens(source.body);
  for (const auto& [feed, files] : part ? group.part : group.feeds) {
    // One that the body does not name only says when the source runs.
    bool only_tells = std::find(source.any_of.begin(), source.any_of.end(), feed->name) != source.any_of.end() && std::find(words.begin(), words.end(), feed->name) == words.end();
    if (only_tells) continue;
    std::string what = feed->name + " " + (files.empty() ? "-" : files.front().season.empty() ? "*" : group.season);
    std::string held = "feed_" + feed->name;
    if (feed->snapshots) {
      with(feed->name, Snapshots::Table(*feed), Snapshots::Good(*feed, group.season));
      continue;
    }
    if (part || !materialized_.contains("held " + what)) {
      for (auto it = materialized_.begin(); it != materialized_.end();)  // one season of a feed is held at a time
        it = it->first.starts_with("held " + feed->name + " ") ? materialized_.erase(it) : std::next(it);
      TRY(Materialize(*feed, files, report));
      if (!part) materialized_["held " + what] = true;
      materialized_[held] = true;
    }
    with(source.Calls(feed->name), "temp." + Ident(held), part ? UnitSql(table) + " IN (SELECT unit FROM temp.affected)" : "");
  }
  for (const std::string& read : source.reads) {
    const RawTable* raw = project_.FindRaw(read);
    with(read, "wh.main." + Ident(read), raw && !group.season.empty() && HasColumn(*raw, "season") ? "season = " + Quote(group.season) : "");
  }
  progress_(fmt::format("loading {}{} from {}", table.name, group.season.empty() ? "" : " " + group.season, source.name));
  std::string typed;
  for (const Column& column : table.columns) typed += fmt::format("CAST({0} AS {1}) AS {0}, ", Ident(column.name), column.type);
  group.incoming = fmt::format("incoming_{}", &group - groups_.data());
  auto made = connection_.Execute(fmt::format("CREATE OR REPLACE TEMP TABLE {} AS {} SELECT {}CAST(dropped AS VARCHAR) AS dropped FROM (\n{}\n)", Ident(group.incoming), ctes, typed, source.body));
  if (made) return {};
  Error error = made.error();
  error.message = fmt::format("{}{}: {}", source.file.empty() ? source.name : source.file, group.season.empty() ? "" : " (" + group.season + ")", error.message);
  if (error.kind == ErrorKind::kData || error.kind == ErrorKind::kModel) error.kind = ErrorKind::kSource;
  return error;
}

Error Loader::NameDuplicates(const RawTable& table, const std::vector<Group*>& groups, const std::string& keys) {
  for (const Group* group : groups) {
    for (const auto& [feed, files] : group->feeds) {
      if (feed->key.empty() || feed->snapshots || files.empty() || !materialized_.contains("feed_" + feed->name)) continue;
      std::vector<std::string> key, shown;
      for (const std::string& column : feed->key) {
        key.push_back(Ident(column));
        shown.push_back(fmt::format("'{}=' || CAST({} AS VARCHAR)", column, Ident(column)));
      }
      auto twice = connection_.Query(fmt::format(
          "SELECT concat_ws(', ', {1}), min(file), min(file_row), max(file_row) FROM temp.{2} GROUP BY {0} HAVING count(*) > 1 ORDER BY 3 LIMIT 1",
          Join(key, ", "), Join(shown, ", "), Ident("feed_" + feed->name)));
      if (twice && twice->size() > 0)
        return Error{ErrorKind::kSource, fmt::format("{}: rows {} and {} have one key ({})", twice->Text(0, 1), twice->Int(0, 2), twice->Int(0, 3), twice->Text(0, 0)),
                     "take one of them away, then load again; nothing was loaded"};
    }
  }
  return Error{ErrorKind::kSource, fmt::format("two rows of {} have one key: {}", table.name, keys), "take one of them out of its file, then load again; nothing was loaded"};
}

Result<> Loader::LoadTable(const RawTable& table, LoadReport& report) {
  std::set<std::string> seasons;  // to be made again
  for (Group& group : groups_) {
    if (group.source->table != table.name) continue;
    auto before = ran_.find({group.source->name, group.season});
    bool again = before == ran_.end() || before->second.first != group.identity;
    bool reads_changed = std::any_of(group.source->reads.begin(), group.source->reads.end(), [&](const std::string& read) { return changed_tables_.contains(read); });
    if (again || reads_changed) group.reads = TRY(ReadsSignature(group));
    else group.reads = before->second.second;
    if (again || group.reads != before->second.second) seasons.insert(group.season);
  }
  if (seasons.empty()) return {};
  TRY(EnsureRun(report));
  bool all = seasons.contains("");
  std::vector<Group*> groups;
  for (Group& group : groups_)
    if (group.source->table == table.name && (all || seasons.contains(group.season) || group.season.empty())) groups.push_back(&group);

  // What each group gives, and what serves a unit already.
  std::string staged, unit = table.unit.empty() ? "''" : "CAST(" + Ident(table.unit) + " AS VARCHAR)";
  TRY(connection_.Execute(fmt::format("CREATE OR REPLACE TEMP TABLE staged AS SELECT * FROM main.{} LIMIT 0; "
                                      "CREATE OR REPLACE TEMP TABLE served (unit VARCHAR, source VARCHAR, season VARCHAR)", Ident(table.name))));
  bool part = TRY(PlanPart(table, groups, seasons, report));
  std::string of_seasons = all ? "true" : "season IN (" + QuotedList(seasons) + ")";
  std::string write = fmt::format("DELETE FROM backcourt.dropped WHERE table_name = {} AND {};", Quote(table.name), of_seasons);
  std::set<std::string> names;
  for (const Source& source : sources_)
    if (source.table == table.name) names.insert(source.name);
  write += fmt::format("DELETE FROM backcourt.sources WHERE source IN ({}) AND {};", QuotedList(names), of_seasons);  // also those that are not there any more
  TRY(connection_.Execute("CREATE OR REPLACE TEMP TABLE given AS SELECT * FROM backcourt.file_units LIMIT 0; CREATE OR REPLACE TEMP TABLE left_out AS SELECT * FROM backcourt.dropped_units LIMIT 0"));
  for (Group* group : groups) {
    TRY(RunGroup(table, *group, part, report));
    std::string incoming = "temp." + Ident(group->incoming);
    TRY(connection_.Execute(fmt::format("UPDATE {0} SET dropped = 'served by ' || (SELECT source FROM served s WHERE s.unit = {1} LIMIT 1) WHERE dropped IS NULL AND {1} IN (SELECT unit FROM served)", incoming, unit)));
    TRY(connection_.Execute(fmt::format("INSERT INTO served SELECT DISTINCT {}, {}, {} FROM {} WHERE dropped IS NULL; INSERT INTO staged SELECT {} FROM {} WHERE dropped IS NULL",
                                        unit, Quote(group->source->name), Quote(group->season), incoming, ColumnList(table), incoming)));
    if (!group->source->by_unit.empty()) write += TRY(KeepUnits(table, *group, part));
    std::string others = fmt::format("SELECT reason, row_count FROM backcourt.dropped_units WHERE source = {} AND season = {} AND unit NOT IN (SELECT unit FROM temp.affected)", Quote(group->source->name), Quote(group->season));
    Rows dropped = TRY(connection_.Query(fmt::format("SELECT reason, CAST(sum(n) AS BIGINT) FROM (SELECT dropped AS reason, count(*) AS n FROM {} WHERE dropped IS NOT NULL GROUP BY 1{}) GROUP BY 1 ORDER BY 1",
                                                     incoming, part ? " UNION ALL " + others : "")));
    for (size_t i = 0; i < dropped.size(); ++i) {
      report.dropped.push_back({table.name, group->source->name, group->season, dropped.Text(i, 0), dropped.Int(i, 1)});
      write += fmt::format("INSERT INTO backcourt.dropped VALUES ({}, {}, {}, {}, {});", Quote(table.name), Quote(group->source->name), Quote(group->season), Quote(dropped.Text(i, 0)), dropped.Int(i, 1));
    }
    TRY(connection_.Execute(fmt::format("DROP TABLE {}", incoming)));
    write += fmt::format("DELETE FROM backcourt.sources WHERE source = {0} AND season = {1}; INSERT INTO backcourt.sources VALUES ({0}, {1}, '{2}', '{3}', {4});",
                         Quote(group->source->name), Quote(group->season), ReplaceAll(group->identity, "+", ""), group->reads, report.run);
    for (const auto& [feed, files] : group->feeds) {
      std::vector<std::string> rows;
      for (const FoundFile& file : files)
        rows.push_back(fmt::format("({}, {}, {}, {}, {}, {})", Quote(feed->name), Quote(file.path), Quote(file.season), file.size, file.mtime, report.run));
      // Those that are not there any more are forgotten: nothing stands of them.
      write += fmt::format("DELETE FROM backcourt.files WHERE feed = {}{};", Quote(feed->name), group->season.empty() ? "" : fmt::format(" AND season IN ('', {})", Quote(group->season)));
      if (!rows.empty()) write += fmt::format("INSERT INTO backcourt.files VALUES {};", Join(rows, ", "));
    }
  }
  std::string still = fmt::format("SELECT unit, source, season FROM backcourt.units WHERE table_name = {} AND {}", Quote(table.name), of_seasons);
  if (part) still += " AND unit NOT IN (SELECT unit FROM temp.affected)";
  std::string serves = part ? "(SELECT * FROM served UNION ALL " + still + ")" : "served";
  if (!table.unit.empty()) {
    Rows serving = TRY(connection_.Query("SELECT season, source, count(DISTINCT unit) FROM " + serves + " GROUP BY 1, 2 ORDER BY 1, 3 DESC"));
    for (size_t i = 0; i < serving.size(); ++i) report.served.push_back({table.name, serving.Text(i, 0), serving.Text(i, 1), table.unit, serving.Int(i, 2)});
  }
  Rows twice = TRY(connection_.Query(fmt::format("SELECT concat_ws(', ', {0}) FROM staged GROUP BY {1} HAVING count(*) > 1 ORDER BY 1 LIMIT 5",
                                                 [&] { std::vector<std::string> k; for (auto& c : table.key) k.push_back("CAST(" + Ident(c) + " AS VARCHAR)"); return Join(k, ", "); }(), KeyList(table))));
  if (twice.size() > 0) return NameDuplicates(table, groups, twice.Text(0, 0));

  // A slot changes when what this load brings for it is another than what stands there of it.
  std::string slot = SlotSql(table);
  std::vector<std::string> hashed = HashedColumns(table);
  std::string in_part = part ? " AND unit IN (SELECT unit FROM temp.affected)" : "";
  std::string old_rows = all ? "true" : fmt::format("{} IN (SELECT unit FROM backcourt.units WHERE table_name = {} AND {}{})", unit, Quote(table.name), of_seasons, in_part);
  std::map<int32_t, SlotDigest> before, after;
  if (!cells_[table.name].cells().empty())
    for (const SlotDigest& s : TRY(DigestSlots(connection_, "main." + Ident(table.name), slot, hashed, old_rows))) before[s.slot] = s;
  for (const SlotDigest& s : TRY(DigestSlots(connection_, "staged", slot, hashed))) after[s.slot] = s;
  std::vector<int32_t> changed;
  for (const auto& [s, digest] : after)
    if (auto was = before.find(s); was == before.end() || was->second.digest != digest.digest || was->second.rows != digest.rows) changed.push_back(s);
  for (const auto& [s, digest] : before)
    if (!after.contains(s)) changed.push_back(s);
  std::sort(changed.begin(), changed.end());

  // By season: what there is, and what is new, changed and gone.
  bool every = before.empty() && !part;  // all that is staged is new
  std::string season = HasColumn(table, "season") ? "season" : "owner_season";
  std::string serving = "(SELECT unit AS owner_unit, season AS owner_season FROM " + serves + ")";
  std::string now = part ? fmt::format("(FROM staged UNION ALL SELECT * FROM main.{} WHERE {} IN (SELECT unit FROM ({})))", Ident(table.name), unit, still) : "staged";
  Rows sizes = TRY(connection_.Query(fmt::format("SELECT coalesce({}, ''), count(*), {} FROM {} LEFT JOIN {} ON owner_unit = {} GROUP BY 1 ORDER BY 1",
                                                 season, HasColumn(table, "game_id") ? "count(DISTINCT game_id)" : "CAST(0 AS BIGINT)", now, serving, unit)));
  std::vector<LoadedTable> totals;
  auto of_season = [&](const std::string& label) -> LoadedTable& {
    for (LoadedTable& total : totals)
      if (total.season == label) return total;
    totals.push_back({table.name, label, 0, 0, 0, 0, 0});
    return totals.back();
  };
  for (size_t i = 0; i < sizes.size(); ++i) {
    LoadedTable& total = of_season(sizes.Text(i, 0));
    total.rows = sizes.Int(i, 1);
    total.games = sizes.Int(i, 2);
    if (every) total.added = total.rows;
  }

  if (!changed.empty()) {
    std::vector<std::string> slots;
    for (int32_t s : changed) slots.push_back(std::to_string(s));
    std::string in_slots = slot + " IN (" + Join(slots, ",") + ")";
    std::vector<std::string> on, hashes;
    for (const std::string& column : table.key) on.push_back(fmt::format("o.{0} IS NOT DISTINCT FROM n.{0}", Ident(column)));
    for (const std::string& column : hashed) hashes.push_back(Ident(column));
    auto hashed_rows = [&](const std::string& from, const std::string& owners, const std::string& where) {
      return fmt::format("(SELECT {0}, hash({1}) AS row_hash, {2} AS of_season, true AS there FROM {3} LEFT JOIN {4} ON owner_unit = {5} WHERE {6})",
                         KeyList(table), Join(hashes, ", "), season, from, owners, unit, where);
    };
    if (!every) {
      Rows counts = TRY(connection_.Query(fmt::format(
          "SELECT coalesce(n.of_season, o.of_season, ''), count(*) FILTER (WHERE o.there IS NULL), count(*) FILTER (WHERE o.there AND n.there AND o.row_hash <> n.row_hash), "
          "count(*) FILTER (WHERE n.there IS NULL) FROM {} o FULL JOIN {} n ON {} GROUP BY 1",
          hashed_rows("main." + Ident(table.name), fmt::format("(SELECT unit AS owner_unit, season AS owner_season FROM backcourt.units WHERE table_name = {})", Quote(table.name)), in_slots + " AND " + old_rows),
          hashed_rows("staged", serving, in_slots), Join(on, " AND "))));
      for (size_t i = 0; i < counts.size(); ++i) {
        LoadedTable& loaded = of_season(counts.Text(i, 0));
        loaded.added = counts.Int(i, 1);
        loaded.changed = counts.Int(i, 2);
        loaded.gone = counts.Int(i, 3);
      }
    }
    if (!every) write += fmt::format("DELETE FROM main.{} WHERE {} AND {};", Ident(table.name), in_slots, old_rows);
    write += fmt::format("INSERT INTO main.{} SELECT * FROM staged{} ORDER BY {}, {};", Ident(table.name), every ? "" : " WHERE " + in_slots, slot, KeyList(table));
  }
  report.tables.insert(report.tables.end(), totals.begin(), totals.end());
  write += fmt::format("DELETE FROM backcourt.units WHERE table_name = {0} AND {1}{2}; INSERT INTO backcourt.units SELECT {0}, unit, source, season FROM served;", Quote(table.name), of_seasons, in_part);
  FaultPoint("load-write", table.name);
  TRY(connection_.Execute(write));

  std::map<int32_t, Digest> ahead;
  if (!changed.empty()) {
    std::vector<std::string> slots;
    for (int32_t s : changed) slots.push_back(std::to_string(s));
    std::string where = every ? "true" : slot + " IN (" + Join(slots, ",") + ")";
    if (!table.ahead.empty())
      for (const SlotDigest& s : TRY(DigestSlots(connection_, "main." + Ident(table.name), slot, hashed, where + " AND (" + table.ahead + ")"))) ahead[s.slot] = s.digest;
    after.clear();  // what now stands there, of whichever source
    for (const SlotDigest& s : TRY(DigestSlots(connection_, "main." + Ident(table.name), slot, hashed, where))) after[s.slot] = s;
  }
  std::vector<Cell> written;
  for (int32_t s : changed) {
    Cell cell;
    cell.slot = s;
    if (auto it = after.find(s); it != after.end()) cell.rows = it->second.rows, cell.digest = it->second.digest;
    cell.ahead = ahead.contains(s) ? ahead[s] : Digest{};
    cell.state = cell.rows ? CellState::kFresh : CellState::kEmpty;
    cell.reason = cell.rows ? "" : "its rows are gone from the files";
    cell.run = cell.changed = report.run;
    written.push_back(cell);
    cells_[table.name].Put(cell);
  }
  report.changed_cells += int(written.size());
  if (!written.empty()) {
    changed_tables_.insert(table.name);
    TRY(connection_.Execute(Ledger::WriteCells(table.name, written)));
  }
  return {};
}

}  // namespace backcourt
