// Who is right about a unit (a game) when several sources make statements about it: one that says it is over
// before one that does not, then the one captured last (none: the oldest), then the rank of its source, in
// which `[sources] prefer` goes first. See docs/bring-your-own-data.md, "Who is right".
#pragma once

#include <string>
#include <vector>

#include "base/date.h"
#include "load/source_groups.h"

namespace backcourt {

// A statement that lost, and contradicts the row that stands.
struct Disagreement {
  std::string table, season, unit;
  std::string what;                      // game_date 2021-03-05, not 2021-01-10
  std::string source, file;              // who is right; file "" where a source does not tell it
  std::string other_source, other_file;  // who is not
};

// The columns beside a raw table's own in which the rows of a source state what decides.
std::string StatementColumns(const RawTable& table, const Source& source);

// The column in which a source's rows tell the name that they could not match; "" where it tells none.
std::string UnmatchedNameColumn(const Source& source);

// Those of a season, or of all ("").
Result<std::vector<Disagreement>> ReadDisagreements(Connection& connection, const Project& project,
                                                    const std::string& season);

// Of each unit of a date about which several sources make statements: who decided, and who lost, a line each.
Result<std::vector<std::string>> StatementsOn(Connection& connection, const RawTable& table, Date date);

class Statements {
 public:
  // REQUIRES: the groups' rows are in their incoming tables, and none is staged. They are in order of rank.
  Statements(Connection& connection, const RawTable& table, const std::vector<SourceGroup*>& groups)
      : connection_(connection), table_(table), groups_(groups) {}

  // Decides every unit: marks the rows of those who lose as dropped, fills the temp table `served`, and
  // leaves the table's rows in the temp table `staged`.
  Result<> Rule();
  // Keeps who said what of units of which several sources speak, in place of what is kept of `replaced` (a
  // predicate on season and unit). After Rule.
  Result<> Keep(const std::string& replaced);

 private:
  Result<> Collect();
  Result<> MarkLosers();
  Result<> Merge();
  std::string Ord(size_t i) const;

  Connection& connection_;
  const RawTable& table_;
  const std::vector<SourceGroup*>& groups_;
};

}  // namespace backcourt
