#include "proof/fill_proof.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "ledger/models.h"
#include "ledger/runs.h"
#include "plan/planner.h"
#include "proof/cause.h"
#include "proof/cell_replay.h"
#include "warehouse/cell_sql.h"

namespace backcourt {

namespace {

// In a batch of more dates the chosen ones are filled in one statement: they are so far from each other that
// most windows of one do not reach the next, and of a season's window the last one has only its own.
constexpr size_t kFewDates = 20;

}  // namespace

Result<PassedDates> ReadPassedDates(Connection& ledger, const Project& project, const Calendar& calendar,
                                    const Cells& cells) {
  PassedDates passed;
  std::set<std::string> open;
  auto known = TRY(ledger::ReadModels(ledger));
  for (const Model& model : project.models) {
    auto mine = known.find(model.name);
    bool same = mine != known.end() && mine->second.identity == model.identity.Hex();
    if (!model.view && !(same && mine->second.proved)) open.insert(model.name);
  }
  auto alone = TRY(ledger::ReadFilledAlone(ledger, open));
  for (const std::string& name : open) {
    std::set<int>& dates = passed[name];
    auto series = cells.find(name);
    if (series == cells.end()) continue;
    for (const Cell& cell : series->second.cells())
      if (cell.rows && Settled(cell.state) && cell.identity == project.FindModel(name)->identity &&
          !alone[name].contains({cell.run, cell.partition}))
        dates.insert(calendar.Find(Date{cell.partition}));
    dates.erase(-1);
    if (dates.size() >= kProofDates) passed.erase(name);
  }
  return passed;
}

Result<std::set<std::string>> ReadUnprovedModels(
    Connection& ledger, const Project& project, const Calendar& calendar, const Cells& cells,
    const std::map<std::string, std::vector<CellState>>& states) {
  std::set<std::string> unproved;
  for (const auto& [name, dates] : TRY(ReadPassedDates(ledger, project, calendar, cells)))
    if (const auto& mine = states.at(name);
        dates.empty() && std::any_of(mine.begin(), mine.end(), ToBeFilled))
      unproved.insert(name);
  return unproved;
}

// Dates with rows: the first, and behind it those that the text's digest picks, one of each stretch, so that
// another text is looked at elsewhere. The batch's last date is cut to its own windows in any case.
std::vector<int> FillProof::Choose(const BatchWork& work, const std::vector<PartitionDigest>& made,
                                   size_t count) const {
  std::set<PartitionKey> with_rows;
  for (const PartitionDigest& partition : made)
    if (partition.rows) with_rows.insert(partition.partition);
  std::vector<int> dates;
  for (const CellWork& cell : work.cells)
    if (with_rows.contains(calendar_.dates()[size_t(cell.date_index)].date.days))
      dates.push_back(cell.date_index);
  if (dates.size() > kProofDates) dates.pop_back();
  count = std::min(count, dates.size());
  std::vector<int> chosen;
  for (size_t i = 0; i < count; ++i) {  // one of each stretch
    size_t begin = i * dates.size() / count, end = (i + 1) * dates.size() / count;
    size_t picked = size_t(Hasher().Add(work.model->identity).Add(int64_t(i)).Finish().value % (end - begin));
    chosen.push_back(dates[i == 0 ? begin : begin + picked]);
  }
  return chosen;
}

Result<> FillProof::Prove(Workbench& bench, const BatchWork& work, const std::string& staged,
                          const std::vector<PartitionDigest>& made) {
  const Model& model = *work.model;
  auto earlier = earlier_.find(model.name);
  if (work.cells.size() < 2 || earlier == earlier_.end()) return {};  // one date is cut to its own windows
  auto season = [&](const CellWork& cell) { return calendar_.dates()[size_t(cell.date_index)].season; };
  bool across = season(work.cells.front()) != season(work.cells.back());
  auto passed = [&]() -> std::set<int>& {  // of batches like this one; REQUIRES: the mutex
    ProvedDates& of_model = passed_[model.name];
    return across ? of_model.across_seasons : of_model.within_seasons;
  };
  size_t still;
  {
    std::lock_guard lock(mutex_);
    std::set<int> dates = passed();
    if (!across) dates.insert(earlier->second.begin(), earlier->second.end());
    still = kProofDates - std::min(kProofDates, dates.size());
  }
  std::vector<int> dates = Choose(work, made, still);
  if (dates.empty()) return {};
  std::vector<std::vector<int>> together;
  if (work.cells.size() > kFewDates)
    together.push_back(dates);
  else
    for (int date : dates)
      together.push_back({date});
  for (const std::vector<int>& some : together) {
    // Newest rows first, the reverse of the warehouse, so that a result which depends on their order shows
    // itself.
    auto from = [&](const Read& read) {
      std::string rows =
          fmt::format("wh.main.{} WHERE {}", Ident(read.table), CutOf(project_, calendar_, read, some));
      const Model* input = project_.FindModel(read.table);
      std::string written = input && input->view ? "" : bench.dialect().WriteOrder();
      return written.empty() ? rows : fmt::format("{} ORDER BY {} DESC", rows, written);
    };
    auto mismatch = TRY(ReplayDates(bench, from, calendar_, model, some, staged, made));
    if (!mismatch) continue;
    std::vector<int> batch;
    for (const CellWork& cell : work.cells)
      batch.push_back(cell.date_index);
    std::string cause = mismatch->error;
    if (cause.empty())
      cause = TRY(CauseInText(bench, project_, calendar_, model, calendar_.Find(mismatch->date), batch));
    return Error{
        ErrorKind::kProof,
        fmt::format("{}: {} {} differs when it is filled alone, from its own windows: {}{}", model.file,
                    model.name, mismatch->date.Str(), mismatch->first.Text(),
                    cause.empty() ? "" : "; why: " + cause),
        "correct the SELECT or the windows that it declares: no row of this text counts until it passes"};
  }
  std::lock_guard lock(mutex_);
  passed().insert(dates.begin(), dates.end());
  return {};
}

std::vector<std::string> FillProof::Passed() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> passed;
  for (const auto& [model, dates] : passed_) {
    std::set<int> all = earlier_.at(model);
    all.insert(dates.within_seasons.begin(), dates.within_seasons.end());
    all.insert(dates.across_seasons.begin(), dates.across_seasons.end());
    if (all.size() >= kProofDates) passed.push_back(model);
  }
  return passed;
}

}  // namespace backcourt
