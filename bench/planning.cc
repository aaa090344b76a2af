// Planning a synthetic project of ten tables: 10,000 and 100,000 cells. The time
// a cell should not grow.
#include <benchmark/benchmark.h>

#include "plan/planner.h"

using namespace backcourt;

namespace {

struct League {
  Project project;
  Calendar calendar;
  Cells cells;
  Selection selection;

  // `dates` game dates in seasons of 200, ten tables, every raw cell there;
  // filled when `filled`, with one raw cell in fifty changed since.
  League(int dates, bool filled) {
    RawTable raw;
    raw.name = "raw";
    raw.date = "game_date";
    project.raw_tables = {raw};
    project.schedule = project.results = "raw";
    project.boxes = {"raw"};
    auto window = [](const char* text) { return *Window::Parse(text); };
    auto add = [&](int n, std::vector<Read> reads) {
      Model model;
      model.name = "table_" + std::to_string(n);
      model.reads = std::move(reads);
      model.identity = Hasher().Add(model.name).Finish();
      project.models.push_back(std::move(model));
    };
    add(0, {{"raw", {window("same date"), window("10 games before")}}});
    add(1, {{"raw", {window("same date")}}, {"table_0", {window("same date")}}});
    for (int n = 2; n < 10; ++n)
      add(n, {{"raw", {window("season before")}},
              {"table_" + std::to_string(n - 1), {window(n % 2 ? "season before" : "same date")}},
              {"table_0", {window("30 days before")}}});
    std::vector<Game> games;
    for (int i = 0; i < dates; ++i)
      for (int g = 0; g < 8; ++g) {
        Game game{std::to_string(i) + "-" + std::to_string(g),
                  Date{10000 + i + i / 200 * 165},
                  std::to_string(2000 + i / 200),
                  2000 + i / 200,
                  "regular",
                  "T" + std::to_string((i + g * 2) % 30),
                  "T" + std::to_string((i + g * 2 + 1) % 30),
                  true,
                  {}};
        games.push_back(game);
      }
    calendar = Calendar::Build(std::move(games));
    for (const GameDate& date : calendar.dates()) {
      Cell cell;
      cell.partition = date.date.days;
      cell.state = CellState::kFresh;
      cell.rows = 1;
      cell.digest = Hasher().Add(int64_t(cell.partition)).Finish();
      cells["raw"].Append(cell);
    }
    for (size_t i = 0; i < calendar.dates().size(); ++i)
      selection.dates.push_back(int(i));
    if (!filled) return;
    for (const Model& model : project.models)
      for (size_t i = 0; i < calendar.dates().size(); ++i) {
        Cell cell;
        cell.partition = calendar.dates()[i].date.days;
        cell.state = CellState::kFresh;
        cell.rows = 1;
        cell.identity = model.identity;
        cell.fingerprint = Fingerprint(model, calendar, int(i), cells, {}, "");
        cell.digest = Hasher().Add(cell.fingerprint).Finish();
        cells[model.name].Append(cell);
      }
    for (size_t i = 0; i < calendar.dates().size(); i += 50) {
      Cell cell = *cells["raw"].Find(calendar.dates()[i].date.days);
      cell.digest = cell.digest + cell.digest;
      cells["raw"].Put(cell);
    }
  }
};

void Planning(benchmark::State& state, bool filled) {
  League league(int(state.range(0)) / 10, filled);
  for (auto _ : state)
    benchmark::DoNotOptimize(MakePlan(league.project, league.calendar, league.cells, league.selection, {}));
  state.counters["ns_a_cell"] =
      benchmark::Counter(double(state.range(0)) * 1e-9,
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

BENCHMARK_CAPTURE(Planning, nothing_filled, false)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Planning, one_date_in_fifty_changed, true)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
