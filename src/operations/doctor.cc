#include "operations/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "base/text.h"
#include "files/files.h"
#include "files/finder.h"
#include "ledger/loads.h"
#include "ledger/schema.h"
#include "load/feed_reader.h"
#include "load/file_changes.h"
#include "load/loader.h"
#include "load/snapshots.h"
#include "load/source_groups.h"
#include "load/unread_files.h"
#include "operations/drop.h"
#include "proof/file_problems.h"
#include "warehouse/duckdb/engine.h"

namespace backcourt {

namespace fs = std::filesystem;

void Describe(Visitor& v, DoctorRequest&) { v.Struct("DoctorRequest", "The whole project."); }

void Describe(Visitor& v, Finding& f) {
  v.Struct("Finding", "Something that was looked at.");
  v.Field("level", f.level, "ok, note, absent (a feed without files), warning or error");
  v.Field("what", f.what, "what it is");
  v.Field("try", f.hint, "what to do; empty where there is nothing to do");
  v.Field("kind", f.kind, "of an error: usage, source, busy, ...; else empty");
}

namespace {

// Looks at one project after the other of its parts.
class Examination {
 public:
  Examination(Workspace& workspace, const Cancel& cancel)
      : workspace_(workspace),
        project_(workspace.project()),
        finder_(project_, [&cancel] { return cancel.Requested(); }) {}

  Result<DoctorReport> Run() {
    Find("ok", fmt::format("project {} with pack {}: {}, {}, {}, {}", project_.root, project_.pack,
                           Counted(int64_t(project_.sources.size()), "source"),
                           Counted(int64_t(project_.models.size()), "model"),
                           Counted(int64_t(project_.raw_tables.size()), "raw table"),
                           Counted(int64_t(project_.seeds.size()), "seed")));
    bool engine = Engine();
    if (engine) TRY(Files());  // they are bound by it
    for (const Overlay& overlay : project_.overlays)
      Find("note",
           fmt::format("{} {} of the project: {}{}", overlay.kind, overlay.name, overlay.file,
                       overlay.replaces.empty() ? ", new"
                       : overlay.kind == "seed" ? ", its rows come before those of " + overlay.replaces
                                                : " replaces " + overlay.replaces));
    auto warehouse = workspace_.Open();
    if (warehouse)
      TRY(LookAtWarehouse(**warehouse));
    else if (engine) {
      Find("error",
           fmt::format("warehouse: {} does not open: {}", project_.warehouse, warehouse.error().message),
           warehouse.error().hint);
      findings_.back().kind = ErrorKindName(warehouse.error().kind);
    }
    DataFolder();
    TRY(Feeds(warehouse ? *warehouse : nullptr));
    if (warehouse && !project_.data.empty() && !IsRemote(project_.data)) TRY(Recognise(**warehouse));
    Sort();
    return std::move(findings_);
  }

 private:
  // What has to be done first, what is as it should be last.
  void Sort() {
    auto rank = [](const Finding& finding) {
      for (int i = 0; const char* level : {"error", "warning", "note", "ok"}) {
        if (finding.level == level) return i;
        ++i;
      }
      return 4;
    };
    std::stable_sort(findings_.begin(), findings_.end(),
                     [&](const Finding& a, const Finding& b) { return rank(a) < rank(b); });
  }

  void Find(const char* level, const std::string& what, const std::string& hint = "") {
    findings_.push_back({level, what, hint, level == std::string("error") ? "usage" : ""});
  }

  // A line for each problem of a file, and one for each table that cannot be filled for it.
  Result<> Files() {
    for (const FileProblem& problem : TRY(FindFileProblems(project_)).problems)
      Find("error", problem.Text(), problem.hint);
    std::vector<std::string> blocked;
    for (const LeftOut& out : project_.left_out)
      blocked.push_back((out.is_check ? "check " : "") + out.name);
    if (!blocked.empty())
      Find("warning", fmt::format("blocked until the files above are fixed: {}", Join(blocked, ", ")),
           "`backcourt status` shows which file each waits for");
    return {};
  }

