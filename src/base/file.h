// Files that change at once: a reader, and the next start after a loss of power,
// finds the old content or the new, never a part.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace backcourt {

// All bytes of a file.
Result<std::string> ReadFile(const std::string& path);

// Puts a finished file or folder in the place of `path`, and keeps it there over
// a loss of power. A folder's files must have been synced (SyncFile).
Result<> MoveInPlace(const std::string& finished, const std::string& path);

// Writes `content` beside `path`, then moves it in place. On an error what was
// at `path` stays, and nothing else.
Result<> WriteFile(const std::string& path, std::string_view content);

// Returns when the content of a file, or the names in a folder, are on the disk.
Result<> SyncFile(const std::string& path);

}  // namespace backcourt
