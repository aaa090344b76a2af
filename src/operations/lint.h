// `lint`: what is wrong in the files of models, checks and tests.
#pragma once

#include <vector>

#include "operations/workspace.h"
#include "proof/file_problems.h"

namespace backcourt {

struct LintRequest {
  bool warehouse = false;  // it may be opened, for the games and dates under [accepted]
};
void Describe(Visitor& v, LintRequest& r);
void Describe(Visitor& v, FileProblem& p);
void Describe(Visitor& v, LeftOut& o);

struct LintReport {
  std::vector<FileProblem> problems;
  int files = 0;
};
void Describe(Visitor& v, LintReport& r);

Result<LintReport> Lint(Workspace& workspace, const LintRequest& request, const Cancel& cancel);

// The same where a text or a declaration is other than what the warehouse was made by; else what the reading
// of the project has found.
Result<std::vector<FileProblem>> ProblemsOfNewTexts(Connection& ledger, Workspace& workspace);

}  // namespace backcourt
