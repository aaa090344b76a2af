// Kept snapshots of what changes, such as a league's schedule: the rows of each
// file, in a table a feed, and which files are sound.
#pragma once

#include <string>
#include <vector>

#include "adbc/adbc.h"

namespace backcourt::ledger {

// The table that keeps the rows of a feed's snapshots.
std::string SnapshotTable(const std::string& feed);
Result<bool> HasSnapshotTable(Connection& connection, const std::string& feed);

// Forgets all snapshots of a feed: they are read in another way from now on.
Result<> RemoveSnapshots(Connection& connection, const std::string& feed);

struct KeptSnapshot {
  std::string feed, path, season;
  int64_t size = 0, mtime = 0;  // bytes; nanoseconds since 1970
  std::string identity;         // of what decides how it is read
  std::string seen_at;          // SQL
  std::string unreadable;       // why its rows are not there; "" when they are
};
Result<> WriteSnapshot(Connection& connection, const KeptSnapshot& snapshot);
// Keeps the rows of the relation as those of the files at `paths`, an SQL list.
Result<> WriteSnapshotRows(Connection& connection, const std::string& feed, const std::string& relation,
                           const std::string& paths);

// All of the feed's snapshots are sound again, but those that cannot be read.
Result<> AcquitSnapshots(Connection& connection, const std::string& feed);
// Quarantines sound ones: `guilty` selects path and problem.
Result<> QuarantineSnapshots(Connection& connection, const std::string& feed, const std::string& guilty);

}  // namespace backcourt::ledger
