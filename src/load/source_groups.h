// Which sources run, each a season at a time, and with which files.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "files/finder.h"
#include "load/feed_reader.h"
#include "project/project.h"

namespace backcourt {

using FeedFiles = std::vector<std::pair<const Feed*, std::vector<FoundFile>>>;

// One run of a source: of one season, or of all.
struct SourceGroup {
  const Source* source = nullptr;
  std::string season;
  FeedFiles feeds;  // that the source reads
  FeedFiles part;   // what of them is read when a part is enough
  std::string
      text;  // of the source, its feeds and functions, and which feeds are there that only tell when it runs
  std::string identity;           // the text, and what files there are
  std::string reads;              // signature of the tables that it reads whole
  std::string incoming;           // temp table of its rows
  std::optional<int64_t> middle;  // of many rows, the rowid of one in the middle
  // What is left of the rows: a SELECT of columns. DuckDB 1.5 reads what the open transaction has made with
  // one thread; each half of many rows gets one.
  std::string Select(const std::string& columns) const;

  // Whether its rows are made of the warehouse's own tables, and files tell no more than details.
  bool Derived() const { return source->feeds.empty() && source->any_of.empty(); }
  // Whether it takes over the rows of files in its table's own shape, which nobody else reads.
  bool Copies() const { return source->file.empty(); }
  // How much work it is: the bytes of its files, and some for itself.
  double Work() const;
  // Whether a feed or a table is one of `by_unit`.
  bool ByUnit(const std::string& name) const;
  // Digest of what files there are.
  static std::string Held(const FeedFiles& feeds);
};

// A feed without files: columns made of it are NULL, or a table has no rows.
struct AbsentFeed {
  std::string table;   // the raw table that is made of it
  std::string season;  // "" when in all seasons
  std::string feeds;   // any of which would serve it
  bool empty = false;  // nothing else serves the table either
};

inline constexpr const char* kReadTogether = "reads it together with";  // in UnservedFiles::Reason
// Files that no source reads, since each that could reads them together with feeds that have none.
struct UnservedFiles {
  std::string feed, season;  // "" when their names tell no season
  std::vector<std::string> paths;
  std::string source;                // the one that has the fewest feeds without files
  std::vector<std::string> without;  // which these are
  std::string Reason() const;
};

// The feed of files in a raw table's own shape.
Feed OwnFeed(const RawTable& table);

class SourceGroups {
 public:
  explicit SourceGroups(const Project& project);
  SourceGroups(const SourceGroups&) = delete;  // groups point into it

  // Looks for the files of every feed and seed, and makes the groups that they serve. Calls `need_functions`
  // before the first query that uses the pack's.
  Result<> Find(Connection& connection, FeedReader& reader, Finder& finder,
                const std::function<Result<>()>& need_functions);

  std::vector<SourceGroup>& groups() { return groups_; }
  const std::vector<SourceGroup>& groups() const { return groups_; }
  const std::vector<Source>& sources() const {
    return sources_;
  }  // those of the pack, and one a raw table for files in its own shape
  const std::map<std::string, std::vector<FoundFile>>& files() const {
    return files_;
  }  // by feed; of a seed by "seed NAME"
  // What the files that are there do not serve.
  std::vector<AbsentFeed> Absent() const;
  std::vector<UnservedFiles> Unserved() const;

 private:
  bool HasFiles(const std::string& feed, const std::string& season) const;
  void MakeGroup(const Source& source, const std::string& season);
  bool Wanted(const RawTable& table) const;

  const Project& project_;
  std::vector<Feed> own_feeds_;  // of the raw tables' own shape
  std::vector<Source> sources_;
  Digest functions_;
  std::vector<SourceGroup> groups_;
  std::map<std::string, const Feed*> feeds_;
  std::map<std::string, std::vector<FoundFile>> files_;
};

}  // namespace backcourt
