#include "proof/model_tests.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/kit/toy_folder.h"

namespace backcourt::testing {
namespace {

namespace fs = std::filesystem;

class ModelTests : public ::testing::Test {
 protected:
  void Edit(const std::string& file, const std::string& from, const std::string& to) {
    folder_.Replace(file, from, to);
  }
  Result<ModelTestReport> Run(const std::vector<std::string>& models = {}) {
    return RunModelTests(folder_.Load(), models);
  }
  std::string ErrorOf(const std::vector<std::string>& models = {}) {
    auto report = Run(models);
    return report ? "" : report.error().Text();
  }
  // The one thing that cannot be tested, with its place and without what the engine adds; the others run.
  std::string Broken() {
    auto report = Run();
    EXPECT_TRUE(report) << report.error().Text();
    ran_ = report->tests;
    std::vector<std::string> lines;
    for (const ModelTestFailure& f : report->failures)
      if (f.expected.empty())
        lines.push_back(f.file + ":" + std::to_string(f.line) + ": " +
                        f.actual.substr(0, f.actual.find('\n')));
    EXPECT_GE(lines.size(), 1u);
    EXPECT_GE(ran_, 1);
    return lines.empty() ? "" : lines.front();
  }
  // What fails, one line each, without the folder.
  std::vector<std::string> Failures() {
    auto report = Run();
    EXPECT_TRUE(report) << report.error().Text();
    std::vector<std::string> lines;
    for (const ModelTestFailure& f : report->failures)
      lines.push_back(fs::path(f.file).filename().string() + ":" + std::to_string(f.line) + ": " + f.Text());
    EXPECT_EQ(report->failed > 0, !lines.empty());
    return lines;
  }

