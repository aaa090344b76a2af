#include "run/batch_filler.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <thread>

#include "tests/kit/fake_warehouse.h"
#include "tests/kit/toy_project.h"

namespace backcourt::testing {
namespace {

// The chain of toy_project.h, filled by the runner into a fake warehouse.
struct Fills {
  struct Clock : RunClock {
    double now = 0;
    double Now() override { return now; }
    void Sleep(double seconds) override { now += seconds; }
    double Jitter() override { return 0.5; }
  };

  struct Proof : TextProof {
    std::optional<Error> wrong;
    bool asks = false;
    std::vector<std::string> alone;  // of batches with a date that was filled before: model, date, rows made
    bool Asks(const BatchWork&) override { return asks; }
    Result<> Prove(Workbench&, const BatchWork& work, const std::string&,
                   const std::vector<PartitionDigest>& made, const PartitionDigest* before) override {
      if (before)
        alone.push_back(
            fmt::format("{} {} {}", work.model->name, Date{before->partition}.Str(), made.size()));
      if (wrong && work.model->name == "summary") return *wrong;
      return {};
    }
  };

  Project project = ChainProject();
  Calendar calendar = FiveDates();
  Cells cells = RawCells(calendar);
  std::mutex mutex;
  Clock clock;
  Proof proof;
  RunObserver observer;
  std::unique_ptr<FakeWarehouse> warehouse;
  std::unique_ptr<WarehouseFiller> filler;
  std::unique_ptr<Runner> runner;

