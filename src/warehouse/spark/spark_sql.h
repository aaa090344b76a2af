// Spark's way of saying things: what the engine's own SQL is in it, its errors, its digests.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "warehouse/dialect.h"
#include "warehouse/digests.h"

namespace backcourt {

class SparkDialect : public Dialect {
 public:
  std::string DayNumber(const std::string& date) const override { return "unix_date(" + date + ")"; }
  std::string WriteOrder() const override { return ""; }
  std::string ParquetFile(const std::string& path) const override { return "parquet.`" + path + "`"; }
  std::vector<std::string> RowOrders() const override { return {"rand(1)", "rand(2)", "rand(3)"}; }
};

// A statement as models, checks and the engine write it, as Spark reads it. What differs is little: tables
// wh.main.NAME are those of the database, a quoted name has backticks, VARCHAR without a length is STRING,
// NOT MATERIALIZED goes, struct_pack(a := x) is named_struct('a', x).
std::string ToSpark(const std::string& sql, const std::string& database);

// A type of a raw table's column, as Spark calls it.
std::string SparkTypeOf(const std::string& declared);
// Whether every value of one of Spark's types is one of another.
bool IsWidened(const std::string& from, const std::string& to);

// Sorts Spark's error text into the classes of errors.
Error ClassifySparkError(const std::string& text);
// Whether an error is of this class of Spark's, as TABLE_OR_VIEW_NOT_FOUND.
bool IsSparkError(const Error& error, const char* name);

// The id of the digest algorithm of rows in Spark.
inline constexpr const char* kSparkDigestAlgorithm = "spark-xxhash64x2-sum";

// The SELECT of a digest: partition, rows and two sums of 64-bit hashes as text, in partition order.
std::string SparkDigestSql(const DigestQuery& query);
// What such sums, as text, come to.
Digest SparkDigestOf(const std::string& first, const std::string& second);

}  // namespace backcourt
