// Logs of runs, beside the warehouse: of a process that was detached, what it printed; of a server, a file
// for each run that it did.
#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "project/project.h"

namespace backcourt {

// Of a detached process.
std::string LogPath(const Project& project, int process);
// The log of a run that a process did; kUsage where there is none.
Result<std::string> ReadRunLog(const Project& project, int64_t run, int process);
// Older logs than the newest ones of this warehouse.
void RemoveOldLogs(const Project& project);

// What a server notes of one piece of work, from its beginning, for all runs in it. Used by one thread at a
// time.
class RunLog {
 public:
  explicit RunLog(const Project& project) : project_(project) {}

  void Write(std::string_view text);
  // The number of a run of it. Where its file cannot be written, it has no log: the work goes on.
  void Of(int64_t run);

 private:
  const Project& project_;
  std::string text_;
  std::vector<std::pair<int64_t, std::ofstream>> files_;
};

}  // namespace backcourt
