// `status`: how far every table is, what runs now, what is wrong. And `stop`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "load/snapshots.h"
#include "operations/drop.h"
#include "operations/lint.h"
#include "operations/load.h"
#include "operations/selection.h"
#include "operations/workspace.h"

namespace backcourt {

struct StatusRequest {
  std::string season;  // empty: all
};
void Describe(Visitor& v, StatusRequest& r);

struct MonthStatus {
  int64_t done = 0, total = 0;  // game dates
};
struct TableStatus {
  std::string table;
  int64_t done = 0, total = 0;
  std::map<std::string, int64_t> states;
  std::map<std::string, MonthStatus> months;
};
struct SeasonStatus {
  std::string season;
  int64_t game_dates = 0;
  std::optional<Date> complete_through;  // all tables are done up to it
  std::vector<TableStatus> tables;
};
// The next date whose games are to be played.
struct NextGames {
  Date date;
  int64_t games = 0;
  std::string first_tip, last_tip;  // UTC; empty: not known
};
// A date that should be over and whose results or boxes are missing.
struct LateDate {
  Date date;
  int64_t games = 0, finals = 0, missing_boxes = 0;
};
struct RawStatus {
  int64_t rows = 0, cells = 0;
};
// A load or a fill that failed, and none of its kind has succeeded since.
struct FailedRun {
  int64_t run = 0;
  std::string command, started_at, message;
};
struct Problem {
  std::string state, table;
  int64_t dates = 0;
  Date first_date;
  std::string reason;
};
struct StatusReport {
  std::string project, warehouse;
  std::optional<Date> complete_through;  // of the newest season that has begun
  std::optional<NextGames> next_games;
  std::vector<LateDate> late;  // of the newest season that has begun
  std::vector<SeasonStatus> seasons;
  std::map<std::string, RawStatus> raw;
  std::vector<AbsentFeed> absent;
  std::vector<Snapshot> snapshots;
  std::vector<FailedRun> failed_runs;
  std::vector<Problem> problems;
  std::vector<LeftOut> left_out;
  std::vector<RemovedTable> removed;
  FileChanges files;
  std::optional<RunNow> running;
  std::vector<ActivityNow> activities;
  std::string next_command;
};
void Describe(Visitor& v, StatusReport& r);

// The season of the last date that has begun by `now` (seconds since 1970), or -1.
int SeasonNow(const Calendar& calendar, int64_t now);
// The last date of a season up to which these tables are done; none when its first is not.
std::optional<Date> CompleteThrough(const std::vector<const Model*>& models, const Calendar& calendar,
                                    const std::map<std::string, std::vector<CellState>>& states, int season);
// The same of the newest season that has such a date.
std::optional<Date> CompleteThrough(const std::vector<const Model*>& models, const Calendar& calendar,
                                    const std::map<std::string, std::vector<CellState>>& states);
std::vector<const Model*> FilledModels(const Project& project);  // all but views
// Dates of a season that are over for `after` seconds and whose results or boxes are missing.
std::vector<LateDate> LateDates(const Calendar& calendar, int season, int64_t now, int64_t after = 0);
std::optional<NextGames> FindNextGames(const Calendar& calendar, int64_t now);

Result<StatusReport> Status(Workspace& workspace, const StatusRequest& request, const Cancel& cancel);

struct StopRequest {};
void Describe(Visitor& v, StopRequest& r);
struct StopReport {
  std::vector<std::string> stopped;  // verbs
};
void Describe(Visitor& v, StopReport& r);

// A backfill ends after its running batches, all else as soon as it can.
Result<StopReport> Stop(Workspace& workspace, const StopRequest& request, const Cancel& cancel);

}  // namespace backcourt
