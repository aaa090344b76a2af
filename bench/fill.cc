// First fill of a season and of two, and a run with nothing to do, against the
// bare floor. Each is a whole process from a loaded warehouse; medians of runs
// in turn. Usage: fill [DATA_FOLDER] [RUNS]
#include <fmt/format.h>

#include <filesystem>

#include "bench/harness.h"
#include "warehouse/calendar_reader.h"

using namespace backcourt;
using namespace backcourt::bench;

namespace {

struct Figures {
  double floor = 0, engine = 0, peak_mb = 0, nothing = 0;
};

Figures MeasureFill(const std::string& data, const std::vector<std::string>& seasons, int runs) {
  Workshop workshop(data, seasons);
  workshop.Run({"load"});
  Project project = workshop.Load();
  std::string loaded = workshop.folder() + "/loaded";
  std::filesystem::copy_file(workshop.warehouse(), loaded);
  auto reset = [&] {
    std::filesystem::copy_file(loaded, workshop.warehouse(),
                               std::filesystem::copy_options::overwrite_existing);
  };
  std::vector<double> floors, engines, nothings;
  Figures figures;
  for (int i = 0; i < runs; ++i) {
    reset();
    floors.push_back(InProcess([&] {
                       auto warehouse = Open(project);
                       auto connection = warehouse->Connect();
                       if (!connection) Fail(connection.error().Text());
                       auto calendar = ReadCalendar(**connection, project);
                       if (!calendar) Fail(calendar.error().Text());
                       Floor(project, **connection, *calendar, {}, false);
                       connection->reset();
                       warehouse.reset();  // what is committed is in the file
                     }).seconds);
    reset();
    Measured engine = workshop.Run({"backfill", "all"});
    engines.push_back(engine.seconds);
    figures.peak_mb = std::max(figures.peak_mb, engine.peak_mb);
    nothings.push_back(workshop.Run({"backfill", "all"}).seconds);
  }
  figures.floor = Median(floors);
  figures.engine = Median(engines);
  figures.nothing = Median(nothings);
  return figures;
}

}  // namespace

int main(int argc, char** argv) {
  std::string data = argc > 1 ? argv[1] : Root() + "/data";
  int runs = argc > 2 ? std::stoi(argv[2]) : 3;
  Figures one = MeasureFill(data, {"2021-22"}, runs), two = MeasureFill(data, {"2020-21", "2021-22"}, runs);
  fmt::print(
      "first fill of 2021-22:  floor {:.2f} s, engine {:.2f} s, ratio {:.2f} (limit 1.3, and 5 s), peak "
      "memory {:.0f} MB (limit 1000)\n",
      one.floor, one.engine, one.engine / one.floor, one.peak_mb);
  fmt::print(
      "first fill of both:     floor {:.2f} s, engine {:.2f} s, ratio {:.2f}, to one season {:.2f} (limit "
      "2.0), peak memory {:.0f} MB\n",
      two.floor, two.engine, two.engine / two.floor, two.engine / one.engine, two.peak_mb);
  fmt::print("nothing to do, both:    {:.3f} s (limit 0.1)\n", two.nothing);
}