  bool Engine() {
    std::string library = LibraryFolder();
    bool all = true;
    for (const char* file : {"libduckdb.so", "excel.duckdb_extension", "httpfs.duckdb_extension"}) {
      bool there = fs::exists(fs::path(library) / file);
      Find(there ? "ok" : "error",
           fmt::format("engine: {}/{}{}", library, file, there ? "" : " is not there"),
           there ? "" : "`make build`");
      all = all && there;
    }
    return all;
  }

  Result<> LookAtWarehouse(Warehouse& warehouse) {
    auto connection = TRY(warehouse.Connect());

    std::error_code ignored;
    auto version = warehouse.Version();
    Find("ok", fmt::format("warehouse: {} ({:.1f} MB){}", project_.warehouse,
                           double(fs::file_size(project_.warehouse, ignored)) / 1e6,
                           version ? ", " + *version : ""));
    if (!version) Find("error", "warehouse: " + version.error().message, version.error().hint);
    for (const RemovedTable& removed : TRY(FindRemovedTables(*connection, project_)))
      Find("note",
           fmt::format("{} is in the warehouse ({}), and no file of the project makes it", removed.table,
                       Counted(removed.rows, "row")),
           fmt::format("`backcourt drop {}`, or its file back", removed.table));
    for (const Snapshot& one : TRY(Snapshots::Serving(*connection)))
      Find("ok", fmt::format("{} {}: served by the snapshot of {} UTC ({}), {}", one.feed, one.season,
                             one.seen_at, Age(one.age), one.path));
    for (const Snapshot& one : TRY(Snapshots::Quarantined(*connection)))
      Find("warning", fmt::format("quarantined {} {}: {}", one.feed, one.path, one.problem),
           "fetch it again under the same name; until then the last good one serves");
    return {};
  }

  void DataFolder() {
    if (project_.data.empty())
      Find("error", "no [data] folder is configured", "folder = \"...\" under [data] of backcourt.toml");
    else if (!IsRemote(project_.data) && !fs::exists(project_.data))
      Find("error", fmt::format("data folder {} is not there", project_.data),
           "another folder under [data] of backcourt.toml");
  }

  std::vector<FoundFile> FilesOf(const std::vector<std::string>& patterns) {
    auto files = finder_.Find(patterns);
    if (files) return *files;
    if (unreachable_.insert(files.error().message).second) {
      Find("error", files.error().message, files.error().hint);
      findings_.back().kind = ErrorKindName(files.error().kind);
    }
    return {};
  }

  std::string SourcesOf(const std::string& feed) {
    std::set<std::string> files;
    for (const Source& source : project_.sources)
      for (const std::vector<std::string>& list : {source.feeds, source.optional_feeds, source.any_of})
        if (std::find(list.begin(), list.end(), feed) != list.end())
          files.insert(fs::path(source.file).filename().string());
    return Join({files.begin(), files.end()}, ", ");
  }

  // Why a load would refuse a feed's files: those that it has not read yet are read through.
  Result<> Refusals(Warehouse& warehouse, const Feed& feed, const std::vector<FoundFile>& files) {
    if (feed.snapshots) return {};                        // one that cannot be read is quarantined
    std::map<std::string, std::vector<FoundFile>> fresh;  // by season
    for (const FoundFile& file : files) {
      bool chosen =
          file.season.empty() || project_.seasons.empty() ||
          std::find(project_.seasons.begin(), project_.seasons.end(), file.season) != project_.seasons.end();
      if (!chosen) continue;
      TRY(FeedReader::KnowsKind(file));
      if (file.local.empty() && !loaded_.contains({feed.name, file.path, file.size, file.mtime}))
        fresh[file.season].push_back(file);
    }
    if (fresh.empty()) return {};
    auto connection = TRY(warehouse.Connect());
    FeedReader reader(project_, *connection);
    for (const auto& [season, of_season] : fresh) {
      TRY(finder_.Fetch(of_season));
      TRY(reader.Try(feed, of_season));
    }
    return {};
  }

