// What the warehouse holds against what the project declares now: raw tables of another declaration are made
// again from all of their files; rows of sources and seasons that left the project go; those of files that
// are gone go to the next source, or stay.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "ledger/history.h"
#include "ledger/models.h"
#include "ledger/schema.h"
#include "load/loader.h"
#include "load/raw_table_sql.h"
#include "project/file_names.h"
#include "warehouse/calendar_reader.h"
#include "warehouse/duckdb/catalog.h"

namespace backcourt {

namespace {

std::string DeclaredColumns(const RawTable& table) {
  std::vector<std::string> columns;
  for (const Column& column : table.columns)
    columns.push_back(Ident(column.name) + " " + column.type);
  return Join(columns, ", ");
}

std::set<std::string> Names(const std::string& joined) {
  std::set<std::string> names;
  for (const std::string& name : Split(joined, ','))
    if (!Trim(name).empty()) names.insert(Trim(name));
  return names;
}

Declaration WithoutSources(Declaration declaration) {
  declaration.erase("sources");
  return declaration;
}

}  // namespace

std::set<std::string> Loader::SourcesOf(const std::string& table) const {
  std::set<std::string> names;
  for (const Source& source : sources_.sources())
    if (source.table == table) names.insert(source.name);
  return names;
}

std::string Loader::DigestDeclarations() const {
  Hasher hasher;
  hasher.Add(int64_t(ledger::kFormat)).Add(Join(project_.seasons, ","));
  for (const RawTable& table : project_.raw_tables) {
    hasher.Add(table.name);
    for (const auto& [part, text] : DeclarationOf(table))
      hasher.Add(part).Add(text);
    for (const std::string& source : SourcesOf(table.name))
      hasher.Add(source);
  }
  return hasher.Finish().Hex();
}

Result<> Loader::Prepare(LoadReport& report) {
  std::string tables = DigestDeclarations();
  std::string before = TRY(ledger::ReadRawTables(connection_));
  bool same = before == tables;
  if (!same && !before.empty() && TRY(ledger::ReadDeclarations(connection_)).empty()) TRY(AdoptTables());
  TRY(ReadLedger());
  if (same) return {};
  TRY(Reconcile(report));
  return ledger::WriteRawTables(connection_, tables);
}

// Tables of a version that did not keep what they are: those that look as they are declared now are taken to
// be so.
Result<> Loader::AdoptTables() {
  TRY(ledger::KeepAllColumns(connection_));
  std::set<std::string> adopted;
  for (const RawTable& table : project_.raw_tables) {
    auto there = TRY(DescribeTable(connection_, table.name));
    std::vector<std::string> typed;
    for (const Column& column : table.columns)
      typed.push_back(fmt::format("CAST(NULL AS {}) AS {}", column.type, Ident(column.name)));
    if (!there || *there != TRY(ColumnsOf(connection_, "SELECT " + Join(typed, ", ")))) continue;
    adopted.insert(table.name);
    std::set<std::string> sources = SourcesOf(table.name);
    Rows served = TRY(connection_.Query("SELECT DISTINCT source FROM backcourt.units WHERE table_name = " +
                                        Quote(table.name)));
    for (size_t i = 0; i < served.size(); ++i)
      sources.insert(served.Text(i, 0));
    ledger::StoredDeclaration declared{kRawKind, DeclarationOf(table)};
    declared.parts["sources"] = Join({sources.begin(), sources.end()}, ", ");
    TRY(ledger::WriteDeclaration(connection_, table.name, declared));
  }
  auto models = TRY(ledger::ReadModels(connection_));
  for (const Model& model : project_.models) {
    auto known = models.find(model.name);
    if (known == models.end()) continue;
    TRY(ledger::KeepBeside(connection_, model));
    if (known->second.identity == model.identity.Hex())
      TRY(ledger::WriteDeclaration(connection_, model.name, {KindOf(model), DeclarationOf(model)}));
  }
  for (const Seed& seed : project_.seeds)
    if (auto there = TRY(DescribeTable(connection_, seed.name)); there && !models.contains(seed.name))
      TRY(ledger::WriteDeclaration(connection_, seed.name, {kSeedKind, {{"columns", ColumnText(*there)}}}));
  std::vector<std::string> of_calendar = project_.boxes;
  of_calendar.insert(of_calendar.end(), {project_.schedule, project_.results});
  if (!std::all_of(of_calendar.begin(), of_calendar.end(),
                   [&](const std::string& table) { return adopted.contains(table); }))
    return {};
  std::map<std::string, Date> first_days;
  const Calendar calendar = TRY(ReadCalendar(connection_, project_));
  for (const Season& season : calendar.seasons())
    first_days[season.label] = season.first;
  return ledger::KeepFirstDays(connection_, first_days);
}

Result<> Loader::CreateTable(const RawTable& table, int64_t run) {
  if (project_.KeepsHistory()) TRY(ledger::KeepWhole(connection_, run, table.name));
  TRY(DropRelation(connection_, table.name));
  TRY(connection_.Execute(
      fmt::format("CREATE TABLE main.{} ({})", Ident(table.name), DeclaredColumns(table))));
  ledger::StoredDeclaration declared{kRawKind, DeclarationOf(table)};
  std::set<std::string> sources = SourcesOf(table.name);
  declared.parts["sources"] = Join({sources.begin(), sources.end()}, ", ");
  TRY(ledger::WriteDeclaration(connection_, table.name, declared));
  return ledger::ForgetModel(connection_, table.name);
}

// Forgets all of a raw table; the sources of it then run again over all of their files.
Result<> Loader::MakeAgain(const RawTable& table, const std::set<std::string>& sources, LoadReport& report) {
  TRY(EnsureRun(report));
  TRY(ledger::RemoveTable(connection_, table.name, sources));
  std::erase_if(ran_, [&](const auto& ran) { return sources.contains(ran.first.first); });
  cells_.erase(table.name);
  return CreateTable(table, report.run);
}

// Forgets the raw tables that the pack has no more. When one comes back, files of it may be gone that nobody
// has told of: it is made again.
Result<> Loader::ForgetTables() {
  for (auto& [table, declared] : declared_) {
    if (declared.kind != kRawKind || project_.FindRaw(table)) continue;
    std::set<std::string> sources = Names(declared.parts["sources"]);
    TRY(ledger::RemoveTable(connection_, table, sources));
    std::erase_if(ran_, [&](const auto& ran) { return sources.contains(ran.first.first); });
  }
  return {};
}

Result<> Loader::Reconcile(LoadReport& report) {
  TRY(ForgetTables());
  std::vector<std::string> again, made;
  for (const RawTable& table : project_.raw_tables) {
    auto known = declared_.find(table.name);
    std::set<std::string> now = SourcesOf(table.name), before;
    bool raw = known != declared_.end() && known->second.kind == kRawKind;
    if (raw) before = Names(known->second.parts["sources"]);
    if (!raw || WithoutSources(known->second.parts) != DeclarationOf(table)) {
      before.insert(now.begin(), now.end());
      if (raw || TRY(DescribeTable(connection_, table.name))) {
        again.push_back(table.name);
        TRY(MakeAgain(table, before, report));
      } else {
        TRY(CreateTable(table, report.run));
      }
      made.push_back(table.name);
      continue;
    }
    if (before == now) continue;
    std::set_difference(before.begin(), before.end(), now.begin(), now.end(),
                        std::inserter(gone_sources_[table.name], gone_sources_[table.name].end()));
    std::erase_if(ran_, [&](const auto& ran) {  // one that is new here may have run for another table
      return now.contains(ran.first.first) && !before.contains(ran.first.first);
    });
    ledger::StoredDeclaration declared{kRawKind, DeclarationOf(table)};
    declared.parts["sources"] = Join({now.begin(), now.end()}, ", ");
    TRY(ledger::WriteDeclaration(connection_, table.name, declared));
  }
  TRY(ledger::KeepColumns(connection_, made));
  for (const auto& [ran, run] : ran_)
    if (!ran.second.empty() && !project_.seasons.empty() &&
        std::find(project_.seasons.begin(), project_.seasons.end(), ran.second) == project_.seasons.end())
      left_.insert(ran.second);
  std::optional<Error> losses = TRY(Losses(again));
  if (!losses || may_lose_) return {};
  if (!previewing_) return *losses;
  report.asks = fmt::format("{}: {}", losses->message, losses->hint);
  return {};
}

std::set<std::string> Loader::FeedsOf(const std::string& table) const {
  std::set<std::string> feeds;
  for (const Source& source : sources_.sources())
    if (source.table == table)
      for (const auto& list : {source.feeds, source.any_of, source.optional_feeds})
        feeds.insert(list.begin(), list.end());
  return feeds;
}

std::vector<std::string> Loader::VanishedOf(const std::string& table) const {
  std::set<std::string> claimed = Claimed(), feeds = FeedsOf(table), vanished;
  for (const ledger::LoadedFile& file : loaded_)
    if (feeds.contains(file.feed) && !claimed.contains(file.path) && !left_.contains(file.season))
      vanished.insert(file.path);
  return {vanished.begin(), vanished.end()};
}

// What would go for good.
Result<std::optional<Error>> Loader::Losses(const std::vector<std::string>& again) {
  if (!left_.empty()) {
    Rows games = TRY(connection_.Query(fmt::format(
        "SELECT count(DISTINCT unit) FROM backcourt.units WHERE table_name = {} AND season IN ({})",
        Quote(project_.schedule), QuotedList(left_))));
    if (games.Int(0, 0) > 0)
      return std::optional(
          Error{ErrorKind::kUsage,
                fmt::format("[project] seasons leaves out {}: {} of it would leave the warehouse; "
                            "nothing was loaded",
                            Join({left_.begin(), left_.end()}, ", "), Counted(games.Int(0, 0), "game")),
                std::string(kYesHint) + ", or the season under [project] seasons again"});
  }
  for (const std::string& table : again) {
    std::vector<std::string> vanished = VanishedOf(table);
    if (vanished.empty()) continue;
    return std::optional(Error{
        ErrorKind::kUsage,
        fmt::format(
            "{} has another declaration than when it was loaded, and has to be made again, but {} of its "
            "own {} gone, such as {}; nothing was loaded",
            table, Counted(int64_t(vanished.size()), "file"), vanished.size() == 1 ? "is" : "are",
            vanished.front()),
        std::string(kYesHint) + ", after which what they gave leaves the warehouse, or put them back"});
  }
  return std::optional<Error>();
}

bool Loader::Stays(const std::pair<std::string, std::string>& ran) const {
  return !forgotten_.contains(ran) && !left_.contains(ran.second) &&
         std::any_of(sources_.sources().begin(), sources_.sources().end(),
                     [&](const Source& source) { return source.name == ran.first; });
}

std::set<std::pair<std::string, std::string>> Loader::GoneOf(const RawTable& table) const {
  std::set<std::string> sources = SourcesOf(table.name);
  if (auto left = gone_sources_.find(table.name); left != gone_sources_.end())
    sources.insert(left->second.begin(), left->second.end());
  std::set<std::pair<std::string, std::string>> gone;
  for (const auto& [ran, run] : ran_)
    if (sources.contains(ran.first)) gone.insert(ran);
  for (const SourceGroup& group : sources_.groups())
    gone.erase({group.source->name, group.season});
  return gone;
}

Result<> Loader::ForgetGoneFiles(const std::vector<ledger::LoadedFile>& before, LoadReport& report) {
  std::set<std::string> claimed = Claimed(), known;
  for (const ledger::LoadedFile& file : loaded_)
    known.insert(file.path);
  std::set<std::string> gone;  // also those whose rows went with what was loaded again
  std::error_code unknown;
  for (const ledger::LoadedFile& file : before)
    if (!known.contains(file.path) && !claimed.contains(file.path) && !left_.contains(file.season) &&
        !file.feed.starts_with("seed ") && !std::filesystem::exists(file.path, unknown))
      gone.insert(file.path);
  std::vector<ledger::LoadedFile> unclaimed;
  for (const ledger::LoadedFile& file : loaded_) {
    const Feed* feed = project_.FindFeed(file.feed);
    if (!claimed.contains(file.path) && !(feed && feed->snapshots)) unclaimed.push_back(file);
  }
  auto runs = TRY(ledger::ReadSourceRuns(connection_));
  auto stands = [&](const ledger::LoadedFile& file) {  // whether rows of it may be left
    return std::any_of(runs.begin(), runs.end(), [&](const ledger::SourceRun& run) {
      if (run.identity != ledger::kGone ||
          (run.season != file.season && !run.season.empty() && !file.season.empty()))
        return false;
      return std::any_of(sources_.sources().begin(), sources_.sources().end(), [&](const Source& source) {
        auto reads = [&](const std::vector<std::string>& feeds) {
          return std::find(feeds.begin(), feeds.end(), file.feed) != feeds.end();
        };
        return source.name == run.source &&
               (reads(source.feeds) || reads(source.any_of) || reads(source.optional_feeds));
      });
    });
  };
  std::map<std::string, std::set<std::string>> forgotten;  // by feed: paths
  for (const ledger::LoadedFile& file : unclaimed)
    if (!stands(file)) forgotten[file.feed].insert(file.path);
  for (const auto& [feed, paths] : forgotten) {
    TRY(ledger::RemoveFiles(connection_, feed, paths));
    gone.insert(paths.begin(), paths.end());
  }
  TRY(KeepLostFiles(before, gone, report));
  report.gone.assign(gone.begin(), gone.end());
  if (!forgotten.empty()) loaded_ = TRY(ledger::ReadFiles(connection_));
  return {};
}

Result<> Loader::KeepLostFiles(const std::vector<ledger::LoadedFile>& before, std::set<std::string>& gone,
                               LoadReport& report) {
  auto lost_rows = [&](const ledger::LoadedFile& file) {
    return std::any_of(report.tables.begin(), report.tables.end(), [&](const LoadedTable& table) {
      return table.gone && (table.season.empty() || file.season.empty() || table.season == file.season) &&
             FeedsOf(table.table).contains(file.feed);
    });
  };
  std::set<std::pair<std::string, int64_t>> here;  // names and sizes
  for (const auto& [feed, files] : sources_.files())
    for (const FoundFile& file : files)
      here.insert({std::filesystem::path(file.path).filename(), file.size});
  auto is_there = [](const std::string& path) { return LookAt(path, "").size >= 0; };  // read or not
  const std::vector<ledger::LoadedFile> known = TRY(ledger::ReadLostFiles(connection_));
  std::vector<ledger::LoadedFile> lost = known;
  std::erase_if(lost, [&](const ledger::LoadedFile& file) {
    return std::none_of(project_.raw_tables.begin(), project_.raw_tables.end(),
                        [&](const RawTable& table) { return FeedsOf(table.name).contains(file.feed); }) ||
           left_.contains(file.season) || is_there(file.path) ||
           here.contains({std::filesystem::path(file.path).filename(), file.size});
  });
  for (const ledger::LoadedFile& file : before)
    if (gone.contains(file.path) && lost_rows(file) && !is_there(file.path)) lost.push_back(file);
  std::set<std::string> paths;
  for (const ledger::LoadedFile& file : lost)
    paths.insert(file.path), gone.erase(file.path);
  report.lost.assign(paths.begin(), paths.end());
  bool same = std::equal(lost.begin(), lost.end(), known.begin(), known.end(),
                         [](const auto& a, const auto& b) { return a.feed == b.feed && a.path == b.path; });
  return same ? Result<>() : ledger::WriteLostFiles(connection_, lost);
}

Result<LoadReport> Loader::Forget(const std::string& name) {
  std::vector<ledger::LoadedFile> loaded = TRY(ledger::ReadFiles(connection_));
  for (ledger::LoadedFile& lost : TRY(ledger::ReadLostFiles(connection_)))
    loaded.push_back(std::move(lost));
  std::string path;
  std::set<std::string> feeds;
  std::set<std::string> seasons;
  for (const std::string& place : FileNames(project_).PathsOf(name))
    for (const ledger::LoadedFile& file : loaded)
      if (file.path == place && (path.empty() || path == place))
        path = place, feeds.insert(file.feed), seasons.insert(file.season);
  if (feeds.empty())
    return Error{ErrorKind::kUsage, fmt::format("{} was never loaded, or is forgotten already", name),
                 "`backcourt check` names the files that are gone"};
  if (LookAt(path, "").size >= 0)
    return Error{ErrorKind::kUsage, fmt::format("{} is still there", path),
                 "remove it first: files that exist are loaded"};
  // Where other files of its kind are left, its groups run again, for one is missing; where none is, what ran
  // of them is made again of nothing.
  for (const ledger::SourceRun& ran : TRY(ledger::ReadSourceRuns(connection_))) {
    auto source = std::find_if(sources_.sources().begin(), sources_.sources().end(),
                               [&](const Source& s) { return s.name == ran.source; });
    auto any = [&](const std::vector<std::string>& list) {
      return std::any_of(list.begin(), list.end(),
                         [&](const std::string& feed) { return feeds.contains(feed); });
    };
    bool reads = source != sources_.sources().end() &&
                 (any(source->feeds) || any(source->any_of) || any(source->optional_feeds));
    bool there =
        std::any_of(sources_.groups().begin(), sources_.groups().end(), [&](const SourceGroup& group) {
          return group.source->name == ran.source && group.season == ran.season;
        });
    if (reads && !there && (ran.season.empty() || seasons.contains("") || seasons.contains(ran.season)))
      forgotten_.insert({ran.source, ran.season});
  }
  forgetting_ = true;
  LoadReport report = TRY(Load());
  for (const std::string& feed : feeds)
    TRY(ledger::RemoveFiles(connection_, feed, std::set<std::string>{path}));
  std::vector<ledger::LoadedFile> lost = TRY(ledger::ReadLostFiles(connection_));
  if (std::erase_if(lost, [&](const ledger::LoadedFile& file) { return file.path == path; }))
    TRY(ledger::WriteLostFiles(connection_, lost));
  for (auto* list : {&report.vanished, &report.lost})
    std::erase(*list, path);
  return report;
}

}  // namespace backcourt
