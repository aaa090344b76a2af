#include "project/test_case.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace backcourt {
namespace {

const std::string kGood = R"(season = "2021-22"

[[test]]
name = "one"
date = "2021-10-25"
given.box = """
game_id, player, points
# the line of a comment, and a blank one

G1,      O'Neal,         30
G2,      'Doe, J., "JD"',
G3,      '',             0
"""
expect = """
player, points_avg
O'Neal, = greatest(30, 20) / 2
"""
)";

std::string ErrorOf(const std::string& text) {
  auto tests = ParseTestCases("m.test.toml", text);
  return tests ? "" : tests.error().Text();
}

TEST(TestCase, ReadsRowsWithTheirLines) {
  auto tests = ParseTestCases("m.test.toml", kGood);
  ASSERT_TRUE(tests) << tests.error().Text();
  ASSERT_EQ(tests->size(), 1u);
  const TestCase& test = (*tests)[0];
  EXPECT_EQ(test.line, 3);
  EXPECT_EQ(test.season_year, 2021);
  EXPECT_EQ(test.season_start.Str(), "2021-01-01");
  EXPECT_EQ(test.season_end.Str(), "2022-12-31");
  ASSERT_EQ(test.given.size(), 1u);
  const TextRows& box = test.given[0].second;
  EXPECT_EQ(box.line, 7);
  EXPECT_EQ(box.columns, (std::vector<std::string>{"game_id", "player", "points"}));
  ASSERT_EQ(box.rows.size(), 3u);
  EXPECT_EQ(box.rows[0].line, 10);
  EXPECT_EQ(box.rows[0].cells[1], "O'Neal");
  EXPECT_EQ(box.rows[1].cells[1], "Doe, J., \"JD\"");
  EXPECT_EQ(box.rows[1].cells[2], std::nullopt);
  EXPECT_EQ(box.rows[2].cells[1], "");
  EXPECT_EQ(test.expect.rows[0].line, 16);
  EXPECT_EQ(test.expect.rows[0].cells[1], "= greatest(30, 20) / 2");
}

TEST(TestCase, OneOfSeveralMayHaveItsOwnSeason) {
  auto tests = ParseTestCases(
      "m.test.toml", kGood + ReplaceAll(kGood.substr(kGood.find("[[test]]")), "\"one\"",
                                        "\"two\"\nseason = \"2022-23\"\nseason_start = \"2021-10-01\""));
  ASSERT_TRUE(tests) << tests.error().Text();
  EXPECT_EQ((*tests)[0].season, "2021-22");
  EXPECT_EQ((*tests)[1].season_year, 2022);
  EXPECT_EQ((*tests)[1].season_start.Str(), "2021-10-01");
}

TEST(TestCase, ErrorsNameFileAndLine) {
  auto wrong = [](const char* from, const char* to) { return ErrorOf(ReplaceAll(kGood, from, to)); };
  EXPECT_NE(wrong("O'Neal,         30", "O'Neal").find("m.test.toml:10: given.box: 2 values under 3 columns"),
            std::string::npos);
  EXPECT_NE(wrong("player, points\n", "player, player\n").find("m.test.toml:7: given.box: column 'player'"),
            std::string::npos);
  EXPECT_NE(wrong("expect =", "expected =").find("'expect' is missing in a test"), std::string::npos);
  EXPECT_NE(wrong("name =", "nmae =").find("m.test.toml:"), std::string::npos);
  EXPECT_NE(wrong("2021-10-25", "2021-10-32").find("m.test.toml:5:"), std::string::npos);
  EXPECT_NE(wrong("2021-10-25", "2025-10-25").find("outside of its season"), std::string::npos);
  EXPECT_NE(wrong("season = \"2021-22\"", "").find("test \"one\" has no season"), std::string::npos);
  EXPECT_NE(wrong("\"2021-22\"", "\"this year\"").find("m.test.toml:1: season 'this year'"),
            std::string::npos);
  EXPECT_NE(ErrorOf("season = \"2021-22\"\n").find("m.test.toml:1: there is no [[test]]"), std::string::npos);
  EXPECT_NE(ErrorOf("test = 7\n").find("m.test.toml:1:8: 'test' must be tables"), std::string::npos);
  EXPECT_NE(ErrorOf(kGood + kGood.substr(kGood.find("[[test]]")))
                .find("m.test.toml:18: there are two tests \"one\""),
            std::string::npos)
      << ErrorOf(kGood + kGood.substr(kGood.find("[[test]]")));
}

}  // namespace
}  // namespace backcourt
