// What helps with a gap, in words and with commands that run as they are.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/date.h"
#include "plan/cells.h"
#include "project/project.h"

namespace backcourt {

// `backcourt backfill` of these dates.
std::string FillCommand(const std::string& table, Date first, Date last, bool force = false);
// `backcourt load` of these files.
std::string LoadCommand(const std::set<std::string>& files);
// What somebody has to do to files, by their names where there are few, and the commands after that.
std::string CorrectFiles(const std::string& what, const std::set<std::string>& files);

// What is wrong with a cell, and what helps; without `fix` filling it does.
struct CellGap {
  std::string what, fix;
};
// Nothing of a cell that is as it should be. REQUIRES: a cell where the state is that of one.
std::optional<CellGap> GapOf(const Project& project, const Model& model, Date date, const Cell* cell,
                             CellState state);

}  // namespace backcourt
