// Every verb in this process, on the toy project: no command line, no subprocess.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include "operations/registry.h"
#include "tests/kit/toy_folder.h"

namespace backcourt {
namespace {

class Operations : public ::testing::Test {
 protected:
  template <typename Report>
  Report Must(Result<Report> result) {
    EXPECT_TRUE(result) << result.error().Text();
    return result ? std::move(*result) : Report{};
  }
  void FillAll() { Must(Backfill(workspace_, {}, cancel_, {})); }

  testing::ToyFolder folder_;
  Workspace workspace_{folder_.Load(), "test"};
  Cancel cancel_;
};

TEST_F(Operations, LoadPlanBackfillStatus) {
  LoadAnswer loaded = Must(Load(workspace_, {}, cancel_, {}));
  EXPECT_EQ(loaded.load.files.size(), 3u);
  EXPECT_EQ(loaded.load.changed_cells, 17);
  PlanReport plan = Must(MakePlanReport(workspace_, {}, cancel_));
  EXPECT_EQ(plan.plan.cells, 18);
  EXPECT_EQ(plan.plan.counts, (std::map<std::string, int64_t>{{"missing", 18}}));
  std::vector<std::string> events;
  BackfillReport filled = Must(Backfill(workspace_, {.no_load = true}, cancel_, [&](const Event& event) {
    events.push_back(EventToJson(event)["event"]);
  }));
  EXPECT_EQ(filled.outcome, "done");
  EXPECT_EQ(filled.filled, 18);
  EXPECT_EQ(filled.rows, 42);
  ASSERT_GE(events.size(), 3u);
  EXPECT_EQ(events[0], "chosen");
  EXPECT_EQ(events[1], "started");
  StatusReport status = Must(Status(workspace_, {}, cancel_));
  ASSERT_EQ(status.seasons.size(), 1u);
  for (const TableStatus& table : status.seasons[0].tables)
    EXPECT_EQ(table.done, table.total) << table.table;
  EXPECT_TRUE(status.activities.empty());
  EXPECT_EQ(status.next_command, "");
  BackfillReport again = Must(Backfill(workspace_, {}, cancel_, {}));
  EXPECT_FALSE(again.run);
}

TEST_F(Operations, DatesWhyRunsDictionaryDoctor) {
  FillAll();
  DatesReport dates = Must(Dates(workspace_, {{"2021-10-19", "2021-10-22", "", ""}, "", ""}, cancel_));
  EXPECT_EQ(dates.calendar_days, 4);
  EXPECT_EQ(dates.game_dates.size(), 3u);
  EXPECT_EQ(dates.off_days, std::vector<Date>{*Date::Parse("2021-10-21")});
  WhyReport why = Must(Why(workspace_, {"player_form", "2021-10-25"}, cancel_));
  ASSERT_GE(why.size(), 2u);
  EXPECT_EQ(why.front().table, "player_form");
  EXPECT_EQ(why.back().state, "loaded");
  EXPECT_FALSE(Why(workspace_, {"player_form", "2021-10-21"}, cancel_));  // an off-day
  RunsReport runs = Must(Runs(workspace_, {}, cancel_));
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].outcome, "done");
  RunsReport one = Must(Runs(workspace_, {"2", false}, cancel_));
  ASSERT_TRUE(one[0].tables);
  EXPECT_EQ(one[0].tables->size(), 3u);
  EXPECT_EQ(Must(Dictionary(workspace_, {}, cancel_)).tables.size(), 6u);
  bool error = false;
  for (const Finding& finding : Must(Doctor(workspace_, {}, cancel_)))
    error = error || finding.level == "error";
  EXPECT_FALSE(error);
}

