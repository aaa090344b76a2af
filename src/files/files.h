// The files that feeds name: found by pattern, known by size and time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adbc/adbc.h"

namespace backcourt {

struct FoundFile {
  std::string path;
  std::string season;         // of `{season}` in the pattern; may be empty
  int64_t size = 0;           // bytes
  int64_t mtime = 0;          // nanoseconds since 1970
  std::string local = {};     // of a remote one: where its bytes are brought
  std::string unpacked = {};  // of an archive: where its table is unpacked

  // Where the file itself is, and where what is read of it is.
  const std::string& Packed() const { return local.empty() ? path : local; }
  const std::string& Bytes() const { return unpacked.empty() ? Packed() : unpacked; }
  bool operator==(const FoundFile&) const = default;
};

// Files on disk that match any of the patterns, by path, each once: with `*`, `?`, `[...]`,
// `**` (any folders, also none) and `{season}` (a label as 2021-22).
// `folders` keeps what was seen of folders, for further searches of one moment.
struct Folders {
  struct Entry {
    std::string name;
    bool folder = false;
  };
  std::map<std::string, std::vector<Entry>> entries;  // by path
};
std::vector<FoundFile> FindFiles(const std::vector<std::string>& patterns, Folders& folders);

// Whether a path matches such a pattern, and the label that stands for
// {season} in it; "" where the pattern has none.
bool PathMatches(const std::string& path, const std::string& pattern);
std::string SeasonOf(const std::string& path, const std::string& pattern);

// The file as it is now; size -1 when it cannot be seen.
FoundFile LookAt(const std::string& path, const std::string& season);

}  // namespace backcourt
