#include <gtest/gtest.h>

#include "plan/planner.h"
#include "tests/kit/toy_project.h"

namespace backcourt::testing {
namespace {

std::vector<CellState> StatesOf(const Project& project, const Calendar& calendar, const Cells& cells,
                                const std::string& table) {
  return JudgeAll(project, calendar, cells).at(table);
}

// Whether a change of the raw cell of `changed` makes the cell of `date` stale.
bool Stales(const std::string& window, const std::string& date, const std::string& changed) {
  Project project;
  project.raw_tables = {MakeRaw("raw")};
  project.boxes = {"raw"};
  project.models = {MakeModel("model", {{"raw", {W(window)}}})};
  Calendar calendar = FiveDates();
  Cells cells;
  for (Date day = D("2021-09-01"); day <= D("2021-12-31"); day = day + 1)
    cells["raw"].Put(RawCell(day));
  FillAll(project, calendar, cells);
  cells["raw"].Put(RawCell(D(changed), 2));
  return StatesOf(project, calendar, cells, "model")[size_t(calendar.Find(D(date)))] == CellState::kStale;
}

struct WindowEdge {
  const char* window;
  const char* date;
  const char* inside;
  const char* outside;
};

class WindowEdges : public ::testing::TestWithParam<WindowEdge> {};

TEST_P(WindowEdges, JustInsideStalesJustOutsideDoesNot) {
  const WindowEdge& edge = GetParam();
  EXPECT_TRUE(Stales(edge.window, edge.date, edge.inside)) << edge.window << " " << edge.inside;
  EXPECT_FALSE(Stales(edge.window, edge.date, edge.outside)) << edge.window << " " << edge.outside;
}

INSTANTIATE_TEST_SUITE_P(
    EveryKind, WindowEdges,
    ::testing::Values(WindowEdge{"same date", "2021-10-22", "2021-10-22", "2021-10-21"},
                      WindowEdge{"same date", "2021-10-22", "2021-10-22", "2021-10-23"},
                      WindowEdge{"season before", "2021-10-25", "2021-10-24", "2021-10-25"},
                      WindowEdge{"season before", "2021-10-25", "2021-10-19", "2021-10-18"},
                      WindowEdge{"30 days before", "2021-11-01", "2021-10-31", "2021-11-01"},
                      WindowEdge{"30 days before", "2021-11-01", "2021-10-02", "2021-10-01"},
                      WindowEdge{"1 games before", "2021-10-25", "2021-10-20", "2021-10-19"},
                      WindowEdge{"1 games before", "2021-10-25", "2021-10-24", "2021-10-25"},
                      WindowEdge{"season ahead", "2021-10-22", "2021-10-23", "2021-10-22"},
                      WindowEdge{"season ahead", "2021-10-22", "2021-11-01", "2021-11-02"}));

TEST(Judge, FindsFreshStaleAndWhatMayChange) {
  Project project = ChainProject();
  Calendar calendar = FiveDates();
  Cells cells = RawCells(calendar);
  EXPECT_EQ(StatesOf(project, calendar, cells, "form")[3], CellState::kMissing);
  FillAll(project, calendar, cells);
  for (const char* table : {"summary", "form", "features"})
    for (CellState state : StatesOf(project, calendar, cells, table))
      EXPECT_EQ(state, CellState::kFresh);

  cells["raw"].Put(RawCell(D("2021-10-22"), 2));
  EXPECT_EQ(StatesOf(project, calendar, cells, "summary"),
            (std::vector{CellState::kFresh, CellState::kFresh, CellState::kStale, CellState::kFresh,
                         CellState::kFresh}));
  EXPECT_EQ(StatesOf(project, calendar, cells, "form"),
            (std::vector{CellState::kFresh, CellState::kFresh, CellState::kFresh, CellState::kMayChange,
                         CellState::kMayChange}));
  EXPECT_EQ(StatesOf(project, calendar, cells, "features"), StatesOf(project, calendar, cells, "form"));
}

TEST(Judge, EmptyCellsOfPastDatesWithoutResultsWait) {
  Project project = ChainProject();
  project.results = "raw";
  Game past = MakeGame("G1", "2021-10-19", "AAA", "BBB", false),
       ahead = MakeGame("G2", "2021-10-22", "AAA", "BBB", false);
  Calendar calendar = Calendar::Build({past, ahead}, D("2021-10-20"));
  Cells cells = RawCells(calendar);
  FillAll(project, calendar, cells);
  for (const char* table : {"summary", "form"})
    for (const GameDate& date : calendar.dates()) {
      Cell cell = *cells[table].Find(date.date.days);
      cell.state = CellState::kEmpty;
      cells[table].Put(cell);
    }
  EXPECT_EQ(StatesOf(project, calendar, cells, "summary"),
            (std::vector{CellState::kWaiting, CellState::kEmpty}));
  // What only looks back does not wait for the results of its date.
  EXPECT_EQ(StatesOf(project, calendar, cells, "form"), (std::vector{CellState::kEmpty, CellState::kEmpty}));
  EXPECT_TRUE(Settled(CellState::kWaiting));
}

// The dates of a season of which the first two are played, and the project's cells, filled up to a date.
struct RunningSeason {
  explicit RunningSeason(int played, Date today = D("2021-01-01")) {
    std::vector<Game> games;
    for (int day = 19; day <= 26; ++day)
      games.push_back(MakeGame("G" + std::to_string(day), "2021-10-" + std::to_string(day), "AAA", "BBB",
                               day < 19 + played));
    calendar = Calendar::Build(games, today);
    cells = RawCells(calendar);
  }
  std::vector<int> Todo(const std::string& table) {
    Selection selection;
    for (int i = 0; i < int(calendar.dates().size()); ++i)
      selection.dates.push_back(i);
    std::vector<int> todo;
    plan = MakePlan(project, calendar, cells, selection, {});
    for (const Batch& batch : plan.batches)
      if (batch.model == table) todo.insert(todo.end(), batch.dates.begin(), batch.dates.end());
    std::sort(todo.begin(), todo.end());
    return todo;
  }
  Project project = ChainProject();
  Calendar calendar;
  Cells cells;
  Plan plan;
};

TEST(Horizon, TheNextDateThatIsNotOverAndTheOneAfterAreDue) {
  RunningSeason season(2);
  EXPECT_EQ(season.calendar.horizon(), 4);
  EXPECT_EQ(season.Todo("form"), (std::vector{0, 1, 2, 3}));
  EXPECT_EQ(season.plan.not_due, 3 * 4);
  EXPECT_EQ(StatesOf(season.project, season.calendar, season.cells, "form")[4], CellState::kNotDue);
  season.calendar.MakeAllDue();
  EXPECT_EQ(season.Todo("form").size(), 8u);
  EXPECT_EQ(season.plan.not_due, 0);
  EXPECT_EQ(RunningSeason(8).calendar.horizon(), 8);
  EXPECT_EQ(RunningSeason(0).calendar.horizon(), 2);
}

TEST(Horizon, ADateThatIsPlayedInPartIsNotOver) {
  Calendar calendar = Calendar::Build(
      {MakeGame("G1", "2021-10-19", "AAA", "BBB", false), MakeGame("G2", "2021-10-20", "AAA", "BBB"),
       MakeGame("G3", "2021-10-20", "CCC", "DDD", false), MakeGame("G4", "2021-10-21", "AAA", "BBB", false),
       MakeGame("G5", "2021-10-22", "AAA", "BBB", false)},
      D("2021-01-01"));
  EXPECT_EQ(calendar.horizon(), 3) << "the first date without a result is over: it lies behind one with some";
}

TEST(Horizon, WhatIsPlayedTodayIsDueThoughResultsAreLate) {
  EXPECT_EQ(RunningSeason(2, D("2021-10-24")).calendar.horizon(), 7);
  EXPECT_EQ(RunningSeason(2, D("2021-10-27")).calendar.horizon(), 4)
      << "of a season of which no date is to come";
}

TEST(Horizon, WhatLiesBehindItStaysWhileItIsTrue) {
  RunningSeason season(2);
  season.calendar.MakeAllDue();
  FillAll(season.project, season.calendar, season.cells);
  season.calendar = RunningSeason(2).calendar;
  EXPECT_EQ(season.Todo("features"), std::vector<int>{});
  EXPECT_TRUE(TakeRetired(season.project, season.calendar, season.cells).empty());
  EXPECT_EQ(StatesOf(season.project, season.calendar, season.cells, "features")[7], CellState::kFresh);
  season.cells["raw"].Put(RawCell(D("2021-10-22"), 2));
  EXPECT_EQ(season.Todo("form"), std::vector<int>{})
      << "of which only what lies behind reads the changed date";
  auto retired = TakeRetired(season.project, season.calendar, season.cells);
  EXPECT_EQ(retired["form"].size() + retired["features"].size(), 2 * 4u);
  EXPECT_EQ(retired.count("summary"), 0u);
  EXPECT_EQ(StatesOf(season.project, season.calendar, season.cells, "features")[7], CellState::kNotDue);
}

TEST(Judge, AnEditedModelStalesItselfAndWhatReadsIt) {
  Project project = ChainProject();
  Calendar calendar = FiveDates();
  Cells cells = RawCells(calendar);
  FillAll(project, calendar, cells);
  project.models[1].identity = Hasher().Add("form, edited").Finish();
  EXPECT_EQ(StatesOf(project, calendar, cells, "summary")[4], CellState::kFresh);
  EXPECT_EQ(StatesOf(project, calendar, cells, "form")[0], CellState::kStale);
  EXPECT_EQ(StatesOf(project, calendar, cells, "features")[0], CellState::kMayChange);
}

TEST(Fingerprint, AnEmptyCellCountsAsNoCell) {
  Project project = ChainProject();
  Calendar calendar = FiveDates();
  Cells cells = RawCells(calendar);
  Digest before = Fingerprint(project.models[1], calendar, 4, cells, {}, "");
  Cell empty;
  empty.partition = D("2021-10-20").days;
  empty.state = CellState::kEmpty;
  cells["summary"].Put(empty);
  EXPECT_EQ(Fingerprint(project.models[1], calendar, 4, cells, {}, ""), before);
}

TEST(Fingerprint, SwappedDatesDiffer) {
  CellSeries one, other;
  Cell a = RawCell(D("2021-10-19")), b = RawCell(D("2021-10-20"));
  one.Put(a), one.Put(b);
  std::swap(a.digest, b.digest);
  other.Put(a), other.Put(b);
  EXPECT_NE(one.Sum(a.partition, b.partition), other.Sum(a.partition, b.partition));
}

TEST(MissingGames, AreThoseInItsWindowsAndOfItsInputs) {
  Project project = ChainProject();
  Game missing = MakeGame("G2", "2021-10-20", "CCC", "DDD");
  missing.lacks = {"raw"};
  Calendar calendar = Calendar::Build(
      {MakeGame("G1", "2021-10-19", "AAA", "BBB"), missing, MakeGame("G3", "2021-10-22", "AAA", "CCC")});
  MissingGames games(project, calendar);
  const auto& [summary, form, features] = std::tie(project.models[0], project.models[1], project.models[2]);
  EXPECT_EQ(games.Of(summary, 1), std::vector<std::string>{"G2"});
  EXPECT_TRUE(games.Of(summary, 2).empty());
  EXPECT_TRUE(games.Of(form, 1).empty());
  EXPECT_TRUE(games.Of(features, 1).empty());
  EXPECT_EQ(games.Of(form, 2), std::vector<std::string>{"G2"});
  EXPECT_EQ(games.Of(features, 2), std::vector<std::string>{"G2"});
}

Selection All(const Calendar& calendar) {
  Selection selection;
  for (size_t i = 0; i < calendar.dates().size(); ++i)
    selection.dates.push_back(int(i));
  return selection;
}

TEST(Plan, BeginsWithACanaryThatHasRows) {
  Project project = ChainProject();
  Calendar calendar = FiveDates();
  Plan plan = MakePlan(project, calendar, RawCells(calendar), All(calendar), {});
  ASSERT_EQ(plan.batches.size(), 6u);
  for (size_t i = 0; i < 6; i += 2) {
    EXPECT_TRUE(plan.batches[i].canary);
    EXPECT_EQ(plan.batches[i].dates, std::vector<int>{1});  // behind a date that was played
    EXPECT_EQ(plan.batches[i + 1].dates, (std::vector{0, 2, 3, 4}));
  }
}

TEST(Plan, TakesInputsOfWhatIsSelected) {
  Project project = ChainProject();
  Calendar calendar = FiveDates();
  Selection selection;
  selection.tables = {"form"};
  selection.dates = {2};
  Plan plan = MakePlan(project, calendar, RawCells(calendar), selection, {});
  EXPECT_EQ(plan.states.at("summary").size(), 2u);  // the dates before
  EXPECT_EQ(plan.states.at("form").size(), 1u);
  EXPECT_FALSE(plan.states.contains("features"));
  selection.upstream = false;
  EXPECT_FALSE(MakePlan(project, calendar, RawCells(calendar), selection, {}).states.contains("summary"));
}

TEST(Plan, CutsBatchesByPaceAndSeason) {
  Project project = ChainProject();
  std::vector<Game> games;
  for (int i = 0; i < 20; ++i) {
    Game game = MakeGame("G" + std::to_string(i), (D("2021-11-01") + i).Str(), "AAA", "BBB", true,
                         i < 12 ? "2020-21" : "2021-22");
    games.push_back(game);
  }
  Calendar calendar = Calendar::Build(games);
  PlanOptions options;
  options.target_seconds = 5;
  options.pace["summary"] = {0, 1.0, 10, true, true};
  Plan plan = MakePlan(project, calendar, RawCells(calendar), All(calendar), options);
  for (const Batch& batch : plan.batches) {
    if (batch.model == "summary") {
      EXPECT_LE(batch.dates.size(), 5u);
    }
    for (int date : batch.dates)
      EXPECT_EQ(calendar.dates()[size_t(date)].season, calendar.dates()[size_t(batch.dates[0])].season);
  }
}

TEST(Plan, NothingToDoIsNoBatch) {
  Project project = ChainProject();
  Calendar calendar = FiveDates();
  Cells cells = RawCells(calendar);
  FillAll(project, calendar, cells);
  EXPECT_TRUE(MakePlan(project, calendar, cells, All(calendar), {}).batches.empty());
  Selection forced = All(calendar);
  forced.force = true;
  forced.tables = {"form"};
  EXPECT_EQ(MakePlan(project, calendar, cells, forced, {}).cells(), 5);
}

}  // namespace
}  // namespace backcourt::testing
