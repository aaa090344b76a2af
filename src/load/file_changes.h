// What has changed of the files since they were last loaded: by their names, sizes and times alone.
#pragma once

#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "project/project.h"

namespace backcourt {

struct FileChanges {
  std::vector<std::string> fresh, changed, vanished;  // paths
  bool data_is_gone = false;                          // the data folder itself
  bool Any() const { return data_is_gone || !fresh.empty() || !changed.empty() || !vanished.empty(); }
};

// Looks at local files only; remote stores are not asked. Nothing where a warehouse does not tell what it
// saw.
Result<FileChanges> LookForFileChanges(Connection& connection, const Project& project);

// One line each of what there is to say; "" when nothing has changed.
std::string FileChangesText(const FileChanges& changes);

}  // namespace backcourt
