// The readers of JSON: a response of any content lies in the data folder of a
// project of the NBA pack, beside a good schedule, and is loaded. It is read, or
// it is refused by an error that names it; and what is read can be worked with.
// The first byte tells which response it is. What the engine does inside is not
// seen by the fuzzer: what came of it is counted in its place.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "load/loader.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/json_mutator.h"
#include "tests/kit/folder.h"
#include "warehouse/calendar_reader.h"
#include "warehouse/duckdb/duckdb_warehouse.h"

using namespace backcourt;
namespace fs = std::filesystem;

// One each: what libFuzzer takes for more to be covered.
__attribute__((used, section("__libfuzzer_extra_counters"))) static uint8_t outcomes[1 << 14];

namespace {

const char* const kResponses[] = {
    "boxscoretraditionalv2_0022400500.json",
    "boxscoretraditionalv3_0022400500.json",
    "boxscore_0022400500.json",
    "boxscoresummaryv2_0022400500.json",
    "leaguegamelog_2024-25.json",
    "playbyplayv2_0022400500.json",
    "playbyplayv3_0022400500.json",
    "playbyplay_0022400500.json",
    "commonplayerinfo_2024-25.json",
    "odds_api_2024-25.json",
    "scheduleleaguev2_2024-25.json",
    "schedule/2024-25/2025-01-16T120000.json",
    "shotchartdetail_0022400500.json",
};

[[noreturn]] void Fail(const std::string& what) {
  fprintf(stderr, "responses: %s\n", what.c_str());
  std::abort();
}

template <typename T>
T Need(Result<T> result) {
  if (!result) Fail(result.error().message);
  return std::move(result).Take();
}

// A project's folder, with a warehouse in which all but the response is loaded.
struct Place {
  testing::Folder own;
  fs::path folder = own.path();
  Project project;
  WarehouseOptions options;

  Place() {
    fs::path source = BACKCOURT_SOURCE;
    fs::create_directories(folder / "data" / "schedule" / "2024-25");
    Write("backcourt.toml",
          "[project]\npack = \"" + (source / "nba").string() + "\"\n[data]\nfolder = \"data\"\n");
    project = Need(Project::Load(folder.string()));
    options = {(folder / "warehouse.duckdb").string(), 1, "640MB", {}};
    options.functions = project.functions;
    fs::copy_file(source / "tests/samples/scheduleleaguev2_2024-25.json",
                  folder / "data" / "scheduleleaguev2.json");
    fs::copy_file(source / "tests/samples/boxscoretraditionalv2_0022400561.json.gz",
                  folder / "data" / "boxscoretraditionalv2.json.gz");
    // Events of another game, to which a shot chart gives places.
    std::string events = Need(ReadFile((source / "tests/fuzz/corpus/responses/pbpv2").string())).substr(1);
    for (auto [from, to] : {std::pair("0022400500", "0022400061"), {"MIN", "BOS"}, {"LAC", "NYK"}})
      events = ReplaceAll(events, from, to);
    Write("data/playbyplayv2.json", events);
    auto warehouse = Need(OpenDuckDb(options));
    auto connection = Need(warehouse->Connect());
    Need(Load(*connection));
  }

  void Write(const std::string& name, const std::string& text) {
    Need(WriteFile((folder / name).string(), text));
  }

  Result<LoadReport> Load(Connection& connection) {
    Loader loader(project, connection, Finder(project, [] { return false; }), [](const std::string&) {});
    return loader.Load();
  }
};

// Counts what was said, without the values in it.
void Count(const std::string& said) {
  std::string shape;
  bool quoted = false;
  for (char c : said.substr(0, 300)) {
    if (c == '\'' || c == '"')
      quoted = !quoted;
    else if (!quoted && !std::isdigit(uint8_t(c)))
      shape += c;
  }
  outcomes[std::hash<std::string>()(shape) % sizeof outcomes] = 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Place place;
  if (size == 0) return 0;
  std::string name = kResponses[data[0] % std::size(kResponses)];
  fs::path path = place.folder / "data" / name;
  static const std::string good = (place.folder / "warehouse.duckdb").string(), used = good + ".used";
  fs::copy_file(good, used, fs::copy_options::overwrite_existing);
  WarehouseOptions options = place.options;
  options.path = used;
  auto warehouse = Need(OpenDuckDb(options));
  auto connection = Need(warehouse->Connect());
  place.Write("data/" + name, TextOf(data + 1, size - 1));
  auto report = place.Load(*connection);
  fs::remove(path);
  if (!report) {
    Count(name + report.error().message);
    if (report.error().kind != ErrorKind::kSource)
      Fail(std::string("refused as ") + ErrorKindName(report.error().kind) + ": " + report.error().message);
    if (report.error().Text().find(name) == std::string::npos)
      Fail("the refusal does not name the response: " + report.error().Text());
    if (Need(connection->Query("SELECT count(*) FROM backcourt.runs")).Int(0, 0) != 1)
      Fail("the refused load left a run: " + report.error().Text());
    return 0;
  }
  for (const LoadedTable& table : report->tables)
    Count(name + table.table + std::string(size_t(std::min<int64_t>(table.rows, 40)), '+'));
  for (const DroppedRows& dropped : report->dropped)
    Count(name + dropped.table + dropped.source + dropped.reason);
  for (const Snapshot& one : report->quarantined)
    Count(name + one.problem);
  for (const RawTable& table : place.project.raw_tables) {
    std::vector<std::string> keys, nulls;
    for (const std::string& column : table.key)
      keys.push_back(Ident(column)), nulls.push_back(Ident(column) + " IS NULL");
    std::string keyed =
        fmt::format("SELECT count(*), count(*) FILTER (WHERE {}), count(DISTINCT ({})) FROM {}",
                    Join(nulls, " OR "), Join(keys, ", "), Ident(table.name));
    Rows rows = Need(connection->Query(keyed));
    if (rows.Int(0, 1) > 0) Fail(table.name + " has a row without a key");
    if (rows.Int(0, 0) != rows.Int(0, 2)) Fail(table.name + " has two rows of one key");
  }
  (void)Need(ReadCalendar(*connection, place.project));
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  if (size == 0) return 0;
  std::string mutated = JsonMutator(seed).Mutate(TextOf(data + 1, size - 1)).substr(0, most - 1);
  std::copy(mutated.begin(), mutated.end(), data + 1);
  return mutated.size() + 1;
}
