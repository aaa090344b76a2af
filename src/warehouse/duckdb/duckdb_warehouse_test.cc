#include "warehouse/duckdb/duckdb_warehouse.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "adbc/transaction.h"
#include "ledger/cells.h"
#include "ledger/models.h"
#include "ledger/runs.h"
#include "ledger/schema.h"
#include "tests/kit/folder.h"
#include "tests/kit/toy_project.h"
#include "warehouse/duckdb/catalog.h"

namespace backcourt::testing {
namespace {

class DuckDbWarehouseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    warehouse_ = std::move(*OpenDuckDb({folder_ / "warehouse.duckdb", 2, "640MB", {}}));
    connection_ = std::move(*warehouse_->Connect());
    project_ = ChainProject();
  }
  void TearDown() override {
    connection_.reset();
    warehouse_.reset();
  }

  // A batch of one date, staged, as a filler publishes it.
  Publication Batch(Workbench& bench, const std::string& date, const std::string& values,
                    bool may_be_new = true) {
    Publication publication;
    publication.model = &project_.models[0];
    publication.staged = "this";
    auto columns = bench.Stage("this", "SELECT " + D(date).Sql() + " AS game_date, " + values);
    EXPECT_TRUE(columns) << columns.error().message;
    publication.columns = *columns;
    Cell cell;
    cell.partition = D(date).days;
    cell.state = CellState::kFresh;
    cell.identity = project_.models[0].identity;
    cell.rows = 1;
    cell.digest = Hasher().Add(values).Finish();
    publication.cells = {cell};
    publication.may_be_new = may_be_new;
    publication.batch = {"summary", cell.partition, cell.partition, 1, 1, 0, 1};
    return publication;
  }
  std::string Rows() {
    auto rows =
        connection_->Query("SELECT string_agg(to_json(s)::VARCHAR, ' ' ORDER BY game_date) FROM summary s");
    return rows ? rows->Text(0, 0) : rows.error().message;
  }
  CellSeries StoredCells() { return (*ledger::ReadCells(*connection_, project_))["summary"]; }

  Folder folder_;
  std::unique_ptr<Warehouse> warehouse_;
  std::unique_ptr<Connection> connection_;
  Project project_;
};

TEST_F(DuckDbWarehouseTest, DescribesWhatIsThere) {
  auto bench = std::move(*warehouse_->Open());
  EXPECT_FALSE(*bench->Describe("summary"));
  EXPECT_TRUE(bench->Publish(Batch(*bench, "2021-10-19", "1 AS x"))->anew);
  EXPECT_EQ(**bench->Describe("summary"), (Columns{{"game_date", "DATE"}, {"x", "INTEGER"}}));
  EXPECT_FALSE(*bench->Describe("this")) << "what is staged is not a table of the warehouse";
  // To ask for what is not there leaves a transaction as it is, and a view is described without its inputs.
  Transaction transaction = *Transaction::Begin(*connection_);
  ASSERT_TRUE(connection_->Execute("CREATE TABLE wh.main.base AS SELECT 1 AS y"));
  ASSERT_TRUE(connection_->Execute("CREATE VIEW wh.main.above AS SELECT y FROM wh.main.base"));
  EXPECT_FALSE(*DescribeTable(*connection_, "nothing"));
  ASSERT_TRUE(connection_->Execute("DROP TABLE wh.main.base"));
  EXPECT_EQ(**DescribeTable(*connection_, "above"), (Columns{{"y", "INTEGER"}}));
  EXPECT_TRUE(transaction.Commit());
}

TEST_F(DuckDbWarehouseTest, PublishesRowsAndLedgerTogether) {
  auto bench = std::move(*warehouse_->Open());
  ASSERT_TRUE(bench->Publish(Batch(*bench, "2021-10-19", "1 AS x"))->anew);
  ASSERT_FALSE(bench->Publish(Batch(*bench, "2021-10-20", "2 AS x", false))->anew);
  ASSERT_TRUE(bench->MayReplace({"summary"}));
  ASSERT_FALSE(bench->Publish(Batch(*bench, "2021-10-20", "3 AS x", false))->anew);  // in place of the other
  EXPECT_EQ(Rows(), R"({"game_date":"2021-10-19","x":1} {"game_date":"2021-10-20","x":3})");
  EXPECT_EQ(StoredCells().Find(D("2021-10-20").days)->digest, Hasher().Add("3 AS x").Finish());
  EXPECT_EQ(ledger::ReadModels(*connection_)->at("summary").identity, project_.models[0].identity.Hex());
}

TEST_F(DuckDbWarehouseTest, APublicationThatFailsChangesNothing) {
  auto bench = std::move(*warehouse_->Open());
  ASSERT_TRUE(bench->Publish(Batch(*bench, "2021-10-19", "1 AS x"))->anew);
  ASSERT_TRUE(bench->MayReplace({"summary"}));
  auto failed = bench->Publish(Batch(*bench, "2021-10-19", "'not a number' AS x", false));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::kData);
  EXPECT_EQ(Rows(), R"({"game_date":"2021-10-19","x":1})");
  EXPECT_EQ(StoredCells().Find(D("2021-10-19").days)->digest, Hasher().Add("1 AS x").Finish());
  EXPECT_FALSE(bench->Publish(Batch(*bench, "2021-10-19", "2 AS x", false))->anew)
      << "the place goes on working";
}

