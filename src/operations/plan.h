// `plan`: what a backfill would do, and why each cell is in it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operations/changes.h"
#include "operations/drop.h"
#include "operations/lint.h"
#include "operations/load.h"
#include "operations/selection.h"
#include "operations/workspace.h"
#include "plan/saved_plan.h"

namespace backcourt {

// What a plan or a backfill is asked for.
struct WorkSelection {
  std::vector<std::string> tables;  // `all` and none: all models
  DateSelection dates;
  bool no_upstream = false, force = false;
  std::optional<int> before_run;
  std::optional<std::string> ahead;  // which dates to come are due: next or all; none: as the project says
  std::vector<std::string> allow_missing;
};
void DescribeWork(Visitor& v, WorkSelection& s);

struct PlanRequest {
  WorkSelection selection;
  std::string save;   // a file for the plan; empty: none
  bool diff = false;  // try it aside, and show what it changes
};
void Describe(Visitor& v, PlanRequest& r);

struct PlanReport {
  SavedPlan plan;
  DateChoice choice;
  std::map<std::string, int64_t> retired;       // by table: dates whose rows go
  int64_t not_due = 0;                          // cells behind the horizon
  FileChanges files;                            // since the last load
  std::vector<DeclarationChange> declarations;  // that are other than before
  std::vector<FileProblem> problems;            // in the files of the project
  std::vector<LeftOut> left_out;                // and what cannot be filled for them
  std::vector<RemovedTable> removed;            // whose models are gone
  Trial trial;                                  // of `diff`
};
void Describe(Visitor& v, SavedPlan& p);
void Describe(Visitor& v, PlanReport& r);

// Changes nothing but the file of `save`.
Result<PlanReport> MakePlanReport(Workspace& workspace, const PlanRequest& request, const Cancel& cancel);

// A plan beside the moment that it was made from.
struct PreparedWork {
  Moment moment;
  ChosenDates chosen;
  Selection selection;
  Plan plan;
};
Result<PreparedWork> PrepareWork(const Project& project, Moment moment, const WorkSelection& selection);
PlanReport ReportOf(const Project& project, const PreparedWork& work);

// The saved plan of a text; an error names `file`.
Result<SavedPlan> ParseSavedPlan(const std::string& file, const std::string& text);

}  // namespace backcourt
