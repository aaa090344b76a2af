#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "run/runner.h"
#include "tests/kit/toy_project.h"

namespace backcourt::testing {
namespace {

// Writes down, in order, what the runner does; never touches a disk or a clock.
struct Stage : BatchFiller, RunObserver, RunClock {
  std::mutex mutex;  // of effects: batches may run side by side
  const Calendar& calendar;
  std::vector<std::string> effects;
  std::function<std::optional<Error>(const std::string& table, Date date, int attempt)> fault;
  std::function<int(const std::string& table, Date date)> version = [](auto&, Date) { return 1; };
  double now = 0;

  explicit Stage(const Calendar& c) : calendar(c) {}

  std::string Dates(const BatchWork& work) {
    std::string text;
    for (const CellWork& cell : work.cells)
      text += (text.empty() ? "" : " ") + calendar.dates()[size_t(cell.date_index)].date.Str().substr(5);
    return text;
  }
  Result<FilledBatch> Fill(const BatchWork& work, int) override {
    std::lock_guard lock(mutex);
    for (const CellWork& cell : work.cells) {
      Date date = calendar.dates()[size_t(cell.date_index)].date;
      if (!fault) break;
      if (auto error = fault(work.model->name, date, work.attempt)) {
        effects.push_back("failed " + work.model->name + " " + Dates(work));
        return *error;
      }
    }
    effects.push_back(work.model->name + " " + Dates(work));
    std::vector<Cell> cells;
    for (const CellWork& cell_work : work.cells) {
      Cell cell;
      cell.partition = calendar.dates()[size_t(cell_work.date_index)].date.days;
      cell.state = CellState::kFresh;
      cell.rows = 1;
      cell.identity = work.model->identity;
      cell.fingerprint = cell_work.fingerprint;
      cell.waived = cell_work.waived;
      cell.digest = Hasher()
                        .Add(work.model->name)
                        .Add(int64_t(version(work.model->name, Date{cell.partition})))
                        .Finish();
      cells.push_back(cell);
    }
    return FilledBatch{std::move(cells)};
  }
  Result<> Record(const Model& model, const std::vector<Cell>& cells, int) override {
    for (const Cell& cell : cells)
      effects.push_back(std::string(CellStateName(cell.state)) + " " + model.name + " " +
                        Date{cell.partition}.Str().substr(5) + ": " + cell.reason);
    return {};
  }
  void Cancel() override { effects.push_back("cancel"); }
  double Now() override { return now; }
  void Sleep(double seconds) override { now += seconds, effects.push_back("sleep"); }
  double Jitter() override { return 0.5; }
};

struct Runs {
  Project project = ChainProject();
  Calendar calendar = FiveDates();
  Cells cells = RawCells(calendar);
  Stage stage{calendar};
  std::mutex mutex;
  Selection selection;

