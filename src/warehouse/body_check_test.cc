#include "warehouse/body_check.h"

#include <gtest/gtest.h>

namespace backcourt::testing {
namespace {

Error Engine(const std::string& message) { return {ErrorKind::kModel, message, ""}; }

TEST(ProblemIn, TakesThePlaceFromTheEnginesCaret) {
  Body body{"form.sql", "SELECT a,\n  b\nFROM t", 10, {}};
  FileProblem problem = ProblemIn(body, "WITH t AS (SELECT 1)\nSELECT * FROM (\nSELECT a,\n  b\nFROM t\n)",
                                  Engine("Binder Error: no column b\n\nLINE 4:   b\n          ^"));
  EXPECT_EQ(problem.line, 11);
  EXPECT_EQ(problem.column, 3);
  EXPECT_EQ(problem.message, "Binder Error: no column b");
}

TEST(ProblemIn, FindsThePartOfALongLine) {
  Body body{"form.sql", "SELECT " + std::string(100, 'x') + ", wrong, " + std::string(100, 'y'), 3, {}};
  FileProblem problem =
      ProblemIn(body, body.sql, Engine("no\n\nLINE 1: ...xxx, wrong, yyy...\n                ^"));
  EXPECT_EQ(problem.line, 3);
  EXPECT_EQ(problem.column, 110);
}

TEST(ProblemIn, IsAtTheBeginningOfABodyThatTheErrorDoesNotPlace) {
  Body body{"form.sql", "SELECT a", 7, {}};
  EXPECT_EQ(ProblemIn(body, "", Engine("no")).line, 7);
  EXPECT_EQ(ProblemIn(body, "x\nSELECT a", Engine("no\n\nLINE 1: x\n        ^")).line, 7);
  EXPECT_EQ(ProblemIn(body, "SELECT a", Engine("no\n\nLINE 9: x\n        ^")).line, 7);
}

}  // namespace
}  // namespace backcourt::testing
