// Loading: sources run over files that are new or changed, and raw tables
// change only where values did. All or nothing: on an error the last good
// state stays.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adbc/transaction.h"
#include "files/finder.h"
#include "ledger/cells.h"
#include "ledger/declarations.h"
#include "ledger/loads.h"
#include "load/feed_reader.h"
#include "load/load_progress.h"
#include "load/snapshots.h"
#include "load/source_groups.h"
#include "load/statements.h"
#include "load/table_change.h"
#include "load/unread_files.h"
#include "project/project.h"
#include "warehouse/warehouse.h"

namespace backcourt {

struct DroppedRows {
  std::string table, source, season, reason;
  int64_t rows = 0;
};

// How many values of a table's unit (games) a source serves.
struct ServedUnits {
  std::string table, season, source, unit;
  int64_t units = 0;
};

// A raw table that is a table of the lake, and was not as it was loaded last.
struct LoadedLakeTable {
  std::string table, lake;
  int64_t rows = 0;
  int changed = 0;  // its dates whose rows are others
};

struct LoadReport {
  int64_t run = 0;                  // 0 when nothing had to be read
  std::vector<LoadedTable> tables;  // those that were read again
  std::vector<LoadedLakeTable> lake;
  std::vector<DroppedRows> dropped;
  std::vector<ServedUnits> served;           // of the tables that were read again
  std::vector<std::string> doubled;          // files with the rows of theirs that have one key
  std::vector<Disagreement> disagreements;   // of all that is loaded
  std::map<std::string, int64_t> unparsed;   // values that are NULL because they do not parse, by feed.column
  std::vector<ledger::UselessFile> useless;  // files of which no row is used, of all that are loaded
  std::vector<ledger::UnmatchedName> unmatched;  // names that are no player's, the most frequent first
  std::vector<UnreadFiles> unread;               // below the data folder, taken by no feed
  std::vector<std::string> files;                // read
  std::vector<std::string> vanished;             // loaded before, not there now; their rows stay
  std::vector<std::string> lost;                 // the same, but rows are gone that no other gives
  std::vector<std::string> gone;                 // the same, but nothing of them is left: others serve
  std::string asks;                              // of a preview: what a load would ask for first
  std::vector<AbsentFeed> absent;
  std::vector<Snapshot> quarantined;  // snapshots that no source sees
  int changed_cells = 0;
  double seconds = 0;
};

// A row that is other than what the files give.
struct RawDifference {
  std::string table, key;      // `column=value, ...`; "" of a seed as a whole
  std::string column;          // the first that differs; "" where a row is there or not
  std::string stored, loaded;  // its values
  std::string file, cause;
};

// Raw tables and seeds against their files.
struct RawCheckReport {
  int64_t tables = 0, units = 0, rows = 0;  // loaded again
  int64_t differing = 0;                    // rows, of all tables
  std::vector<RawDifference> differences;   // the first 20 of each table
};

// How the hint of an error begins that asks whether rows may leave the warehouse.
// In the summary of a load, before the names of the sources that ran because they, their feeds or the
// functions are other than before.
inline const std::string kOfOtherText = "; of another text: ";

inline constexpr const char* kYesHint = "the same command with --yes";

class Loader {
 public:
  // What may help with a file of which no row is used, by the reason.
  static std::string UselessHint(const Project& project, const std::string& reason);

  // `progress` is told what is being read, a line at a time. Where the connection's functions may still be
  // being made, `wait_for_functions` returns once they are there; a load that finds nothing to do does
  // without.
  Loader(const Project& project, Connection& connection, Finder finder,
         std::function<void(const std::string&)> progress,
         std::function<Result<>()> wait_for_functions = nullptr);

  // By which raw tables are read that are tables of the lake: REQUIRED of a project that has such, for Load,
  // Preview and Forget. It outlives this.
  void ReadLakeBy(Workbench& bench) { lake_ = &bench; }

  // Brings the raw tables and their cells up to the files. `only` names paths
  // whose sources run again although nothing about them changed.
  Result<LoadReport> Load(const std::vector<std::string>& only = {});
  // The same, but for keeping it: until `open` ends, the connection sees what would be. Where Load would
  // refuse to take rows out (MayLose), the report says so instead.
  Result<LoadReport> Preview(const std::vector<std::string>& only, std::optional<Transaction>& open);
  // From now on a load may take rows out of the warehouse that no file brings back as the project stands: of
  // seasons that left it, and of files that are gone where their table has to be made again. Otherwise such a
  // load is a usage error that says what would go.
  void MayLose() { may_lose_ = true; }
  // A load may take all the memory that the project leaves the engine: where what it takes by itself did not
  // do.
  void UseAllMemory() { all_memory_ = true; }
  // Loads again aside what the files of these seasons (none: of all) give, and compares with what is stored.
  // Changes nothing. What files give that are gone is not looked at.
  Result<RawCheckReport> Check(const std::set<std::string>& seasons);
  // Takes what was loaded from a file that is gone out of the warehouse. One that is still there, or was
  // never loaded, is a usage error.
  Result<LoadReport> Forget(const std::string& name);
  // What no files serve. A table whose files are gone is not empty: their rows stay, and the files are
  // reported as gone.
  std::vector<AbsentFeed> Absent(const std::vector<ledger::LoadedFile>& loaded) const;

