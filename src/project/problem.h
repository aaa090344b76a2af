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

// Of an error whose message begins with `FILE:LINE: `. Of another one the place is the beginning of `file`.
FileProblem ProblemOf(const Error& error, const std::string& file);
// Those of an error that ErrorOf made, and of any other one.
std::vector<FileProblem> ProblemsOf(const Error& error);
// All of them as one error of kind kUsage. REQUIRES: there is one.
Error ErrorOf(const std::vector<FileProblem>& problems);

}  // namespace backcourt
