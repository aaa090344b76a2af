#include <gtest/gtest.h>

#include "tests/kit/toy_project.h"

namespace backcourt::testing {
namespace {

TEST(Calendar, HoldsGameDatesNotDays) {
  Calendar calendar = FiveDates();
  EXPECT_EQ(calendar.dates().size(), 5u);
  EXPECT_EQ(calendar.Find(D("2021-10-21")), -1);
  EXPECT_EQ(calendar.Find(D("2021-10-22")), 2);
  EXPECT_EQ(calendar.Range(D("2021-10-20"), D("2021-10-25")), std::pair(1, 4));
  EXPECT_EQ(calendar.Range(D("2021-10-23"), D("2021-10-24")).first,
            calendar.Range(D("2021-10-23"), D("2021-10-24")).second);
}

TEST(Calendar, SeasonsComeFromTheGamesNotTheMonth) {
  // The bubble: a season that ends in October, two months before the next starts.
  Calendar calendar = Calendar::Build({MakeGame("A", "2020-03-11", "AAA", "BBB", true, "2019-20"),
                                       MakeGame("B", "2020-07-30", "AAA", "BBB", true, "2019-20"),
                                       MakeGame("C", "2020-10-11", "AAA", "BBB", true, "2019-20"),
                                       MakeGame("D", "2020-12-22", "AAA", "BBB", true, "2020-21")});
  ASSERT_EQ(calendar.seasons().size(), 2u);
  EXPECT_EQ(calendar.seasons()[0].last, D("2020-10-11"));
  EXPECT_EQ(calendar.seasons()[1].first, D("2020-12-22"));
  auto [begin, end] = calendar.Range(D("2020-10-01"), D("2020-12-31"));
  EXPECT_EQ(end - begin, 2);
  EXPECT_NE(calendar.dates()[size_t(begin)].season, calendar.dates()[size_t(begin) + 1].season);
}

TEST(Calendar, FindsTheEarliestOfTheLastGames) {
  Calendar calendar = FiveDates();
  // On 11-01 BBB plays CCC: BBB's last game was 10-19, CCC's 10-22.
  EXPECT_EQ(calendar.EarliestOfLastGames(4, 1), D("2021-10-19"));
  // On 10-25 DDD (10-20) plays AAA (10-22, 10-19).
  EXPECT_EQ(calendar.EarliestOfLastGames(3, 1), D("2021-10-20"));
  EXPECT_EQ(calendar.EarliestOfLastGames(3, 2), D("2021-10-19"));
  EXPECT_EQ(calendar.EarliestOfLastGames(0, 10), D("2021-10-19"));  // nothing before: the date itself
}

TEST(Calendar, ListsFinalGamesWithoutABox) {
  Game game = MakeGame("G9", "2021-10-19", "AAA", "BBB");
  game.lacks = {"boxes"};
  Calendar calendar = Calendar::Build({game, MakeGame("G8", "2021-10-19", "CCC", "DDD")});
  ASSERT_EQ(calendar.missing_boxes().size(), 1u);
  EXPECT_EQ(calendar.missing_boxes()[0].game, "G9");
}

}  // namespace
}  // namespace backcourt::testing
