// Snapshots of one thing that changes, such as a league's schedule. Each file is
// read once; its rows are kept with the time it was seen, also when the file is
// gone. One that cannot be read, or lacks what was settled before, is
// quarantined: its rows are kept, but no source sees them. What is kept depends
// on the files alone, not on the order in which they came.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "files/finder.h"
#include "ledger/snapshots.h"
#include "load/feed_reader.h"

namespace backcourt {

struct Snapshot {
  std::string feed, path, season;
  std::string seen_at;  // UTC, as 2021-11-15 12:00:00
  double age = 0;       // seconds since then
  std::string problem;  // why it is quarantined; "" when it is good
};

// Files of a feed that were read aside.
struct ReadSnapshots {
  bool anew = false;  // none is kept that reads as they do
  std::vector<ledger::KeptSnapshot> snapshots;
};

class Snapshots {
 public:
  Snapshots(const Project& project, Connection& connection) : project_(project), connection_(connection) {}

  // Those files of a feed that are new or changed.
  Result<std::vector<FoundFile>> Fresh(const Feed& feed, const std::vector<FoundFile>& files);
  // Reads them aside. REQUIRES: no transaction is open; a file that cannot be
  // read would break it.
  Result<ReadSnapshots> Read(const Feed& feed, const std::vector<FoundFile>& fresh, FeedReader& reader);
  // Keeps what was read.
  Result<> Keep(const Feed& feed, const ReadSnapshots& read);
  // Judges all kept snapshots of the feed again.
  Result<> Judge(const Feed& feed);
  // The predicate of the rows of ledger::SnapshotTable that a source sees.
  static std::string Good(const Feed& feed, const std::string& season);

  // When a snapshot was seen, as SQL: what the name tells, else the file's time.
  static std::string SeenAt(const FoundFile& file);

  // Every season's serving snapshot, and the quarantined ones.
  static Result<std::vector<Snapshot>> Serving(Connection& connection);
  static Result<std::vector<Snapshot>> Quarantined(Connection& connection);
  // All that are kept of a season.
  static Result<std::vector<Snapshot>> OfSeason(Connection& connection, const std::string& season);

 private:
  std::string IdentityOf(const Feed& feed) const;  // of what decides how a file reads

  const Project& project_;
  Connection& connection_;
};

}  // namespace backcourt
