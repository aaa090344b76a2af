// What operations work on: a project, its warehouse and what runs in it. One a
// process and warehouse; used from several threads at once.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "adbc/transaction.h"
#include "base/cancel.h"
#include "base/watch.h"
#include "calendar/calendar.h"
#include "operations/activity.h"
#include "plan/cells.h"
#include "project/project.h"
#include "warehouse/warehouse.h"

namespace backcourt {

// One consistent moment of the warehouse.
struct Moment {
  std::unique_ptr<Connection> connection;  // to the ledger and the raw tables
  std::unique_ptr<Workbench> bench;        // a place on the connection, for the rows of all tables
  BatchCosts costs;
  std::optional<Transaction> open;  // of a moment that stays
  Cells cells;
  Calendar calendar;
  std::map<std::string, std::vector<PartitionKey>> retired;  // cells of dates that are no game dates any more
};

class Workspace {
 public:
  // `command`: what is told of it in the history of runs.
  Workspace(Project project, std::string command)
      : project_(std::move(project)), command_(std::move(command)) {}

  // Opens the warehouse, once. Operations do so by themselves; REQUIRES the lock
  // of the warehouse (serve/warehouse_lock.h).
  Result<Warehouse*> Open();
  // For an operation that keeps nothing: where there is no warehouse yet, none is made; what it would hold is
  // in memory.
  void KeepNothing() { keep_ = false; }
  const Project& project() const { return project_; }
  const std::string& command() const { return command_; }
  // What is wrong in the project's files: found once, as that takes its time and a workspace's project stays.
  Result<std::vector<FileProblem>> ProblemsOfFiles();
  Activities& activities() { return activities_; }

  // `stay`: its transaction stays open, so that what its connection reads next is
  // of the same moment.
  Result<Moment> Look(bool stay = false, bool ahead_all = false);
  // The moment of a transaction, as seen by its connection; it stays. `ahead_all`: all dates to come are due,
  // whatever the project's policy.
  Result<Moment> LookOn(std::unique_ptr<Connection> connection, Transaction open, bool ahead_all = false);

 private:
  Project project_;
  std::string command_;
  std::mutex mutex_;  // of the opening
  bool keep_ = true;
  std::unique_ptr<Warehouse> warehouse_;
  std::mutex problems_mutex_;
  std::optional<std::vector<FileProblem>> problems_;
  Activities activities_;
};

// Ends what a connection runs once it is asked for.
Watch CancelWhen(Connection& connection, const Cancel& cancel);
Watch CancelWhen(Connection& connection, Workbench& bench, const Cancel& cancel);

}  // namespace backcourt
