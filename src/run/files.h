// The files that feeds name: found by pattern, known by size and time.
#pragma once

#include <string>
#include <vector>

#include "warehouse/adbc.h"

namespace backcourt {

struct FoundFile {
  std::string path;
  std::string season;  // of `{season}` in the pattern; may be empty
  int64_t size = 0;    // bytes
  int64_t mtime = 0;   // nanoseconds since 1970

  bool operator==(const FoundFile&) const = default;
};

// Files on disk that match a pattern with `*`, `?`, `[...]` and `{season}` (a
// label as 2021-22), by path.
std::vector<FoundFile> FindFiles(const std::string& pattern);

// `{season}` of a pattern as a glob, and the label that stands for it in a path
// which matches; "" where the pattern has none.
std::string SeasonGlob(const std::string& pattern);
std::string SeasonOf(const std::string& path, const std::string& pattern);

// The file as it is now; size -1 when it cannot be seen.
FoundFile LookAt(const std::string& path, const std::string& season);

// A SELECT over all columns of one file, with `file_row` (1-based, in the order
// of the file; a header line is not counted). CSV (plain or gzip), Parquet and
// xlsx, told by the name. Nothing about a CSV is guessed: commas, double
// quotes, names in the first line.
Result<std::string> ReaderSql(Connection& connection, const std::string& path);

}  // namespace backcourt
