#include "proof/fixes.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"

namespace backcourt {

std::string FillCommand(const std::string& table, Date first, Date last, bool force) {
  std::vector<std::string> words = {"backfill", table, "--dates", first.Str()};
  if (first != last) words = {"backfill", table, "--start-date", first.Str(), "--end-date", last.Str()};
  if (force) words.push_back("--force");
  return CommandToTry(words);
}

std::string LoadCommand(const std::set<std::string>& files) {
  std::vector<std::string> words = {"load"};
  words.insert(words.end(), files.begin(), files.end());
  return CommandToTry(words);
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
      fmt::format("which {} shows, then `backcourt backfill`", CommandToTry({"why", model.name, date.Str()}));
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
