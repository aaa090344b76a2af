// What the parts of a project must hold of one another, once each has been read.
// Every rule that is broken is told with the file and line that break it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "project/project.h"

namespace backcourt {

// All names that can be read, also those of models that are left out: of these only the name is known.
std::vector<std::string> ReadableNames(const Project& project);

// A model's key, its [needs], and its reads with their windows. `tables` are the readable names.
Result<> CheckReads(const Project& project, const Model& model, const std::vector<std::string>& tables);
Result<> CheckReads(const Check& check, const std::vector<std::string>& tables);
// Its raw table, its feeds, what it reads and by which unit.
Result<> CheckSource(const Project& project, const Source& source);
// A lookup looks in columns that tables have; those of what is left out are not known.
Result<> CheckLookups(const Project& project);
// Lines of [accepted] that can accept nothing, whatever is in the warehouse.
std::vector<FileProblem> FindAcceptedProblems(const Project& project);
// How [project] seasons are written.
Result<> CheckSeasons(const Project& project);
// What [feeds] of backcourt.toml names.
Result<> CheckFeedPaths(const Project& project);
// What [calendar] names.
Result<> CheckCalendar(const Project& project);

// Writes `rows of TABLE [where PREDICATE]` under [rows] as the query that it stands for.
Result<> WriteOutExpectedRows(const Project& project, Model& model);

}  // namespace backcourt
