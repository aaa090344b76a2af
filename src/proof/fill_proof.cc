#include "proof/fill_proof.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "proof/cause.h"
#include "proof/cell_replay.h"
#include "warehouse/cell_sql.h"

namespace backcourt {

namespace {

constexpr size_t kDates = 5;  // that a text must pass

// In a batch of more dates the chosen ones are filled in one statement: they are so far from each other that
// most windows of one do not reach the next, and of a season's window the last one has only its own.
constexpr size_t kFewDates = 20;

}  // namespace

// Dates with rows: the first, the last but one, and between them those that the text's digest picks, so that
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
  if (dates.size() > kDates) dates.pop_back();
  count = std::min(count, dates.size());
  std::vector<int> chosen;
  for (size_t i = 0; i < count; ++i) {  // one of each stretch
    size_t begin = i * dates.size() / count, end = (i + 1) * dates.size() / count;
    size_t picked = size_t(Hasher().Add(work.model->identity).Add(int64_t(i)).Finish().value % (end - begin));
    chosen.push_back(dates[i == 0 ? begin : i + 1 == count ? end - 1 : begin + picked]);
  }
  return chosen;
}

Result<> FillProof::Prove(Workbench& bench, const BatchWork& work, const std::string& staged,
                          const std::vector<PartitionDigest>& made) {
  const Model& model = *work.model;
  if (work.cells.size() < 2 || proved_.contains(model.name)) return {};  // one date is cut to its own windows
  auto season = [&](const CellWork& cell) { return calendar_.dates()[size_t(cell.date_index)].season; };
  bool across = season(work.cells.front()) != season(work.cells.back());
  auto passed = [&]() -> std::set<int>& {  // of batches like this one; REQUIRES: the mutex
    ProvedDates& of_model = passed_[model.name];
    return across ? of_model.across_seasons : of_model.within_seasons;
  };
  size_t still;
  {
    std::lock_guard lock(mutex_);
    still = kDates - std::min(kDates, passed().size());
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
        fmt::format("{}: {} {} is another when it is filled from its own windows alone: {}{}", model.file,
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
  for (const auto& [model, dates] : passed_)
    if (dates.within_seasons.size() + dates.across_seasons.size() >= kDates) passed.push_back(model);
  return passed;
}

}  // namespace backcourt
