// What of the project's declarations is other than what the warehouse's tables were made by, and what comes
// of it: so that a plan can say it before anything is done.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "project/project.h"

namespace backcourt {

struct DeclarationChange {
  std::string table;          // "" where it is of the whole project
  std::string file;           // that declares it
  std::string part;           // as key, unit or columns
  std::string before, after;  // of the part, where they can be shown
  std::string effect;         // what it costs and what it keeps
};

// The functions whose texts differ, of two lists `name digest, ...`, by name.
std::set<std::string> OtherFunctions(const std::string& before, const std::string& after);

// Nothing in a warehouse of an earlier version, which does not tell.
Result<std::vector<DeclarationChange>> ReadDeclarationChanges(Connection& connection, const Project& project);

}  // namespace backcourt