  const std::string kForm = "models/precompute/player_form.sql",
                    kFormTest = "models/precompute/player_form.test.toml",
                    kRecent = "models/precompute/recent_form.sql";
  ToyFolder folder_;
  int ran_ = 0;  // tests of what `Broken` was asked of
};

TEST_F(ModelTests, TheToysHold) {
  auto report = Run();
  ASSERT_TRUE(report) << report.error().Text();
  EXPECT_EQ(report->models, 2);
  EXPECT_EQ(report->tests, 3);
  EXPECT_EQ(report->failed, 0);
  EXPECT_EQ(report->untested, std::vector<std::string>{"player_games"});
  EXPECT_FALSE(fs::exists(folder_ / "warehouse.duckdb"));
  report = Run({"recent_form"});
  ASSERT_TRUE(report) << report.error().Text();
  EXPECT_EQ(report->tests, 1);
  EXPECT_TRUE(report->untested.empty());
}

TEST_F(ModelTests, AValueARowTooManyAndARowTooFew) {
  Edit(kForm, "ratio(sum(p.points), count(*))", "ratio(sum(p.points) + 1e-6, count(*))");
  EXPECT_EQ(Failures().size(), 4u);  // by more than the tolerance, in every row of both tests
  Edit(kForm, "1e-6", "1e-12");
  EXPECT_EQ(Failures().size(), 0u);
  Edit(kForm, "p.game_date < d.game_date", "p.game_date < d.game_date AND p.player_id <> 2");
  EXPECT_EQ(Failures(),
            (std::vector<std::string>{
                "player_form.test.toml:17: game_date=2021-10-25, player_id=2: expected a row, got no row"}));
  Edit(kForm, " AND p.player_id <> 2", "");
  Edit(kFormTest, "2,         1,     7\n", "");
  EXPECT_EQ(Failures(),
            (std::vector<std::string>{
                "player_form.test.toml:15: game_date=2021-10-25, player_id=2: expected no row, got a row"}));
}

TEST_F(ModelTests, ADateThatSeesItsBatch) {
  // In a batch each date sees all that any of them may: alone this model is right, in a batch it is not.
  Edit(kForm, "ON p.game_date < d.game_date", "ON true");
  EXPECT_EQ(Failures(),
            (std::vector<std::string>{
                "player_form.test.toml:30: game_date=2021-10-20, player_id=1: games: expected 1, got 2",
                "player_form.test.toml:30: game_date=2021-10-20, player_id=1: points_avg: expected 30.0, got "
                "25.0"}));
}

TEST_F(ModelTests, AFullScanOfTheBatchIsSeenDateByDateToo) {
  // In the batch of both dates this counts them; alone each date counts one.
  Edit(kForm, "CAST(count(*) AS INTEGER)", "CAST(count(*) + (SELECT count(*) FROM dates) - 2 AS INTEGER)");
  std::vector<std::string> failures = Failures();
  ASSERT_EQ(failures.size(), 4u);
  EXPECT_EQ(failures[2],
            "player_form.test.toml:30: game_date=2021-10-20, player_id=1: games: expected 1, got 0");
}

TEST_F(ModelTests, TheChecksOfTheModelRunToo) {
  Edit(kForm, "*/", "[checks]\n\"few games\" = \"SELECT * FROM this WHERE games > 1\"\n*/");
  std::vector<std::string> failures = Failures();
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_NE(failures[0].find("check \"few games\" of player_form fails on 1 row"), std::string::npos);
}

TEST_F(ModelTests, AWindowHidesWhatTheModelDidNotDeclare) {
  Edit(kRecent, "p.game_date >= d.game_date - 3", "p.game_date >= d.game_date - 4");
  EXPECT_EQ(Failures(), std::vector<std::string>{});  // its window is 3 days before
  Edit(kRecent, "\"3 days before\"", "\"4 days before\"");
  EXPECT_EQ(Failures().size(), 1u);
}

// What cannot be tested fails with its place, and the tests of the other models run.
TEST_F(ModelTests, WhatCannotRunNamesFileAndLine) {
  std::string file = folder_ / kFormTest;
  auto wrong = [&](const char* from, const char* to) {
    Edit(kFormTest, from, to);
    std::string error = Broken();
    Edit(kFormTest, to, from);
    return error;
  };
  EXPECT_EQ(wrong("given.player_games", "given.player_form"),
            file + ":7: given.player_form is not an input of player_form");
  EXPECT_EQ(wrong("1,         30\nG2,", "1,         thirty\nG2,"),
            file + ":8: 'thirty' under points of player_games is not of type INTEGER");
  EXPECT_EQ(wrong("player_id, games, points_avg\n1,  ", "player_id, gamse, points_avg\n1,  "),
            file + ":15: 'gamse' is not a column of player_form");
  EXPECT_EQ(wrong("= (30 + 20) / 2", "= (30 + 20) / thirty"),
            file + ":16: '= (30 + 20) / thirty' under points_avg of player_form is not of type DOUBLE");
  EXPECT_EQ(wrong("game_date,  player_id, games", "game_dote,  player_id, games"),
            file + ":29: expect has no game_date");
  EXPECT_EQ(wrong("game_id, game_date,  player_id, points\nG1,      2021-10-19, 1,         30\nG2,      "
                  "2021-10-20, 1,         20\nG2",
                  "game_id, points,  player_id, game\nG1,      2021-10-19, 1,         30\nG2,      "
                  "2021-10-20, 1,         20\nG2"),
            file + ":7: 'game' is not a column of player_games");
  EXPECT_EQ(ErrorOf({"player_fom"}), "'player_fom' is not a model\n  Try: player_form");
  EXPECT_NE(ErrorOf({"player_games"}).find("player_games has no tests"), std::string::npos);
  Edit(kFormTest, "[[test]]", "[[tset]]");
  EXPECT_EQ(Broken(), file + ":3: unknown key 'tset' in a file of tests; try 'test'");
  fs::rename(folder_ / kForm, folder_ / "models/precompute/form.sql");
  EXPECT_EQ(Broken(), file + ":1: no model beside this file of tests");
}

TEST_F(ModelTests, ABrokenModelStopsNoOther) {
  Edit(kForm, "sum(p.points)", "sum(p.pionts)");
  std::string problem = Broken();
  EXPECT_TRUE(problem.starts_with(folder_ / kForm + ":16: ")) << problem;
  EXPECT_NE(problem.find("pionts"), std::string::npos) << problem;
  EXPECT_EQ(ran_, 1);                                                     // the test of recent_form
  Edit(kForm, "sum(p.pionts)", "sum(CAST('x' || p.points AS INTEGER))");  // binds, and does not run
  EXPECT_NE(Broken().find("Could not convert string"), std::string::npos);
  Edit(kForm, "sum(CAST('x' || p.points AS INTEGER))", "sum(p.points)");
  Edit("models/analytics/player_games.sql", "b.points\nFROM", "b.pionts\nFROM");
  auto report = Run();
  ASSERT_TRUE(report) << report.error().Text();
  ASSERT_EQ(report->failures.size(), 2u);  // both read it
  EXPECT_NE(report->failures[0].actual.find("it reads player_games: "), std::string::npos);
  EXPECT_NE(report->failures[0].actual.find("player_games.sql:19"), std::string::npos);
}

TEST_F(ModelTests, ABrokenFunctionOrSeedStopsOnlyWhatUsesIt) {
  Edit("functions/duckdb.sql", "CREATE MACRO ratio(", "CREATE MACRO ratio(a, a, ");
  EXPECT_NE(Broken().find("functions/duckdb.sql:"), std::string::npos) << Broken();
  EXPECT_EQ(ran_, 1);
}

TEST_F(ModelTests, EndsWhenAsked) {
  int asked = 0;
  auto report = RunModelTests(folder_.Load(), {}, [&] { return ++asked > 1; });
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::kInterrupted);
}

}  // namespace
}  // namespace backcourt::testing
