// What a lake was measured to take for statements and publications decides how long the batches of the next
// plan are. No server answers here: a plan asks the ledger alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "ledger/runs.h"
#include "operations/registry.h"
#include "tests/kit/toy_folder.h"
#include "warehouse/spark/lake.h"
#include "warehouse/spark/spark_warehouse.h"

namespace backcourt {
namespace {

class BatchCostsOfALake : public ::testing::Test {
 protected:
  // The toy's raw rows are loaded, and a date of player_games has taken 1 s in the history.
  void SetUp() override {
    Workspace workspace(folder_.Load(), "test");
    auto loaded = Load(workspace, {}, cancel_, {});
    ASSERT_TRUE(loaded) << loaded.error().Text();
    auto ledger = (*workspace.Open())->Connect();
    for (int dates : {1, 20})
      ASSERT_TRUE(ledger::WriteBatch(**ledger, 1,
                                     {.model = "player_games", .cells = dates, .seconds = double(dates)}));
    folder_.Replace("backcourt.toml", "[warehouse]",
                    "[warehouse]\nengine = \"spark\"\nuri = \"sc://127.0.0.1:1\"\ndatabase = \"toy\"");
  }
  // Publications that took so long, as the lake of one process notes them.
  void Measure(int publications, const BatchCosts& measured) {
    Workspace workspace(folder_.Load(), "test");
    auto opened = workspace.Open();
    ASSERT_TRUE(opened) << opened.error().Text();
    auto ledger = (*opened)->Connect();
    Lake lake(*workspace.project().spark, {}, (*opened)->costs());
    for (int i = 0; i < publications; ++i)
      ASSERT_TRUE(lake.Learn(**ledger, measured));
  }
  // The dates of each batch of player_games in the plan of a new process, without the one that proves the
  // text.
  std::vector<size_t> Batches() {
    Workspace workspace(folder_.Load(), "test");
    auto planned = MakePlanReport(workspace, {}, cancel_);
    EXPECT_TRUE(planned) << planned.error().Text();
    std::vector<size_t> sizes;
    for (const SavedBatch& batch : planned->plan.batches)
      if (batch.table == "player_games" && !batch.canary) sizes.push_back(batch.cells.size());
    return sizes;
  }

  testing::ToyFolder folder_;
  Cancel cancel_;
};

TEST_F(BatchCostsOfALake, WhatWasMeasuredSizesTheBatchesOfTheNextPlan) {
  EXPECT_EQ(Batches(), std::vector<size_t>{5});  // 50 s by what is taken for granted
  Measure(40, {0.001, 0.01});
  EXPECT_EQ(Batches(), (std::vector<size_t>{2, 2, 1}));  // the least is 2 s
  Measure(1, {0.001, 0.71});                             // a fifth of it counts: 3.2 s
  EXPECT_EQ(Batches(), (std::vector<size_t>{3, 2}));
  Measure(40, {0.001, 0.25});  // 5.2 s
  EXPECT_EQ(Batches(), std::vector<size_t>{5});
  Measure(40, {0.02, 0.01});  // 4.2 s: a batch is about ten statements
  EXPECT_EQ(Batches(), (std::vector<size_t>{4, 1}));
}

TEST_F(BatchCostsOfALake, TheMeanOfALakeOutlivesItsProcess) {
  auto costs = [&] {
    Workspace workspace(folder_.Load(), "test");
    return (*workspace.Open())->costs();
  };
  EXPECT_EQ(costs().statement, 0.05);
  EXPECT_EQ(costs().publication, 2);
  Measure(1, {0.15, 7});
  EXPECT_NEAR(costs().statement, 0.07, 1e-12);
  EXPECT_NEAR(costs().publication, 3, 1e-12);
  Measure(1, {0.07, 8});  // goes on from there
  EXPECT_NEAR(costs().statement, 0.07, 1e-12);
  EXPECT_NEAR(costs().publication, 4, 1e-12);
}

}  // namespace
}  // namespace backcourt
