#include "warehouse/duckdb/engine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>

#include "adbc/transaction.h"

namespace backcourt::testing {
namespace {

class TransactionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(*OpenEngine());
    connection_ = std::move(*database_->Connect());
    ASSERT_TRUE(connection_->Execute("CREATE TABLE t (x INTEGER PRIMARY KEY)"));
  }
  int64_t Count() { return connection_->Query("SELECT count(*) FROM t")->Int(0, 0); }
  Result<> InsertThenFail() {
    Transaction transaction = TRY(Transaction::Begin(*connection_));
    TRY(connection_->Execute("INSERT INTO t VALUES (1)"));
    TRY(connection_->Execute("SELECT error('no')"));
    return transaction.Commit();
  }

  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
};

// The engine leaves a filter out of a plan that all rows pass: rows that another connection commits before
// the plan runs would pass too. A long plan leaves room for it, and the other one commits all the time.
TEST_F(TransactionTest, PlansAndRunsAStatementInOneMoment) {
  constexpr int kRounds = 40, kBranches = 100, kRows = 20;
  auto other = std::move(*database_->Connect());
  std::string sum = "SELECT CAST(sum(n) AS BIGINT) FROM (SELECT 0 AS n";
  for (int i = 0; i < kBranches; ++i)
    sum += " UNION ALL SELECT count(*) FROM days WHERE day = 1";
  sum += ")";
  int64_t strangers = 0;
  for (int round = 0; round < kRounds; ++round) {
    ASSERT_TRUE(connection_->Execute(
        fmt::format("CREATE OR REPLACE TABLE days AS SELECT 1 AS day FROM range({})", kRows)));
    std::thread writer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(round % 20));
      ASSERT_TRUE(other->Execute("INSERT INTO days SELECT 2 FROM range(20)"));
    });
    auto read = connection_->Query(sum);
    writer.join();
    ASSERT_TRUE(read);
    strangers += read->Int(0, 0) - kBranches * kRows;
  }
  EXPECT_EQ(strangers, 0);
}

TEST_F(TransactionTest, CommitsOnceAskedTo) {
  {
    Transaction transaction = std::move(*Transaction::Begin(*connection_));
    ASSERT_TRUE(connection_->Execute("INSERT INTO t VALUES (1)"));
    EXPECT_TRUE(transaction.Commit());
  }
  EXPECT_EQ(Count(), 1);
}

TEST_F(TransactionTest, RollsBackOnEveryWayOut) {
  EXPECT_FALSE(InsertThenFail());
  EXPECT_EQ(Count(), 0);
  {
    auto transaction = Transaction::Begin(*connection_);
    ASSERT_TRUE(connection_->Execute("INSERT INTO t VALUES (1)"));
  }
  EXPECT_EQ(Count(), 0);
  EXPECT_TRUE(Transaction::Begin(*connection_)) << "nothing is open any more";
}

TEST_F(TransactionTest, AMovedOneRollsBackOnce) {
  std::optional<Transaction> kept;
  {
    Transaction transaction = std::move(*Transaction::Begin(*connection_));
    kept = std::move(transaction);
  }
  ASSERT_TRUE(connection_->Execute("INSERT INTO t VALUES (1)"));
  EXPECT_EQ(Count(), 1) << "still open";
  kept.reset();
  EXPECT_EQ(Count(), 0);
}

TEST_F(TransactionTest, AFailedCommitLeavesTheConnectionUsable) {
  auto other = std::move(*database_->Connect());
  Transaction first = std::move(*Transaction::Begin(*connection_));
  ASSERT_TRUE(connection_->Execute("INSERT INTO t VALUES (7)"));
  {
    Transaction second = std::move(*Transaction::Begin(*other));
    ASSERT_TRUE(other->Execute("INSERT INTO t VALUES (7)"));
    ASSERT_TRUE(second.Commit());
  }
  EXPECT_FALSE(first.Commit());
  EXPECT_EQ(Count(), 1);
  EXPECT_TRUE(connection_->Execute("INSERT INTO t VALUES (8)"));
  EXPECT_EQ(other->Query("SELECT count(*) FROM t")->Int(0, 0), 2) << "outside of any transaction";
}

TEST_F(TransactionTest, APoisonedConnectionRefusesEverything) {
  connection_->Poison(Error{ErrorKind::kModel, "gone", ""});
  auto refused = connection_->Query("SELECT 1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kBusy);
  EXPECT_EQ(refused.error().message, "a transaction could not be rolled back: gone");
}

}  // namespace
}  // namespace backcourt::testing
