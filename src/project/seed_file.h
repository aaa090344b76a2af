// The files of seeds: small tables as CSV, written by hand. What is wrong in them is found here with line and
// column, before an engine guesses at it.
#pragma once

#include <vector>

#include "base/result.h"
#include "project/problem.h"
#include "project/project.h"

namespace backcourt {

enum class SeedDepth {
  kShape,  // what no load can take: the header, the number of values, values that the pack's column cannot
           // hold
  kAll,    // also rows that are there twice, and single values of another kind than all others of the column
};

// Of a seed and of the project's own rows before it.
Result<std::vector<FileProblem>> FindSeedProblems(const Seed& seed, SeedDepth depth);

}  // namespace backcourt
