// The files that feeds name: found by pattern, known by size and time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adbc/adbc.h"

namespace backcourt {

struct FoundFile {
  std::string path;
  std::string season;         // of `{season}` or `{year}` in the pattern; may be empty
  int64_t size = 0;           // bytes
  int64_t mtime = 0;          // nanoseconds since 1970
  std::string local = {};     // of a remote one: where its bytes are brought
  std::string unpacked = {};  // of an archive: the folder where it is unpacked; of a member: the file there
  std::string member = {};    // its name in the archive

  // Where the file itself is, where what is read of it is, and how messages call it.
  const std::string& Packed() const { return local.empty() ? path : local; }
  const std::string& Bytes() const { return unpacked.empty() ? Packed() : unpacked; }
  // How rows name where they are from: each member of an archive is a file of its own.
  std::string Source() const { return member.empty() ? path : path + "/" + member; }
  std::string Named() const { return member.empty() ? path : path + ": " + member; }
  bool operator==(const FoundFile&) const = default;
};

// Files on disk that match any of the patterns, by path, each once: with `*`, `?`, `[...]`,
// `**` (any folders, also none), `{season}` (a label as 2021-22) and `{year}` (one as 2021). An archive is
// found as what is in it (NamesOfContents). `folders` keeps what was seen of folders, for further searches of
// one moment.
struct Folders {
  struct Entry {
    std::string name;
    bool folder = false;
  };
  std::map<std::string, std::vector<Entry>> entries;  // by path
};
std::vector<FoundFile> FindFiles(const std::vector<std::string>& patterns, Folders& folders);

// The files to read in place of archives: of each its members, by name. REQUIRES: they are unpacked.
std::vector<FoundFile> WithMembers(const std::vector<FoundFile>& files);

// Whether a path matches such a pattern, and the label that stands for
// {season} or {year} in it; "" where the pattern has none.
bool PathMatches(const std::string& path, const std::string& pattern);
std::string SeasonOf(const std::string& path, const std::string& pattern);

// The file as it is now; size -1 when it cannot be seen.
FoundFile LookAt(const std::string& path, const std::string& season);

}  // namespace backcourt