 private:
  // What Load and Preview do; the transaction of it stays open.
  Result<> Change(const std::vector<std::string>& named, LoadReport& report);
  // Makes the raw tables and the ledger where there are none, and brings those of other declarations to
  // today's (reconcile.cc).
  Result<> Prepare(LoadReport& report);
  Result<> AdoptTables();
  Result<> CreateTable(const RawTable& table, int64_t run);
  Result<> MakeAgain(const RawTable& table, const std::set<std::string>& sources, LoadReport& report);
  Result<> ForgetTables();
  Result<> Reconcile(LoadReport& report);
  Result<std::optional<Error>> Losses(const std::vector<std::string>& again);
  std::set<std::string> SourcesOf(const std::string& table) const;      // their names
  std::set<std::string> FeedsOf(const std::string& table) const;        // what any source of it reads
  std::vector<std::string> VanishedOf(const std::string& table) const;  // paths
  // Sources and seasons of a table that ran and whose files are gone, of which rows may stay.
  bool Stays(const std::pair<std::string, std::string>& ran) const;
  std::set<std::pair<std::string, std::string>> GoneOf(const RawTable& table) const;
  // One round of LoadTable: what it finds to be due beside `seasons`; nothing once it is done.
  Result<std::set<std::string>> LoadSeasons(const RawTable& table, const std::set<std::string>& seasons,
                                            LoadReport& report);
  // Of Check (raw_check.cc).
  bool Checks(const std::string& season) const;
  Result<> CompareStored(const RawTable& table, const std::string& stored, const std::string& staged,
                         const std::string& replaced);
  Result<> CompareSeed(const std::string& seed, const PartitionDigest& loaded,
                       const std::vector<std::string>& columns, const std::string& file);
  // Forgets files that are gone and of which no row is left. Those of which rows were lost stay known.
  Result<> ForgetGoneFiles(const std::vector<ledger::LoadedFile>& before, LoadReport& report);
  // Takes files out of `gone` whose rows were lost with them, in this load or one before.
  Result<> KeepLostFiles(const std::vector<ledger::LoadedFile>& before, std::set<std::string>& gone,
                         LoadReport& report);
  Result<> LoadTables(const std::vector<std::string>& only, LoadReport& report);
  // The paths of files of feeds, by the names that people give them (project/file_names.h).
  Result<std::vector<std::string>> PathsOf(const std::vector<std::string>& names) const;
  // What the ledger holds of the files after it.
  Result<> Tell(LoadReport& report);
  std::set<std::string> Claimed() const;  // the paths of files that a feed reads
  Result<> ReadLedger();
  // Refuses new files that no feed can read, before any long work.
  Result<> CheckFreshFiles();
  // Takes files that were moved for what they are, in the ledger and here.
  Result<> RecogniseFiles();
  // Tells the progress how much there is to do, as far as it is known before.
  void ExpectWork();
  using FreshSnapshots = std::vector<std::pair<const Feed*, ReadSnapshots>>;
  Result<FreshSnapshots> ReadFreshSnapshots(LoadReport& report);
  Result<> KeepSnapshots(const FreshSnapshots& fresh, LoadReport& report);
  Result<> LoadSeeds(LoadReport& report);
  Result<> LoadTable(const RawTable& table, LoadReport& report);
  // Of raw tables that are tables of the lake (lake_table.cc).
  Result<> LookAtLakeTables();
  Result<> LoadLakeTable(const RawTable& table, LoadReport& report);
  Result<std::vector<Cell>> LakeCells(const RawTable& table, const std::string& rows,
                                      const std::vector<PartitionKey>& changed, const DigestsByPartition& now,
                                      int64_t run);
  Result<> BringLakeRows(const RawTable& table, const std::string& rows,
                         const std::vector<PartitionKey>& changed);
  // The seasons of a table that are to be made again.
  Result<std::set<std::string>> Due(const RawTable& table, LoadReport& report);
  Result<> RunGroup(const RawTable& table, SourceGroup& group, bool part, LoadReport& report);
  // The WITH clause of a source: its feeds and the raw tables that it reads.
  Result<std::string> WithInputs(const RawTable& table, const SourceGroup& group, bool part,
                                 LoadReport& report);
  // What a failed statement of a source means to whoever loads.
  Error WhyRefused(const SourceGroup& group, Error error);
  // Writes what changed of a table: rows, cells, units.
  Result<> WriteChange(const RawTable& table, const std::vector<SourceGroup*>& groups, TableChange& change,
                       LoadReport& report);
  // Whether units of the seasons can be made again alone: then the temp table
  // `affected` has them, and each group the part of its files that holds them.
  Result<bool> PlanPart(const RawTable& table, const std::vector<SourceGroup*>& groups,
                        const std::set<std::string>& seasons, LoadReport& report);
  // Paths of the files of a feed that are new, changed or gone since the group ran.
  using TouchedFiles = std::map<std::pair<const SourceGroup*, const Feed*>, std::set<std::string>>;
  // Of all groups; nothing where one of them cannot be made in part.
  std::optional<TouchedFiles> FindTouchedFiles(const std::vector<SourceGroup*>& groups) const;
  // Makes the temp table `affected`.
  Result<> ListAffected(const RawTable& table, const std::vector<SourceGroup*>& groups,
                        const TouchedFiles& touched, LoadReport& report);
  // The units that changed, in this load, in what a group reads by the unit.
  std::string ChangedUnits(const SourceGroup& group) const;
  // Whether a table changed that the group reads, in this load or, while its files were away, before it.
  bool ReadsChanged(const SourceGroup& group, bool by_unit) const;
  bool MissedChange(const SourceGroup& group, const std::string& read) const;
  FeedFiles FilesBefore(const SourceGroup& group) const;
  // Paths that are new or changed since the last load.
  std::vector<std::string> FreshFiles(const SourceGroup& group) const;
  // Keeps which files were read; those that are not there any more are forgotten, for nothing stands of them.
  Result<> KeepFiles(const SourceGroup& group, bool part, int64_t run);
  // Keeps which units the files gave, and of which units rows were dropped.
  Result<> KeepUnits(const RawTable& table, const SourceGroup& group, bool part);
  // Brings files here, and says so.
  Result<> BeginReading(const Feed& feed, const std::vector<FoundFile>& files, LoadReport& report);
  // Drops the rows of feeds that no table needs which is still to be loaded.
  Result<> DropFeeds(const RawTable& loaded);
  // Makes the temp table feed_<name> hold the rows of these files.
  Result<> Materialize(const Feed& feed, const std::vector<FoundFile>& files, LoadReport& report);
  Result<std::string> ReadsSignature(const SourceGroup& group);
  // Keeps what a group gave and was made of; what it dropped goes into the report.
  Result<> Record(const RawTable& table, const SourceGroup& group, bool part, LoadReport& report);
  // Called before the first change.
  Result<> EnsureRun(LoadReport& report);
  // Whether something is to be loaded, as far as the ledger tells by what was declared and by the files.
  Result<bool> ExpectsChange(const std::vector<std::string>& only);
  Result<> NeedFunctions();
  std::string DigestDeclarations() const;  // of all raw tables
  // Keeps whether a group uses any row of each of its files, and why not.
  Result<> KeepUses(const RawTable& table, const SourceGroup& group, bool part);
  // Keeps which files were there, so that it can be told which are new or changed since.
  Result<> LookForAnyFile();
  Result<> KeepUnservedFiles();
  Result<> KeepSeenFiles();
  // Fills the pack's table of unmatched names from those kept.
  Result<> ListUnmatchedNames(LoadReport& report);
  // Takes rows that have one key out of what a group gave.
  Result<> SetAsideDoubles(const RawTable& table, const SourceGroup& group, LoadReport& report);
  std::vector<std::string> DoubledRows(const SourceGroup& group);

