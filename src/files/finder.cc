#include "files/finder.h"

#include <fmt/format.h>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "files/archive.h"
#include "files/store_error.h"

namespace backcourt {

namespace {

// The folder above the first component that is a pattern.
std::string FixedFolder(const std::string& pattern) {
  size_t glob = pattern.find_first_of("*?[{");
  return pattern.substr(0, pattern.rfind('/', glob));
}

bool Below(const std::string& path, const std::string& folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

// What processes that died had unpacked: the names of their folders begin with their ids.
void RemoveLeftovers(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    int process = std::atoi(entry.path().filename().c_str());
    if (process > 0 && kill(process, 0) != 0 && errno == ESRCH)
      std::filesystem::remove_all(entry.path(), ignored);
  }
}

std::string WithoutSlash(std::string folder) {
  while (folder.ends_with("/"))
    folder.pop_back();
  return folder;
}

}  // namespace

Finder::Finder(const Project& project, std::function<bool()> interrupted)
    : project_(project), interrupted_(std::move(interrupted)) {}

Finder::Finder(const Project& project, std::vector<FoundFile> known)
    : project_(project), online_(false), known_(std::move(known)) {}

Result<ObjectStore*> Finder::Store() {
  if (!store_) store_ = TRY(ObjectStore::Open(project_.stores, FromEnvironment, interrupted_));
  return store_.get();
}

FoundFile Finder::Remote(const StoredObject& object) const {
  std::string below =
      ReplaceAll(ReplaceAll(object.url, "://", "/"), "/../", "/__/");  // no key leads out of the folder
  return {object.url, "", object.size, object.mtime, project_.stores.cache + "/" + below};
}

bool Finder::Here(const FoundFile& file) const {
  if (file.mtime == 0) return false;
  FoundFile here = LookAt(file.local, file.season);
  return here.size == file.size && here.mtime == file.mtime;
}

Result<const std::vector<FoundFile>*> Finder::Listing(const std::string& folder) {
  auto list = [&]() -> Result<std::vector<FoundFile>> {
    std::vector<FoundFile> files;
    if (!online_) {
      for (const FoundFile& file : known_)
        if (Below(file.path, folder)) files.push_back(file);
      return files;
    }
    ObjectStore* store = TRY(Store());
    for (StoredObject& object : TRY(store->List(folder)))
      files.push_back(Remote(object));
    return files;
  };
  auto found = listings_.find(folder);
  if (found == listings_.end())
    found = listings_.emplace(folder, list()).first;  // one that fails is not asked again either
  if (!found->second) return found->second.error();
  return &*found->second;
}

Result<std::vector<FoundFile>> Finder::FindSingle(const std::string& url) {
  std::vector<FoundFile> files;
  if (!online_) {
    for (const FoundFile& file : known_)
      if (file.path == url) return std::vector<FoundFile>{file};
    return files;
  }
  ObjectStore* store = TRY(Store());
  for (StoredObject& object : TRY(store->Look({url})))
    files.push_back(Remote(object));
  return files;
}

Result<std::vector<FoundFile>> Finder::FindRemote(const std::string& pattern) {
  std::string data = WithoutSlash(project_.data);
  bool in_data = IsRemote(data) && Below(pattern, data);
  bool single = pattern.find_first_of("*?[{") == std::string::npos;
  if (single && !in_data) return FindSingle(pattern);
  std::vector<FoundFile> files;
  const std::vector<FoundFile>* listing = TRY(Listing(in_data ? data : FixedFolder(pattern)));
  for (const FoundFile& file : *listing) {
    if (!PathMatches(file.path, pattern)) continue;
    files.push_back(file);
    files.back().season = SeasonOf(file.path, pattern);
  }
  if (online_ && files.empty() && !in_data)
    return Error{ErrorKind::kSource, fmt::format("no object matches {}", Shown(pattern)),
                 fmt::format("{} has {} objects; another pattern under [feeds]", Shown(FixedFolder(pattern)),
                             listing->size())};
  return files;
}

Result<std::vector<FoundFile>> Finder::Find(const std::vector<std::string>& patterns) {
  std::vector<std::string> on_disk;
  std::map<std::string, FoundFile> found;
  for (const std::string& pattern : patterns) {
    if (!IsRemote(pattern))
      on_disk.push_back(pattern);
    else
      for (FoundFile& file : TRY(FindRemote(pattern)))
        found.try_emplace(file.path, file);
  }
  for (FoundFile& file : FindFiles(on_disk, folders_))
    found.try_emplace(file.path, file);
  for (const auto& [path, stand_in] : project_.stand_ins)
    for (const std::string& pattern : patterns)
      if (PathMatches(path, pattern)) {
        FoundFile file = LookAt(stand_in, SeasonOf(path, pattern));
        file.path = path, file.local = stand_in;
        found[path] = file;
      }
  std::vector<FoundFile> files, timeless;
  for (auto& [path, file] : found) {
    if (online_ && !file.local.empty() && file.mtime == 0) timeless.push_back(file);
    files.push_back(std::move(file));
  }
  TRY(Fetch(timeless));
  for (FoundFile& file : files) {  // where a server tells no times, the content is the version
    if (!online_ || file.local.empty() || file.mtime != 0) continue;
    std::ifstream in(file.local, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    timeless_.insert(file.path);
    file.mtime = -int64_t(uint64_t(Hasher().Add(text.str()).Finish().value) >> 1);
  }
  for (FoundFile& file : files)
    if (online_ && IsArchive(file.path))
      file.unpacked = fmt::format("{}/unpacked/{}-{}", project_.stores.cache, getpid(),
                                  Hasher().Add(file.path).Add(file.size).Add(file.mtime).Finish().Hex());
  return files;
}

Result<> Finder::Fetch(const std::vector<FoundFile>& files) {
  std::vector<StoredObject> objects;
  std::vector<std::string> paths;
  for (const FoundFile& file : files) {
    if (file.local.empty() || Here(file) || timeless_.contains(file.path)) continue;
    objects.push_back({file.path, file.size, file.mtime});
    paths.push_back(file.local);
  }
  if (!objects.empty()) {
    ObjectStore* store = TRY(Store());
    TRY(store->Fetch(objects, paths));
  }
  for (const FoundFile& file : files) {
    if (file.unpacked.empty() || LookAt(file.unpacked, "").size >= 0) continue;
    RemoveLeftovers(std::filesystem::path(file.unpacked).parent_path());
    TRY(Unpack(file.Packed(), file.path, file.unpacked));
    unpacked_.push_back(file.unpacked);
  }
  return {};
}

Finder::~Finder() {
  std::error_code ignored;
  for (const std::string& path : unpacked_)
    std::filesystem::remove_all(path, ignored);
  if (!unpacked_.empty()) std::filesystem::remove(project_.stores.cache + "/unpacked", ignored);
}

}  // namespace backcourt
