#include "operations/run_logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

constexpr size_t kKeptLogs = 20;
constexpr size_t kMostLogBytes = 8 << 20;  // of a log
constexpr const char* kRunMark = "run-";

std::string RunLogPath(const Project& project, int64_t run) {
  return fmt::format("{}.{}{}.log", project.warehouse, kRunMark, run);
}

}  // namespace

std::string LogPath(const Project& project, int process) {
  return fmt::format("{}.{}.log", project.warehouse, process);
}

Result<std::string> ReadRunLog(const Project& project, int64_t run, int process) {
  for (const std::string& path : {RunLogPath(project, run), LogPath(project, process)})
    if (auto log = ReadFile(path)) return *log;
  return Error{
      ErrorKind::kUsage,
      fmt::format("run {} has no log: a shell did it that was not detached, or its log is older than "
                  "the {} that are kept",
                  run, kKeptLogs),
      fmt::format("`backcourt runs {}`", run), true};
}

void RemoveOldLogs(const Project& project) {
  fs::path warehouse = project.warehouse;
  std::string prefix = warehouse.filename().string() + ".", suffix = ".log";
  std::vector<std::pair<fs::file_time_type, fs::path>> logs;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(warehouse.parent_path(), ignored)) {
    std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= prefix.size() + suffix.size())
      continue;
    std::string number = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    if (number.starts_with(kRunMark)) number.erase(0, std::string(kRunMark).size());
    if (number.find_first_not_of("0123456789") == std::string::npos)
      logs.emplace_back(entry.last_write_time(ignored), entry.path());
  }
  std::sort(logs.rbegin(), logs.rend());
  for (size_t i = kKeptLogs; i < logs.size(); ++i)
    fs::remove(logs[i].second, ignored);
}

void RunLog::Write(std::string_view text) {
  if (text_.size() >= kMostLogBytes) return;
  std::string more(text);
  if (text_.size() + more.size() >= kMostLogBytes) more += "the rest is left out: the log is too long\n";
  text_ += more;
  for (auto& [run, file] : files_)
    file << more << std::flush;
}

void RunLog::Of(int64_t run) {
  for (const auto& [known, file] : files_)
    if (known == run) return;
  auto& file = files_.emplace_back(run, std::ofstream(RunLogPath(project_, run), std::ios::binary)).second;
  file << text_ << std::flush;
  RemoveOldLogs(project_);
}

}  // namespace backcourt
