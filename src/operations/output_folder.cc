#include "operations/output_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "files/object_store.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

bool Within(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

}  // namespace

Result<> CheckOutputFolder(const Project& project, const fs::path& folder) {
  std::error_code ignored;
  auto refuse = [&](const std::string& why) {
    return Error{ErrorKind::kUsage, fmt::format("{} {}", folder.string(), why),
                 "a folder of its own, such as ~/tables"};
  };
  fs::path target = fs::weakly_canonical(fs::absolute(folder), ignored);
  std::vector<std::pair<fs::path, std::string>> kept = {{project.root, "the project"},
                                                        {project.pack, "the pack"}};
  if (!project.data.empty() && !IsRemote(project.data)) kept.emplace_back(project.data, "the data folder");
  for (const auto& [path, name] : kept) {
    fs::path whole = fs::weakly_canonical(fs::absolute(path), ignored);
    if (Within(target, whole)) return refuse(fmt::format("is in {} ({})", name, whole.string()));
    if (Within(whole, target)) return refuse(fmt::format("holds {} ({})", name, whole.string()));
  }
  for (fs::path at = target; at != at.parent_path(); at = at.parent_path())
    if (fs::exists(at / "backcourt.toml", ignored))
      return refuse(fmt::format("is in another project ({})", at.string()));
  for (fs::recursive_directory_iterator at(target, ignored), end; !ignored && at != end;
       at.increment(ignored)) {
    if (at->path().filename() == "backcourt.toml")
      return refuse(fmt::format("holds another project ({})", at->path().parent_path().string()));
    if (at.depth() >= 2) at.disable_recursion_pending();
  }
  return {};
}

Result<FolderLock> FolderLock::Take(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  FolderLock lock;
  lock.descriptor_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock.descriptor_ < 0)
    return Error{ErrorKind::kUsage, fmt::format("{} cannot be written", folder.string()), "another folder"};
  if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0)
    return Error{ErrorKind::kBusy, fmt::format("another process writes into {}", folder.string()),
                 "wait for it, or another folder"};
  return lock;
}

FolderLock::FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace backcourt