// Both batches saw a table of other columns. The second one to publish must
// neither drop what the first has committed nor forget its cells.
TEST_F(DuckDbWarehouseTest, TheSecondWorkerFindsTheTableMadeAnewByTheFirst) {
  auto first = std::move(*warehouse_->Open()), second = std::move(*warehouse_->Open());
  ASSERT_TRUE(first->Publish(Batch(*first, "2021-10-22", "'old' AS y"))->anew);
  project_.models[0].identity = Hasher().Add("another text").Finish();
  Publication one = Batch(*first, "2021-10-19", "1 AS x"), two = Batch(*second, "2021-10-20", "2 AS x");
  EXPECT_TRUE(first->Publish(one)->anew);
  EXPECT_FALSE(second->Publish(two)->anew);
  EXPECT_EQ(Rows(), R"({"game_date":"2021-10-19","x":1} {"game_date":"2021-10-20","x":2})");
  EXPECT_EQ(StoredCells().cells().size(), 2u) << "that of the old table is gone, both new ones are there";
}

// The same at the same time, again and again: one may be refused as a conflict,
// and is then tried again as the runner does.
TEST_F(DuckDbWarehouseTest, WorkersThatMakeATableAnewAtOnceLoseNothing) {
  auto first = std::move(*warehouse_->Open()), second = std::move(*warehouse_->Open());
  for (int round = 0; round < 30; ++round) {
    project_.models[0].identity = Hasher().Add(int64_t(round)).Finish();
    std::string column = fmt::format("{} AS x{}", round, round);
    Publication one = Batch(*first, "2021-10-19", column), two = Batch(*second, "2021-10-20", column);
    auto publish = [](Workbench& bench, const Publication& publication) {
      for (int attempt = 0; attempt < 100; ++attempt) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10 * std::min(attempt, 10)));
        auto published = bench.Publish(publication);
        if (published) return;
        ASSERT_EQ(published.error().kind, ErrorKind::kTransient) << published.error().message;
      }
      FAIL() << "never published";
    };
    std::thread other([&] { publish(*second, two); });
    publish(*first, one);
    other.join();
    ASSERT_EQ(
        Rows(),
        fmt::format(R"({{"game_date":"2021-10-19","x{0}":{0}}} {{"game_date":"2021-10-20","x{0}":{0}}})",
                    round));
    ASSERT_EQ(StoredCells().cells().size(), 2u);
  }
}

TEST_F(DuckDbWarehouseTest, RemovesRowsAndCells) {
  auto bench = std::move(*warehouse_->Open());
  ASSERT_TRUE(bench->Publish(Batch(*bench, "2021-10-19", "1 AS x"))->anew);
  ASSERT_TRUE(bench->Publish(Batch(*bench, "2021-10-20", "2 AS x", false)));
  ASSERT_TRUE(bench->Remove({{"summary", "game_date", {D("2021-10-19").days}}}));
  EXPECT_EQ(Rows(), R"({"game_date":"2021-10-20","x":2})");
  EXPECT_EQ(StoredCells().cells().size(), 1u);
}

TEST_F(DuckDbWarehouseTest, OnlyAYoungFileKeepsItsSmallRowGroups) {
  auto bench = std::move(*warehouse_->Open());
  for (int run = 1; run <= 8; ++run) {
    ASSERT_TRUE(bench->Publish(Batch(*bench, fmt::format("2021-10-{}", 18 + run), "1 AS x", run == 1)));
    ASSERT_TRUE(ledger::StartRun(*connection_, "backfill"));
    ASSERT_TRUE(warehouse_->ShareAmong(0));  // as at the end of each fill
    bench.reset();
    TearDown();
    SetUp();
    bench = std::move(*warehouse_->Open());
    auto groups = connection_->Query(
        "SELECT count(DISTINCT row_group_id), (SELECT count(*) FROM summary) FROM "
        "pragma_storage_info('wh.summary')");
    ASSERT_TRUE(groups) << groups.error().message;
    EXPECT_EQ(groups->Int(0, 1), run);
    EXPECT_EQ(groups->Int(0, 0), run < 6 ? run : 1) << "after run " << run;
  }
}

TEST_F(DuckDbWarehouseTest, APlaceOnAConnectionSeesItsTransaction) {
  Transaction open = std::move(*Transaction::Begin(*connection_));
  ASSERT_TRUE(connection_->Execute("CREATE TABLE main.seen (x INTEGER)"));
  EXPECT_TRUE(*warehouse_->OpenOn(*connection_)->Describe("seen"));
  EXPECT_FALSE(*(*warehouse_->Open())->Describe("seen"));
}

}  // namespace
}  // namespace backcourt::testing
