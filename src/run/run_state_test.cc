#include "run/run_state.h"

#include <gtest/gtest.h>

#include "run/progress.h"

namespace backcourt {
namespace {

RunStarted TwoTables() {
  RunStarted started;
  started.run = 7;
  started.tables = {{"summary", 10, 5.0, {}}, {"form", 4, 2.0, {"summary"}}};
  return started;
}

CellsFilled Batch(const std::string& table, int64_t cells, int64_t rows, double seconds) {
  CellsFilled filled;
  filled.run = 7;
  filled.table = table;
  filled.cells = cells;
  filled.rows = rows;
  filled.batch_seconds = seconds;
  return filled;
}

TEST(RunState, CountsWhatBecameOfCells) {
  RunState state;
  state.Apply(TwoTables());
  BatchStarted begun;
  begun.table = "summary";
  begun.cells = 6;
  state.Apply(begun);
  EXPECT_EQ(state.Find("summary")->running, 6);
  EXPECT_EQ(state.WaitsFor(*state.Find("form")), std::vector<std::string>{"summary"});
  state.Apply(Batch("summary", 6, 60, 3));
  CellsUnchanged kept;
  kept.table = "summary";
  kept.cells = 3;
  state.Apply(kept);
  CellFailed failed;
  failed.table = "summary";
  state.Apply(failed);
  const TableState& summary = *state.Find("summary");
  EXPECT_EQ(summary.done, 6);
  EXPECT_EQ(summary.kept, 3);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.rows, 60);
  EXPECT_EQ(summary.running, 0);
  EXPECT_EQ(summary.finished(), summary.total);
  EXPECT_TRUE(state.WaitsFor(*state.Find("form")).empty());
}

TEST(RunState, TellsTheTimeLeftFromHistoryThenFromItsOwnBatches) {
  RunState state;
  state.Apply(TwoTables());
  EXPECT_DOUBLE_EQ(state.Eta(), 5.0);  // the longest table, which is more than half of the sum
  state.Apply(Batch("summary", 5, 50, 5));
  EXPECT_DOUBLE_EQ(state.Find("summary")->SecondsLeft(), 5.0);  // one second a cell, five left
  state.Apply(Batch("summary", 5, 50, 5));
  EXPECT_DOUBLE_EQ(state.Find("summary")->SecondsLeft(), 0);
  EXPECT_DOUBLE_EQ(state.Eta(), 2.0);
}

TEST(Progress, SendsTheEventsOfARunInTheirOrder) {
  Project project;
  Model model;
  model.name = "form";
  std::vector<RunEvent> events;
  Progress progress(project, Plan{}, 7, [&](const RunEvent& event) { events.push_back(event); });
  progress.Retrying(model, Error{ErrorKind::kTransient, "the connection was lost", ""}, 2, 0.5);
  Cell cell;
  cell.partition = 18919;
  cell.rows = 4;
  progress.BatchFilled(model, {cell}, 0.25);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(std::get<RunStarted>(events[0]).run, 7);
  const BatchRetry& retrying = std::get<BatchRetry>(events[1]);
  EXPECT_EQ(retrying.table, "form");
  EXPECT_EQ(retrying.attempt, 2);
  EXPECT_EQ(retrying.pause_seconds, 0.5);
  EXPECT_EQ(retrying.message, "the connection was lost");
  const CellsFilled& filled = std::get<CellsFilled>(events[2]);
  EXPECT_EQ(filled.first_date.Str(), "2021-10-19");
  EXPECT_EQ(filled.rows, 4);
  EXPECT_GE(filled.seconds, retrying.seconds);
}

}  // namespace
}  // namespace backcourt
