#include "run/judge.h"

#include <fmt/format.h>

#include "base/text.h"

namespace backcourt {

std::string WhyEmpty(const Model& model, const GameDate& date) {
  if (!model.empty.empty()) return model.empty;
  return date.finals == 0 ? "no game of this date is over" : "the model gives no rows";
}

Result<std::vector<Cell>> JudgeCells(const BatchWork& work, const Calendar& calendar,
                                     const std::vector<PartitionDigest>& made,
                                     const std::map<PartitionKey, std::string>& notes,
                                     const CellSeries* before, int64_t run) {
  const Model& model = *work.model;
  std::vector<Cell> cells;
  size_t at = 0;
  for (const CellWork& cell_work : work.cells) {
    const GameDate& date = calendar.dates()[size_t(cell_work.date_index)];
    Cell cell;
    cell.partition = date.date.days;
    if (at < made.size() && made[at].partition < cell.partition) break;  // said below
    if (at < made.size() && made[at].partition == cell.partition) {
      cell.rows = made[at].rows;
      cell.digest = made[at].digest;
      ++at;
    }
    cell.fingerprint = cell_work.fingerprint;
    cell.identity = model.identity;
    cell.missing = Join(cell_work.missing_games, ",");
    cell.waived = cell_work.waived;
    cell.attempts = work.attempt;
    cell.run = cell.changed = run;
    if (auto note = notes.find(cell.partition); note != notes.end()) cell.note = note->second;
    cell.state = !cell_work.missing_games.empty() ? CellState::kPartial
                 : cell.rows                      ? CellState::kFresh
                                                  : CellState::kEmpty;
    if (cell.rows == 0) cell.reason = WhyEmpty(model, date);
    const Cell* was = before ? before->Find(cell.partition) : nullptr;
    if (was && was->digest == cell.digest && was->rows == cell.rows && was->changed)
      cell.changed = was->changed;
    cells.push_back(std::move(cell));
  }
  if (at < made.size())
    return Error{ErrorKind::kModel,
                 fmt::format("{} gives {} of {}, which is not one of the dates it was asked for", model.name,
                             Counted(made[at].rows, "row"), Date{made[at].partition}.Str()),
                 "join `dates` so that only its dates come out"};
  return cells;
}

}  // namespace backcourt
