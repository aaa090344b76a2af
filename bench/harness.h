// What the benchmarks share: projects in a folder of their own, the program as
// a process with its time and memory, and the bare floor: the same model texts
// run once, set-based, in one connection, in dependency order, without the
// engine.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "calendar/calendar.h"
#include "plan/cells.h"
#include "project/project.h"
#include "warehouse/duckdb/duckdb_warehouse.h"

namespace backcourt::bench {

struct Measured {
  double seconds = 0;  // wall
  double cpu = 0;      // of all its threads, user and system
  double peak_mb = 0;  // resident memory
};

// A folder that goes when the object does, with a project on the NBA pack, or on one of the same raw tables
// with models of its own.
class Workshop {
 public:
  // `data` is the data folder; `seasons` are those that are loaded, all when empty. `own`: a folder with
  // backcourt.toml and models.
  Workshop(const std::string& data, const std::vector<std::string>& seasons, const std::string& own = "");
  ~Workshop();

  const std::string& folder() const { return folder_; }
  std::string warehouse() const { return folder_ + "/warehouse.duckdb"; }

  // Runs `backcourt WORDS` there; ends the benchmark when it fails.
  Measured Run(const std::vector<std::string>& words) const;
  Project Load() const;

 private:
  std::string folder_;
};

// Runs `work` in a process of its own and measures it.
Measured InProcess(const std::function<void()>& work);

// A warehouse as the program opens it; ends the benchmark when it cannot.
std::unique_ptr<Warehouse> Open(const Project& project);

// Each model's text once over `dates` (calendar indices by model; all there are
// when empty). Into new tables, or replacing these dates of those there are.
void Floor(const Project& project, Connection& connection, const Calendar& calendar,
           const std::map<std::string, std::vector<int>>& dates, bool replace);

// What a first fill takes, from a loaded warehouse: medians of runs in turn.
struct FillFigures {
  double floor = 0, engine = 0, peak_mb = 0, nothing = 0;
};
FillFigures MeasureFill(const Workshop& workshop, int runs);

double Median(std::vector<double> values);

// Prints a figure for the table of bench/run; `limit` is the most it may be, 0 for none.
void Figure(const std::string& name, double value, const std::string& unit, double limit);

// The repository's folder, two above the program's.
std::string Root();

[[noreturn]] void Fail(const std::string& message);

}  // namespace backcourt::bench
