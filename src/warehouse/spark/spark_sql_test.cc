#include "warehouse/spark/spark_sql.h"

#include <gtest/gtest.h>

namespace backcourt::testing {
namespace {

TEST(SparkSql, RewritesTheWordsThatDiffer) {
  EXPECT_EQ(ToSpark("SELECT * FROM wh.main.\"raw_box\" WHERE x = 1e-9", "nba"),
            "SELECT * FROM nba.`raw_box` WHERE x = 1e-9");
  EXPECT_EQ(ToSpark("WITH a AS NOT MATERIALIZED (SELECT 1) SELECT * FROM a", "nba"),
            "WITH a AS  (SELECT 1) SELECT * FROM a");
  EXPECT_EQ(ToSpark("CAST(x AS VARCHAR), CAST(y AS VARCHAR(3))", "nba"),
            "CAST(x AS STRING), CAST(y AS VARCHAR(3))");
  EXPECT_EQ(ToSpark("struct_pack(a := t.x, b := y + 1) AS s", "nba"),
            "named_struct('a', t.x, 'b', y + 1) AS s");
  EXPECT_EQ(ToSpark("SELECT \"a \"\"b` c\"", "nba"), "SELECT `a \"b`` c`");
}

TEST(SparkSql, LeavesTextsAndCommentsAlone) {
  const char* kSql = "SELECT 'wh.main.x VARCHAR' -- wh.main.y isn't read\nFROM t /* \"z\" */";
  EXPECT_EQ(ToSpark(kSql, "nba"), kSql);
}

TEST(SparkSql, SortsErrors) {
  auto kind = [](const char* text) { return ClassifySparkError(text).kind; };
  EXPECT_EQ(kind("[Spark] [PARSE_SYNTAX_ERROR] Syntax error at or near 'x'. SQLSTATE: 42601"),
            ErrorKind::kModel);
  EXPECT_EQ(kind("[Spark] [CAST_INVALID_INPUT] The value 'connection' ... SQLSTATE: 22018"),
            ErrorKind::kData);
  EXPECT_EQ(kind("[Spark] connection error: desc = \"transport: Error while dialing: connection refused\""),
            ErrorKind::kTransient);
  EXPECT_EQ(kind("[Spark] [DELTA_CONCURRENT_APPEND] ... SQLSTATE: 2D521"), ErrorKind::kTransient);
  EXPECT_EQ(kind("[Spark] [INVALID_HANDLE.SESSION_CLOSED] ... SQLSTATE: HY000"), ErrorKind::kTransient);
  EXPECT_EQ(kind("[Spark] java.lang.OutOfMemoryError: Java heap space"), ErrorKind::kCapacity);
  EXPECT_TRUE(IsSparkError(ClassifySparkError("[Spark] [TABLE_OR_VIEW_NOT_FOUND] The table"),
                           "TABLE_OR_VIEW_NOT_FOUND"));
}

TEST(SparkSql, SumsOfHashesMakeDigestsThatAdd) {
  Digest one = SparkDigestOf("-5", "7"), other = SparkDigestOf("12", "-9"), both = SparkDigestOf("7", "-2");
  EXPECT_EQ(one + other, both);
  EXPECT_NE(SparkDigestOf("1", "0"), SparkDigestOf("0", "1"));
}

TEST(SparkSql, TypesThatHoldAllValuesOfAnother) {
  EXPECT_EQ(SparkTypeOf("DECIMAL(10, 2)"), "DECIMAL(10,2)");
  EXPECT_EQ(SparkTypeOf("TIMESTAMP"), "TIMESTAMP_NTZ");
  EXPECT_TRUE(IsWidened("INT", "BIGINT"));
  EXPECT_TRUE(IsWidened("INT", "INT"));
  EXPECT_TRUE(IsWidened("VARCHAR(3)", "STRING"));
  EXPECT_FALSE(IsWidened("BIGINT", "INT"));
  EXPECT_FALSE(IsWidened("STRING", "INT"));
  EXPECT_FALSE(IsWidened("DOUBLE", "INT"));
  EXPECT_FALSE(IsWidened("INT", "DOUBLE"));
}

}  // namespace
}  // namespace backcourt::testing
