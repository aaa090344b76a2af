#include "load/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <tuple>

#include "base/fault_point.h"
#include "base/text.h"
#include "ledger/history.h"
#include "ledger/models.h"
#include "ledger/runs.h"
#include "ledger/schema.h"
#include "load/moved_files.h"
#include "load/raw_table_sql.h"
#include "load/statements.h"
#include "project/file_names.h"
#include "project/sql_text.h"
#include "warehouse/duckdb/catalog.h"

namespace backcourt {

namespace {

bool IsAsFound(const FoundFile& file) {
  FoundFile now = LookAt(file.path, file.season);
  return now.size == file.size && now.mtime == file.mtime;
}

// What the engine may take while a load runs, which is no slower where its temporary tables lie on the disk.
class MemoryOfLoad {
 public:
  MemoryOfLoad(const Project& project, Connection& connection, bool all)
      : project_(project), connection_(connection) {
    Set(all ? project.EngineMemory() : project.LoadMemory());
  }
  ~MemoryOfLoad() { Set(project_.EngineMemory()); }
  MemoryOfLoad(const MemoryOfLoad&) = delete;

 private:
  void Set(const std::string& limit) { (void)connection_.Execute("SET memory_limit = " + Quote(limit)); }

  const Project& project_;
  Connection& connection_;
};

}  // namespace

Loader::Loader(const Project& project, Connection& connection, Finder finder,
               std::function<void(const std::string&)> progress, std::function<Result<>()> wait_for_functions)
    : project_(project),
      connection_(connection),
      reader_(project, connection),
      finder_(std::move(finder)),
      wait_for_functions_(std::move(wait_for_functions)),
      sources_(project),
      progress_(std::move(progress)) {
  found_ = sources_.Find(connection, reader_, finder_, [this] { return NeedFunctions(); });
}

Result<> Loader::NeedFunctions() {
  if (!wait_for_functions_) return {};
  TRY(wait_for_functions_());
  wait_for_functions_ = nullptr;
  return {};
}

Result<bool> Loader::ExpectsChange(const std::vector<std::string>& only) {
  if (!only.empty() || TRY(ledger::ReadRawTables(connection_)) != DigestDeclarations()) return true;
  std::map<std::pair<std::string, std::string>, std::string> identities;
  for (const ledger::SourceRun& ran : TRY(ledger::ReadSourceRuns(connection_)))
    identities[{ran.source, ran.season}] = ran.identity;
  return std::any_of(sources_.groups().begin(), sources_.groups().end(), [&](const SourceGroup& group) {
    auto ran = identities.find({group.source->name, group.season});
    return ran == identities.end() || ran->second != group.identity;
  });
}

Result<> Loader::EnsureRun(LoadReport& report) {
  if (report.run) return {};
  if (wait_for_functions_) {  // what began before they are there does not see them
    transaction_.reset();
    TRY(NeedFunctions());
    transaction_ = TRY(Transaction::Begin(connection_));
  }
  cells_ = TRY(ledger::ReadCells(connection_, project_));
  report.run = TRY(ledger::StartRun(connection_, "load"));
  return connection_.Execute("CREATE OR REPLACE TEMP TABLE changed_units (table_name VARCHAR, unit VARCHAR)");
}

Result<LoadReport> Loader::Load(const std::vector<std::string>& only) {
  auto start = std::chrono::steady_clock::now();
  MemoryOfLoad memory(project_, connection_, all_memory_);
  LoadReport report;
  auto changed = Change(only, report);
  if (changed && report.run) FaultPoint("load-commit");
  if (changed) changed = transaction_->Commit();
  if (changed && report.run) FaultPoint("load-committed");
  transaction_.reset();  // rolls back what was not committed
  if (!changed) return changed.error();
  TRY(Tell(report));
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

Result<LoadReport> Loader::Preview(const std::vector<std::string>& only, std::optional<Transaction>& open) {
  auto start = std::chrono::steady_clock::now();
  LoadReport report;
  previewing_ = true;
  auto changed = Change(only, report);
  if (changed) changed = Tell(report);
  if (changed) open = std::move(transaction_);
  transaction_.reset();
  if (!changed) return changed.error();
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

Result<std::vector<std::string>> Loader::PathsOf(const std::vector<std::string>& names) const {
  std::set<std::string> claimed = Claimed();
  FileNames file_names(project_);
  std::vector<std::string> paths;
  for (const std::string& name : names) {
    std::vector<std::string> places = file_names.PathsOf(name);
    auto place = std::find_if(places.begin(), places.end(),
                              [&](const std::string& path) { return claimed.contains(path); });
    if (place == places.end())
      return Error{ErrorKind::kUsage, fmt::format("{} is not a file of a feed of this project", name),
                   "`backcourt doctor` lists the feeds and their patterns"};
    paths.push_back(*place);
  }
  return paths;
}

Result<> Loader::Change(const std::vector<std::string>& named, LoadReport& report) {
  if (!found_) return found_.error();
  std::error_code ignored;
  if (!project_.data.empty() && !IsRemote(project_.data) &&
      !std::filesystem::is_directory(project_.data, ignored))
    return Error{ErrorKind::kSource,
                 fmt::format("the data folder {} is not there; nothing was loaded", project_.data),
                 "bring it back, or name another under [data] of backcourt.toml"};
  if (!forgetting_) TRY(LookForAnyFile());
  const std::vector<std::string> only = TRY(PathsOf(named));
  // Outside of the transaction, which an error in a file would end.
  report.unread = TRY(FindUnreadFiles(project_, finder_, reader_, Claimed()));
  FreshSnapshots snapshots = TRY(ReadFreshSnapshots(report));
  TRY(LookAtLakeTables());
  if (TRY(ExpectsChange(only))) TRY(NeedFunctions());
  transaction_ = TRY(Transaction::Begin(connection_));
  TRY(Prepare(report));
  TRY(RecogniseFiles());
  ExpectWork();
  TRY(CheckFreshFiles());
  TRY(KeepSnapshots(snapshots, report));
  TRY(LoadSeeds(report));
  const std::vector<ledger::LoadedFile> before = loaded_;
  TRY(LoadTables(only, report));
  if (report.run) {
    TRY(ListUnmatchedNames(report));
    loaded_ = TRY(ledger::ReadFiles(connection_));
  }
  TRY(ForgetGoneFiles(before, report));
  TRY(KeepUnservedFiles());
  TRY(KeepSeenFiles());
  if (!report.run) return {};
  for (const auto& [feed, files] : sources_.files())
    for (const FoundFile& file : files)
      if (read_.contains(file.path) && file.local.empty() && !IsAsFound(file))
        return Error{ErrorKind::kSource,
                     fmt::format("{} changed while it was read; nothing was loaded", file.path),
                     "load again when it is written"};
  if (finder_.Interrupted()) return Error{ErrorKind::kInterrupted, "interrupted; nothing was loaded", ""};
  if (project_.keep_history) TRY(ledger::ExpireHistory(connection_, *project_.keep_history, report.run));
  return ledger::EndRun(
      connection_, report.run, "done",
      fmt::format("{} read, {} changed{}", Counted(int64_t(report.files.size()), "file"),
                  Counted(report.changed_cells, "raw cell"),
                  of_other_text_.empty()
                      ? ""
                      : kOfOtherText + Join({of_other_text_.begin(), of_other_text_.end()}, ", ")));
}

// A folder in which nothing is left looks like a disk that is not mounted.
Result<> Loader::LookForAnyFile() {
  auto is_data = [](const std::string& feed) { return !feed.starts_with("seed "); };
  for (const auto& [feed, files] : sources_.files())
    if (is_data(feed) && !files.empty()) return {};
  std::set<std::string> paths;
  for (const ledger::LoadedFile& file : TRY(ledger::ReadFiles(connection_)))
    if (is_data(file.feed)) paths.insert(file.path);
  std::error_code ignored;
  auto there = [&](const std::string& path) {  // of a season that is not chosen
    return IsRemote(path) || std::filesystem::exists(path, ignored);
  };
  if (paths.empty() || std::any_of(paths.begin(), paths.end(), there)) return {};
  return Error{
      ErrorKind::kSource,
      fmt::format("no file is left of {} that {} loaded, as {}; nothing was loaded",
                  Counted(int64_t(paths.size()), "file"), paths.size() == 1 ? "was" : "were", *paths.begin()),
      "bring them back (is the disk mounted?), or `backcourt forget FILE` for each that is gone for "
      "good"};
}

// A table is loaded after those that its sources read.
Result<> Loader::LoadTables(const std::vector<std::string>& only, LoadReport& report) {
  auto meant = [&](const SourceGroup& group) {
    return group.Derived() ||  // of tables that files make
           std::any_of(group.feeds.begin(), group.feeds.end(), [&](const auto& feed) {
             return std::any_of(feed.second.begin(), feed.second.end(), [&](const FoundFile& file) {
               return std::find(only.begin(), only.end(), file.path) != only.end();
             });
           });
  };
  auto ready = [&](const RawTable& table) {
    return std::all_of(sources_.sources().begin(), sources_.sources().end(), [&](const Source& source) {
      return source.table != table.name ||
             std::all_of(source.reads.begin(), source.reads.end(), [&](const std::string& read) {
               return read == table.name || !project_.FindRaw(read) || done_.contains(read);
             });
    });
  };
  for (size_t pass = 0; pass < project_.raw_tables.size(); ++pass) {
    for (const RawTable& table : project_.raw_tables) {
      if (done_.contains(table.name) || !ready(table)) continue;
      for (SourceGroup& group : sources_.groups())
        if (group.source->table == table.name && ((!only.empty() && meant(group)) || Checks(group.season)))
          group.identity += "+";
      TRY(LoadTable(table, report));
      done_.insert(table.name);
    }
  }
  return {};
}

std::set<std::string> Loader::Claimed() const {
  std::set<std::string> claimed;
  for (const auto& [feed, files] : sources_.files())
    for (const FoundFile& file : files)
      claimed.insert(file.path);
  return claimed;
}

std::vector<AbsentFeed> Loader::Absent(const std::vector<ledger::LoadedFile>& loaded) const {
  std::set<std::string> claimed = Claimed();
  std::vector<AbsentFeed> absent = sources_.Absent();
  std::erase_if(absent, [&](const AbsentFeed& one) {
    std::set<std::string> feeds = FeedsOf(one.table);
    return one.empty && std::any_of(loaded.begin(), loaded.end(), [&](const ledger::LoadedFile& file) {
             return feeds.contains(file.feed) && !claimed.contains(file.path) &&
                    (one.season.empty() || file.season.empty() || file.season == one.season);
           });
  });
  return absent;
}

Result<> Loader::Tell(LoadReport& report) {
  std::string drop;
  for (const auto& [feed, paths] : held_)
    drop += fmt::format("DROP TABLE IF EXISTS temp.{};", Ident("feed_" + feed));
  if (!drop.empty()) TRY(connection_.Execute(drop));
  std::set<std::string> claimed = Claimed();
  auto kept = [&](const std::string& feed) {
    return project_.FindFeed(feed) && project_.FindFeed(feed)->snapshots;
  };
  for (const ledger::LoadedFile& file : loaded_)
    if (!claimed.contains(file.path) && !kept(file.feed)) report.vanished.push_back(file.path);
  report.absent = Absent(loaded_);
  report.quarantined = TRY(Snapshots::Quarantined(connection_));
  report.useless = TRY(ledger::ReadUselessFiles(connection_));
  std::erase_if(report.useless,
                [&](const ledger::UselessFile& file) { return !claimed.contains(file.path); });
  for (ledger::UselessFile& file : report.useless)
    file.hint = UselessHint(project_, file.reason);
  report.unmatched = TRY(ledger::ReadUnmatchedNames(connection_));
  report.disagreements = TRY(ReadDisagreements(connection_, project_, ""));
  return {};
}

Result<> Loader::RecogniseFiles() {
  std::vector<ledger::MovedFile> moved =
      TRY(FindMovedFiles(sources_.files(), loaded_, TRY(ledger::ReadContents(connection_))));
  if (moved.empty()) return {};
  TRY(ledger::MoveFiles(connection_, moved));
  std::map<std::pair<std::string, std::string>, const ledger::MovedFile*> by_path;  // feed, the path now
  for (const ledger::MovedFile& file : moved)
    by_path[{file.feed, file.after}] = &file;
  for (SourceGroup& group : sources_.groups()) {
    auto ran = ran_.find({group.source->name, group.season});
    if (ran == ran_.end()) continue;
    FeedFiles before = group.feeds;
    for (auto& [feed, files] : before) {
      for (FoundFile& file : files)
        if (auto was = by_path.find({feed->name, file.path}); was != by_path.end())
          file.path = was->second->before, file.mtime = was->second->mtime_before;
      std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    }
    if (ran->second.identity != group.text + SourceGroup::Held(before)) continue;
    ran->second.identity = group.identity;
    TRY(ledger::RemoveSourceRuns(connection_, {group.source->name}, "season = " + Quote(group.season)));
    TRY(ledger::WriteSourceRun(connection_, ran->second));
  }
  loaded_ = TRY(ledger::ReadFiles(connection_));
  return {};
}

void Loader::ExpectWork() {
  std::set<std::string> paths;
  double work = 0;
  for (const SourceGroup& group : sources_.groups()) {
    auto before = ran_.find({group.source->name, group.season});
    if (before != ran_.end() && before->second.identity == group.identity) continue;
    work += group.Work();
    for (const auto& [feed, files] : group.feeds)
      for (const FoundFile& file : files)
        paths.insert(file.path);
  }
  progress_.Expect(paths.size(), work);
}

// Shapes are looked at first, so that no long work ends at a file that cannot be read. Snapshots are
// quarantined instead, one by one.
Result<> Loader::CheckFreshFiles() {
  std::set<std::tuple<std::string, int64_t, int64_t>> known;
  for (const ledger::LoadedFile& file : loaded_)
    known.insert({file.path, file.size, file.mtime});
  for (const auto& [name, files] : sources_.files()) {
    const Feed* feed = project_.FindFeed(name);
    if (!feed || feed->snapshots) continue;
    for (const FoundFile& file : files) {
      if (!file.local.empty() || known.contains({file.path, file.size, file.mtime})) continue;
      TRY(reader_.CheckShapes({file}));
      TRY(finder_.Fetch({file}));  // unpacks it
    }
  }
  return {};
}

Result<Loader::FreshSnapshots> Loader::ReadFreshSnapshots(LoadReport& report) {
  Snapshots snapshots(project_, connection_);
  FreshSnapshots all;
  for (const Feed& feed : project_.feeds) {
    if (!feed.snapshots) continue;
    std::vector<FoundFile> fresh = TRY(snapshots.Fresh(feed, sources_.files().at(feed.name)));
    if (fresh.empty()) continue;
    TRY(NeedFunctions());
    progress_.At(fmt::format("reading {} of {}", fresh.size(), feed.name));
    TRY(finder_.Fetch(fresh));
    all.emplace_back(&feed, TRY(snapshots.Read(feed, fresh, reader_)));
    for (const FoundFile& file : fresh)
      if (read_.insert(file.path).second) report.files.push_back(file.path);
    held_[feed.name] = {};
  }
  return all;
}

Result<> Loader::KeepSnapshots(const FreshSnapshots& fresh, LoadReport& report) {
  Snapshots snapshots(project_, connection_);
  for (const auto& [feed, read] : fresh) {
    TRY(EnsureRun(report));
    TRY(snapshots.Keep(*feed, read));
    TRY(snapshots.Judge(*feed));
  }
  return {};
}

Result<> Loader::ReadLedger() {
  loaded_ = TRY(ledger::ReadFiles(connection_));
  for (ledger::SourceRun& ran : TRY(ledger::ReadSourceRuns(connection_)))
    ran_[{ran.source, ran.season}] = ran;
  last_changed_ = TRY(ledger::ReadLastChanged(connection_));
  declared_ = TRY(ledger::ReadDeclarations(connection_));
  return {};
}

bool Loader::MissedChange(const SourceGroup& group, const std::string& read) const {
  auto before = ran_.find({group.source->name, group.season});
  auto changed = last_changed_.find(read);
  return before != ran_.end() && changed != last_changed_.end() && changed->second > before->second.run;
}

bool Loader::ReadsChanged(const SourceGroup& group, bool by_unit) const {
  return std::any_of(group.source->reads.begin(), group.source->reads.end(), [&](const std::string& read) {
    return group.ByUnit(read) == by_unit && (changed_tables_.contains(read) || MissedChange(group, read));
  });
}

Result<std::set<std::string>> Loader::Due(const RawTable& table, LoadReport& report) {
  std::set<std::string> seasons, there;
  std::vector<const SourceGroup*> unmoved;  // no unit of theirs changed in what they read by the unit
  for (SourceGroup& group : sources_.groups()) {
    if (group.source->table != table.name) continue;
    there.insert(group.season);
    auto before = ran_.find({group.source->name, group.season});
    bool again = before == ran_.end() || before->second.identity != group.identity;
    if (again && before != ran_.end() && before->second.identity != ledger::kGone &&
        !before->second.identity.starts_with(group.text))
      of_other_text_.insert(group.source->name);
    group.reads = again || ReadsChanged(group, false) ? TRY(ReadsSignature(group)) : before->second.inputs;
    if (again || group.reads != before->second.inputs) {
      seasons.insert(group.season);
    } else if (ReadsChanged(group, true)) {
      bool missed = std::any_of(group.source->by_unit.begin(), group.source->by_unit.end(),
                                [&](const std::string& read) { return MissedChange(group, read); });
      std::string mine =
          fmt::format("source = {} AND season = {}", Quote(group.source->name), Quote(group.season));
      if (missed || TRY(connection_.Query(
                            fmt::format("SELECT count(*) FROM backcourt.file_units WHERE {} AND unit IN ({})",
                                        mine, ChangedUnits(group))))
                        .Int(0, 0))
        seasons.insert(group.season);
      else
        unmoved.push_back(&group);
    }
  }
  if (!unmoved.empty()) {
    TRY(EnsureRun(report));
    for (const SourceGroup* group : unmoved)
      TRY(ledger::TouchSourceRun(connection_, group->source->name, group->season, report.run));
  }
  // Of what has run and has no files any more: rows go to other sources, or stay; a snapshot's are kept.
  for (const auto& ran : GoneOf(table)) {
    bool snapshots = std::any_of(sources_.sources().begin(), sources_.sources().end(), [&](const Source& s) {
      return s.name == ran.first && std::any_of(s.feeds.begin(), s.feeds.end(), [&](const std::string& feed) {
               return project_.FindFeed(feed) && project_.FindFeed(feed)->snapshots;
             });
    });
    if (!Stays(ran) || (!snapshots && ran_.at(ran).identity != ledger::kGone)) seasons.insert(ran.second);
  }
  // What runs or ran without a season may hold rows of any: with it, all are made again.
  for (const Source& source : sources_.sources())
    if (source.table == table.name && ran_.contains({source.name, ""})) there.insert("");
  // Rows of a table without a unit do not tell of which season they are.
  bool all = there.contains("") || seasons.contains("") || table.unit.empty();
  if (!seasons.empty() && all) return std::set<std::string>{""};
  return seasons;
}

Result<> Loader::Record(const RawTable& table, const SourceGroup& group, bool part, LoadReport& report) {
  const std::string &name = group.source->name, &season = group.season;
  if (!group.source->by_unit.empty()) TRY(KeepUnits(table, group, part));
  TRY(ledger::ReplaceDamagedUnits(
      connection_, table.name, name, season, part ? "unit IN (FROM temp.affected)" : "true",
      fmt::format(R"sql(
      (SELECT DISTINCT {unit} AS unit, dropped FROM temp.{incoming}
       WHERE starts_with(dropped, {doubled}) AND {unit} NOT IN (SELECT unit FROM temp.served WHERE source <> {source}))
      )sql",
                  fmt::arg("unit", UnitSql(table)), fmt::arg("incoming", Ident(group.incoming)),
                  fmt::arg("doubled", Quote(kDoubledKey)), fmt::arg("source", Quote(name)))));
  TRY(KeepUses(table, group, part));
  if (UnmatchedNameColumn(*group.source).empty())
    TRY(ledger::ReplaceUnmatchedNames(connection_, name, season, ""));
  else
    TRY(ledger::ReplaceUnmatchedNames(connection_, name, season,
                                      fmt::format(R"sql(
        (SELECT unmatched_name AS name, count(*) AS row_count FROM temp.{incoming}
         WHERE unmatched_name IS NOT NULL GROUP BY ALL))sql",
                                                  fmt::arg("incoming", Ident(group.incoming)))));
  std::string others = fmt::format(R"sql(
        UNION ALL SELECT reason, row_count FROM backcourt.dropped_units
        WHERE source = {source} AND season = {season} AND unit NOT IN (FROM temp.affected))sql",
                                   fmt::arg("source", Quote(name)), fmt::arg("season", Quote(season)));
  Rows dropped = TRY(connection_.Query(fmt::format(R"sql(
      SELECT reason, CAST(sum(n) AS BIGINT)
      FROM (SELECT dropped AS reason, count(*) AS n FROM temp.{incoming} WHERE dropped IS NOT NULL GROUP BY 1{others})
      GROUP BY 1 ORDER BY 1)sql",
                                                   fmt::arg("incoming", Ident(group.incoming)),
                                                   fmt::arg("others", part ? others : ""))));
  for (size_t i = 0; i < dropped.size(); ++i) {
    report.dropped.push_back({table.name, name, season, dropped.Text(i, 0), dropped.Int(i, 1)});
    TRY(ledger::WriteDropped(connection_, table.name, name, season, dropped.Text(i, 0), dropped.Int(i, 1)));
  }
  TRY(ledger::WriteSourceRun(connection_,
                             {name, season, ReplaceAll(group.identity, "+", ""), group.reads, report.run}));
  return KeepFiles(group, part, report.run);
}

