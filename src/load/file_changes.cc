#include "load/file_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/text.h"
#include "files/files.h"
#include "files/object_store.h"
#include "ledger/loads.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

using Versions = std::map<std::string, std::pair<int64_t, int64_t>>;  // size and time, by path

// A file that is gone and a new one of its name, size and time are one file that was moved.
void LeaveOutMoved(FileChanges& changes, const Versions& seen, const Versions& here) {
  std::set<std::string> gone, moved;
  for (const std::string& path : changes.vanished) {
    auto before = seen.find(path);
    if (before == seen.end()) continue;
    auto now = std::find_if(changes.fresh.begin(), changes.fresh.end(), [&](const std::string& fresh) {
      return !moved.contains(fresh) && here.at(fresh) == before->second &&
             fs::path(fresh).filename() == fs::path(path).filename();
    });
    if (now != changes.fresh.end()) gone.insert(path), moved.insert(*now);
  }
  std::erase_if(changes.vanished, [&](const std::string& path) { return gone.contains(path); });
  std::erase_if(changes.fresh, [&](const std::string& path) { return moved.contains(path); });
}

}  // namespace

Result<FileChanges> LookForFileChanges(Connection& connection, const Project& project) {
  FileChanges changes;
  if (!project.base_problems.empty()) return changes;  // which files are meant is not known
  std::error_code ignored;
  changes.data_is_gone =
      !project.data.empty() && !IsRemote(project.data) && !fs::is_directory(project.data, ignored);
  Versions seen, kept;
  for (const ledger::LoadedFile& file : TRY(ledger::ReadSeenFiles(connection)))
    seen[file.path] = {file.size, file.mtime};
  if (seen.empty()) return changes;
  Folders folders;
  auto look = [&](const std::vector<std::string>& patterns) {
    std::vector<std::string> local;
    for (const std::string& pattern : patterns)
      if (!IsRemote(pattern)) local.push_back(pattern);
    for (const FoundFile& file : FindFiles(local, folders)) {
      bool other =
          !file.season.empty() && !project.seasons.empty() &&
          std::find(project.seasons.begin(), project.seasons.end(), file.season) == project.seasons.end();
      auto known = seen.find(file.path);
      if (known == seen.end() && !other && project.seasons.empty()) changes.fresh.push_back(file.path);
      if (known != seen.end() && known->second != std::pair(file.size, file.mtime))
        changes.changed.push_back(file.path);
      kept[file.path] = {file.size, file.mtime};
    }
  };
  for (const Feed& feed : project.feeds)
    look(project.Patterns(feed));
  for (const RawTable& table : project.raw_tables)
    look(project.Patterns(table));
  std::vector<ledger::LoadedFile> loaded = TRY(ledger::ReadFiles(connection));
  for (ledger::LoadedFile& lost : TRY(ledger::ReadLostFiles(connection)))
    loaded.push_back(std::move(lost));
  for (const ledger::LoadedFile& file : loaded)
    if (!IsRemote(file.path) && !kept.contains(file.path) && LookAt(file.path, "").size < 0 &&
        !file.feed.starts_with("seed "))
      changes.vanished.push_back(file.path);
  LeaveOutMoved(changes, seen, kept);
  for (auto* list : {&changes.fresh, &changes.changed, &changes.vanished}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  return changes;
}

namespace {

std::string NewAndChanged(const FileChanges& changes) {
  auto files = [](const std::vector<std::string>& list, const char* what) {
    return fmt::format("{} {} {}", Counted(int64_t(list.size()), "file"), list.size() == 1 ? "is" : "are",
                       what);
  };
  if (changes.fresh.empty()) return files(changes.changed, "changed");
  if (changes.changed.empty()) return files(changes.fresh, "new");
  return fmt::format("{} and {} changed", files(changes.fresh, "new"),
                     WithCommas(int64_t(changes.changed.size())));
}

}  // namespace

std::string FileChangesText(const FileChanges& changes) {
  std::string text;
  if (changes.data_is_gone) return "the data folder is gone; what was loaded from it stays\n";
  if (!changes.fresh.empty() || !changes.changed.empty())
    text += fmt::format("since the last load {}, such as {}: `backcourt load`\n", NewAndChanged(changes),
                        changes.fresh.empty() ? changes.changed.front() : changes.fresh.front());
  for (size_t i = 0; i < std::min<size_t>(changes.vanished.size(), 3); ++i)
    text += fmt::format("gone since it was loaded: {}; put it back, or {}\n", changes.vanished[i],
                        CommandToTry({"forget", changes.vanished[i]}));
  if (changes.vanished.size() > 3)
    text += fmt::format("and {} more files are gone\n", changes.vanished.size() - 3);
  return text;
}

}  // namespace backcourt
