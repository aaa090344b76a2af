// What is wrong in a file of a project, with its place, for people and editors.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace backcourt {

struct FileProblem {
  std::string file;
  int line = 1, column = 1;
  std::string message, hint;

  std::string Text() const;  // file:line: message
};

// Of an error whose message begins with `FILE:LINE: ` or `FILE:LINE:COLUMN: `. Of another one the place is
// the beginning of `file`.
FileProblem ProblemOf(const Error& error, const std::string& file);
// Those of an error of which each line that begins with a place is one.
std::vector<FileProblem> ProblemsOf(const Error& error, const std::string& file = "");
// All of them as one error of kind kUsage. REQUIRES: there is one.
Error ErrorOf(const std::vector<FileProblem>& problems);

}  // namespace backcourt
