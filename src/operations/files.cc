#include "operations/files.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/text.h"
#include "ledger/loads.h"
#include "load/file_changes.h"
#include "load/snapshots.h"
#include "operations/load.h"
#include "project/file_names.h"

namespace backcourt {

void Describe(Visitor& v, FilesRequest& r) {
  v.Struct("FilesRequest", "Which feeds to list.");
  v.Field("feeds", r.feeds, "Feeds (default: all).", {.metavar = "FEED", .positional = true});
}

void Describe(Visitor& v, FileStatus& f) {
  v.Struct("FileStatus", "A file of a feed.");
  v.Field("path", f.path,
          "its path, from the folder of the project where it is in it, else from the data folder");
  v.Field("season", f.season, "the season that its path names; may be empty");
  v.Field("size", f.size, "bytes");
  v.Field("changed_at", f.changed_at, "when it was written, UTC; empty where it is not known");
  v.Field("state", f.state, "loaded, new, changed, gone, unused (no row of it is used) or quarantined");
  v.Field("run", f.run, "the load that read it last; null where none did");
  v.Field("problem", f.problem, "why it is not used; else empty");
  v.Field("held", f.held,
          "games that it holds, or seasons where it has no games; null where that is not kept");
  v.Field("served", f.served, "those of them that are served from its source");
}

void Describe(Visitor& v, FeedStatus& f) {
  v.Struct("FeedStatus", "A feed, and its files.");
  v.Field("feed", f.feed, "its name");
  v.Field("about", f.about, "what it is");
  v.Field("patterns", f.patterns, "where its files are looked for");
  v.Field("tables", f.tables, "raw tables that are made of it");
  v.Field("files", f.files, "its files, by path");
}

void Describe(Visitor& v, FilesReport& r) {
  v.Struct("Files", "The feeds, their files, and files that no feed reads.");
  v.Field("folder", r.folder, "the data folder");
  v.Field("feeds", r.feeds, "by feed; raw tables that are read in their own shape are feeds too");
  v.Field("unread", r.unread, "files below the data folder that no feed reads");
}

namespace {

std::string TimeText(int64_t nanoseconds) {
  if (nanoseconds <= 0) return "";
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(time_t(nanoseconds / 1'000'000'000)));
}

class FileList {
 public:
  FileList(const Project& project, Connection& ledger) : names_(project), ledger_(ledger) {}

  Result<> ReadLedger() {
    for (ledger::LoadedFile& file : TRY(ledger::ReadFiles(ledger_)))
      loaded_[file.feed][file.path] = std::move(file);
    for (ledger::LoadedFile& file : TRY(ledger::ReadLostFiles(ledger_))) {
      lost_.insert(file.path);
      loaded_[file.feed][file.path] = std::move(file);
    }
    for (const ledger::LoadedFile& file : TRY(ledger::ReadSeenFiles(ledger_)))
      seen_[file.path] = {file.size, file.mtime};
    for (const ledger::UselessFile& file : TRY(ledger::ReadUselessFiles(ledger_)))
      unused_[file.path] = file.reason;
    for (const Snapshot& one : TRY(Snapshots::Quarantined(ledger_)))
      quarantined_[one.path] = one.problem;
    units_ = TRY(ledger::ReadServedUnits(ledger_));
    return {};
  }

  FeedStatus Of(const std::string& feed, const std::string& about, const std::vector<std::string>& patterns,
                const std::string& known_as) {
    FeedStatus status{feed, about, patterns, {}, {}};
    std::map<std::string, FileStatus> files;
    std::vector<std::string> local;
    for (const std::string& pattern : patterns)
      if (!IsRemote(pattern)) local.push_back(pattern);
    for (const FoundFile& found : FindFiles(local, folders_)) {
      FileStatus& file = files[found.path];
      file.path = found.path, file.season = found.season, file.size = found.size;
      file.changed_at = TimeText(found.mtime);
      auto seen = seen_.find(found.path);
      file.state = seen == seen_.end()                                  ? "new"
                   : seen->second == std::pair(found.size, found.mtime) ? "loaded"
                                                                        : "changed";
      claimed_.insert(found.path);
    }
    for (const auto& [path, known] : loaded_[known_as]) {
      auto [at, added] = files.try_emplace(path);
      FileStatus& file = at->second;
      file.run = known.run;
      if (added) {
        file.path = path, file.season = known.season, file.size = known.size;
        file.changed_at = TimeText(known.mtime);
        file.state = IsRemote(path) ? "loaded" : "gone";
        if (file.state == "gone")
          file.problem = fmt::format("it was loaded, and is not there now; {}",
                                     lost_.contains(path) ? "rows of it are gone" : "its rows stay");
      }
    }
    for (auto& [path, file] : files) {
      if (auto unused = unused_.find(path); unused != unused_.end() && file.state == "loaded")
        file.state = "unused", file.problem = unused->second;
      if (auto bad = quarantined_.find(path); bad != quarantined_.end() && file.state == "loaded")
        file.state = "quarantined", file.problem = bad->second;
      if (auto units = units_.find(path); units != units_.end())
        file.held = units->second.held, file.served = units->second.served;
      file.path = names_.In(path);
      file.problem = names_.In(file.problem);
      status.files.push_back(std::move(file));
    }
    for (std::string& pattern : status.patterns)
      pattern = names_.In(pattern);
    return status;
  }

  const std::set<std::string>& claimed() const { return claimed_; }

 private:
  const FileNames names_;
  Connection& ledger_;
  std::map<std::string, std::map<std::string, ledger::LoadedFile>> loaded_;  // by feed and path
  std::set<std::string> lost_;                                               // paths
  std::map<std::string, std::pair<int64_t, int64_t>> seen_;                  // size and time, by path
  std::map<std::string, std::string> unused_, quarantined_;                  // reasons by path
  std::map<std::string, ledger::ServedUnits> units_;                         // by path
  Folders folders_;
  std::set<std::string> claimed_;
};

std::vector<std::string> TablesOf(const Project& project, const std::string& feed) {
  std::set<std::string> tables;
  for (const Source& source : project.sources)
    for (const std::vector<std::string>* list : {&source.feeds, &source.optional_feeds, &source.any_of})
      if (std::find(list->begin(), list->end(), feed) != list->end()) tables.insert(source.table);
  return {tables.begin(), tables.end()};
}

}  // namespace

Result<FilesReport> ListFiles(Workspace& workspace, const FilesRequest& request, const Cancel& cancel) {
  const Project& project = workspace.project();
  std::vector<std::string> names;
  for (const Feed& feed : project.feeds)
    names.push_back(feed.name);
  for (const RawTable& raw : project.raw_tables)
    names.push_back(raw.name);
  for (const std::string& word : request.feeds)
    if (std::find(names.begin(), names.end(), word) == names.end())
      return Error{ErrorKind::kUsage, fmt::format("no feed '{}'", word), Suggestion(word, names, "")};
  auto wanted = [&](const std::string& name) {
    return request.feeds.empty() ||
           std::find(request.feeds.begin(), request.feeds.end(), name) != request.feeds.end();
  };
  auto connection = TRY(TRY(workspace.Open())->Connect());
  FileList list(project, *connection);
  TRY(list.ReadLedger());
  FilesReport report;
  report.folder = project.data;
  for (const Feed& feed : project.feeds) {
    FeedStatus status = list.Of(feed.name, feed.about, project.Patterns(feed), feed.name);
    status.tables = TablesOf(project, feed.name);
    if (wanted(feed.name)) report.feeds.push_back(std::move(status));
  }
  for (const RawTable& raw : project.raw_tables) {
    FeedStatus status = list.Of(raw.name, raw.about, project.Patterns(raw), "canonical " + raw.name);
    status.tables = {raw.name};
    if (wanted(raw.name) && !status.files.empty()) report.feeds.push_back(std::move(status));
  }
  if (!request.feeds.empty()) return report;
  Finder finder(project, [&cancel] { return cancel.Requested(); });
  FeedReader reader(project, *connection);
  report.unread = TRY(FindUnreadFiles(project, finder, reader, list.claimed()));
  for (UnreadFiles& kind : report.unread)
    kind.example = FileNames(project).In(kind.example);
  return report;
}

}  // namespace backcourt
