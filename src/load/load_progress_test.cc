#include "load/load_progress.h"

#include <gtest/gtest.h>

namespace backcourt {
namespace {

TEST(LoadProgress, TheTimeLeftCountsDownBetweenParts) {
  EXPECT_FALSE(SecondsLeft({100, 0, 0}, 3));
  EXPECT_FALSE(SecondsLeft({100, 4, 1}, 3));
  EXPECT_DOUBLE_EQ(*SecondsLeft({100, 50, 4}, 4), 4);
  EXPECT_DOUBLE_EQ(*SecondsLeft({100, 50, 4}, 6), 2);
  EXPECT_DOUBLE_EQ(*SecondsLeft({100, 50, 4}, 14), 1);  // a statement takes longer than expected
  EXPECT_DOUBLE_EQ(*SecondsLeft({100, 100, 8}, 8), 0);
}

}  // namespace
}  // namespace backcourt
