// `new`: a folder becomes a project.
#pragma once

#include <string>
#include <vector>

#include "operations/workspace.h"

namespace backcourt {

struct NewRequest {
  std::string folder, pack;  // pack: empty for the one that comes with the program
};
void Describe(Visitor& v, NewRequest& r);

struct NewReport {
  std::string folder;
  std::vector<std::string> files, left_alone;  // written; there already
};
void Describe(Visitor& v, NewReport& r);

// A folder that is a project already is a usage error. Of a pack of the user's own there is no example table.
Result<NewReport> NewProject(Workspace& workspace, const NewRequest& request, const Cancel& cancel);

}  // namespace backcourt
