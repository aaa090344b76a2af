// Binds the SELECT of a source against its feeds and tables without rows: what does not run is found before a
// file is read.
#pragma once

#include <vector>

#include "adbc/adbc.h"
#include "project/project.h"

namespace backcourt {

// `connection` has the project's functions, raw tables and seeds.
Result<std::vector<FileProblem>> BindSource(Connection& connection, const Project& project,
                                            const Source& source);

}  // namespace backcourt
