#include "operations/lint.h"

#include <algorithm>

#include "ledger/models.h"
#include "load/declaration_changes.h"
#include "operations/describe.h"

namespace backcourt {

void Describe(Visitor& v, LintRequest& r) {
  v.Struct("LintRequest", "The whole project.");
  v.Field("warehouse", r.warehouse, "Look up the games and dates of [accepted] in the warehouse.",
          {.hidden = true});
}

void Describe(Visitor& v, FileProblem& p) {
  v.Struct("FileProblem", "What is wrong in a file of the project.");
  v.Field("file", p.file, "the file");
  v.Field("line", p.line, "its line, from 1");
  v.Field("column", p.column, "the column of the line, from 1; 1 where only the line is known");
  v.Field("message", p.message, "what is wrong");
  v.Field("hint", p.hint, "what to try; may be empty");
}

void Describe(Visitor& v, LeftOut& o) {
  v.Struct("LeftOut",
           "A model or a check that cannot be used: its file is broken, or a table that it reads is.");
  v.Field("name", o.name, "its name");
  v.Field("file", o.file, "its file");
  v.Field("is_check", o.is_check, "whether it is a check");
  v.Field("because", o.because, "what is wrong, with file and line, or the table that it reads, and why");
}

void Describe(Visitor& v, LintReport& r) {
  v.Struct("LintReport", "What is wrong in the files of models, checks and tests.");
  v.Field("problems", r.problems, "by file and line");
  v.Field("files", r.files, "how many files were looked at");
}

Result<LintReport> Lint(Workspace& workspace, const LintRequest& request, const Cancel& cancel) {
  FileProblems found = TRY(FindFileProblems(workspace.project(), [&cancel] { return cancel.Requested(); }));
  if (request.warehouse)
    if (auto moment = workspace.Look())  // else it is not the files that are wrong
      for (FileProblem& problem :
           TRY(FindUnknownAccepted(*moment->connection, workspace.project(), moment->calendar)))
        found.problems.push_back(std::move(problem));
  return LintReport{std::move(found.problems), found.files};
}

Result<std::vector<FileProblem>> ProblemsOfNewTexts(Connection& ledger, Workspace& workspace) {
  const Project& project = workspace.project();
  auto known = TRY(ledger::ReadModels(ledger));
  bool same = std::all_of(project.models.begin(), project.models.end(), [&](const Model& model) {
    auto seen = known.find(model.name);
    return seen != known.end() && (model.view || seen->second.identity == model.identity.Hex());
  });
  if (same && project.problems.empty() && TRY(ReadDeclarationChanges(ledger, project)).empty())
    return std::vector<FileProblem>();
  return workspace.ProblemsOfFiles();
}

}  // namespace backcourt
