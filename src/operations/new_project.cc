#include "operations/new_project.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/file.h"
#include "operations/describe.h"

namespace backcourt {

namespace fs = std::filesystem;

void Describe(Visitor& v, NewRequest& r) {
  v.Struct("NewRequest", "Which project to make.");
  v.Field("folder", r.folder, "Its folder; made where it is not there.",
          {.metavar = "DIR", .positional = true, .required = true, .path = true});
  v.Field("pack", r.pack, "The folder of a pack (default: nba, which comes with the program).",
          {.metavar = "DIR", .path = true});
}

void Describe(Visitor& v, NewReport& r) {
  v.Struct("NewReport", "What was written.");
  v.Field("folder", r.folder, "the folder of the project");
  v.Field("files", r.files, "the files that were written");
  v.Field("left_alone", r.left_alone, "files that were there already, and are as they were");
}

namespace {

constexpr const char* kConfig =
    R"(# A project of Backcourt: where its files lie, and which pack of tables it uses.
# Folders models/, checks/, sources/, seeds/ and functions/ beside this file stand over the pack's: a file of the
# same name takes the place of the pack's, others are added.

[project]
pack = "{pack}"            # a pack that comes with the program, or a folder
# seasons = ["2021-22"]    # only these; without it, all that the files hold

[data]
folder = "data"            # the files as they come; `backcourt doctor` lists what it looks for

[warehouse]
path = "warehouse.duckdb"
# threads = 2
# memory_limit = "640MB"

# [policy]
# on_missing_games = "partial"   # or "block": what a cell does without the boxes of final games
# ahead = "next"                 # or "all": which dates to come are filled

# [feeds]                        # patterns of files in place of the pack's
# nba_shots = "shots/*.csv"
)";

constexpr const char* kModel = R"(/* backcourt
about = "Points a game over the last 30 days, by team: an example to change."
date  = "game_date"
key   = ["game_date", "team_abbr"]
empty = "no team has played in the 30 days before"

[reads]
team_offense_game_summary = "30 days before"

[columns]
game_date = "The date before which this is known."
team_abbr = "The team's tricode."
points_avg = "Points a game over [D-30, D)."

[checks]
"points are not negative" = "SELECT * FROM this WHERE points_avg < 0"
*/
SELECT d.game_date, t.team_abbr, ratio(sum(t.points_scored), count(*)) AS points_avg
FROM dates d
JOIN team_offense_game_summary t ON t.game_date < d.game_date AND t.game_date >= add_days(d.game_date, -30)
GROUP BY d.game_date, t.team_abbr
)";

constexpr const char* kTest = R"(season = "2021-22"
season_start = "2021-10-19"

[[test]]
name = "the last 30 days before the date, not the date itself"
date = "2021-12-05"
given.team_offense_game_summary = """
game_id,    game_date,  team_abbr, points_scored
# 31 days before
0022100120, 2021-11-04, GSW,       140
0022100121, 2021-11-05, GSW,       110
0022100350, 2021-12-04, GSW,       115
0022100360, 2021-12-05, GSW,       150
"""
expect = """
game_date,  team_abbr, points_avg
2021-12-05, GSW,       = (110 + 115) / 2
"""
)";

Error CannotBeMade(const fs::path& path, const std::error_code& why) {
  return {ErrorKind::kUsage, fmt::format("{} cannot be made: {}", path.string(), why.message()),
          "a folder that can be written"};
}

}  // namespace

Result<NewReport> NewProject(Workspace&, const NewRequest& request, const Cancel&) {
  const fs::path folder = request.folder;
  std::error_code failed;
  if (fs::exists(folder / "backcourt.toml", failed))
    return Error{ErrorKind::kUsage, fmt::format("{} is a project already", folder.string()),
                 "another folder"};
  if (!request.pack.empty() && !fs::exists(fs::path(request.pack) / "backcourt.toml", failed))
    return Error{ErrorKind::kUsage, fmt::format("{} is not a pack: it has no backcourt.toml", request.pack),
                 "the folder of a project with models/"};
  NewReport report;
  report.folder = folder.string();
  std::string config = kConfig;
  const std::string mark = "{pack}";
  config.replace(config.find(mark), mark.size(), request.pack.empty() ? "nba" : request.pack);
  std::vector<std::pair<fs::path, std::string>> files = {{"backcourt.toml", config}};
  if (request.pack.empty()) {
    files.emplace_back("models/own/team_last_30_days.sql", kModel);
    files.emplace_back("models/own/team_last_30_days.test.toml", kTest);
  }
  for (const char* below : {"data", "models/own", "checks", "sources", "seeds", "functions"})
    if (!fs::create_directories(folder / below, failed) && failed)
      return CannotBeMade(folder / below, failed);
  for (const auto& [below, text] : files) {
    std::string path = (folder / below).string();
    bool there = fs::exists(path, failed);
    if (!there) TRY(WriteFile(path, text));
    (there ? report.left_alone : report.files).push_back(path);
  }
  return report;
}

}  // namespace backcourt
