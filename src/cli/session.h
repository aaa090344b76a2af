// What commands work on: the project, its warehouse and where the answer goes.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "adbc/transaction.h"
#include "base/watch.h"
#include "cli/arguments.h"
#include "ledger/cells.h"
#include "ledger/loads.h"
#include "project/project.h"
#include "run/progress.h"
#include "serve/holder.h"
#include "warehouse/duckdb/duckdb_warehouse.h"

namespace backcourt {

// Where a command writes: this terminal, or the shell that asked the holder.
struct Output {
  std::function<bool(bool error, const std::string& text)> write;
  bool terminal = false;
  int width = 120;

  void Out(const std::string& text) const { write(false, text); }
  void Err(const std::string& text) const { write(true, text); }
};

// The run of this process that other shells may ask about and stop.
struct LiveRun {
  std::mutex mutex;
  std::string command;
  Progress* progress = nullptr;
  Runner* runner = nullptr;
};

struct Session {
  Project project;
  std::unique_ptr<Warehouse> warehouse;
  LiveRun live;
};

// What a command sees of the warehouse: one consistent look.
struct View {
  std::unique_ptr<Connection> connection;
  std::optional<Transaction> moment;  // open when what is read next is of the same moment
  Cells cells;
  Calendar calendar;
  std::map<std::string, std::vector<int32_t>> retired;  // cells of dates that are no game dates any more
};
// `stay`: what its connection reads next is of the same moment.
Result<View> Look(Session& session, bool stay = false);

// Commands that read: answered by the holder while it works.
using ReadCommand = Result<int> (*)(Session&, const Arguments&, const Output&);
Result<int> RunStatus(Session&, const Arguments&, const Output&);
Result<int> RunPlan(Session&, const Arguments&, const Output&);
Result<int> RunWhy(Session&, const Arguments&, const Output&);
Result<int> RunRuns(Session&, const Arguments&, const Output&);
Result<int> RunShow(Session&, const Arguments&, const Output&);
Result<int> RunQuery(Session&, const Arguments&, const Output&);
Result<int> RunDates(Session&, const Arguments&, const Output&);
Result<int> RunStop(Session&, const Arguments&, const Output&);
Result<int> RunCheck(Session&, const Arguments&, const Output&);
Result<int> RunExport(Session&, const Arguments&, const Output&);
Result<int> RunDoctor(Session&, const Arguments&, const Output&);
// Commands that hold the warehouse for themselves.
Result<int> RunLoad(Session&, const Arguments&, const Output&);
Result<int> RunBackfill(Session&, const Arguments&, const Output&);
Result<int> RunVerify(Session&, const Arguments&, const Output&);
// Needs no warehouse.
Result<int> RunDocs(const Project&, const Arguments&, const Output&);

// What --start-date, --end-date, --dates, --season and the words choose, as
// calendar indices; `said` is what the calendar answers first.
struct ChosenDates {
  std::vector<int> dates;
  std::string said;
};
Result<> CheckRange(Date start, Date end);
Result<ChosenDates> ChooseDates(const Calendar& calendar, const Arguments& arguments);
Result<std::vector<std::string>> ChooseTables(const Project& project, const std::vector<std::string>& words);
Result<std::string> ChooseSeason(const Calendar& calendar, const std::string& label);

// The path of a detached process's log, beside the warehouse.
std::string LogPath(const Project& project, int process);

// Whether SIGINT or SIGTERM came.
bool Interrupted();
// Cancels what a connection runs once a signal came, or once whoever reads `output` is gone.
Watch CancelWhenInterrupted(Connection& connection);
Watch CancelWhenUnheard(Connection& connection, const Output& output);

}  // namespace backcourt
