#include "proof/file_problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>

#include "base/file.h"
#include "base/text.h"
#include "load/source_binder.h"
#include "project/rules.h"
#include "project/seed_file.h"
#include "project/sql_text.h"
#include "project/test_case.h"
#include "warehouse/duckdb/text_binder.h"

namespace backcourt {

namespace {

namespace fs = std::filesystem;

class ProblemFinder {
 public:
  ProblemFinder(const Project& project, const std::function<bool()>& interrupted)
      : project_(project), interrupted_(interrupted) {
    found_.problems = project.problems;
    found_.files =
        int(project.models.size() + project.checks.size() + project.sources.size() + project.left_out.size());
  }

  Result<FileProblems> Run() {
    TRY(Texts());
    TRY(Tests());
    TRY(Add(FindAcceptedProblems(project_)));
    for (const Seed& seed : project_.seeds) {
      found_.files += seed.own.empty() ? 1 : 2;
      TRY(Add(FindSeedProblems(seed, SeedDepth::kAll)));
    }
    auto place = [](const FileProblem& p) { return std::tie(p.file, p.line, p.column, p.message); };
    std::sort(found_.problems.begin(), found_.problems.end(),
              [&](const FileProblem& a, const FileProblem& b) { return place(a) < place(b); });
    auto same = std::unique(found_.problems.begin(), found_.problems.end(),
                            [&](const FileProblem& a, const FileProblem& b) { return place(a) == place(b); });
    found_.problems.erase(same, found_.problems.end());
    return std::move(found_);
  }

 private:
  // Sources, models and checks. Of what reads or calls something broken only the names are looked at.
  Result<> Texts() {
    auto binder = TRY(TextBinder::Open(project_));
    TRY(Add(binder->problems()));
    if (project_.base_problems.empty())
      for (const Source& source : project_.sources)
        if (IsBindable(*binder, source)) TRY(Add(BindSource(binder->connection(), project_, source)));
    for (const Model& model : project_.models)
      TRY(Add(binder->Bind(model)));
    for (const Check& check : project_.checks)
      TRY(Add(binder->Bind(check)));
    return {};
  }

  static bool IsBindable(const TextBinder& binder, const Source& source) {
    return binder.Has(source.table) && !binder.CallsBroken(SqlTokens(source.body)) &&
           std::all_of(source.reads.begin(), source.reads.end(),
                       [&](const std::string& read) { return binder.Has(read); });
  }

  Result<> Tests() {
    std::error_code ignored;
    for (const std::string& folder : std::set<std::string>{project_.pack, project_.root})
      for (auto& entry : fs::recursive_directory_iterator(fs::path(folder) / "models", ignored)) {
        const std::string file = entry.path().string(), mark = ".test.toml";
        if (!file.ends_with(mark)) continue;
        ++found_.files;
        if (auto cases = ParseTestCases(file, TRY(ReadFile(file))); !cases)
          found_.problems.push_back(ProblemOf(cases.error(), file));
        if (!fs::exists(file.substr(0, file.size() - mark.size()) + ".sql", ignored))
          found_.problems.push_back(
              {file, 1, 1, "no model beside this file of tests", "the name of a model, then .test.toml"});
      }
    return {};
  }

  Result<> Add(Result<std::vector<FileProblem>> problems) {
    if (interrupted_()) return Error{ErrorKind::kInterrupted, "interrupted", ""};
    if (!problems) return problems.error();
    found_.problems.insert(found_.problems.end(), problems->begin(), problems->end());
    return {};
  }

  const Project& project_;
  const std::function<bool()>& interrupted_;
  FileProblems found_;
};

}  // namespace

Result<std::vector<FileProblem>> FindUnknownAccepted(Connection& ledger, const Project& project,
                                                     const Calendar& calendar) {
  std::vector<FileProblem> problems;
  if (calendar.dates().empty() || !project.FindRaw(project.schedule)) return problems;
  const std::string unit = Ident(project.FindRaw(project.schedule)->unit);
  for (const Accepted& one : project.accepted) {
    auto add = [&](const std::string& what, const std::string& hint) {
      problems.push_back(ProblemOf(
          {ErrorKind::kUsage,
           fmt::format("{}: '{}' under [accepted.{}] is not {}", one.place, one.subject, one.guard, what),
           hint},
          ""));
    };
    auto date = Date::Parse(one.subject);
    bool of_games = one.guard == "games" || one.guard == "doubled keys" || one.guard == "schedule_agrees";
    bool digits = one.subject.find_first_not_of("0123456789") == std::string::npos;
    if (date && calendar.Find(*date) < 0) add("a game date", "`backcourt dates` lists the game dates");
    if (date || unit == "\"\"" || (!of_games && !digits)) continue;
    Rows game = TRY(ledger.Query(
        fmt::format("SELECT 1 FROM wh.main.{} WHERE CAST({} AS VARCHAR) = {} LIMIT 1",
                    Ident(project.schedule), unit, Quote(one.subject.substr(0, one.subject.find(' '))))));
    if (game.size() == 0) add("a game of the schedule", "the id of a game, or a date");
  }
  return problems;
}

Result<FileProblems> FindFileProblems(const Project& project, const std::function<bool()>& interrupted) {
  return ProblemFinder(project, interrupted).Run();
}

}  // namespace backcourt
