// Folders that tables are written into, for others to read.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "project/project.h"

namespace backcourt {

// Refuses a folder in which tables would lie among files of another kind: one in, above or below the data
// folder or a project.
Result<> CheckOutputFolder(const Project& project, const std::filesystem::path& folder);

// One process at a time writes into a folder; one that died leaves it to the next.
class FolderLock {
 public:
  // Makes the folder where there is none. kBusy while another process has it.
  static Result<FolderLock> Take(const std::filesystem::path& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock(const FolderLock&) = delete;
  ~FolderLock();

 private:
  FolderLock() = default;
  int descriptor_ = -1;
};

}  // namespace backcourt
