// Loading: sources run over files that are new or changed, and raw tables
// change only where values did. All or nothing: on an error the last good
// state stays.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/project.h"
#include "run/feed_reader.h"
#include "run/finder.h"
#include "run/ledger.h"
#include "run/snapshots.h"

namespace backcourt {

// The slot of a raw table's row, as SQL, and the columns that its digest is of.
std::string SlotSql(const RawTable& table);
std::vector<std::string> HashedColumns(const RawTable& table);
// A row's unit as text; '' of rows that have none.
std::string UnitSql(const RawTable& table);
// Names for IN (...).
std::string QuotedList(const std::set<std::string>& names);

struct LoadedTable {
  std::string table, season;  // season "" of undated tables
  int64_t rows = 0, games = 0;
  int64_t added = 0, changed = 0, gone = 0;
};

struct DroppedRows {
  std::string table, source, season, reason;
  int64_t rows = 0;
};

// How many values of a table's unit (games) a source serves.
struct ServedUnits {
  std::string table, season, source, unit;
  int64_t units = 0;
};

// A feed that no file serves: what goes without it is NULL or has no rows.
struct AbsentFeed {
  std::string table;   // the raw table that goes without
  std::string season;  // "" when in all seasons
  std::string feeds;   // any of which would serve it
};

struct LoadReport {
  int64_t run = 0;                        // 0 when nothing had to be read
  std::vector<LoadedTable> tables;        // those that were read again
  std::vector<DroppedRows> dropped;
  std::vector<ServedUnits> served;        // of the tables that were read again
  std::vector<std::string> files;         // read
  std::vector<std::string> vanished;      // loaded before, not there now; their rows stay
  std::vector<AbsentFeed> absent;
  std::vector<Snapshot> quarantined;      // snapshots that no source sees
  int changed_cells = 0;
  double seconds = 0;
};

class Loader {
 public:
  // `progress` is told what is being read, a line at a time.
  Loader(const Project& project, Connection& connection, Finder finder, std::function<void(const std::string&)> progress);

  // Makes the raw tables and the ledger where there are none.
  Result<> Prepare();
  // Brings the raw tables and their cells up to the files. `only` names paths
  // whose sources run again although nothing about them changed.
  Result<LoadReport> Load(const std::vector<std::string>& only = {});
  // What the files that are there now do not serve.
  std::vector<AbsentFeed> Absent() const;

 private:
  // One run of a source: of one season, or of all.
  struct Group {
    const Source* source = nullptr;
    std::string season;
    std::vector<std::pair<const Feed*, std::vector<FoundFile>>> feeds;
    std::vector<std::pair<const Feed*, std::vector<FoundFile>>> part;  // what of `feeds` is read when a part is enough
    std::string text;      // of the source, its feeds and functions
    std::string identity;  // the text, and what files there are
    std::string reads;     // signature of the raw tables it reads
    std::string incoming;  // temp table of its rows
  };

  Result<> CreateTables();
  Result<> FindGroups();
  Result<> KeepSnapshots(LoadReport& report);
  Result<> LoadSeeds(LoadReport& report);
  Result<> LoadTable(const RawTable& table, LoadReport& report);
  Result<> RunGroup(const RawTable& table, Group& group, bool part, LoadReport& report);
  // Whether units of the seasons can be made again alone: then the temp table
  // `affected` has them, and each group the part of its files that holds them.
  Result<bool> PlanPart(const RawTable& table, const std::vector<Group*>& groups, const std::set<std::string>& seasons, LoadReport& report);
  std::vector<LoadedFile> FilesBefore(const Group& group, const Feed& feed) const;
  // Keeps which units the files gave, and of which units rows were dropped.
  Result<std::string> KeepUnits(const RawTable& table, const Group& group, bool part);
  Result<> Materialize(const Feed& feed, const std::vector<FoundFile>& files, LoadReport& report);
  Result<std::string> ReadsSignature(const Group& group);
  Result<> EnsureRun(LoadReport& report);
  Error NameDuplicates(const RawTable& table, const std::vector<Group*>& groups, const std::string& keys);

  const Project& project_;
  Connection& connection_;
  FeedReader reader_;
  Finder finder_;
  Result<> found_;                        // why files could not be looked for
  std::function<void(const std::string&)> progress_;
  std::vector<Feed> canonical_feeds_;     // raw tables' own shape, as feeds
  std::vector<Source> sources_;           // those of the pack and the canonical ones
  std::vector<Group> groups_;
  std::map<std::string, std::vector<FoundFile>> files_;  // by feed
  std::map<std::string, bool> materialized_;             // feed and season
  std::vector<LoadedFile> loaded_;                       // before this load
  std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>> ran_;  // by source and season: identity and inputs of its last run
  Cells cells_;                                          // read once something is to be loaded
  std::set<std::string> changed_tables_;
  bool in_transaction_ = false;
};

}  // namespace backcourt