TEST_F(Operations, CellsOfEveryTableInOnePass) {
  CellsReport none = Must(ListCells(workspace_, {}, cancel_));
  EXPECT_TRUE(none.dates.empty());
  FillAll();
  CellsReport cells = Must(ListCells(workspace_, {}, cancel_));
  ASSERT_EQ(cells.dates.size(), 6u);
  EXPECT_EQ(cells.dates[2].games, 2);
  std::map<std::string, std::string> states;
  for (const TableCells& table : cells.tables)
    states[table.table] = table.states;
  // No text has five dates with rows: each has passed on all that there are. The last date has no result.
  EXPECT_EQ(states, (std::map<std::string, std::string>{{"raw_box", "fffffw"},
                                                        {"raw_results", "fffffw"},
                                                        {"raw_schedule", "ffffff"},
                                                        {"player_games", "fffffe"},
                                                        {"player_form", "efffff"},
                                                        {"recent_form", "efffef"}}));
  folder_.Replace("data/box_2021-22.csv", "G1,AAA,1,30", "G1,AAA,1,29");
  Must(Load(workspace_, {}, cancel_, {}));
  cells = Must(ListCells(workspace_, {.tables = {"player_form"}}, cancel_));
  ASSERT_EQ(cells.tables.size(), 1u);
  EXPECT_EQ(cells.tables[0].states, "eccccc");
  ASSERT_EQ(cells.tables[0].causes.size(), 6u);
  EXPECT_EQ(cells.reasons.at(size_t(cells.tables[0].causes[1])), "raw_box 2021-10-19 changed in run 3");
  EXPECT_FALSE(ListCells(workspace_, {.tables = {"nothing"}}, cancel_));
}

TEST_F(Operations, ACellShowsWhatItReadsAndWhatWouldFixIt) {
  Must(Load(workspace_, {}, cancel_, {}));
  CellReport cell = Must(ShowCell(workspace_, {"player_form", "2021-10-25"}, cancel_));
  EXPECT_EQ(cell.state, "missing");
  ASSERT_TRUE(cell.fix);
  EXPECT_EQ(cell.fix->command, "backcourt backfill player_form --dates 2021-10-25");
  Must(Backfill(workspace_, Must(FromJson<BackfillRequest>(cell.fix->request)), cancel_, {}));
  cell = Must(ShowCell(workspace_, {"player_form", "2021-10-25"}, cancel_));
  EXPECT_EQ(cell.rows, 4);
  EXPECT_FALSE(cell.fix);
  EXPECT_TRUE(cell.seconds);
  ASSERT_EQ(cell.inputs.size(), 1u);
  EXPECT_EQ(cell.inputs[0].dates, 3);
  EXPECT_EQ(cell.inputs[0].last->Str(), "2021-10-22");
  CellReport raw = Must(ShowCell(workspace_, {"raw_box", "2021-10-19"}, cancel_));
  EXPECT_EQ(raw.state, "fresh");
  EXPECT_EQ(raw.dependants.at(0).table, "player_games");
  EXPECT_EQ(raw.dependants.at(0).dates, 1);
  auto off = ShowCell(workspace_, {"player_form", "2021-10-21"}, cancel_);
  ASSERT_FALSE(off);
  EXPECT_EQ(off.error().hint, "`backcourt cell player_form 2021-10-22`");
}

TEST_F(Operations, FilesGraphAndWhatIsNext) {
  FillAll();
  FilesReport files = Must(ListFiles(workspace_, {}, cancel_));
  ASSERT_EQ(files.feeds.size(), 2u);
  EXPECT_EQ(files.feeds[0].files.at(0).state, "loaded");
  EXPECT_EQ(files.feeds[0].files.at(0).run, 1);
  std::filesystem::remove(folder_ / "data/box_2021-22.csv");
  EXPECT_EQ(Must(ListFiles(workspace_, {{"box"}}, cancel_)).feeds.at(0).files.at(0).state, "gone");
  GraphReport graph = Must(Graph(workspace_, {}, cancel_));
  EXPECT_EQ(graph.tables.front().layer, 0);
  EXPECT_EQ(graph.tables.back().layer, 2);
  StatusReport status = Must(Status(workspace_, {}, cancel_));
  ASSERT_TRUE(status.complete_through);
  EXPECT_EQ(status.complete_through->Str(), "2021-11-01");
  EXPECT_FALSE(status.next_games);
  ASSERT_EQ(status.late.size(), 1u);
  EXPECT_EQ(status.late[0].date.Str(), "2021-11-03");
}

