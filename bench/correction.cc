// One player's points in one box row of 2021-12-01 change: load and backfill,
// against the floor of the cells that were filled again.
// Usage: correction [DATA_FOLDER] [RUNS]
#include <fmt/format.h>

#include <filesystem>

#include "base/text.h"
#include "bench/harness.h"
#include "warehouse/calendar_reader.h"

using namespace backcourt;
using namespace backcourt::bench;

namespace fs = std::filesystem;

namespace {

template <typename T>
T Must(Result<T> result) {
  if (!result) Fail(result.error().Text());
  return std::move(*result);
}

}  // namespace

int main(int argc, char** argv) {
  std::string data = argc > 1 ? argv[1] : Root() + "/data";
  int runs = argc > 2 ? std::stoi(argv[2]) : 3;
  Workshop workshop(data, {"2020-21", "2021-22"});
  std::string copy = workshop.folder() + "/data";
  fs::copy(data, copy, fs::copy_options::recursive);
  Workshop corrected(copy, {"2020-21", "2021-22"});
  corrected.Run({"backfill", "all"});
  std::vector<double> firsts;
  for (int i = 0; i < runs; ++i)
    firsts.push_back(Workshop(data, {"2021-22"}).Run({"backfill", "all"}).seconds);
  Project project = corrected.Load();
  std::string box = copy + "/raw_player_box/season=2021-22/data.parquet";
  if (!fs::exists(box))
    Fail(box + " is not there: the data folder must hold raw tables as `export --raw` writes them");

  std::vector<double> engines, floors;
  int64_t cells = 0;
  for (int i = 0; i < runs; ++i) {
    {
      auto warehouse = Open(project);
      auto connection = Must(warehouse->Connect());
      Must(connection->Execute(
          fmt::format("CREATE TEMP TABLE box AS SELECT * REPLACE (CASE WHEN game_date = DATE '2021-12-01' "
                      "AND player_id = (SELECT min(player_id) FROM read_parquet({0}) WHERE game_date = DATE "
                      "'2021-12-01' AND points > 10) "
                      "THEN points + 1 ELSE points END AS points) FROM read_parquet({0}); COPY box TO {1} "
                      "(FORMAT parquet, COMPRESSION zstd)",
                      Quote(box), Quote(box + ".new"))));
    }
    fs::rename(box + ".new", box);
    double engine = corrected.Run({"backfill", "all"}).seconds;
    std::map<std::string, std::vector<int>> filled;
    {
      auto warehouse = Open(project);
      auto connection = Must(warehouse->Connect());
      Calendar calendar = Must(ReadCalendar(*connection, project));
      Rows last =
          Must(connection->Query("SELECT table_name, slot FROM backcourt.cells WHERE run = (SELECT max(run) "
                                 "FROM backcourt.runs) ORDER BY 1, 2"));
      for (size_t r = 0; r < last.size(); ++r)
        filled[last.Text(r, 0)].push_back(calendar.Find(Date{int32_t(last.Int(r, 1))}));
      cells = int64_t(last.size());
    }
    floors.push_back(InProcess([&] {
                       auto warehouse = Open(project);
                       auto connection = Must(warehouse->Connect());
                       Calendar calendar = Must(ReadCalendar(*connection, project));
                       Floor(project, *connection, calendar, filled, true);
                       connection.reset();
                       warehouse.reset();
                     }).seconds);
    engines.push_back(engine);
  }
  double floor = Median(floors), engine = Median(engines);
  fmt::print(
      "correction of one row: {} cells filled again, floor {:.2f} s, load and engine {:.2f} s; a first fill "
      "of "
      "its season, load included, {:.2f} s\n",
      cells, floor, engine, Median(firsts));
  Figure("correction of one box row", engine / Median(firsts), "x a first fill of its season", 0.45);
}
