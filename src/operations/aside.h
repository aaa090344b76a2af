// A copy of the warehouse, in which something is tried of which nothing is kept.
#pragma once

#include <memory>
#include <string>

#include "operations/backfill.h"
#include "operations/changes.h"

namespace backcourt {

class Aside {
 public:
  // Copies it. REQUIRES: nothing else writes to it meanwhile (an activity that writes). `change`: what is
  // otherwise in the project.
  static Result<std::unique_ptr<Aside>> Make(Workspace& workspace,
                                             const std::function<void(Project&)>& change = {});
  ~Aside();

  Workspace& workspace() { return *workspace_; }
  // What a run in it changed.
  Result<std::vector<TableChanges>> Changes(int64_t run);
  // Fills the selection in it: what that came to, and what it changed.
  struct Filled {
    BackfillReport report;
    std::vector<TableChanges> changes;
  };
  Result<Filled> Fill(const WorkSelection& selection, const Cancel& cancel);

 private:
  Aside() = default;

  std::string path_;  // of the copy
  std::unique_ptr<Workspace> workspace_;
};

}  // namespace backcourt