TEST(AcceptText, GoesUnderItsGuard) {
  EXPECT_EQ(WithAccepted("[project]\nname = \"a\"", "cells", "x = \"y\""),
            "[project]\nname = \"a\"\n\n[accepted.cells]\nx = \"y\"\n");
  EXPECT_EQ(WithAccepted("[accepted.cells]\na = \"b\"\n[other]\n", "cells", "x = \"y\""),
            "[accepted.cells]\nx = \"y\"\na = \"b\"\n[other]\n");
  EXPECT_EQ(WithAccepted("", "expected rows", "x = \"y\""), "\n[accepted.\"expected rows\"]\nx = \"y\"\n");
}

TEST(MigrateText, NamesTheWarehouseAndKeepsTheRest) {
  const std::string text =
      "[project]\nname = \"toy\"\n\n[warehouse]\npath = \"a.duckdb\"  # here\nthreads = 2\n";
  SparkPlace place{.uri = "sc://one:1", .database = "nba", .staging = "", .settings = {}};
  const std::string in_spark =
      "[project]\nname = \"toy\"\n\n[warehouse]\npath = \"b.duckdb\"\nengine = \"spark\"\n"
      "uri = \"sc://one:1\"\ndatabase = \"nba\"\nthreads = 2\n";
  EXPECT_EQ(WithWarehouse(text, "b.duckdb", place), in_spark);
  EXPECT_EQ(WithWarehouse(in_spark + "[warehouse.settings]\na = \"1\"\n[data]\n", "a.duckdb", {}),
            "[project]\nname = \"toy\"\n\n[warehouse]\npath = \"a.duckdb\"\nthreads = 2\n[data]\n");
  EXPECT_EQ(WithWarehouse("[project]\n", "a.duckdb", {}), "[project]\n\n[warehouse]\npath = \"a.duckdb\"\n");
}