  Fills() {
    for (Model& model : project.models)
      model.body = "SELECT the " + model.name;
    warehouse = std::make_unique<FakeWarehouse>(project);
  }
  RunReport Run(RunOptions options = {.parallel = 1}) {
    warehouse->Forget();
    Selection selection;
    for (size_t i = 0; i < calendar.dates().size(); ++i)
      selection.dates.push_back(int(i));
    Plan plan = MakePlan(project, calendar, cells, selection, {});
    filler = std::move(
        *WarehouseFiller::Make(*warehouse, project, calendar, cells, mutex, proof, 1, options.parallel));
    runner = std::make_unique<Runner>(project, calendar, cells, mutex, *filler, observer, clock, options);
    return runner->Run(plan);
  }
  // Fills two dates of the summary alone.
  Result<FilledBatch> FillSummary() {
    filler = std::move(*WarehouseFiller::Make(*warehouse, project, calendar, cells, mutex, proof, 1, 1));
    BatchWork work{project.FindModel("summary"), {{0, {}, "", {}}, {1, {}, "", {}}}, 1};
    return filler->Fill(work, 0);
  }
};

std::vector<std::string> Steps() {
  return {"stage summary", "digest summary", "query summary", "publish summary", "commit summary"};
}

TEST(BatchFiller, ComputesAndChecksAsideBeforeItPublishes) {
  Fills fills;
  ASSERT_TRUE(fills.FillSummary());
  EXPECT_EQ(fills.warehouse->effects(), Steps());
  EXPECT_EQ(fills.warehouse->tables["summary"],
            (FakeRows{{D("2021-10-19").days, "1"}, {D("2021-10-20").days, "1"}}));
  EXPECT_EQ(fills.warehouse->cells["summary"].cells().size(), 2u);
}

TEST(BatchFiller, AFailureInAnyStepChangesNothing) {
  for (const std::string& failing : Steps()) {
    Fills fills;
    ASSERT_TRUE(fills.FillSummary());
    auto tables = fills.warehouse->tables;
    fills.warehouse->compute = [](auto&, const std::vector<Date>& dates) {
      return Result<FakeRows>(FakeRows{{dates[0].days, "2"}, {dates[1].days, "2"}});
    };
    fills.warehouse->Forget();
    fills.warehouse->fault = [&](const std::string& step, const std::string& table) {
      return step + " " + table == failing ? std::optional(Error{ErrorKind::kCapacity, "disk full", ""})
                                           : std::nullopt;
    };
    auto filled = fills.FillSummary();
    ASSERT_FALSE(filled) << failing;
    EXPECT_EQ(filled.error().message, "disk full");
    EXPECT_EQ(fills.warehouse->effects().back(), "failed " + failing);
    EXPECT_EQ(fills.warehouse->tables, tables) << failing;

    fills.warehouse->fault = nullptr;
    ASSERT_TRUE(fills.FillSummary());
    EXPECT_EQ(fills.warehouse->tables["summary"][1].value, "2");
  }
}

TEST(BatchFiller, RowsThatBreakACheckAreNotPublished) {
  Fills fills;
  fills.project.models[0].checks = {{"points are not negative", "SELECT * FROM this WHERE points < 0"}};
  fills.warehouse->answer = [](const std::string& select) {
    Rows::Column n, bad;
    n.name = "n", bad.name = "bad";
    if (select.find("points < 0") == std::string::npos || select.find("LIMIT") != std::string::npos)
      return Rows::Make({n, bad});
    n.ints = {1}, bad.ints = {2}, n.nulls = bad.nulls = {0};
    return Rows::Make({n, bad});
  };
  auto filled = fills.FillSummary();
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().kind, ErrorKind::kData);
  EXPECT_NE(filled.error().message.find("\"points are not negative\" of summary fails on 2 rows"),
            std::string::npos)
      << filled.error().message;
  EXPECT_TRUE(fills.warehouse->tables.empty());
}

TEST(BatchFiller, InputsArePublishedBeforeWhatReadsThem) {
  Fills fills;
  EXPECT_EQ(fills.Run({.parallel = 2}).filled, 15);
  std::vector<std::string> commits;
  for (const std::string& effect : fills.warehouse->effects())
    if (effect.starts_with("commit")) commits.push_back(effect);
  EXPECT_EQ(commits.front(), "commit summary");
  EXPECT_EQ(commits.back(), "commit features");
  for (const Model& model : fills.project.models) {
    EXPECT_EQ(fills.warehouse->tables[model.name].size(), 5u);
    for (const Cell& cell : fills.warehouse->cells[model.name].cells()) {
      const Cell* known = fills.cells[model.name].Find(cell.partition);
      ASSERT_TRUE(known);
      EXPECT_EQ(cell.digest, known->digest);
      EXPECT_EQ(cell.fingerprint, known->fingerprint);
    }
  }
  EXPECT_EQ(fills.Run().filled, 0);
}

TEST(BatchFiller, ALostCommitIsTriedAgainAndDoublesNothing) {
  Fills fills;
  int lost = 0;
  fills.warehouse->fault = [&](const std::string& step, const std::string& table) -> std::optional<Error> {
    if (step != "commit" || table != "form" || ++lost > 2) return {};
    return Error{ErrorKind::kTransient, "connection lost", ""};
  };
  RunReport report = fills.Run();
  EXPECT_EQ(report.filled, 15);
  EXPECT_EQ(report.failed, 0);
  EXPECT_EQ(lost, 4);  // twice lost, then its two batches
  EXPECT_EQ(fills.warehouse->tables["form"].size(), 5u);
}

TEST(BatchFiller, FailedAndBlockedCellsAreRecordedAndKeepTheirRows) {
  Fills fills;
  ASSERT_EQ(fills.Run().filled, 15);
  fills.cells["raw"].Put(RawCell(D("2021-10-25"), 2));
  fills.warehouse->compute = [](const std::string&, const std::vector<Date>&) {
    return Result<FakeRows>(Error{ErrorKind::kData, "bad value", ""});
  };
  RunReport report = fills.Run();
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(report.blocked, 2);
  const Cell* failed = fills.warehouse->cells["summary"].Find(D("2021-10-25").days);
  EXPECT_EQ(failed->state, CellState::kFailed);
  EXPECT_EQ(failed->reason, ":1: bad value");
  EXPECT_EQ(failed->rows, 1);
  EXPECT_EQ(fills.warehouse->cells["form"].Find(D("2021-11-01").days)->state, CellState::kBlocked);
  EXPECT_EQ(fills.warehouse->tables["summary"].size(), 5u);
}

TEST(BatchFiller, ADateFilledAloneIsComputedAgainWithTheOthersAndNotPublishedTwice) {
  Fills fills;
  fills.proof.asks = true;
  ASSERT_EQ(fills.Run().filled, 15);
  EXPECT_EQ(fills.proof.alone,
            (std::vector<std::string>{"summary 2021-10-20 5", "form 2021-10-20 5", "features 2021-10-20 5"}));
  for (const Model& model : fills.project.models)
    EXPECT_EQ(fills.warehouse->tables[model.name].size(), 5u) << model.name;
}

TEST(BatchFiller, WhatFailsItsProofIsNotPublished) {
  Fills fills;
  fills.proof.wrong = Error{ErrorKind::kProof, "another alone", ""};
  RunReport report = fills.Run();
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(report.filled + report.failed + report.blocked + report.not_tried, 15);
  EXPECT_TRUE(fills.warehouse->tables["summary"].empty());
  ASSERT_FALSE(fills.warehouse->cells["summary"].cells().empty());
  for (const Cell& cell : fills.warehouse->cells["summary"].cells())
    EXPECT_EQ(cell.error_class, "proof");
}

TEST(BatchFiller, CancelEndsWhatRunsAndChangesNothing) {
  Fills fills;
  std::mutex mutex;
  std::condition_variable changed;
  bool staging = false, cancelled = false;
  fills.warehouse->compute = [&](const std::string&, const std::vector<Date>& dates) {
    std::unique_lock lock(mutex);
    staging = true;
    changed.notify_all();
    changed.wait(lock, [&] { return cancelled; });
    return Result<FakeRows>(FakeRows{{dates[0].days, "1"}});
  };
  std::thread operator_thread([&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return staging; });
    fills.runner->Stop(true);
    cancelled = true;
    changed.notify_all();
  });
  RunReport report = fills.Run();
  operator_thread.join();
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.filled, 0);
  EXPECT_EQ(report.not_tried, 15);
  EXPECT_TRUE(fills.warehouse->tables.empty());
  EXPECT_TRUE(fills.warehouse->cells.empty());
}

}  // namespace
}  // namespace backcourt::testing
