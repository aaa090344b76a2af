// Texts that several commands print.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/output.h"
#include "operations/registry.h"

namespace backcourt {

// Under what a dry run tells.
inline constexpr const char* kNothingKept = "dry run: nothing was kept\n";

// Asks a person at a terminal whether rows may go, where that is what an error asks for; without a terminal
// the error says which command does it. `command`: as it was given, without the program.
bool MayLose(Error& error, const std::string& command, const Output& output);

std::string LoadText(const LoadReport& report);
// Of files that were loaded and are not there any more; "" when all are.
std::string VanishedText(const LoadReport& report);
// A line a feed.
std::string AbsentText(const std::vector<AbsentFeed>& absent);
std::string ChoiceText(const DateChoice& choice);
// A line each, as editors read it: FILE:LINE:COLUMN: MESSAGE.
std::string LintText(const std::vector<FileProblem>& problems);
// Of tables whose models are gone; "" when there are none.
std::string RemovedText(const std::vector<RemovedTable>& removed);
// What a run changed in the rows of tables; the same of a trial, with the cells that fail in it.
std::string ChangesText(const std::vector<TableChanges>& tables, const ValuesView& view);
std::string TrialText(const Trial& trial, const ValuesView& view);
std::string PlanText(const PlanReport& report);
// The version that stands in a published folder, a line.
std::string PublishText(const PublishReport& report);
// Of the schedule's snapshots, a line each; "" when there are none.
std::string SnapshotText(const std::vector<Snapshot>& snapshots);
std::string NullColumnsText(const std::vector<NullColumns>& missing);
// Both of them: in one line, unless `all`. "" when there are none.
std::string WithoutText(const std::vector<AbsentFeed>& absent, const std::vector<NullColumns>& missing,
                        bool all);

}  // namespace backcourt
