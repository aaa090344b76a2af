#include "run/judge.h"

#include <gtest/gtest.h>

#include "tests/kit/toy_project.h"

namespace backcourt::testing {
namespace {

struct Judgement {
  Calendar calendar = FiveDates();
  Model model = MakeModel("summary", {});
  BatchWork work{&model, {}, 1};

  explicit Judgement(const std::vector<int>& dates) {
    for (int date : dates)
      work.cells.push_back({date, Hasher().Add("inputs").Finish(), "", {}});
  }
  Result<std::vector<Cell>> Judge(const std::vector<PartitionDigest>& made,
                                  const CellSeries* before = nullptr,
                                  const std::map<PartitionKey, std::string>& notes = {}) const {
    return JudgeCells(work, calendar, made, notes, before, 7);
  }
};

PartitionDigest Made(const std::string& date, int64_t rows, const std::string& values = "a") {
  return {D(date).days, rows, Hasher().Add(values).Finish()};
}

TEST(JudgeCells, RowsMakeACellFreshAndNoneEmpty) {
  Judgement judgement({0, 1});
  auto cells = judgement.Judge({Made("2021-10-20", 3)});
  ASSERT_TRUE(cells);
  ASSERT_EQ(cells->size(), 2u);
  EXPECT_EQ((*cells)[0].state, CellState::kEmpty);
  EXPECT_EQ((*cells)[0].reason, "the model gives no rows");
  EXPECT_EQ((*cells)[0].digest, Digest{});
  EXPECT_EQ((*cells)[1].state, CellState::kFresh);
  EXPECT_EQ((*cells)[1].partition, D("2021-10-20").days);
  EXPECT_EQ((*cells)[1].rows, 3);
  EXPECT_EQ((*cells)[1].reason, "");
  EXPECT_EQ((*cells)[1].fingerprint, Hasher().Add("inputs").Finish());
  EXPECT_EQ((*cells)[1].identity, judgement.model.identity);
  EXPECT_EQ((*cells)[1].run, 7);
  EXPECT_EQ((*cells)[1].changed, 7);
}

TEST(JudgeCells, SaysWhyACellIsEmpty) {
  Judgement judgement({0});
  judgement.calendar = Calendar::Build({MakeGame("G1", "2021-10-19", "AAA", "BBB", false)});
  EXPECT_EQ((*judgement.Judge({}))[0].reason, "no game of this date is over");
  judgement.model.empty = "nobody rests";
  EXPECT_EQ((*judgement.Judge({}))[0].reason, "nobody rests");
}

TEST(JudgeCells, WithoutAllBoxesACellIsPartial) {
  Judgement judgement({0});
  judgement.work.cells[0].missing_games = {"G1", "G2"};
  judgement.work.cells[0].waived = "form:2021-10-19";
  const Cell cell = (*judgement.Judge({Made("2021-10-19", 1)}))[0];
  EXPECT_EQ(cell.state, CellState::kPartial);
  EXPECT_EQ(cell.missing, "G1,G2");
  EXPECT_EQ(cell.waived, "form:2021-10-19");
}

TEST(JudgeCells, EqualRowsKeepTheRunThatChangedThem) {
  Judgement judgement({0, 1, 2});
  CellSeries before;
  for (const char* date : {"2021-10-19", "2021-10-20", "2021-10-22"}) {
    Cell cell;
    cell.partition = D(date).days;
    cell.rows = 1;
    cell.digest = Hasher().Add("a").Finish();
    cell.run = 5;
    cell.changed = 3;
    before.Put(cell);
  }
  auto cells =
      judgement.Judge({Made("2021-10-19", 1), Made("2021-10-20", 1, "b"), Made("2021-10-22", 2)}, &before);
  EXPECT_EQ((*cells)[0].changed, 3);
  EXPECT_EQ((*cells)[0].run, 7);
  EXPECT_EQ((*cells)[1].changed, 7);  // another value
  EXPECT_EQ((*cells)[2].changed, 7);  // another number of rows
}

TEST(JudgeCells, NotesGoToTheirDates) {
  Judgement judgement({0, 1});
  auto cells = judgement.Judge({}, nullptr, {{D("2021-10-20").days, "no line-ups"}});
  EXPECT_EQ((*cells)[0].note, "");
  EXPECT_EQ((*cells)[1].note, "no line-ups");
}

TEST(JudgeCells, RowsOfOtherDatesAreAnError) {
  for (const char* date : {"2021-10-19", "2021-10-21", "2021-11-01"}) {  // before, between and behind
    auto cells = Judgement({1, 2}).Judge(date < std::string("2021-10-20")
                                             ? std::vector{Made(date, 2), Made("2021-10-20", 1)}
                                             : std::vector{Made("2021-10-20", 1), Made(date, 2)});
    ASSERT_FALSE(cells) << date;
    EXPECT_EQ(cells.error().kind, ErrorKind::kModel);
    EXPECT_NE(cells.error().message.find(std::string("2 rows of ") + date), std::string::npos)
        << cells.error().message;
  }
}

}  // namespace
}  // namespace backcourt::testing