TEST_F(Operations, MigrateRefusesWhatIsNoMove) {
  FillAll();
  EXPECT_EQ(Migrate(workspace_, {.to = "elsewhere.duckdb"}, cancel_, {}).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(Migrate(workspace_, {.to = "s3://bucket/x"}, cancel_, {}).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(
      Migrate(workspace_, {.to = "sc://127.0.0.1:1", .ledger = workspace_.project().warehouse}, cancel_, {})
          .error()
          .kind,
      ErrorKind::kUsage);
  // Nothing is left of a try that no server answers.
  std::string ledger = workspace_.project().root + "/lake.duckdb";
  EXPECT_FALSE(Migrate(workspace_, {.to = "sc://127.0.0.1:1", .ledger = ledger}, cancel_, {}));
  EXPECT_FALSE(std::filesystem::exists(ledger) || std::filesystem::exists(ledger + ".new"));
  EXPECT_FALSE(Must(Backfill(workspace_, {}, cancel_, {})).run);
}

TEST(CommandLines, AskForTheSame) {
  const Verb& backfill = *FindVerb("backfill");
  EXPECT_EQ(CommandLine(backfill, {{"tables", {"player_form"}}, {"season", "2021-22"}, {"force", true}}),
            "backfill player_form --season 2021-22 --force");
  EXPECT_EQ(CommandLine(backfill, nlohmann::json::object()), "backfill");
  EXPECT_EQ(CommandLine(*FindVerb("query"), {{"sql", "SELECT 'a'"}}), R"(query 'SELECT '\''a'\''')");
}

TEST_F(Operations, ShowQueryExport) {
  FillAll();
  RowsReport shown = Must(Show(workspace_, {.table = "player_games", .date = "2021-10-19"}, cancel_, {}));
  EXPECT_EQ(shown.rows.size(), 2u);
  EXPECT_EQ(shown.columns.front(), "game_id");
  RowsReport rows = Must(Query(workspace_, {"SELECT count(*) AS n FROM player_games", {}}, cancel_, {}));
  EXPECT_EQ(rows.rows[0][0], "12");
  EXPECT_FALSE(Query(workspace_, {"DROP TABLE player_games", {}}, cancel_, {}));
  auto typo = Show(workspace_, {.table = "player_gamess"}, cancel_, {});
  ASSERT_FALSE(typo);
  EXPECT_EQ(typo.error().hint, "player_games");
  testing::Folder beside;
  ExportReport out = Must(Export(workspace_, {beside / "out", {}, true, false}, cancel_, {}));
  EXPECT_EQ(out.tables.at("player_games").rows, 12);
  EXPECT_TRUE(std::filesystem::exists(beside / "out/manifest.json"));
}

TEST_F(Operations, CheckAndVerify) {
  FillAll();
  CheckAnswer check = Must(Check(workspace_, {}, cancel_));
  EXPECT_FALSE(check.check.guards.empty());
  VerifyReport verified = Must(Verify(workspace_, {.all = true}, cancel_, {}));
  EXPECT_EQ(verified.replay.cells, 18);
  EXPECT_TRUE(verified.replay.mismatches.empty());
  EXPECT_TRUE(Must(Stop(workspace_, {}, cancel_)).stopped.empty());
}

TEST_F(Operations, AFailingCheckIsAReportNotAnError) {
  folder_.Replace("models/analytics/player_games.sql", "points < 0", "points > 31");
  folder_.Replace("data/box_2021-22.csv", "G3,AAA,1,31", "G3,AAA,1,35");
  Workspace workspace(folder_.Load(), "test");
  BackfillReport report = Must(Backfill(workspace, {}, cancel_, {}));
  EXPECT_EQ(report.outcome, "failed");
  EXPECT_EQ(report.failed, 1);
  StatusReport status = Must(Status(workspace, {}, cancel_));
  ASSERT_FALSE(status.problems.empty());
  EXPECT_EQ(status.problems[0].state, "failed");
}

// Reading verbs beside a fill see it, and a second writer is refused.
TEST_F(Operations, TwoAtOnceWhereThatIsAllowed) {
  std::promise<void> begun, go_on;
  std::atomic<bool> told{false};
  auto fill = std::async(std::launch::async, [&] {
    return Backfill(workspace_, {}, cancel_, [&](const Event& event) {
      if (!std::holds_alternative<CellsFilled>(event) || told.exchange(true)) return;
      begun.set_value();
      go_on.get_future().wait();
    });
  });
  begun.get_future().wait();
  StatusReport status = Must(Status(workspace_, {}, cancel_));
  ASSERT_EQ(status.activities.size(), 1u);
  EXPECT_EQ(status.activities[0].activity, "backfill");
  ASSERT_TRUE(status.running);
  EXPECT_EQ(status.running->tables.size(), 3u);
  EXPECT_GT(Must(Query(workspace_, {"SELECT 1 AS one", {}}, cancel_, {})).rows.size(), 0u);
  auto second = Backfill(workspace_, {}, cancel_, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::kBusy);
  auto load = Load(workspace_, {}, cancel_, {});
  ASSERT_FALSE(load);
  EXPECT_EQ(load.error().kind, ErrorKind::kBusy);
  go_on.set_value();
  EXPECT_EQ(Must(fill.get()).outcome, "done");
}

TEST_F(Operations, JoiningTakesPartInTheSameBackfillAlone) {
  std::promise<void> begun, go_on;
  std::atomic<bool> told{false};
  BackfillRequest join{.join = true};
  auto none = Backfill(workspace_, join, cancel_, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::kBusy);
  auto fill = std::async(std::launch::async, [&] {
    return Backfill(workspace_, {}, cancel_, [&](const Event& event) {
      if (!std::holds_alternative<RunStarted>(event) || told.exchange(true)) return;
      begun.set_value();
      go_on.get_future().wait();
    });
  });
  begun.get_future().wait();
  BackfillRequest other{.join = true};
  other.selection.tables = {"player_games"};
  EXPECT_FALSE(Backfill(workspace_, other, cancel_, {}));
  std::atomic<int> events{0};
  auto joined = std::async(std::launch::async, [&] {
    return Backfill(workspace_, join, cancel_, [&](const Event&) { ++events; });
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  go_on.set_value();
  BackfillReport mine = Must(fill.get()), same = Must(joined.get());
  EXPECT_EQ(same.run, mine.run);
  EXPECT_EQ(same.filled, 18);
  EXPECT_GT(events, 0);
}

// Runs a long operation in a thread of its own, holds it at an event that
// `at` picks, looks at `status`, stops it from here, and returns how it ended.
template <typename Operation, typename At>
auto StopDuring(Workspace& workspace, const char* verb, Operation operation, At at) {
  std::promise<void> begun, go_on;
  std::atomic<bool> told{false};
  Cancel none;
  auto ended = std::async(std::launch::async, [&] {
    return operation([&](const Event& event) {
      if (!at(event) || told.exchange(true)) return;
      begun.set_value();
      go_on.get_future().wait();
    });
  });
  std::future<void> held = begun.get_future();
  while (held.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready)
    if (ended.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
      ADD_FAILURE() << verb << " ended before it told what it does";
      return ended.get();
    }
  auto status = Status(workspace, {}, none);
  EXPECT_TRUE(status && status->activities.size() == 1 && status->activities[0].activity == verb);
  auto stopped = Stop(workspace, {}, none);
  EXPECT_TRUE(stopped && stopped->stopped == std::vector<std::string>{verb});
  go_on.set_value();
  return ended.get();
}

// A fill, a load, a verification and an export, ended from another thread while they run.
TEST_F(Operations, StopEndsWhateverRuns) {
  auto filled = StopDuring(
      workspace_, "backfill",
      [&](const Events& events) { return Backfill(workspace_, {.parallel = 1}, cancel_, events); },
      [](const Event& event) { return std::holds_alternative<CellsFilled>(event); });
  BackfillReport report = Must(std::move(filled));
  EXPECT_EQ(report.outcome, "stopped");
  EXPECT_GT(report.filled, 0);
  EXPECT_GT(report.not_tried, 0);
  EXPECT_EQ(Must(Backfill(workspace_, {}, cancel_, {})).outcome, "done");  // the rest

  folder_.Replace("data/box_2021-22.csv", "G1,AAA,1,30", "G1,AAA,1,29");
  auto loaded = StopDuring(
      workspace_, "load", [&](const Events& events) { return Load(workspace_, {}, cancel_, events); },
      [](const Event& event) { return std::holds_alternative<LoadStep>(event); });
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().Text(), "interrupted; nothing was loaded");
  EXPECT_EQ(Must(Runs(workspace_, {}, cancel_)).front().outcome, "interrupted");
  EXPECT_EQ(Must(MakePlanReport(workspace_, {}, cancel_)).plan.cells, 0);  // nothing was loaded

  auto verified = StopDuring(
      workspace_, "verify",
      [&](const Events& events) { return Verify(workspace_, {.all = true, .parallel = 1}, cancel_, events); },
      [](const Event& event) { return std::holds_alternative<ReplayProgress>(event); });
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().kind, ErrorKind::kInterrupted) << verified.error().Text();

  testing::Folder beside;
  std::string out = beside / "out";
  auto exported = StopDuring(
      workspace_, "export",
      [&](const Events& events) { return Export(workspace_, {out, {}, false, false}, cancel_, events); },
      [](const Event& event) { return std::holds_alternative<TableExported>(event); });
  ASSERT_FALSE(exported);
  EXPECT_EQ(exported.error().kind, ErrorKind::kInterrupted) << exported.error().Text();
  EXPECT_FALSE(std::filesystem::exists(out + "/manifest.json"));
}

// Its own cancel ends a request, and nobody else's.
TEST_F(Operations, ACancelIsARequestsOwn) {
  FillAll();
  Cancel mine;
  mine.Request();
  auto verify = Verify(workspace_, {.all = true}, mine, {});
  ASSERT_FALSE(verify);
  EXPECT_EQ(verify.error().kind, ErrorKind::kInterrupted) << verify.error().Text();
  EXPECT_EQ(Must(Verify(workspace_, {.all = true}, cancel_, {})).replay.cells, 18);
}

}  // namespace
}  // namespace backcourt
