// The ledger: the state of every cell and run, kept in the warehouse itself, so
// that it changes in the transaction that changes the rows. Schema `backcourt`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "calendar/calendar.h"
#include "plan/planner.h"
#include "project/project.h"

namespace backcourt {

// A file as it was when it was last loaded.
struct LoadedFile {
  std::string feed, path, season;
  int64_t size = 0, mtime = 0;  // bytes; nanoseconds since 1970
  int64_t run = 0;
};

struct BatchRecord {
  std::string model;
  int32_t first = 0, last = 0;
  int cells = 0;
  int64_t rows = 0;
  double seconds = 0;
  int attempts = 1;  // more after transient errors
};

class Ledger {
 public:
  // Counts up when Create makes a table more, so that loads look whether it is there.
  static constexpr int64_t kTables = 2;
  // Makes the ledger's tables when there are none.
  static Result<> Create(Connection& connection);

  // A damaged row of a model makes its cell failed, one of a raw table is an error.
  static Result<Cells> ReadCells(Connection& connection, const Project& project);
  // Statements that write cells; run them in the transaction of the rows.
  static std::string WriteCells(const std::string& table, const std::vector<Cell>& cells);

  static Result<Calendar> ReadCalendar(Connection& connection, const Project& project);
  // The calendar as its snapshots told it up to the end of a date (US Eastern);
  // `seen_at` is the newest change among them. None so early is an error.
  static Result<Calendar> ReadCalendarAsOf(Connection& connection, const Project& project, Date as_of,
                                           std::string& seen_at);
  // Seconds and rows a date, by model, of the last runs.
  static Result<std::map<std::string, ModelPace>> ReadPace(Connection& connection);

  // A run's row stands from its start; it ends with an outcome.
  static Result<int64_t> StartRun(Connection& connection, const std::string& command);
  static Result<> EndRun(Connection& connection, int64_t run, const std::string& outcome,
                         const std::string& summary);
  static std::string WriteBatch(int64_t run, const BatchRecord& batch);

  // The statements that keep what the temp table `damaged` holds of a source's season: units whose rows are
  // not whole, because some of one key contradict each other.
  static std::string KeepDamagedUnits(const std::string& table, const std::string& source,
                                      const std::string& season, bool part);
  // Those that keep what several sources state of a unit, from a relation of the table's columns, in place of
  // what is kept where `replaced`.
  static std::string KeepStatements(const std::string& table, const std::string& replaced,
                                    const std::string& from);

  static Result<std::vector<LoadedFile>> ReadFiles(Connection& connection);
};

}  // namespace backcourt
