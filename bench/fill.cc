// First fill of a season and of several, and a run with nothing to do, against the bare floor. Each is a
// whole process from a loaded warehouse; medians of runs in turn. With the models of another folder, those of
// the pack are left out. Usage: fill [DATA_FOLDER] [RUNS] [MODELS]
#include <fmt/format.h>

#include <filesystem>

#include "bench/harness.h"

using namespace backcourt;
using namespace backcourt::bench;

int main(int argc, char** argv) {
  std::string data = argc > 1 ? std::filesystem::absolute(argv[1]).string() : Root() + "/data";
  int runs = argc > 2 ? std::stoi(argv[2]) : 3;
  std::string own = argc > 3 ? std::filesystem::absolute(argv[3]).string() : "";
  std::string what = own.empty() ? "ten tables" : "four light tables";
  FillFigures one = MeasureFill(Workshop(data, {"2021-22"}, own), runs),
              all = MeasureFill(Workshop(data, {}, own), runs);
  for (const auto& [seasons, figures] : {std::pair{"a season", one}, std::pair{"all seasons", all}})
    fmt::print(
        "first fill of {}, {}: floor {:.2f} s, engine {:.2f} s, {:.0f} MB; nothing to do afterwards {:.3f} "
        "s\n",
        what, seasons, figures.floor, figures.engine, figures.peak_mb, figures.nothing);
  Figure(fmt::format("first fill, {}, a season", what), one.engine / one.floor, "x floor", 1.2);
  Figure(fmt::format("first fill, {}, all seasons", what), all.engine / all.floor, "x floor", 1.2);
  Figure(fmt::format("nothing to do, {}, all seasons", what), all.nothing, "s", own.empty() ? 0.05 : 0.085);
}
