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
  // Adds what a run in it did.
  Result<> Add(int64_t run, Trial& trial);
  // Fills the selection in it, and adds what that did.
  Result<> Fill(const WorkSelection& selection, const Cancel& cancel, Trial& trial);

 private:
  Aside() = default;

  std::string path_;  // of the copy
  std::unique_ptr<Workspace> workspace_;
};

}  // namespace backcourt
