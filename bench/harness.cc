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

Workshop::Workshop(const std::string& data, const std::vector<std::string>& seasons) {
  std::string pattern = (fs::temp_directory_path() / "backcourt-bench-XXXXXX").string();
  if (!mkdtemp(pattern.data())) Fail("no temporary folder");
  folder_ = pattern;
  std::vector<std::string> quoted;
  for (const std::string& season : seasons)
    quoted.push_back("\"" + season + "\"");
  std::ofstream(folder_ + "/backcourt.toml")
      << fmt::format("[project]\npack = \"{}/nba\"\nseasons = [{}]\n[data]\nfolder = \"{}\"\n", Root(),
                     Join(quoted, ", "), data);
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
  WarehouseOptions options{project.warehouse, project.threads, project.memory_limit, {}};
  options.functions = project.functions;
  auto warehouse = OpenDuckDb(options);
  if (!warehouse) Fail(warehouse.error().Text());
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
    if (auto done = connection.Execute(sql); !done) Fail(model.name + ": " + done.error().Text());
  }
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace backcourt::bench
