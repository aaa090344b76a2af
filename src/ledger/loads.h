// What loads read and kept: files, runs of sources, which source serves which
// unit (game) of a raw table, and what was left out. What is written here
// belongs into the load's transaction.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "adbc/adbc.h"

namespace backcourt::ledger {

// A file as it was when it was last loaded.
struct LoadedFile {
  std::string feed, path, season;
  int64_t size = 0, mtime = 0;  // bytes; nanoseconds since 1970
  int64_t run = 0;
};
Result<std::vector<LoadedFile>> ReadFiles(Connection& connection);
Result<> WriteFiles(Connection& connection, const std::vector<LoadedFile>& files);
// Forgets the files of a feed: all of a season ("": all of any), or those at `paths`.
Result<> RemoveFiles(Connection& connection, const std::string& feed, const std::string& season);
Result<> RemoveFiles(Connection& connection, const std::string& feed, const std::set<std::string>& paths);

// The identity of a run whose files are gone, while rows of it stay because no other source serves them.
inline constexpr const char* kGone = "gone";

// A source's last run: of a season, or of all ("").
struct SourceRun {
  std::string source, season;
  std::string identity;  // of the text and its files; kGone once these are gone
  std::string inputs;    // signature of the tables that it reads whole
  int64_t run = 0;
};
Result<std::vector<SourceRun>> ReadSourceRuns(Connection& connection);
Result<> WriteSourceRun(Connection& connection, const SourceRun& run);
// Nothing of a source's season changed in this run.
Result<> TouchSourceRun(Connection& connection, const std::string& source, const std::string& season,
                        int64_t run);
// Forgets runs of sources; `seasons` is a predicate on `season`.
Result<> RemoveSourceRuns(Connection& connection, const std::set<std::string>& sources,
                          const std::string& seasons);

// Units that files hold of sources which can make single units again, and those of them that are served by
// these sources.
struct ServedUnits {
  int64_t held = 0, served = 0;
};
Result<std::map<std::string, ServedUnits>> ReadServedUnits(Connection& connection);  // by path

// Who serves the units of a table: those of `where` (a predicate) are replaced by
// the relation `served` (unit, source, season).
Result<> ReplaceUnits(Connection& connection, const std::string& table, const std::string& where,
                      const std::string& served);
// Units that files of more than one season offer. Those of `where` (a predicate on season and unit) are
// replaced by the relation (unit, season).
Result<> ReplaceOffers(Connection& connection, const std::string& table, const std::string& where,
                       const std::string& relation);
// The seasons that offer units which those of `seasons` (a predicate) offer too, among them these.
Result<std::set<std::string>> SeasonsAlsoOffering(Connection& connection, const std::string& table,
                                                  const std::string& seasons);
Result<int64_t> CountUnits(Connection& connection, const std::string& table, const std::string& season);

// Rows of a source that were left out, by reason.
Result<> WriteDropped(Connection& connection, const std::string& table, const std::string& source,
                      const std::string& season, const std::string& reason, int64_t rows);
struct DroppedSource {
  std::string source, reason;
};
// Those of a season whose reason contains a text, by reason.
Result<std::vector<DroppedSource>> ReadDropped(Connection& connection, const std::string& table,
                                               const std::string& season, const std::string& containing);
Result<> RemoveDropped(Connection& connection, const std::string& table, const std::string& seasons);

// Which units the files of a source's season hold, and of which rows were left
// out: what a later load needs to make single units again. `where` is a predicate on `unit`.
Result<> ReplaceDroppedUnits(Connection& connection, const std::string& source, const std::string& season,
                             const std::string& where, const std::string& relation);
Result<> RemoveFileUnits(Connection& connection, const std::string& source, const std::string& season);
Result<> RemoveFileUnits(Connection& connection, const std::string& source, const std::string& season,
                         const std::string& feed, const std::set<std::string>& paths);
Result<> WriteFileUnits(Connection& connection, const std::string& source, const std::string& season,
                        const std::string& relation);

// Units of a table whose rows are not whole, because some of one key contradict each other: those of a
// source's season and `where` (a predicate on `unit`) are replaced by the relation (unit, reason).
Result<> ReplaceDamagedUnits(Connection& connection, const std::string& table, const std::string& source,
                             const std::string& season, const std::string& where,
                             const std::string& relation);

// The damaged units of a table; none in a warehouse of an earlier version.
Result<std::set<std::string>> ReadDamagedUnits(Connection& connection, const std::string& table);

// What several sources state of a table's units: those of `where` (a predicate on `season` and `unit`) are
// replaced by the relation (unit, season, place, source, file, is_over, captured_at, told, differs).
Result<> ReplaceStatements(Connection& connection, const std::string& table, const std::string& where,
                           const std::string& relation);

// Files of which a source of a season uses no row, beside those of which it does: those of `where` (a
// predicate on `path`) are replaced by the relation (path, used, reason); "" is none.
Result<> ReplaceFileUses(Connection& connection, const std::string& source, const std::string& season,
                         const std::string& where, const std::string& relation);
// Files that no source reads, as (season, path, reason), in place of those that were.
Result<> WriteUnservedFiles(Connection& connection,
                            const std::vector<std::tuple<std::string, std::string, std::string>>& files);
// Files of which no source uses a row, with the reason.
struct UselessFile {
  std::string path, reason;
  std::string hint;  // what may help; not kept
};
Result<std::vector<UselessFile>> ReadUselessFiles(Connection& connection);

// Names in files that are no player's: those of a source's season are replaced by the relation (name,
// row_count);
// "" is none.
Result<> ReplaceUnmatchedNames(Connection& connection, const std::string& source, const std::string& season,
                               const std::string& relation);
struct UnmatchedName {
  std::string name;
  int64_t rows = 0;
};
Result<std::vector<UnmatchedName>> ReadUnmatchedNames(Connection& connection);

// The local files that the last load found, read or not; none in a warehouse of an earlier version.
Result<std::vector<LoadedFile>> ReadSeenFiles(Connection& connection);
Result<> WriteSeenFiles(Connection& connection, const std::vector<LoadedFile>& files);

// Files that are gone, and rows of theirs too, which no other file gave when their season was loaded again.
Result<std::vector<LoadedFile>> ReadLostFiles(Connection& connection);
Result<> WriteLostFiles(Connection& connection, const std::vector<LoadedFile>& files);

// Forgets all of a raw table that is made anew or has left the pack, and the runs of its sources.
Result<> RemoveTable(Connection& connection, const std::string& table, const std::set<std::string>& sources);

// What is in the local files, so that one is known again at another place or with another time.
struct FileContent {
  std::string path;
  int64_t size = 0, mtime = 0;
  std::string digest;
};
Result<std::vector<FileContent>> ReadContents(Connection& connection);
Result<> WriteContents(Connection& connection, const std::vector<FileContent>& contents);

// A file of a feed that is the one which was loaded from another path, or that has another time.
struct MovedFile {
  std::string feed, before, after;
  int64_t mtime_before = 0, mtime = 0;
};
// Writes the new paths and times wherever the ledger has the old ones.
Result<> MoveFiles(Connection& connection, const std::vector<MovedFile>& moved);

}  // namespace backcourt::ledger