  const Project& project_;
  Connection& connection_;
  FeedReader reader_;
  Finder finder_;
  std::function<Result<>()> wait_for_functions_;  // null once they are there
  SourceGroups sources_;
  Result<> found_;  // why files could not be looked for
  LoadProgress progress_;
  std::set<std::string> done_;  // tables that are loaded
  std::set<std::string> read_;  // paths
  std::map<std::string, std::vector<std::string>>
      held_;                                // by feed: the paths that its temp table has the rows of
  std::vector<ledger::LoadedFile> loaded_;  // before this load
  std::map<std::string, ledger::StoredDeclaration> declared_;
  std::map<std::pair<std::string, std::string>, ledger::SourceRun> ran_;  // by source and season
  std::map<std::string, int64_t> last_changed_;  // by table: the run that changed it last before this load
  std::set<std::pair<std::string, std::string>>
      forgotten_;  // sources and seasons to make again, though no file is there
  bool forgetting_ = false, all_memory_ = false;
  std::map<std::string, std::set<std::string>> gone_sources_;  // by table: those that left the pack
  std::set<std::string> left_;                                 // seasons that left the project
  std::set<std::string> of_other_text_;                        // sources that ran for that
  bool previewing_ = false, may_lose_ = false;
  Workbench* lake_ = nullptr;
  RawCheckReport* checking_ = nullptr;  // of Check, while it runs
  std::set<std::string> checked_seasons_;
  Cells cells_;                           // read once something is to be loaded
  std::set<std::string> changed_tables_;  // in this load; the temp table `changed_units` has their units
  std::optional<Transaction> transaction_;
};

}  // namespace backcourt
