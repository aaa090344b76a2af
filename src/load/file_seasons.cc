#include "load/file_seasons.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ledger/loads.h"
#include "ledger/schema.h"

namespace backcourt {

namespace {

std::vector<FoundFile*> Untold(std::vector<FoundFile>& files) {
  std::vector<FoundFile*> untold;
  for (FoundFile& file : files)
    if (file.season.empty()) untold.push_back(&file);
  return untold;
}

// Sets the season of those files whose path tells it by `sql` (over `file`).
Result<> TellByPath(const std::string& sql, std::vector<FoundFile>& files, Connection& connection) {
  std::vector<FoundFile*> untold = Untold(files);
  if (untold.empty() || sql.empty()) return {};
  std::vector<std::string> paths;
  for (const FoundFile* file : untold)
    paths.push_back(Quote(file->path));
  Rows labels = TRY(connection.Query(
      fmt::format("SELECT coalesce({}, '') FROM (SELECT unnest([{}]) AS file)", sql, Join(paths, ", "))));
  for (size_t i = 0; i < untold.size(); ++i)
    untold[i]->season = labels.Text(i, 0);
  return {};
}

}  // namespace

Result<> TellSeasons(const Feed& feed, std::vector<FoundFile>& files, Connection& connection,
                     FeedReader& reader, Finder& finder) {
  TRY(TellByPath(feed.season, files, connection));
  std::vector<FoundFile*> untold = Untold(files);
  if (untold.empty() || feed.document_season.empty()) return {};
  std::vector<ledger::LoadedFile> loaded = TRY(ledger::ReadFiles(connection));
  std::vector<FoundFile> fresh;
  for (FoundFile* file : untold) {
    auto known = std::find_if(loaded.begin(), loaded.end(), [&](const ledger::LoadedFile& f) {
      return f.feed == feed.name && f.path == file->path && f.size == file->size && f.mtime == file->mtime;
    });
    if (known != loaded.end())
      file->season = known->season;
    else
      fresh.push_back(*file);
  }
  TRY(finder.Fetch(fresh));
  std::map<std::string, std::string> labels = TRY(reader.SeasonsWithin(feed, fresh));
  for (FoundFile* file : untold)
    if (auto season = labels.find(file->path); season != labels.end()) file->season = season->second;
  return TellByPath(feed.season_hint, files, connection);
}

}  // namespace backcourt
