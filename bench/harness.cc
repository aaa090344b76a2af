#include "bench/harness.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "warehouse/calendar_reader.h"
#include "warehouse/cell_sql.h"

namespace backcourt::bench {

namespace fs = std::filesystem;

namespace {

Measured Wait(pid_t child, std::chrono::steady_clock::time_point start, const std::string& what) {
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    Fail(what + " failed");
  auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) * 1e-6; };
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
          seconds(usage.ru_utime) + seconds(usage.ru_stime), double(usage.ru_maxrss) / 1024};
}

}  // namespace

void Fail(const std::string& message) {
  fmt::print(stderr, "bench: {}\n", message);
  exit(1);
}

std::string Root() {
  return fs::read_symlink("/proc/self/exe").parent_path().parent_path().parent_path().string();
}

Workshop::Workshop(const std::string& data, const std::vector<std::string>& seasons, const std::string& own) {
  std::string pattern = (fs::temp_directory_path() / "backcourt-bench-XXXXXX").string();
  if (!mkdtemp(pattern.data())) Fail("no temporary folder");
  folder_ = pattern;
  std::vector<std::string> quoted;
  for (const std::string& season : seasons)
    quoted.push_back("\"" + season + "\"");
  std::string nba = Root() + "/nba", pack = nba;
  if (!own.empty()) {
    pack = folder_ + "/pack";
    fs::create_directory(pack);
    for (const char* part : {"backcourt.toml", "models"})
      fs::create_symlink(fs::path(own) / part, fs::path(pack) / part);
    for (const char* part : {"feeds.toml", "functions", "seeds", "sources", "tables"})
      fs::create_symlink(fs::path(nba) / part, fs::path(pack) / part);
  }
  std::ofstream(folder_ + "/backcourt.toml")
      << fmt::format("[project]\npack = \"{}\"\n{}[data]\nfolder = \"{}\"\n", pack,
                     seasons.empty() ? "" : fmt::format("seasons = [{}]\n", Join(quoted, ", ")), data);
}

Workshop::~Workshop() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Measured Workshop::Run(const std::vector<std::string>& words) const {
  std::vector<std::string> arguments = {Root() + "/build/backcourt", "--project", folder_};
  arguments.insert(arguments.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments)
    argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  auto start = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (posix_spawn(&child, argv[0], &quiet, nullptr, argv.data(), environ) != 0)
    Fail(std::string(argv[0]) + " does not start");
  posix_spawn_file_actions_destroy(&quiet);
  return Wait(child, start, Join(words, " "));
}

Project Workshop::Load() const {
  auto project = Project::Load(folder_);
  if (!project) Fail(project.error().Text());
  return *project;
}

Measured InProcess(const std::function<void()>& work) {
  auto start = std::chrono::steady_clock::now();
  pid_t child = fork();
  if (child == 0) {
    work();
    _exit(0);
  }
  return Wait(child, start, "the floor");
}

std::unique_ptr<Warehouse> Open(const Project& project) {
  WarehouseOptions options{project.warehouse, project.threads, project.EngineMemory(), {}};
  options.functions = project.functions;
  auto warehouse = OpenDuckDb(options);
  if (!warehouse) Fail(warehouse.error().Text());
  auto connection = (*warehouse)->ConnectToLedger();
  // The file closes as one of bare DuckDB does: what is spared there is ours.
  if (!connection || !(*connection)->ExecuteAlone("RESET max_vacuum_tasks")) Fail("no setting is reset");
  return std::move(*warehouse);
}

void Floor(const Project& project, Connection& connection, const Calendar& calendar,
           const std::map<std::string, std::vector<int>>& dates, bool replace) {
  std::vector<int> all;
  for (size_t i = 0; i < calendar.dates().size(); ++i)
    all.push_back(int(i));
  for (const Model& model : project.models) {
    auto chosen = dates.find(model.name);
    if (model.view || (!dates.empty() && chosen == dates.end())) continue;
    const std::vector<int>& mine = dates.empty() ? all : chosen->second;
    std::string select = InputSql(project, calendar, model, mine) + SelectSql(model);
    std::string table = "main." + Ident(model.name), sql;
    if (replace) {
      std::vector<std::string> literals;
      for (int date : mine)
        literals.push_back(calendar.dates()[size_t(date)].date.Sql());
      // Computed before the old rows go, as a person would who wants them safe.
      sql = fmt::format(
          "CREATE OR REPLACE TEMP TABLE fresh AS {}; BEGIN; DELETE FROM {} WHERE {} IN ({}); INSERT INTO {} "
          "FROM fresh; COMMIT",
          select, table, Ident(model.date), Join(literals, ", "), table);
    } else {
      sql = fmt::format("CREATE OR REPLACE TABLE {} AS {}", table, select);
    }
    if (auto done = connection.ExecuteAlone(sql); !done) Fail(model.name + ": " + done.error().Text());
  }
}

FillFigures MeasureFill(const Workshop& workshop, int runs) {
  workshop.Run({"load"});
  Project project = workshop.Load();
  std::string loaded = workshop.folder() + "/loaded";
  fs::copy_file(workshop.warehouse(), loaded);
  auto reset = [&] { fs::copy_file(loaded, workshop.warehouse(), fs::copy_options::overwrite_existing); };
  std::vector<double> floors, engines, nothings;
  FillFigures figures;
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

void Figure(const std::string& name, double value, const std::string& unit, double limit) {
  fmt::print("\t{}\t{:.3f}\t{}\t{}\n", name, value, unit, limit);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace backcourt::bench
