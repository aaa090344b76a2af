#include "cli/run_screen.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace backcourt {
namespace {

TableNow Table(const std::string& name, int64_t done, int64_t total, int64_t running = 0) {
  TableNow table;
  table.table = name;
  table.done = done, table.total = total, table.running = running;
  table.rows = done * 100;
  table.busy_seconds = double(done) / 10;
  table.eta_seconds = 2.5;
  return table;
}

RunNow FifteenTables() {
  RunNow run;
  run.run = 7;
  run.running_seconds = 12.3;
  run.eta_seconds = 4.56;
  for (int i = 0; i < 15; ++i)
    run.tables.push_back(Table("a_table_with_a_long_name_" + std::to_string(i), i < 5 ? 403 : 0, 403));
  run.tables[9].running = 213;
  run.tables[9].waits_for = {};
  run.tables[10].waits_for = {"a_table_with_a_long_name_9", "another"};
  return run;
}

size_t Width(const std::string& line) {
  return size_t(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

TEST(RunScreen, FitsEveryTerminal) {
  for (int width : {10, 20, 39, 79, 99, 160})
    for (int height : {2, 5, 11, 23, 50}) {
      std::vector<std::string> lines = RunLines(FifteenTables(), width, height);
      EXPECT_LE(lines.size(), size_t(height));
      for (const std::string& line : lines)
        EXPECT_LE(Width(line), size_t(width)) << line;
    }
}

TEST(RunScreen, ShowsWhatRunsFirstAndSumsUpInOneLine) {
  std::vector<std::string> lines = RunLines(FifteenTables(), 79, 5);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0].substr(0, 26), "a_table_with_a_long_name_9");
  EXPECT_NE(lines[0].find("0/403"), std::string::npos);
  EXPECT_NE(lines[0].find("running  2.50 s left"), std::string::npos) << lines[0];
  EXPECT_EQ(lines[3], "and 12 more tables: 7 to come, 5 done");
  EXPECT_EQ(lines[4], "run 7: 33% of 6,045 cells, 201,500 rows, 12.3 s, ETA 4.56 s");
  EXPECT_EQ(RunLines(FifteenTables(), 79, 50).size(), 16u);
}

TEST(RunScreen, LeavesOutWhatMattersLeast) {
  RunNow run = FifteenTables();
  EXPECT_EQ(TableLine(run.tables[10], 27, 120),
            "a_table_with_a_long_name_10       0/403           0 rows  waits for "
            "a_table_with_a_long_name_9 and 1 more  2.50 s left");
  std::string narrow = TableLine(run.tables[9], 17, 39);
  EXPECT_EQ(narrow, "a_table_with_a_l…       0/403  running");
  EXPECT_EQ(SummaryLine(run, 30), "run 7: 33%, 12.3 s, ETA 4.56 s");
  run.eta_seconds.reset();
  EXPECT_EQ(SummaryLine(run, 30), "run 7: 33%, 12.3 s");
}

TEST(RunScreen, CutsBetweenCharacters) {
  EXPECT_EQ(Cut("Jokić", 5), "Jokić");
  EXPECT_EQ(Cut("Jokić Nikola", 6), "Jokić…");
  EXPECT_EQ(Cut("abc", 1), "…");
}

TEST(RunScreen, DrawsOverWhatItDrew) {
  Screen screen;
  EXPECT_EQ(screen.Draw({"a", "b"}), "a\x1b[K\nb\x1b[K\n\x1b[0J");
  EXPECT_EQ(screen.Draw({"c"}), "\x1b[2A\rc\x1b[K\n\x1b[0J");
  EXPECT_EQ(screen.Above("failed\n"), "\x1b[1A\r\x1b[0Jfailed\n");
  EXPECT_EQ(screen.Draw({"d"}), "d\x1b[K\n\x1b[0J");
}

}  // namespace
}  // namespace backcourt
