// What a load brings for a raw table, beside what stands there: rows are staged
// source by source, and take the place of those of the dates (or seasons) that
// differ. Staged rows stay in the incoming tables of their sources until they
// are written: a copy of a large table takes as long as reading its files.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "load/raw_cells.h"
#include "load/source_groups.h"

namespace backcourt {

struct LoadedTable {
  std::string table, season;  // season "" of undated tables
  int64_t rows = 0, games = 0;
  int64_t added = 0, changed = 0, gone = 0;
};

class TableChange {
 public:
  // `seasons` are made again, all when one of them is ""; when `part`, only the
  // units in the temp table `affected` are. `groups` is how many will be staged,
  // more than one where rows are kept of those whose files are gone.
  TableChange(Connection& connection, const RawTable& table, const std::set<std::string>& seasons, bool part,
              size_t groups);

  // Where rows of the ledger are of these seasons.
  const std::string& of_seasons() const { return of_seasons_; }
  // Of these, where only the units that are made again are meant.
  const std::string& of_units() const { return of_units_; }
  // A relation (unit, source, season): what serves each unit of these seasons.
  std::string Serving() const;
  // Seasons that are not made again, of which files offer units that those do offer which are.
  Result<std::set<std::string>> Beyond();
  // A relation (unit): the units of which rows differ. After Compare.
  const std::string& differing() const { return differing_; }

  Result<> Begin();
  // Stages the rows that a group gives, of units that no group before it serves; the others are marked as
  // dropped, or taken out where they are made of the warehouse's own tables. Whether any row of it is staged:
  // then its incoming table must stay until all is written.
  Result<bool> Stage(const SourceGroup& group);
  // The same of what several groups state of a unit: `statements` is a relation (unit_, source_, season_).
  Result<> Offer(const std::string& statements);
  // Keeps the rows of units that sources served whose files are gone, and that no other source serves now.
  // `gone` are sources and seasons; returns those of which rows stay. After all of Stage.
  Result<std::set<std::pair<std::string, std::string>>> KeepGone(
      const std::set<std::pair<std::string, std::string>>& gone);
  // Says of units of the group that are served by another where its totals differ from what is staged.
  Result<> TellOtherTotals(const SourceGroup& group);
  // A key of two staged rows; "" when there is none.
  Result<std::string> Duplicate();
  // Finds what differs from what stands there; `standing` are the table's cells.
  Result<std::vector<LoadedTable>> Compare(const CellSeries& standing);
  // What stands there of what is made again: a relation and a predicate; and what takes its place.
  const std::string& stored() const { return stored_; }
  const std::string& replaced() const { return replaced_; }
  std::string staged() const;
  // Writes it, with who serves each unit, and drops what was staged. With a run, what it replaces is logged.
  Result<> Write(std::optional<int64_t> run);
  // The cells of what has changed, once it is written.
  Result<std::vector<Cell>> Cells(int64_t run);

 private:
  struct Staged {
    std::string table, rows;  // a temp table, and the SELECT of what it brings
  };

  std::string StillServing() const;
  // A relation (owner_unit, owner_season): of Serving.
  std::string Owners() const;
  LoadedTable& OfSeason(std::vector<LoadedTable>& totals, const std::string& season) const;
  static std::string UnionOf(const std::vector<Staged>& staged);
  std::string Order() const;
  Result<> WriteAll(std::optional<int64_t> run);
  Result<> Drop(const std::vector<Staged>& staged);
  Result<> Count(std::vector<LoadedTable>& totals);
  Result<> CountDiffering(std::vector<LoadedTable>& totals);

  Connection& connection_;
  const RawTable& table_;
  const bool part_;
  const bool alone_;                             // one group: no other serves its units
  const std::string stored_, partition_, unit_;  // the table, a row's partition and its unit, as SQL
  const std::vector<std::string> hashed_;
  std::string of_units_;
  std::string of_seasons_,
      replaced_;        // predicates: on the ledger, and on the rows that this load makes again
  std::string season_;  // a row's season, beside the unit's owner
  std::map<std::string, std::vector<Staged>> staged_;  // by season
  std::string differing_;
  bool all_new_ = false;  // nothing stood there of it
  std::vector<PartitionKey> changed_;
  std::vector<PartitionKey> mixed_;  // those of which other rows stay
  DigestsByPartition after_;
};

}  // namespace backcourt
