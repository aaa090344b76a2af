// All that is wrong in the files of models, checks and tests: read, bound against tables without rows, in
// memory. No warehouse is opened.
#pragma once

#include <functional>
#include <vector>

#include "adbc/adbc.h"
#include "calendar/calendar.h"
#include "project/project.h"

namespace backcourt {

struct FileProblems {
  std::vector<FileProblem> problems;  // by file and line
  int files = 0;                      // that were looked at
};

// `interrupted` is asked between files and makes it an error of kind kInterrupted.
Result<FileProblems> FindFileProblems(
    const Project& project, const std::function<bool()>& interrupted = [] { return false; });

// Games and dates under [accepted] that the warehouse does not know; none where it has no schedule yet.
Result<std::vector<FileProblem>> FindUnknownAccepted(Connection& ledger, const Project& project,
                                                     const Calendar& calendar);

}  // namespace backcourt