// A unit that files of several seasons offer is decided between all of these: what is due grows until no file
// of another season has a say.
Result<> Loader::LoadTable(const RawTable& table, LoadReport& report) {
  if (!table.lake.empty()) return checking_ ? Result<>() : LoadLakeTable(table, report);
  std::set<std::string> seasons = TRY(Due(table, report));
  if (seasons.empty()) return {};
  TRY(EnsureRun(report));
  for (std::set<std::string> more = seasons; !more.empty();) {
    seasons.merge(more);
    if (!seasons.contains("")) {
      more = TRY(
          ledger::SeasonsAlsoOffering(connection_, table.name, "season IN (" + QuotedList(seasons) + ")"));
      seasons.merge(more);
    }
    if (seasons.contains("")) seasons = {""};
    LoadReport before = report;
    more = TRY(LoadSeasons(table, seasons, report));
    if (!more.empty())
      report.dropped = before.dropped, report.doubled = before.doubled, report.served = before.served;
  }
  return {};
}

// The life of one change, from what is due to what is written.
// NOLINTNEXTLINE(readability-function-size)
Result<std::set<std::string>> Loader::LoadSeasons(const RawTable& table, const std::set<std::string>& seasons,
                                                  LoadReport& report) {
  std::set<std::string> names = SourcesOf(table.name);
  std::vector<SourceGroup*> groups;
  for (SourceGroup& group : sources_.groups())
    if (group.source->table == table.name && (seasons.contains("") || seasons.contains(group.season)))
      groups.push_back(&group);
  if (auto left = gone_sources_.find(table.name); left != gone_sources_.end())
    names.insert(left->second.begin(), left->second.end());
  std::set<std::pair<std::string, std::string>> gone;
  for (const auto& ran : GoneOf(table))
    if (Stays(ran) && (seasons.contains("") || seasons.contains(ran.second))) gone.insert(ran);

  bool part = TRY(PlanPart(table, groups, seasons, report));
  TableChange change(connection_, table, seasons, part, groups.size() + (gone.empty() ? 0 : 2));
  TRY(change.Begin());
  TRY(connection_.Execute(R"sql(
      CREATE OR REPLACE TEMP TABLE given AS SELECT * FROM backcourt.file_units LIMIT 0;
      CREATE OR REPLACE TEMP TABLE left_out AS SELECT * FROM backcourt.dropped_units LIMIT 0)sql"));
  TRY(ledger::RemoveDropped(connection_, table.name, change.of_seasons()));
  // Also of those that are not there any more.
  TRY(ledger::RemoveSourceRuns(connection_, names, change.of_seasons()));
  for (SourceGroup* group : groups) {
    TRY(RunGroup(table, *group, part, report));
    if (table.statements) continue;  // decided between all of them
    bool staged = TRY(change.Stage(*group));
    TRY(Record(table, *group, part, report));
    if (!staged) TRY(connection_.Execute("DROP TABLE temp." + Ident(group->incoming)));
  }
  if (table.statements) {
    Statements statements(connection_, table, groups);
    if (!groups.empty()) TRY(statements.Rule());
    if (!groups.empty()) TRY(change.Offer("temp.statements"));
    for (SourceGroup* group : groups) {
      TRY(change.TellOtherTotals(*group));
      TRY(Record(table, *group, part, report));
      TRY(connection_.Execute("DROP TABLE temp." + Ident(group->incoming)));
    }
    if (!groups.empty()) TRY(statements.Keep(change.of_units()));
  }
  if (std::set<std::string> more = TRY(change.Beyond()); !more.empty()) return more;
  for (const auto& [source, season] : TRY(change.KeepGone(gone)))
    TRY(ledger::WriteSourceRun(connection_, {source, season, ledger::kGone, "", report.run}));
  if (!table.unit.empty()) {
    Rows serving = TRY(connection_.Query("SELECT season, source, count(DISTINCT unit) FROM " +
                                         change.Serving() + " GROUP BY 1, 2 ORDER BY 1, 3 DESC"));
    for (size_t i = 0; i < serving.size(); ++i)
      report.served.push_back(
          {table.name, serving.Text(i, 0), serving.Text(i, 1), table.unit, serving.Int(i, 2)});
  }
  if (std::string twice = TRY(change.Duplicate()); !twice.empty())
    return Error{ErrorKind::kSource, fmt::format("two rows of {} have one key: {}", table.name, twice),
                 "take one of them out of its file, then load again; nothing was loaded"};
  TRY(DropFeeds(table));
  if (checking_)
    TRY(CompareStored(table, change.stored(), change.staged(), change.replaced()));
  else
    TRY(WriteChange(table, groups, change, report));
  for (const SourceGroup* group : groups)
    TRY(connection_.Execute("DROP TABLE IF EXISTS temp." + Ident(group->incoming)));
  return std::set<std::string>();
}

Result<> Loader::WriteChange(const RawTable& table, const std::vector<SourceGroup*>& groups,
                             TableChange& change, LoadReport& report) {
  std::vector<LoadedTable> totals = TRY(change.Compare(cells_[table.name]));
  report.tables.insert(report.tables.end(), totals.begin(), totals.end());
  FaultPoint("load-write", table.name);
  progress_.At("writing " + table.name);
  TRY(change.Write(project_.KeepsHistory() ? std::optional(report.run) : std::nullopt));
  for (const SourceGroup* group : groups)
    progress_.Did(group->Work() / 2);

  std::vector<Cell> written = TRY(change.Cells(report.run));
  for (const Cell& cell : written)
    cells_[table.name].Put(cell);
  report.changed_cells += int(written.size());
  if (written.empty()) return {};
  changed_tables_.insert(table.name);
  TRY(ledger::WriteCells(connection_, table.name, written));
  return connection_.Execute(fmt::format("INSERT INTO temp.changed_units SELECT {}, unit FROM {}",
                                         Quote(table.name), change.differing()));
}

}  // namespace backcourt
