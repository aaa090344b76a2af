#include <gtest/gtest.h>

#include <set>

#include "plan/planner.h"
#include "proof/replay.h"
#include "tests/kit/toy_project.h"

namespace backcourt::testing {
namespace {

// Three tables over a season of 120 dates, all filled.
struct FilledLeague {
  Project project = ChainProject();
  Calendar calendar;
  Cells cells;
  std::vector<int> dates;

  FilledLeague() {
    std::vector<Game> games;
    for (int i = 0; i < 120; ++i)
      games.push_back(MakeGame("G" + std::to_string(i), (D("2021-10-19") + i).Str(), "AAA", "BBB"));
    calendar = Calendar::Build(games);
    cells = RawCells(calendar);
    FillAll(project, calendar, cells);
    for (int i = 0; i < 120; ++i)
      dates.push_back(i);
  }
  std::map<std::string, std::set<int>> Sample(int n) {
    std::map<std::string, std::set<int>> by_table;
    for (const ReplayCell& cell : SampleCells(project, calendar, cells, {}, dates, n).cells)
      by_table[cell.table].insert(cell.date_index);
    return by_table;
  }
};

TEST(Sample, IsSpreadOverTablesAndTheSeason) {
  auto sample = FilledLeague().Sample(30);
  ASSERT_EQ(sample.size(), 3u);
  for (const auto& [table, dates] : sample) {
    EXPECT_EQ(dates.size(), 10u) << table;
    for (int part = 0; part < 4; ++part)  // of its dates, each quarter
      EXPECT_TRUE(std::any_of(dates.begin(), dates.end(), [&](int date) { return date / 30 == part; }))
          << table << ", part " << part;
  }
}

TEST(Sample, HoldsACellOfThoseChangedLast) {
  FilledLeague filled;
  for (const char* table : {"summary", "form", "features"}) {
    Cell cell = *filled.cells[table].Find(filled.calendar.dates()[77].date.days);
    cell.changed = 9;
    filled.cells[table].Put(cell);
  }
  for (const auto& [table, dates] : filled.Sample(9))
    EXPECT_TRUE(dates.contains(77)) << table;
}

TEST(Sample, LeavesOutWhatIsStale) {
  FilledLeague filled;
  filled.cells["raw"].Put(RawCell(filled.calendar.dates()[5].date, 2));
  SampledCells all = SampleCells(filled.project, filled.calendar, filled.cells, {"summary"}, filled.dates, 0);
  EXPECT_EQ(all.stale, 1);
  EXPECT_EQ(all.cells.size(), 119u);
}

}  // namespace
}  // namespace backcourt::testing
