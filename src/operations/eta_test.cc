// What is told of the time to the end, over the recorded events of real runs of both shipped seasons.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "operations/events.h"
#include "run/run_state.h"

namespace backcourt {
namespace {

std::vector<RunEvent> Recorded(const std::string& name) {
  std::vector<RunEvent> events;
  std::ifstream in("tests/samples/runs/" + name + ".jsonl");
  for (std::string line; std::getline(in, line);) {
    auto event = EventFromJson(nlohmann::json::parse(line));
    EXPECT_TRUE(event) << line;
    if (!event) continue;
    std::visit(
        [&](const auto& e) {
          if constexpr (std::is_constructible_v<RunEvent, std::decay_t<decltype(e)>>)
            events.push_back(RunEvent(e));
        },
        *event);
  }
  return events;
}

double At(const RunEvent& event) {
  return std::visit([](const auto& e) { return e.seconds; }, event);
}

class Eta : public ::testing::TestWithParam<const char*> {};

TEST_P(Eta, IsWithinThirtyPercentOfTheTruth) {
  std::vector<RunEvent> events = Recorded(GetParam());
  ASSERT_GT(events.size(), 20u);
  double end = At(events.back());
  for (double share : {0.2, 0.5, 0.8}) {
    RunState state;
    double now = share * end, truth = end - now;
    for (const RunEvent& event : events)
      if (At(event) <= now) state.Apply(event);
    std::optional<double> eta = state.Eta(now);
    ASSERT_TRUE(eta) << share;
    EXPECT_NEAR(*eta, truth, 0.3 * truth) << "at " << 100 * share << " % of " << end << " s";
  }
}

// From one event to the next the end that is told moves less and less far.
TEST_P(Eta, IsThereOnceItMeansSomethingAndStays) {
  RunState state;
  bool shown = false;
  for (const RunEvent& event : Recorded(GetParam())) {
    state.Apply(event);
    std::optional<double> eta = state.Eta(state.seconds());
    EXPECT_TRUE(eta || !shown) << state.seconds();
    shown = shown || eta;
    if (eta) {
      EXPECT_TRUE(std::isfinite(*eta) && *eta >= 0);
    }
  }
  EXPECT_TRUE(shown);
  EXPECT_EQ(state.Eta(state.seconds()), 0.0);
}

INSTANTIATE_TEST_SUITE_P(Recorded, Eta,
                         ::testing::Values("first_fill", "nightly", "rest_after_a_kill", "forced"));

TEST(EtaOfAFirstFill, IsNotShownBeforeAnythingIsMeasured) {
  std::vector<RunEvent> events = Recorded("first_fill");
  ASSERT_FALSE(events.empty());
  RunState state;
  state.Apply(events.front());
  EXPECT_FALSE(state.Eta(0));
  for (size_t i = 1; i < events.size() && !std::holds_alternative<CellsFilled>(events[i]); ++i) {
    state.Apply(events[i]);
    EXPECT_FALSE(state.Eta(state.seconds()));
  }
}

}  // namespace
}  // namespace backcourt
