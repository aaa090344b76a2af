#include "run/run_state.h"

#include <gtest/gtest.h>

#include "plan/pace.h"
#include "run/progress.h"

namespace backcourt {
namespace {

RunStarted TwoTables() {
  RunStarted started;
  started.run = 7;
  started.workers = 2;
  started.tables = {{"summary", 10, 2, 0, 5.0, 0.5, true, {}}, {"form", 4, 1, 0, 2.0, 0, true, {"summary"}}};
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

TEST(RunState, TheTimeLeftFollowsThePathThatIsLongest) {
  RunState state;
  state.Apply(TwoTables());
  EXPECT_DOUBLE_EQ(*state.Eta(0), 2.5 + 2.0);  // two batches of summary side by side, then form
  EXPECT_DOUBLE_EQ(*state.SecondsLeft(*state.Find("summary"), 0), 5.0);
  RunStarted alone = TwoTables();
  alone.workers = 1;
  RunState one;
  one.Apply(alone);
  EXPECT_DOUBLE_EQ(*one.Eta(0), 7.0);
}

TEST(RunState, TheTimeLeftFollowsWhatIsMeasured) {
  RunState state;
  state.Apply(TwoTables());
  state.Apply(Batch("summary", 5, 50, 5));  // twice as long as expected
  EXPECT_GT(*state.SecondsLeft(*state.Find("summary"), 0), 4.0);
  EXPECT_GT(*state.SecondsLeft(*state.Find("form"), 0), 3.0);  // a slow machine is slow for all
  state.Apply(Batch("summary", 5, 50, 5));
  EXPECT_DOUBLE_EQ(*state.SecondsLeft(*state.Find("summary"), 0), 0);
}

TEST(RunState, NoTimeIsShownForATableOfWhichNothingIsKnown) {
  RunStarted started = TwoTables();
  started.tables[1].expected_seconds = 0;
  RunState state;
  state.Apply(started);
  EXPECT_FALSE(state.Eta(0));
  CellsBlocked blocked;
  blocked.table = "form";
  blocked.cells = 4;
  state.Apply(blocked);
  EXPECT_TRUE(state.Eta(0));
}

TEST(RunState, OfCellsThatMayChangeThoseAreExpectedThatWereFilledSoFar) {
  RunStarted started = TwoTables();
  started.tables[0].may_change = 10, started.tables[1].may_change = 4;
  RunState state;
  state.Apply(started);
  CellsUnchanged kept;
  kept.table = "summary";
  kept.cells = 10;
  state.Apply(kept);
  EXPECT_DOUBLE_EQ(*state.Eta(0), 0);
}

TEST(Pace, IsAPartOfEveryBatchAndAPartOfEveryDate) {
  Pace pace = PaceOf({{1, 0.2, 100}, {200, 2.19, 20000}});
  EXPECT_NEAR(pace.seconds_a_date, 0.01, 1e-9);
  EXPECT_NEAR(pace.seconds_a_batch, 0.19, 1e-9);
  EXPECT_NEAR(pace.Of(3, 100), 1.57, 1e-9);
  EXPECT_DOUBLE_EQ(pace.rows_a_date, 100);
  EXPECT_NEAR(PaceOf({{2, 0.3, 10}}).Of(1, 2), 0.3, 1e-9);
}

TEST(Pace, OfAModelThatHasNeverRunFollowsFromItsCost) {
  Project project;
  for (auto [name, cost] : {std::pair("fast", 2), std::pair("slow", 8), std::pair("own", 0)}) {
    Model& model = project.models.emplace_back();
    model.name = name;
    model.cost = cost;
  }
  std::map<std::string, Pace> none = PaceOfAll(project, {});
  EXPECT_FALSE(none["slow"].from_history);
  EXPECT_DOUBLE_EQ(none["own"].seconds_a_date, 0.005);
  Pace measured{0.5, 0.006, 10, true, true};
  std::map<std::string, Pace> some = PaceOfAll(project, {{"fast", measured}});
  EXPECT_TRUE(some["slow"].from_history);
  EXPECT_DOUBLE_EQ(some["slow"].seconds_a_date, 0.024);
  EXPECT_DOUBLE_EQ(some["slow"].seconds_a_batch, 0.5);
  // Of one date alone it is not known what a date costs.
  Pace one_date = PaceOf({{1, 0.3, 100}});
  std::map<std::string, Pace> both = PaceOfAll(project, {{"fast", measured}, {"slow", one_date}});
  EXPECT_DOUBLE_EQ(both["slow"].seconds_a_date, 0.024);
  EXPECT_FALSE(both["slow"].of_dates);
}

TEST(Progress, SendsTheEventsOfARunInTheirOrder) {
  Project project;
  Model model;
  model.name = "form";
  std::vector<RunEvent> events;
  Progress progress(project, Plan{}, 7, 2, [&](const RunEvent& event) { events.push_back(event); });
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
