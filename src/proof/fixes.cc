#include "proof/fixes.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"

namespace backcourt {

std::string FillCommand(const std::string& table, Date first, Date last, bool force) {
  return first == last ? fmt::format("`backcourt backfill {} --dates {}{}`", table, first.Str(),
                                     force ? " --force" : "")
                       : fmt::format("`backcourt backfill {} --start-date {} --end-date {}{}`", table,
                                     first.Str(), last.Str(), force ? " --force" : "");
}

std::string LoadCommand(const std::set<std::string>& files) {
  std::string command = "`backcourt load";
  for (const std::string& path : files)
    command += " " + ShellWord(path);
  return command + "`";
}

std::string CorrectFiles(const std::string& what, const std::set<std::string>& files) {
  constexpr size_t kNamed = 6;
  std::vector<std::string> named(files.begin(), files.end());
  if (named.size() > kNamed) named = {};
  return fmt::format("{}{}, then {} and `backcourt backfill`", what,
                     named.empty() ? "" : " (" + Join(named, ", ") + ")",
                     named.empty() ? "`backcourt load`" : LoadCommand(files));
}

std::optional<CellGap> GapOf(const Project& project, const Model& model, Date date, const Cell* cell,
                             CellState state) {
  std::string shown =
      fmt::format("which `backcourt why {} {}` shows, then `backcourt backfill`", model.name, date.Str());
  if (state == CellState::kPartial)
    return CellGap{
        fmt::format("partial: made without the boxes of {}", cell->missing),
        fmt::format("get files that have these boxes ({}), then `backcourt load` and `backcourt backfill`",
                    Join(project.boxes, ", "))};
  if (state == CellState::kFailed)
    return CellGap{"failed: " + cell->reason.substr(0, 300), "fix the cause, " + shown};
  if (state == CellState::kBlocked)
    return CellGap{"blocked: " + cell->reason, "fix what it waits for, " + shown};
  if (Settled(state)) return {};
  return CellGap{
      state == CellState::kMayChange ? "an input of it is to be filled again" : CellStateName(state), ""};
}

}  // namespace backcourt
