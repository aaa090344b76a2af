#include "warehouse/duckdb/text_binder.h"

#include <gtest/gtest.h>

#include "tests/kit/toy_folder.h"

namespace backcourt::testing {
namespace {

TEST(TextBinder, LeavesAloneWhatReadsABrokenTable) {
  ToyFolder folder;
  folder.Replace("models/analytics/player_games.sql", "b.points\n", "b.pionts AS points\n");
  Project project = folder.Load();
  auto binder = TextBinder::Open(project);
  ASSERT_TRUE(binder) << binder.error().Text();
  for (const Model& model : project.models) {
    auto problems = (*binder)->Bind(model);
    ASSERT_TRUE(problems) << problems.error().Text();
    EXPECT_EQ(problems->size(), model.name == "player_games" ? 1u : 0u) << model.name;
  }
}

}  // namespace
}  // namespace backcourt::testing
