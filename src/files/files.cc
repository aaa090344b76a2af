#include "files/files.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/text.h"
#include "files/archive.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

// What stands for the label of a season, and what it matches: # is a digit.
struct SeasonMark {
  const char *mark, *glob, *label;
};
constexpr SeasonMark kSeasonMarks[] = {{"{season}", "[0-9][0-9][0-9][0-9]-[0-9][0-9]", "####-##"},
                                       {"{year}", "[0-9][0-9][0-9][0-9]", "####"}};
constexpr int kMatch = FNM_PERIOD | FNM_CASEFOLD;  // tools write one endpoint's name in several ways

std::vector<std::string> PartsOf(const std::string& pattern) {
  std::string globs = pattern;
  for (const SeasonMark& season : kSeasonMarks)
    globs = ReplaceAll(globs, season.mark, season.glob);
  return Split(globs, '/');
}

bool NameMatches(const std::string& part, const std::string& name, bool is_file) {
  if (fnmatch(part.c_str(), name.c_str(), kMatch) == 0) return true;
  if (!is_file || !IsArchive(name)) return false;
  std::vector<std::string> names = NamesOfContents(name);
  return std::any_of(names.begin(), names.end(), [&](const std::string& content) {
    return fnmatch(part.c_str(), content.c_str(), kMatch) == 0;
  });
}

// Whether the parts of a path from `at` on match those of a pattern from `next` on.
bool PartsMatch(const std::vector<std::string>& path, size_t at, const std::vector<std::string>& parts,
                size_t next) {
  if (next == parts.size() || at == path.size()) return next == parts.size() && at == path.size();
  if (parts[next] == "**")
    return PartsMatch(path, at, parts, next + 1) || next + 1 == parts.size() ||
           PartsMatch(path, at + 1, parts, next);
  return NameMatches(parts[next], path[at], at + 1 == path.size()) &&
         PartsMatch(path, at + 1, parts, next + 1);
}

const std::vector<Folders::Entry>& Look(Folders& folders, const std::string& folder) {
  auto [it, fresh] = folders.entries.try_emplace(folder);
  std::error_code ignored;
  if (fresh)
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored))
      it->second.push_back({entry.path().filename().string(), entry.is_directory(ignored)});
  return it->second;
}

// Files below `folder` whose path from there matches the parts of a pattern from the `next` one on.
void Walk(Folders& folders, const std::string& folder, const std::vector<std::string>& parts, size_t next,
          std::vector<std::string>& found) {
  bool any = parts[next] == "**", last = next + 1 == parts.size();
  if (any && !last) Walk(folders, folder, parts, next + 1, found);
  for (const Folders::Entry& entry : Look(folders, folder)) {
    bool matches = any ? entry.name[0] != '.' : NameMatches(parts[next], entry.name, !entry.folder);
    if (!matches || (entry.folder ? last && !any : !last)) continue;
    std::string path = folder + (folder.ends_with('/') ? "" : "/") + entry.name;
    if (entry.folder)
      Walk(folders, path, parts, any ? next : next + 1, found);
    else
      found.push_back(std::move(path));
  }
}

}  // namespace

bool PathMatches(const std::string& path, const std::string& pattern) {
  return PartsMatch(Split(path, '/'), 0, PartsOf(pattern), 0);
}

// The label is told by what comes before the mark in the name of its path
// component, since globs before it may match any length.
std::string SeasonOf(const std::string& path, const std::string& pattern) {
  for (const SeasonMark& season : kSeasonMarks) {
    size_t mark = pattern.find(season.mark);
    if (mark == std::string::npos) continue;
    mark = std::min(mark, pattern.find("**"));
    size_t slashes = size_t(std::count(pattern.begin(), pattern.begin() + long(mark), '/'));
    size_t start = 0;
    for (size_t i = 0; i < slashes; ++i)
      start = path.find('/', start) + 1;
    std::string label = season.label;
    auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (size_t at = start; at + label.size() <= path.size(); ++at)
      if (std::equal(label.begin(), label.end(), path.begin() + long(at),
                     [&](char form, char c) { return form == '#' ? is_digit(c) : form == c; }))
        return path.substr(at, label.size());
  }
  return "";
}

FoundFile LookAt(const std::string& path, const std::string& season) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {path, season, -1, 0, ""};
  return {path, season, int64_t(info.st_size),
          int64_t(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec, ""};
}

std::vector<FoundFile> FindFiles(const std::vector<std::string>& patterns, Folders& folders) {
  std::map<std::string, FoundFile> files;
  for (const std::string& pattern : patterns) {
    size_t folder = pattern.rfind('/', pattern.find_first_of("*?[{"));
    std::vector<std::string> parts =
        PartsOf(folder == std::string::npos ? pattern : pattern.substr(folder + 1));
    std::vector<std::string> found;
    Walk(folders, folder == std::string::npos ? "." : pattern.substr(0, folder), parts, 0, found);
    for (const std::string& path : found)
      files.try_emplace(path, LookAt(path, SeasonOf(path, pattern)));
  }
  std::vector<FoundFile> list;
  for (auto& [path, file] : files)
    list.push_back(std::move(file));
  return list;
}

std::vector<FoundFile> WithMembers(const std::vector<FoundFile>& files) {
  std::vector<FoundFile> all;
  for (const FoundFile& file : files) {
    if (file.unpacked.empty() || !file.member.empty()) {
      all.push_back(file);
      continue;
    }
    std::error_code ignored;
    std::vector<std::string> paths;
    for (auto& entry : fs::recursive_directory_iterator(file.unpacked, ignored))
      if (entry.is_regular_file(ignored)) paths.push_back(entry.path().string());
    std::sort(paths.begin(), paths.end());
    for (const std::string& path : paths) {
      all.push_back(file);
      all.back().unpacked = path;
      all.back().member = path.substr(file.unpacked.size() + 1);
    }
  }
  return all;
}

}  // namespace backcourt
