#include "run/progress.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace backcourt {
namespace {

// The one event that only a fault of the engine brings; tests/json_output_test.py sees the others.
TEST(Progress, TellsOfARetryAsDocumented) {
  Project project;
  Model model;
  model.name = "player_form";
  std::string written;
  Progress progress(project, Plan{}, 7, Progress::Style::kJson,
                    [&](const std::string& text) { written += text; });
  progress.Retrying(model, Error{ErrorKind::kTransient, "the connection was lost", ""}, 2, 0.5);
  ASSERT_EQ(written.find('\n'), written.size() - 1);
  auto event = nlohmann::json::parse(written);
  EXPECT_GE(event["seconds"].get<double>(), 0);
  event.erase("seconds");
  EXPECT_EQ(event, nlohmann::json({{"event", "retrying"},
                                   {"run", 7},
                                   {"table", "player_form"},
                                   {"attempt", 2},
                                   {"pause_seconds", 0.5},
                                   {"message", "the connection was lost"}}));
}

}  // namespace
}  // namespace backcourt
