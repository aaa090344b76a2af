#include "project/problem.h"

#include <gtest/gtest.h>

namespace backcourt::testing {
namespace {

TEST(Problem, IsOneAgainFromTheErrorOfSeveral) {
  FileProblem first{"/a/b.sql", 3, 1, "unknown key\nin the header", "a key"},
      second{"/a/c.toml", 7, 1, "no table", ""};
  EXPECT_EQ(ErrorOf({first}).Text(), "/a/b.sql:3: unknown key\nin the header\n  Try: a key");
  std::vector<FileProblem> again = ProblemsOf(ErrorOf({first, second}));
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[0].Text(), first.Text());
  EXPECT_EQ(again[1].Text(), second.Text());
  EXPECT_EQ(ProblemOf({ErrorKind::kUsage, "a.csv: no such file", ""}, "a.csv").Text(),
            "a.csv:1: no such file");
  std::vector<FileProblem> placed =
      ProblemsOf({ErrorKind::kUsage, "/a/b.sql:3:7: unknown key\n/a/b.sql:5:1: no text", ""}, "/a/b.sql");
  ASSERT_EQ(placed.size(), 2u);
  EXPECT_EQ(placed[0].column, 7);
  EXPECT_EQ(placed[1].line, 5);
}

}  // namespace
}  // namespace backcourt::testing
