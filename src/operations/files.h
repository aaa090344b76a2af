// `files`: the feeds, the files of each, and what came of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "load/unread_files.h"
#include "operations/workspace.h"

namespace backcourt {

struct FilesRequest {
  std::vector<std::string> feeds;  // empty: all
};
void Describe(Visitor& v, FilesRequest& r);

struct FileStatus {
  std::string path, season;
  int64_t size = 0;                     // bytes
  std::string changed_at;               // UTC
  std::string state;                    // loaded, new, changed, gone, unused or quarantined
  std::optional<int64_t> run;           // that loaded it
  std::string problem;                  // why it is unused, quarantined or gone
  std::optional<int64_t> held, served;  // units (as games) that it holds, and those that are served from it
};
struct FeedStatus {
  std::string feed, about;
  std::vector<std::string> patterns, tables;
  std::vector<FileStatus> files;
};
struct FilesReport {
  std::string folder;  // [data]
  std::vector<FeedStatus> feeds;
  std::vector<UnreadFiles> unread;
};
void Describe(Visitor& v, FilesReport& r);

// Looks at local files; remote stores are not asked.
Result<FilesReport> ListFiles(Workspace& workspace, const FilesRequest& request, const Cancel& cancel);

}  // namespace backcourt
