#include "load/unread_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>

#include "base/text.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

constexpr const char* kManifest = "manifest.json";  // of an export, whose files are there too
constexpr size_t kMostKinds = 5;                    // of one folder and extension; more are told as one

std::string ExtensionOf(const std::string& name) {
  for (const char* extension : {".json.gz", ".csv.gz", ".csv.zip", ".tar.xz", ".tar.gz"})
    if (name.ends_with(extension)) return extension;
  return fs::path(name).extension().string();
}

// What may hold data: not notes, scripts and the like.
bool MayBeData(const std::string& extension) {
  for (const char* one :
       {".json", ".json.gz", ".csv", ".csv.gz", ".csv.zip", ".parquet", ".xlsx", ".zip", ".tar.xz", ".tar.gz",
        ".xz", ".7z", ".tsv", ".jsonl", ".ndjson", ".feather", ".xls"})
    if (extension == one) return true;
  return false;
}

}  // namespace

Result<std::vector<UnreadFiles>> FindUnreadFiles(const Project& project, Finder& finder, FeedReader& reader,
                                                 const std::set<std::string>& claimed) {
  std::vector<UnreadFiles> unread;
  if (project.data.empty() || IsRemote(project.data)) return unread;
  static const std::regex kDigits("[0-9]+");
  std::map<std::pair<std::string, std::string>, std::map<std::string, UnreadFiles>>
      kinds;  // by folder, extension
  for (const FoundFile& file : TRY(finder.Find({(fs::path(project.data) / "**/*").string()}))) {
    fs::path path = fs::path(file.path).lexically_relative(project.data);
    std::string name = path.filename().string(), extension = ExtensionOf(name);
    if (claimed.contains(file.path) || !MayBeData(extension) || project.FindRaw(path.begin()->string()) ||
        path == kManifest)
      continue;
    if (std::any_of(
            project.feeds.begin(), project.feeds.end(), [&](const Feed& feed) {  // of a season not chosen
              std::vector<std::string> patterns = project.Patterns(feed);
              return std::any_of(patterns.begin(), patterns.end(),
                                 [&](const std::string& pattern) { return PathMatches(file.path, pattern); });
            }))
      continue;
    std::string stem = std::regex_replace(name.substr(0, name.size() - extension.size()), kDigits, "*");
    UnreadFiles& kind = kinds[{path.parent_path().string(), extension}][stem];
    if (kind.files++ == 0) kind.example = file.path;
    kind.pattern = (path.parent_path() / (stem + extension)).string();
  }
  for (auto& [place, of_name] : kinds) {
    if (of_name.size() > kMostKinds) {
      UnreadFiles all = of_name.begin()->second;
      all.files = 0;
      for (const auto& [stem, kind] : of_name)
        all.files += kind.files;
      all.pattern = (fs::path(place.first) / ("*" + place.second)).string();
      of_name = {{"*", all}};
    }
    for (auto& [stem, kind] : of_name)
      unread.push_back(std::move(kind));
  }
  for (UnreadFiles& kind : unread) {
    FoundFile example = LookAt(kind.example, "");
    std::string name = fs::path(kind.example).filename().string();
    for (const Feed& feed : project.feeds) {
      if (!reader.Fits(feed, example)) continue;
      kind.feeds.push_back(feed.name);
      kind.shape += fmt::format("; {} has the shape of {} ({})", name, feed.name, feed.about);
    }
    if (kind.feeds.empty()) kind.shape = "; " + name + " has the shape of none";
  }
  return unread;
}

}  // namespace backcourt
