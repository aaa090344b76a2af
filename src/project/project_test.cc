#include <gtest/gtest.h>

#include "project/config.h"
#include "project/model.h"
#include "project/project.h"
#include "project/sql_text.h"
#include "tests/kit/toy_folder.h"

namespace backcourt::testing {
namespace {

std::string Header(const std::string& header,
                   const std::string& body = "SELECT 1 AS id, d.game_date FROM dates d") {
  return "/* backcourt\n" + header + "*/\n" + body + "\n";
}

const std::string kGood =
    "about = \"A table.\"\ndate = \"game_date\"\nkey = [\"id\"]\n[reads]\nraw = \"season "
    "before\"\n[columns]\nid = \"The id.\"\ngame_date = \"The date.\"\n";

std::string ErrorOf(const std::string& text) {
  auto model = ParseModel("models/x.sql", "models", text);
  return model ? "" : model.error().Text();
}

TEST(SqlText, DropsCommentsAndWhiteSpaceOnly) {
  EXPECT_EQ(CanonicalSql("SELECT  a -- why\n FROM t /* more */ WHERE b='--x'"),
            "select a from t where b = '--x'");
  EXPECT_NE(CanonicalSql("SELECT 'a'"), CanonicalSql("SELECT 'A'"));
  EXPECT_NE(CanonicalSql("SELECT a < b"), CanonicalSql("SELECT a <= b"));
  EXPECT_EQ(SqlStatements("-- one\nCREATE MACRO a() AS ';';\nCREATE MACRO b() AS 2;").size(), 2u);
}

TEST(SqlText, NamesTheColumnsOfASelect) {
  auto names = [](const char* sql) { return Join(OutputNames(SqlTokens(sql)), " "); };
  EXPECT_EQ(
      names("WITH a AS (SELECT x, y FROM t) SELECT a.x, sum(a.y) OVER (ORDER BY z) AS total, 'v' AS \"Odd\" "
            "FROM a WHERE b IN (SELECT c FROM d)"),
      "x total Odd");
  EXPECT_EQ(names("SELECT a IS DISTINCT FROM b AS differs, f(x, y) AS z FROM t UNION ALL SELECT 1, 2"),
            "differs z");
  EXPECT_EQ(names("SELECT 1 AS a, 2 AS b"), "a b");
  EXPECT_EQ(names("SELECT k.*, 1 AS a FROM k"), "");
  EXPECT_EQ(names("SELECT * FROM k"), "");
}

TEST(Model, ReadsItsHeader) {
  auto model = ParseModel("models/x.sql", "models", Header(kGood));
  ASSERT_TRUE(model) << model.error().Text();
  EXPECT_EQ(model->name, "x");
  ASSERT_EQ(model->reads.size(), 1u);
  EXPECT_EQ(model->reads[0].windows[0].Str(), "season before");
  EXPECT_EQ(model->columns[1].first, "game_date");
}

TEST(Model, ErrorsNameFileAndLine) {
  EXPECT_NE(ErrorOf("SELECT 1").find("models/x.sql:1:"), std::string::npos);
  EXPECT_NE(ErrorOf(Header("about = \"A table.\"\nabuot = \"twice\"\n" + kGood.substr(kGood.find("date"))))
                .find("models/x.sql:3:1: unknown key 'abuot'"),
            std::string::npos)
      << ErrorOf(Header("about = \"A table.\"\nabuot = \"twice\"\n" + kGood.substr(kGood.find("date"))));
  EXPECT_NE(ErrorOf(Header("about = \"A table.\"\nkey = [id]\n")).find("models/x.sql:3:"), std::string::npos);
  EXPECT_NE(ErrorOf(Header(ReplaceAll(kGood, "season before", "season befor")))
                .find("'season befor' is not a window; try 'season before'"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Header(ReplaceAll(kGood, "\"season before\"", "7"))).find("models/x.sql:6:"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Header(ReplaceAll(kGood, "[\"id\"]", "[\"nobody\"]")))
                .find("'nobody' has no line under [columns]"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Header(kGood, " \n")).find("no SELECT"), std::string::npos);
  EXPECT_NE(ErrorOf(Header(kGood, "-- SELECT 1 AS id")).find("no SELECT"), std::string::npos);
}

TEST(Window, ParsesEveryKind) {
  for (const char* text : {"same date", "season before", "30 days before", "10 games before", "season ahead",
                           "same season", "whole"})
    EXPECT_EQ(Window::Parse(text)->Str(), text);
  for (const char* text : {"0 days before", "-3 days before", "days before", "3 day before",
                           "3.5 days before", "99999999999 days before"})
    EXPECT_FALSE(Window::Parse(text)) << text;
}

TEST(RawTable, RefusesAKeyThatIsNoColumn) {
  auto table = ParseRawTable("tables/raw.toml",
                             "about = \"x\"\nkey = [\"id\"]\ngrain = \"date\"\ndate = "
                             "\"day\"\n[columns]\nday = { type = \"DATE\", about = \"The day.\" }\n");
  ASSERT_FALSE(table);
  EXPECT_NE(table.error().message.find("'id' is not a column"), std::string::npos);
}

TEST(Lookup, TakesTheColumnsThatATableHas) {
  Lookup team{"team", "", {"home", "away"}, "{column} = upper({value})"};
  EXPECT_EQ(team.Predicate({"id", "away", "home"}, "o'h"),
            R"((("home" = upper('o''h')) OR ("away" = upper('o''h'))))");
  EXPECT_EQ(team.Predicate({"id", "away"}, "{column}"), R"((("away" = upper('{column}'))))");
  EXPECT_EQ(team.Predicate({"id"}, "x"), "");
}

TEST(Lookup, IsReadInTheOrderOfTheFileAndRefusedWithItsLine) {
  auto config = ParseConfig("backcourt.toml",
                            "[lookups.team]\nabout = \"t\"\ncolumns = [\"a\", \"b\"]\nmatch = \"{column} = "
                            "{value}\"\n[lookups.player]\nabout = \"p\"\ncolumns = \"c\"\nmatch = \"{column} "
                            "LIKE {value}\"\n");
  ASSERT_TRUE(config) << config.error().Text();
  ASSERT_EQ(config->lookups.size(), 2u);
  EXPECT_EQ(config->lookups[0].name, "team");
  EXPECT_EQ(config->lookups[0].columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(config->lookups[1].about, "p");
  auto error = [](const std::string& text) {
    auto parsed = ParseConfig("backcourt.toml", text);
    return parsed ? "" : parsed.error().Text();
  };
  EXPECT_NE(error("[lookups.team]\nabout = \"t\"\ncolumns = [\"a\"]\nmatch = \"{column} = 1\"\n")
                .find("backcourt.toml:4: match of [lookups.team] has no {value}"),
            std::string::npos);
  EXPECT_NE(
      error("[lookups.team]\nabout = \"t\"\nmatch = \"{column} = {value}\"\n").find("'columns' is missing"),
      std::string::npos);
  EXPECT_NE(error("[lookups]\nteam = \"team_abbr\"\n").find("backcourt.toml:2: 'team' under [lookups]"),
            std::string::npos);
}

// The toy project with one of its files changed.
class ChangedToy : public ::testing::Test {
 protected:
  Project Load() { return folder_.Load(); }
  std::string Refusal() {
    auto project = Project::Load(folder_.path());
    if (!project) return project.error().Text();
    return project->problems.empty() ? "" : ErrorOf(project->problems).Text();
  }
  void Edit(const std::string& file, const std::string& from, const std::string& to) {
    folder_.Replace(file, from, to);
  }

  const std::string kForm = "models/precompute/player_form.sql";
  ToyFolder folder_;
};

TEST_F(ChangedToy, ATableOfALakeNeedsSparkAndTakesThePlaceOfSources) {
  const std::string kBox = "[sources.raw_box]\ntable = \"lake.league.lines\"\n\n[data]";
  Edit("backcourt.toml", "[data]", kBox);
  EXPECT_NE(Refusal().find("raw_box is the table lake.league.lines of a lake"), std::string::npos);
  Edit("backcourt.toml", "[warehouse]",
       "[warehouse]\nengine = \"spark\"\nuri = \"sc://127.0.0.1:1\"\ndatabase = \"toy\"");
  Edit("backcourt.toml", "lake.league.lines", "lake.toy.raw_box");
  EXPECT_NE(Refusal().find("lake.toy.raw_box is where this program keeps raw_box"), std::string::npos);
  Edit("backcourt.toml", "lake.toy.raw_box", "lake.league.lines");
  ASSERT_EQ(Refusal(), "");
  Project project = Load();
  EXPECT_EQ(project.FindRaw("raw_box")->lake, "lake.league.lines");
  for (const Source& source : project.sources)
    EXPECT_NE(source.table, "raw_box");
  EXPECT_FALSE(project.IsReadInPlace(*project.FindRaw("raw_box")));  // the calendar reads boxes
  project.boxes.clear();
  EXPECT_TRUE(project.IsReadInPlace(*project.FindRaw("raw_box")));
  Edit("backcourt.toml", "sources.raw_box", "sources.raw_boxes");
  EXPECT_NE(Refusal().find("'raw_boxes' under [sources] is not a raw table"), std::string::npos);
}

TEST(Config, NamesOfLakeTablesAreNames) {
  auto error = [](const std::string& section) {
    return ParseConfig("backcourt.toml", "[sources.raw_box]\n" + section).error().message;
  };
  EXPECT_NE(error("table = \"a b\"").find("table 'a b'"), std::string::npos);
  EXPECT_NE(error("table = \"a.b.c.d\"").find("table 'a.b.c.d'"), std::string::npos);
  EXPECT_NE(error("tabel = \"a.b\"").find("'table' is missing in [sources.raw_box]"), std::string::npos);
  auto config =
      ParseConfig("backcourt.toml", "[sources]\nprefer = [\"x\"]\n[sources.raw_box]\ntable = \"a.b\"");
  ASSERT_TRUE(config) << config.error().Text();
  EXPECT_EQ(config->lake_tables.at("raw_box"), "a.b");
}

TEST_F(ChangedToy, IdentityIsOfTheColumnsToo) {
  Digest before = Load().FindModel("player_form")->identity;
  Edit(kForm, "The player.", "His id.");
  EXPECT_EQ(Load().FindModel("player_form")->identity, before);
  Edit(kForm, "points_avg = \"Points a game.\"\n", "");
  Digest without = Load().FindModel("player_form")->identity;
  EXPECT_NE(without, before);
  Edit(kForm, "games = \"Games before the date.\"\n", "");
  EXPECT_NE(Load().FindModel("player_form")->identity, without);
}

TEST_F(ChangedToy, ExpectedRowsOfAnotherTable) {
  Edit(kForm, "[columns]", "[rows]\nexpected = \"rows of player_games where points > 0\"\n\n[columns]");
  EXPECT_NE(
      Refusal().find("player_form.sql:11: expected counts the rows of 'player_games', which is not read with "
                     "the window 'same date'"),
      std::string::npos)
      << Refusal();
  Edit(kForm, "player_games = \"season before\"", "player_games = [\"season before\", \"same date\"]");
  EXPECT_EQ(Load().FindModel("player_form")->expected_rows,
            R"(SELECT d.game_date, count(t."game_date") AS expected_rows
FROM dates d LEFT JOIN (SELECT * FROM "player_games" WHERE points > 0) t ON t."game_date" = d.game_date
GROUP BY d.game_date)");
}

TEST_F(ChangedToy, NamesThatTheEngineKeepsAreRefusedWithTheirLine) {
  Edit(kForm, "games = \"Games before the date.\"", "RowId = \"Games before the date.\"");
  EXPECT_NE(Refusal().find("player_form.sql:13: column 'RowId' has a name that Backcourt keeps for itself"),
            std::string::npos)
      << Refusal();
}

TEST_F(ChangedToy, WhatReadsABrokenModelIsLeftOutWithTheCause) {
  Edit("models/analytics/player_games.sql", "empty =", "emtpy =");
  Project project = Load();
  EXPECT_EQ(project.problems.size(), 1u);
  EXPECT_TRUE(project.models.empty());
  ASSERT_NE(project.FindLeftOut("recent_form"), nullptr);
  EXPECT_NE(project.FindLeftOut("recent_form")->because.find("it reads player_games: "), std::string::npos);
  EXPECT_EQ(project.FindLeftOut("raw_box"), nullptr);
}

TEST(Lookup, LooksInColumnsOfTheProject) {
  auto project = Project::Load("tests/toy");
  ASSERT_TRUE(project) << project.error().Text();
  ASSERT_EQ(project->lookups.size(), 2u);
  EXPECT_EQ(project->lookups[0].name, "player");
}

}  // namespace
}  // namespace backcourt::testing