  Result<> Feeds(Warehouse* warehouse) {
    if (warehouse) {
      auto connection = TRY(warehouse->Connect());
      for (const ledger::LoadedFile& file : TRY(ledger::ReadFiles(*connection)))
        loaded_.insert({file.feed, file.path, file.size, file.mtime});
    }
    if (!project_.data.empty()) {
      size_t own = 0;
      for (const RawTable& raw : project_.raw_tables)
        own += FilesOf(project_.Patterns(raw)).size();
      Find(own ? "ok" : "absent", fmt::format("{} in the raw tables' own shape below {}",
                                              Counted(int64_t(own), "file"), project_.data));
    }
    for (const Feed& feed : project_.feeds) {
      std::vector<std::string> patterns = project_.Patterns(feed);
      if (patterns.empty()) continue;
      std::vector<FoundFile> files = FilesOf(patterns);
      for (const FoundFile& file : files)
        claimed_.insert(file.path);
      if (auto refused = warehouse ? Refusals(*warehouse, feed, files) : Result<>(); !refused) {
        Find("error", fmt::format("feed {}: {}", feed.name, refused.error().message), refused.error().hint);
        findings_.back().kind = ErrorKindName(refused.error().kind);
        continue;
      }
      Find(files.empty() ? "absent" : "ok",
           fmt::format("feed {}: {} for {}; read by {}", feed.name, Counted(int64_t(files.size()), "file"),
                       Join(patterns, ", "), SourcesOf(feed.name)),
           files.empty() ? "a folder that has them under [data], or a path under [feeds]; without it its "
                           "columns are NULL"
                         : "");
    }
    return {};
  }

  // What files below the data folder are that no feed's pattern matches: one of
  // each folder and extension is looked at, and the feed named whose shape it has.
  Result<> Recognise(Warehouse& warehouse) {
    auto connection = TRY(warehouse.Connect());
    FeedReader reader(project_, *connection);
    for (const UnreadFiles& kind : TRY(FindUnreadFiles(project_, finder_, reader, claimed_))) {
      std::string hint;
      for (const std::string& feed : kind.feeds)
        hint += fmt::format("{}{} = \"{}\"", hint.empty() ? "under [feeds]: " : " or ", feed,
                            (fs::path(project_.data) / kind.pattern).string());
      Find("note",
           fmt::format("{} {} match no feed{}", Counted(kind.files, "file"), kind.pattern, kind.shape), hint);
    }
    TRY(warehouse.WaitForFunctions());
    SourceGroups groups(project_);
    TRY(groups.Find(*connection, reader, finder_, [] { return Result<>(); }));
    for (const UnservedFiles& some : groups.Unserved())
      Find("warning",
           fmt::format("{}: no row of {} is used: {}", some.paths.front(),
                       some.paths.size() == 1 ? "it" : fmt::format("it and {} more", some.paths.size() - 1),
                       some.Reason()),
           Loader::UselessHint(project_, some.Reason()));
    FileChanges changes = TRY(LookForFileChanges(*connection, project_));
    for (const std::string& path : changes.vanished)
      Find("warning", fmt::format("{} was loaded, and is gone", path),
           fmt::format("put it back, or `backcourt forget {}`", path));
    return {};
  }

  Workspace& workspace_;
  const Project& project_;
  Finder finder_;
  std::set<std::tuple<std::string, std::string, int64_t, int64_t>> loaded_;  // feed, path, size, time
  std::set<std::string> claimed_;      // paths that a feed's pattern matches
  std::set<std::string> unreachable_;  // errors told
  DoctorReport findings_;
};

}  // namespace

Result<DoctorReport> Doctor(Workspace& workspace, const DoctorRequest&, const Cancel& cancel) {
  return Examination(workspace, cancel).Run();
}

}  // namespace backcourt