  Runs() {
    for (size_t i = 0; i < calendar.dates().size(); ++i)
      selection.dates.push_back(int(i));
  }
  RunReport Run(RunOptions options = {.parallel = 1}) {
    stage.effects.clear();
    Plan plan = MakePlan(project, calendar, cells, selection, {});
    return Runner(project, calendar, cells, mutex, stage, stage, stage, options).Run(plan);
  }
};

TEST(Runner, FillsInputsFirstAndTheCanaryAlone) {
  Runs runs;
  RunReport report = runs.Run();
  EXPECT_EQ(report.filled, 15);
  EXPECT_EQ(runs.stage.effects,
            (std::vector<std::string>{"summary 10-20", "summary 10-19 10-22 10-25 11-01", "form 10-20",
                                      "form 10-19 10-22 10-25 11-01", "features 10-20",
                                      "features 10-19 10-22 10-25 11-01"}));
  EXPECT_EQ(runs.Run().filled, 0);
  EXPECT_TRUE(runs.stage.effects.empty());
}

TEST(Runner, SharesABatchWithAnIdleWorker) {
  Runs runs;
  runs.selection.tables = {"summary"};
  EXPECT_EQ(runs.Run({.parallel = 2, .least_shared = 2}).filled, 5);
  std::sort(runs.stage.effects.begin() + 1, runs.stage.effects.end());  // which half ends first is open
  EXPECT_EQ(runs.stage.effects,
            (std::vector<std::string>{"summary 10-20", "summary 10-19 10-22", "summary 10-25 11-01"}));
}

TEST(Runner, WhatReadsASharedBatchWaitsForBothHalves) {
  for (int i = 0; i < 200; ++i) {
    Runs runs;
    EXPECT_EQ(runs.Run({.parallel = 2, .least_shared = 1}).filled, 15);
    const std::vector<std::string>& effects = runs.stage.effects;
    for (const char* pair : {"summary form", "form features"}) {
      std::string input = std::string(pair).substr(0, std::string(pair).find(' ')),
                  reader = std::string(pair).substr(input.size() + 1);
      auto last = [&](const std::string& table, const std::string& date) {
        return std::find_if(effects.begin(), effects.end(), [&](const std::string& effect) {
          return effect.starts_with(table + " ") && effect.find(date) != std::string::npos;
        });
      };
      EXPECT_LT(last(input, "10-25"), last(reader, "11-01"));
      EXPECT_LT(last(input, "10-19"), last(reader, "11-01"));
    }
  }
}

TEST(Runner, SharesNothingSmallAndNothingAlone) {
  for (RunOptions options : {RunOptions{.parallel = 2, .least_shared = 3}, RunOptions{.parallel = 2},
                             RunOptions{.parallel = 1, .least_shared = 1}}) {
    Runs runs;
    EXPECT_EQ(runs.Run(options).filled, 15);
    EXPECT_EQ(runs.stage.effects.size(), 6u);
  }
}

TEST(Runner, StopsWhereValuesDidNotChange) {
  Runs runs;
  runs.Run();
  runs.cells["raw"].Put(RawCell(D("2021-10-20"), 2));  // other input, same summary
  RunReport report = runs.Run();
  EXPECT_EQ(runs.stage.effects, std::vector<std::string>{"summary 10-20"});
  EXPECT_EQ(report.filled, 1);
  EXPECT_EQ(report.kept, 6);

  runs.cells["raw"].Put(RawCell(D("2021-10-20"), 3));
  runs.stage.version = [](const std::string& table, Date date) {
    return table == "summary" && date == D("2021-10-20") ? 2 : 1;
  };
  runs.Run();  // the summary changes, the forms behind it do not
  EXPECT_EQ(runs.stage.effects, (std::vector<std::string>{"summary 10-20", "form 10-22 10-25 11-01"}));
}

TEST(Runner, HalvesDownToTheGuiltyDates) {
  Runs runs;
  runs.stage.fault = [](const std::string& table, Date date, int) -> std::optional<Error> {
    if (table == "summary" && date == D("2021-10-25")) return Error{ErrorKind::kData, "bad value", ""};
    return {};
  };
  RunReport report = runs.Run();
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(report.blocked, 2);  // form and features of 11-01
  EXPECT_EQ(report.filled, 12);
  const auto& effects = runs.stage.effects;
  EXPECT_NE(std::find(effects.begin(), effects.end(), "failed summary 10-25: bad value"), effects.end());
  EXPECT_NE(std::find(effects.begin(), effects.end(), "blocked form 11-01: waits for summary 2021-10-25"),
            effects.end());
  EXPECT_NE(std::find(effects.begin(), effects.end(), "blocked features 11-01: waits for form 2021-11-01"),
            effects.end());

  runs.stage.fault = nullptr;  // the cause is mended: the rest is filled, and nothing else
  EXPECT_EQ(runs.Run().filled, 3);
  EXPECT_EQ(runs.stage.effects, (std::vector<std::string>{"summary 10-25", "form 11-01", "features 11-01"}));
}

TEST(Runner, StopsAModelAfterThreeIdenticalErrors) {
  Runs runs;
  runs.stage.fault = [](const std::string& table, Date date, int) -> std::optional<Error> {
    if (table == "form") return Error{ErrorKind::kModel, "no such column, on " + date.Str(), ""};
    return {};
  };
  RunReport report = runs.Run();
  EXPECT_EQ(report.failed, 3);
  EXPECT_EQ(report.not_tried, 2);
  EXPECT_EQ(report.filled, 5);  // the summaries
  EXPECT_EQ(report.blocked, 5);
}

TEST(Runner, TriesAnErrorOfTheTextOnOneDateBeforeItHalves) {
  Runs runs;
  int statements = 0;
  runs.stage.fault = [&](const std::string& table, Date, int) -> std::optional<Error> {
    if (table != "form") return {};
    ++statements;
    return Error{ErrorKind::kData, runs.project.FindModel("form")->file + ":7: no number: 'x1'", ""};
  };
  RunReport report = runs.Run();
  EXPECT_EQ(report.failed, 3);  // three dates alone: the canary, the first and one in the middle
  EXPECT_EQ(report.not_tried, 2);
  EXPECT_LE(statements, 4);

  runs.stage.fault = [&](const std::string& table, Date date, int) -> std::optional<Error> {
    if (table != "form" || date != D("2021-10-25")) return {};
    return Error{ErrorKind::kData, runs.project.FindModel("form")->file + ":7: no number: 'x1'", ""};
  };
  EXPECT_EQ(runs.Run().failed, 1);  // it is of one date
}

TEST(Runner, RetriesTransientErrorsWithinItsBudget) {
  Runs runs;
  runs.stage.fault = [](const std::string& table, Date, int attempt) -> std::optional<Error> {
    if (table == "summary" && attempt < 3) return Error{ErrorKind::kTransient, "connection lost", ""};
    return {};
  };
  RunReport report = runs.Run();
  EXPECT_EQ(report.filled, 15);
  EXPECT_EQ(report.failed, 0);
  EXPECT_EQ(std::count(runs.stage.effects.begin(), runs.stage.effects.end(), "sleep"), 4);
  EXPECT_DOUBLE_EQ(runs.stage.now, 2 * (0.2 + 0.4));

  Runs hopeless;
  hopeless.stage.fault = [](const std::string&, Date, int) -> std::optional<Error> {
    return Error{ErrorKind::kTransient, "connection lost", ""};
  };
  RunOptions options{.parallel = 1};
  options.retry_budget = 1;
  EXPECT_GT(hopeless.Run(options).failed, 0);
  EXPECT_LE(hopeless.stage.now, 1);
}

// A warehouse whose connection drops now and then, also after the rows are in.
TEST(Runner, TransientErrorsDoNotDoubleRowsAndAreReported) {
  struct RetryRecorder : RunObserver {
    std::vector<std::pair<int, double>> retries;  // attempt, pause
    void Retrying(const Model&, const Error&, int attempt, double pause) override {
      retries.emplace_back(attempt, pause);
    }
  } recorder;
  Runs runs;
  std::vector<std::string> reasons = {"timed out", "connection lost", "lock is taken"};
  runs.stage.fault = [&](const std::string& table, Date, int attempt) -> std::optional<Error> {
    if (table == "form" && attempt <= 3)
      return Error{ErrorKind::kTransient, reasons[size_t(attempt - 1)], ""};
    return {};
  };
  Plan plan = MakePlan(runs.project, runs.calendar, runs.cells, runs.selection, {});
  RunReport report = Runner(runs.project, runs.calendar, runs.cells, runs.mutex, runs.stage, recorder,
                            runs.stage, {.parallel = 1})
                         .Run(plan);
  EXPECT_EQ(report.filled, 15);
  EXPECT_EQ(report.rows, 15);
  std::map<std::string, int> filled;  // each batch once
  for (const std::string& effect : runs.stage.effects)
    if (effect.starts_with("form ")) ++filled[effect];
  EXPECT_EQ(filled, (std::map<std::string, int>{{"form 10-20", 1}, {"form 10-19 10-22 10-25 11-01", 1}}));
  EXPECT_EQ(recorder.retries,
            (std::vector<std::pair<int, double>>{
                {2, 0.2}, {3, 0.4}, {4, 0.8}, {2, 0.2}, {3, 0.4}, {4, 0.8}}));  // jitter of the stage: none
}

TEST(Runner, PausesAreJittered) {
  std::set<double> pauses;
  for (double jitter : {0.0, 0.25, 0.999}) {
    struct Jittered : Stage {
      using Stage::Stage;
      double jitter = 0;
      double Jitter() override { return jitter; }
    };
    Runs runs;
    Jittered stage(runs.calendar);
    stage.jitter = jitter;
    stage.fault = [](const std::string& table, Date, int attempt) -> std::optional<Error> {
      if (table == "summary" && attempt == 1) return Error{ErrorKind::kTransient, "timed out", ""};
      return {};
    };
    Plan plan = MakePlan(runs.project, runs.calendar, runs.cells, runs.selection, {});
    Runner(runs.project, runs.calendar, runs.cells, runs.mutex, stage, stage, stage, {.parallel = 1})
        .Run(plan);
    EXPECT_GE(stage.now, 2 * 0.2 * 0.5);
    EXPECT_LE(stage.now, 2 * 0.2 * 1.5);
    pauses.insert(stage.now);
  }
  EXPECT_EQ(pauses.size(), 3u);
}

TEST(Runner, HalvingFindsTheGuiltyDatesOfBothClasses) {
  for (ErrorKind kind : {ErrorKind::kData, ErrorKind::kModel}) {
    Runs runs;
    runs.stage.fault = [&](const std::string& table, Date date, int) -> std::optional<Error> {
      if (table == "form" && date == D("2021-10-19")) return Error{kind, "broken first", ""};
      if (table == "form" && date == D("2021-11-01")) return Error{kind, "broken last", ""};
      return {};
    };
    RunReport report = runs.Run();
    EXPECT_EQ(report.failed, 2);
    EXPECT_EQ(report.blocked, 2);  // the features of these dates, and of no other
    EXPECT_EQ(report.filled, 11);
    EXPECT_EQ(runs.cells["form"].Find(D("2021-10-19").days)->error_class, ErrorKindName(kind));
    EXPECT_EQ(runs.cells["features"].Find(D("2021-11-01").days)->reason, "waits for form 2021-11-01");
    runs.stage.fault = nullptr;
    EXPECT_EQ(runs.Run().filled, 4);
  }
}

// A text that fails its proof on one date fails as a whole: no half is tried, what it has filled is failed
// too, and nothing that reads it runs.
TEST(Runner, ATextThatFailsItsProofFailsWithAllThatItFilled) {
  Runs runs;
  runs.stage.fault = [](const std::string& table, Date date, int) -> std::optional<Error> {
    if (table == "form" && date == D("2021-10-25")) return Error{ErrorKind::kProof, "another alone", ""};
    return {};
  };
  PlanOptions options;
  options.target_seconds = 1;
  options.pace["form"] = {0, 1, 1, true, true};  // a date a batch
  Plan plan = MakePlan(runs.project, runs.calendar, runs.cells, runs.selection, options);
  RunReport report = Runner(runs.project, runs.calendar, runs.cells, runs.mutex, runs.stage, runs.stage,
                            runs.stage, {.parallel = 1})
                         .Run(plan);
  EXPECT_EQ(std::count(runs.stage.effects.begin(), runs.stage.effects.end(), "failed form 10-25"), 1);
  EXPECT_GT(report.failed, 1);
  for (const Cell& cell : runs.cells["form"].cells())
    EXPECT_TRUE(cell.state == CellState::kFailed || cell.state == CellState::kBlocked)
        << Date{cell.partition}.Str();
  EXPECT_EQ(runs.cells["form"].Find(D("2021-10-19").days)->reason, "another alone");
  EXPECT_GT(report.not_tried + report.blocked, 0);
}

// A batch that fails although each of its dates alone does not tells that the text reads what it should not.
TEST(Runner, WhatFailsTogetherAndNotAloneIsTheText) {
  struct Together : Stage {
    using Stage::Stage;
    Result<FilledBatch> Fill(const BatchWork& work, int worker) override {
      if (work.model->name == "form" && work.cells.size() > 1)
        return Error{ErrorKind::kData, "too many rows", ""};
      return Stage::Fill(work, worker);
    }
  };
  Runs runs;
  Together stage(runs.calendar);
  Plan plan = MakePlan(runs.project, runs.calendar, runs.cells, runs.selection, {});
  RunReport report =
      Runner(runs.project, runs.calendar, runs.cells, runs.mutex, stage, stage, stage, {.parallel = 1})
          .Run(plan);
  EXPECT_GT(report.failed, 1);
  EXPECT_EQ(report.filled, 5);  // the summaries
  const Cell* cell = runs.cells["form"].Find(D("2021-11-01").days);
  EXPECT_EQ(cell->error_class, "proof");
  EXPECT_NE(cell->reason.find("fail together, but none of them alone"), std::string::npos) << cell->reason;
  EXPECT_NE(cell->reason.find("too many rows"), std::string::npos) << cell->reason;
}

TEST(Runner, ALostWarehouseEndsTheRun) {
  Runs runs;
  runs.stage.fault = [](const std::string& table, Date, int) -> std::optional<Error> {
    if (table == "form") return Error{ErrorKind::kBusy, "the disk is gone", ""};
    return {};
  };
  RunReport report = runs.Run();
  ASSERT_TRUE(report.broken);
  EXPECT_EQ(report.broken->message, "the disk is gone");
  EXPECT_EQ(report.failed, 0);  // it is no fault of the cells
  EXPECT_EQ(report.filled + report.not_tried, 15);
}

TEST(Runner, WithoutUpstreamItBlocks) {
  Runs runs;
  runs.selection.tables = {"form"};
  runs.selection.upstream = false;
  RunReport report = runs.Run();
  EXPECT_EQ(report.filled, 1);  // the season's first date has nothing before it
  EXPECT_EQ(report.blocked, 4);
}

TEST(Runner, AWaiverLetsThroughAndIsRecorded) {
  Runs runs;
  runs.stage.fault = [](const std::string& table, Date date, int) -> std::optional<Error> {
    if (table == "summary" && date == D("2021-10-25")) return Error{ErrorKind::kData, "bad value", ""};
    return {};
  };
  runs.selection.allow_missing = {"summary:2021-10-25"};
  RunReport report = runs.Run();
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(report.blocked, 0);
  EXPECT_EQ(runs.cells["form"].Find(D("2021-11-01").days)->waived, "summary:2021-10-25");
  EXPECT_TRUE(runs.cells["form"].Find(D("2021-10-25").days)->waived.empty());

  runs.stage.fault = nullptr;  // filled without it, the mark is gone
  runs.selection.allow_missing.clear();
  runs.Run();
  EXPECT_TRUE(runs.cells["form"].Find(D("2021-11-01").days)->waived.empty());
}

TEST(Runner, MissingBoxesMakeCellsPartialOrBlockThem) {
  Runs runs;
  runs.project.block_on_missing_games = true;
  Game missing = MakeGame("G2", "2021-10-20", "CCC", "DDD");
  missing.lacks = {"raw"};
  runs.calendar = Calendar::Build(
      {MakeGame("G1", "2021-10-19", "AAA", "BBB"), missing, MakeGame("G3", "2021-10-22", "AAA", "CCC")});
  runs.cells = RawCells(runs.calendar);
  runs.selection.dates = {0, 1, 2};
  RunReport report = runs.Run();
  EXPECT_EQ(report.blocked, 3);  // the summary of 10-20, and what has it in its window
  EXPECT_EQ(report.filled, 6);
}

TEST(Runner, RunsSideBySideWithoutBreakingTheOrder) {
  for (int round = 0; round < 50; ++round) {
    Runs runs;
    EXPECT_EQ(runs.Run({.parallel = 4}).filled, 15);
    auto at = [&](const std::string& effect) {
      return std::find(runs.stage.effects.begin(), runs.stage.effects.end(), effect) -
             runs.stage.effects.begin();
    };
    EXPECT_LT(at("summary 10-20"), at("summary 10-19 10-22 10-25 11-01"));
    EXPECT_LT(at("form 10-20"), at("features 10-20"));
  }
}

// No barrier between tables: the last summary waits for a form that does not need it.
TEST(Runner, ACellStartsWhenItsOwnInputsAreReady) {
  struct WaitingStage : Stage {
    using Stage::Stage;
    bool Has(const std::string& effect) {
      std::lock_guard lock(mutex);
      return std::find(effects.begin(), effects.end(), effect) != effects.end();
    }
    Result<FilledBatch> Fill(const BatchWork& work, int worker) override {
      if (work.model->name == "summary" && Dates(work) == "11-01")
        for (int i = 0; i < 10'000 && !Has("form 10-25"); ++i)
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return Stage::Fill(work, worker);
    }
  };
  Runs runs;
  WaitingStage stage(runs.calendar);
  PlanOptions options;
  options.target_seconds = 1;
  options.pace["summary"] = options.pace["form"] = {0, 1, 1, true, true};  // a date a batch
  Plan plan = MakePlan(runs.project, runs.calendar, runs.cells, runs.selection, options);
  EXPECT_EQ(Runner(runs.project, runs.calendar, runs.cells, runs.mutex, stage, stage, stage, {.parallel = 2})
                .Run(plan)
                .filled,
            15);
  auto at = [&](const std::string& effect) {
    return std::find(stage.effects.begin(), stage.effects.end(), effect) - stage.effects.begin();
  };
  EXPECT_LT(at("form 10-25"), at("summary 11-01"));
  EXPECT_LT(at("summary 11-01"), long(stage.effects.size()));
}

TEST(Runner, StopEndsAfterTheRunningBatches) {
  Runs runs;
  Plan plan = MakePlan(runs.project, runs.calendar, runs.cells, runs.selection, {});
  Runner runner(runs.project, runs.calendar, runs.cells, runs.mutex, runs.stage, runs.stage, runs.stage,
                {.parallel = 1});
  runs.stage.fault = [&](const std::string& table, Date, int) -> std::optional<Error> {
    if (table == "form") runner.Stop(false);
    return {};
  };
  RunReport report = runner.Run(plan);
  EXPECT_TRUE(report.stopped);
  EXPECT_FALSE(report.interrupted);
  EXPECT_EQ(report.filled + report.not_tried, 15);
  EXPECT_EQ(runs.stage.effects.back(), "form 10-20");
}

// A table is made anew by whichever batch comes first, also where the canary has failed and two start at
// once: what the other committed stays, what older texts made is gone, and readers are filled from what is
// there.
TEST(Runner, ForgetsWhatATableMadeAnewDoesNotHold) {
  struct RemakingStage : Stage {
    using Stage::Stage;
    bool made = false;
    Result<FilledBatch> Fill(const BatchWork& work, int worker) override {
      FilledBatch filled = TRY(Stage::Fill(work, worker));
      std::lock_guard lock(mutex);
      if (work.model->name == "summary" && !std::exchange(made, true)) {
        filled.anew = true;
        filled.schema = Hasher().Add("other columns").Finish();
      }
      return filled;
    }
  };
  for (int round = 0; round < 50; ++round) {
    Runs runs;
    runs.Run();
    runs.project.models[0].identity = Hasher().Add("another text").Finish();
    RemakingStage stage(runs.calendar);
    stage.fault = [](const std::string& table, Date date, int) {
      return table == "summary" && date == D("2021-10-20")
                 ? std::optional(Error{ErrorKind::kData, "a check fails", ""})
                 : std::nullopt;
    };
    PlanOptions options;
    options.target_seconds = 1;
    options.pace["summary"] = {0, 1, 1, true, true};  // a date a batch
    Plan plan = MakePlan(runs.project, runs.calendar, runs.cells, runs.selection, options);
    RunReport report =
        Runner(runs.project, runs.calendar, runs.cells, runs.mutex, stage, stage, stage, {.parallel = 2})
            .Run(plan);
    EXPECT_EQ(report.failed, 1);
    const CellSeries& summary = runs.cells["summary"];
    EXPECT_NE(summary.schema, Digest{});
    for (const Cell& cell : summary.cells()) {
      EXPECT_EQ(Settled(cell.state), cell.partition != D("2021-10-20").days);
      EXPECT_EQ(cell.rows, Settled(cell.state) ? 1 : 0);
    }
    auto states = JudgeAll(runs.project, runs.calendar, runs.cells);
    EXPECT_EQ(states["form"][0], CellState::kFresh) << "nothing is before it";
    EXPECT_EQ(states["form"][4], CellState::kBlocked);
    for (const Cell& cell : runs.cells["form"].cells())
      EXPECT_TRUE(cell.state == CellState::kBlocked || cell.partition <= D("2021-10-20").days);
  }
}

// Blocked and failed cells whose inputs are again what they were filled from are kept.
TEST(Runner, KeepsWhatIsAgainAsItWas) {
  Runs runs;
  runs.Run();
  const Cells before = runs.cells;
  runs.cells["raw"].Put(RawCell(D("2021-10-20"), 2));
  runs.stage.fault = [](const std::string& table, Date date, int) {
    return table == "summary" && date == D("2021-10-20")
               ? std::optional(Error{ErrorKind::kData, "a check fails", ""})
               : std::nullopt;
  };
  RunReport report = runs.Run();
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(report.blocked, 6);
  runs.cells["raw"].Put(RawCell(D("2021-10-20"), 1));
  runs.stage.fault = nullptr;
  report = runs.Run();
  EXPECT_EQ(report.filled, 0);
  EXPECT_EQ(report.kept, 7);
  EXPECT_EQ(StateOfCells(runs.cells), StateOfCells(before));
  EXPECT_EQ(runs.Run().kept, 0) << "nothing is left to do";
}

}  // namespace
}  // namespace backcourt::testing
