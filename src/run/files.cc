#include "run/files.h"

#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/text.h"

namespace backcourt {

namespace {

constexpr const char* kSeasonMark = "{season}";
constexpr const char* kSeasonGlob = "[0-9][0-9][0-9][0-9]-[0-9][0-9]";
constexpr size_t kLabelSize = 7;

}  // namespace

std::string SeasonGlob(const std::string& pattern) { return ReplaceAll(pattern, kSeasonMark, kSeasonGlob); }

// Told by what comes before the mark in the
// name of its path component, since globs before it may match any length.
std::string SeasonOf(const std::string& path, const std::string& pattern) {
  size_t mark = pattern.find(kSeasonMark);
  if (mark == std::string::npos) return "";
  size_t slashes = size_t(std::count(pattern.begin(), pattern.begin() + long(mark), '/'));
  size_t start = 0;
  for (size_t i = 0; i < slashes; ++i) start = path.find('/', start) + 1;
  for (size_t at = start; at + kLabelSize <= path.size(); ++at) {
    auto digits = [&](size_t from, size_t n) {
      return std::all_of(path.begin() + long(from), path.begin() + long(from + n), [](char c) { return c >= '0' && c <= '9'; });
    };
    if (digits(at, 4) && path[at + 4] == '-' && digits(at + 5, 2)) return path.substr(at, kLabelSize);
  }
  return "";
}

FoundFile LookAt(const std::string& path, const std::string& season) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return {path, season, -1, 0};
  return {path, season, int64_t(info.st_size), int64_t(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec};
}

std::vector<FoundFile> FindFiles(const std::string& pattern) {
  std::vector<FoundFile> files;
  glob_t found{};
  if (glob(SeasonGlob(pattern).c_str(), 0, nullptr, &found) == 0)
    for (size_t i = 0; i < found.gl_pathc; ++i) files.push_back(LookAt(found.gl_pathv[i], SeasonOf(found.gl_pathv[i], pattern)));
  globfree(&found);
  return files;
}

// The fields of a CSV's first line.
Result<std::vector<std::string>> CsvHeader(Connection& connection, const std::string& path) {
  Rows first = TRY(connection.Query(fmt::format(
      "SELECT line FROM read_csv({}, auto_detect = false, header = false, delim = '\x01', quote = '', escape = '', columns = {{'line': 'VARCHAR'}}, ignore_errors = true) LIMIT 1", Quote(path))));
  std::vector<std::string> fields(1);
  if (first.size() == 0) return Error{ErrorKind::kSource, fmt::format("{} is empty", path), "a file with a header line"};
  std::string line = first.Text(0, 0);
  if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
  bool quoted = false;
  for (char c : line) {
    if (c == '"') quoted = !quoted;
    else if (c == ',' && !quoted) fields.emplace_back();
    else if (c != '\r') fields.back() += c;
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].empty()) fields[i] = fmt::format("column_{}", i + 1);
    for (size_t j = 0; j < i; ++j)
      if (fields[i] == fields[j]) fields[i] += fmt::format("_{}", i + 1);
  }
  return fields;
}

Result<std::string> ReaderSql(Connection& connection, const std::string& path) {
  auto ends = [&](std::string_view end) { return path.size() >= end.size() && path.compare(path.size() - end.size(), end.size(), end) == 0; };
  if (ends(".parquet"))
    return fmt::format("SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS file_row FROM read_parquet({}, file_row_number = true)", Quote(path));
  if (ends(".csv") || ends(".csv.gz")) {
    std::string columns;
    for (const std::string& field : TRY(CsvHeader(connection, path))) columns += fmt::format("{}{}: 'VARCHAR'", columns.empty() ? "" : ", ", Quote(field));
    return fmt::format("SELECT *, row_number() OVER () AS file_row FROM read_csv({}, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', columns = {{{}}})", Quote(path), columns);
  }
  if (ends(".xlsx"))
    return fmt::format("SELECT *, row_number() OVER () AS file_row FROM read_xlsx({}, all_varchar = true, header = true)", Quote(path));
  return Error{ErrorKind::kSource, fmt::format("{}: its name does not tell what kind of file it is", path), ".csv, .csv.gz, .parquet or .xlsx"};
}

}  // namespace backcourt
