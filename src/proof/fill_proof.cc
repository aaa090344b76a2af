#include "proof/fill_proof.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "ledger/models.h"
#include "ledger/runs.h"
#include "plan/fingerprint.h"
#include "proof/cause.h"
#include "proof/cell_replay.h"
#include "warehouse/cell_sql.h"

namespace backcourt {

namespace {

constexpr const char* kCorrect =
    "correct the SELECT or the windows that it declares: no row of this text counts until it passes";

// From the first to the last partition that a read may see on a date, and the date itself.
PartitionRange Reach(const std::vector<PartitionRange>& ranges, PartitionKey date) {
  PartitionRange reach{date, date};
  for (const PartitionRange& range : ranges)
    reach.first = std::min(reach.first, range.first), reach.last = std::max(reach.last, range.last);
  return reach;
}

// Whether two dates may be filled in one statement: neither then sees more than alone, for what their windows
// hold is the same or lies apart.
bool Apart(const Calendar& calendar, const Model& model, int one, int other) {
  return std::all_of(model.reads.begin(), model.reads.end(), [&](const Read& read) {
    auto of_one = PartitionsOf(read, calendar, one), of_other = PartitionsOf(read, calendar, other);
    if (of_one == of_other) return true;
    auto a = Reach(of_one, calendar.dates()[size_t(one)].date.days),
         b = Reach(of_other, calendar.dates()[size_t(other)].date.days);
    return a.last < b.first || b.last < a.first;
  });
}

// The dates in as few statements as that allows.
std::vector<std::vector<int>> InStatements(const Calendar& calendar, const Model& model,
                                           const std::vector<int>& dates) {
  std::vector<std::vector<int>> statements;
  for (int date : dates) {
    auto apart = std::find_if(statements.begin(), statements.end(), [&](const std::vector<int>& some) {
      return std::all_of(some.begin(), some.end(),
                         [&](int other) { return Apart(calendar, model, date, other); });
    });
    if (apart == statements.end())
      statements.push_back({date});
    else
      apart->push_back(date);
  }
  return statements;
}

bool AcrossSeasons(const Calendar& calendar, const BatchWork& work) {
  return calendar.dates()[size_t(work.cells.front().date_index)].season !=
         calendar.dates()[size_t(work.cells.back().date_index)].season;
}

bool IsAmong(const PartitionDigest& one, const std::vector<PartitionDigest>& made) {
  return std::any_of(made.begin(), made.end(), [&](const PartitionDigest& other) {
    return other.partition == one.partition && other.rows == one.rows && other.digest == one.digest;
  });
}

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

Result<std::map<std::string, std::string>> ReadRefutedModels(Connection& ledger, const Project& project) {
  std::map<std::string, std::string> refuted;
  for (const auto& [name, text] : TRY(ledger::ReadRefuted(ledger)))
    if (const Model* model = project.FindModel(name); model && model->identity.Hex() == text.identity)
      refuted[name] = text.why;
  return refuted;
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

// Some of the dates that a text must still pass. Batches of one model that are ready at once share them: each
// takes what no other is at, and waits for the others when nothing is left to take.
class FillProof::Claim {
 public:
  Claim(FillProof& proof, const std::string& model, bool across)
      : proof_(proof), mine_(proof.proved_.at({model, across})) {}
  ~Claim() { End({}); }

  // How many of up to `most` dates. 0: enough have passed.
  size_t Take(size_t most) {
    std::unique_lock lock(proof_.mutex_);
    proof_.ended_.wait(
        lock, [&] { return mine_.passed.size() + mine_.under_way < kProofDates || !mine_.under_way; });
    taken_ = std::min(most, kProofDates - std::min(kProofDates, mine_.passed.size() + mine_.under_way));
    mine_.under_way += taken_;
    return taken_;
  }
  void End(const std::vector<int>& passed) {
    std::lock_guard lock(proof_.mutex_);
    mine_.under_way -= std::exchange(taken_, 0);
    mine_.passed.insert(passed.begin(), passed.end());
    proof_.ended_.notify_all();
  }

 private:
  FillProof& proof_;
  ProvedDates& mine_;
  size_t taken_ = 0;
};

FillProof::FillProof(const Project& project, const Calendar& calendar, const Cells& cells,
                     PassedDates earlier, std::map<std::string, std::string> refuted)
    : project_(project), calendar_(calendar), earlier_(std::move(earlier)), refuted_(std::move(refuted)) {
  for (const Model& model : project_.models) {
    auto passed = earlier_.find(model.name);
    if (passed != earlier_.end()) proved_[{model.name, false}].passed = passed->second;
    for (bool across : {false, true})
      proved_[{model.name, across}];
    auto series = cells.find(model.name);
    if (series == cells.end()) continue;
    filled_[model.name] = size_t(std::count_if(
        series->second.cells().begin(), series->second.cells().end(),
        [&](const Cell& cell) { return Settled(cell.state) && cell.identity == model.identity; }));
  }
}

bool FillProof::MustPass(const BatchWork& work) const {
  if (work.cells.size() < 2) return false;  // one date is cut to its own windows
  auto filled = filled_.find(work.model->name);
  return earlier_.contains(work.model->name) || filled == filled_.end() ||
         std::max(work.cells.size(), work.planned) > kFewFilled * filled->second;
}

bool FillProof::Asks(const BatchWork& work) {
  if (!MustPass(work) || refuted_.contains(work.model->name)) return false;
  std::lock_guard lock(mutex_);
  const ProvedDates& proved = proved_.at({work.model->name, AcrossSeasons(calendar_, work)});
  return proved.passed.size() + proved.under_way < kProofDates;
}

// Dates with rows, the outermost first: the batch's first, and those that the text's digest picks, so that
// another text is looked at elsewhere. Each is of a stretch, the first of which are short: early in a season
// little is read for a date. The batch's last date is cut to its own windows in any case. With one that was
// filled alone the first is left out.
std::vector<int> FillProof::Choose(const BatchWork& work, const std::vector<PartitionDigest>& made,
                                   bool without_first) const {
  std::set<PartitionKey> with_rows;
  for (const PartitionDigest& partition : made)
    if (partition.rows) with_rows.insert(partition.partition);
  std::vector<int> dates;
  for (const CellWork& cell : work.cells)
    if (with_rows.contains(calendar_.dates()[size_t(cell.date_index)].date.days))
      dates.push_back(cell.date_index);
  if (dates.size() > kProofDates) dates.pop_back();
  size_t count = std::min(kProofDates, dates.size());
  auto begin_of = [&](size_t i) {
    double part = double(i) / double(count);
    return std::max(i, size_t(double(dates.size()) * part * part * part * part));
  };
  std::vector<int> chosen;
  for (size_t n = 0; n < count; ++n) {
    size_t i = n % 2 == 0 ? n / 2 : count - 1 - n / 2;
    if (i == 0 && without_first) continue;
    size_t begin = begin_of(i), end = begin_of(i + 1);
    size_t picked = size_t(Hasher().Add(work.model->identity).Add(int64_t(i)).Finish().value % (end - begin));
    chosen.push_back(dates[i == 0 ? begin : begin + picked]);
  }
  return chosen;
}

Result<> FillProof::Prove(Workbench& bench, const BatchWork& work, const std::string& staged,
                          const std::vector<PartitionDigest>& made, const PartitionDigest* alone) {
  if (auto refuted = refuted_.find(work.model->name); refuted != refuted_.end())
    return Error{ErrorKind::kProof, refuted->second, kCorrect};
  if (!MustPass(work)) return {};
  Claim claim(*this, work.model->name, AcrossSeasons(calendar_, work));
  if (alone) {
    int date = calendar_.Find(Date{alone->partition});
    if (!IsAmong(*alone, made)) {
      TRY(ProveDates(bench, work, {date}, staged, made));
      return Error{ErrorKind::kProof,
                   fmt::format("{}: {} {} differs when it is filled again from the same rows",
                               work.model->file, work.model->name, Date{alone->partition}.Str()),
                   kCorrect};
    }
    claim.End({date});
  }
  for (std::vector<int>& dates : InStatements(calendar_, *work.model, Choose(work, made, alone != nullptr))) {
    dates.resize(claim.Take(dates.size()));
    if (dates.empty()) break;
    TRY(ProveDates(bench, work, dates, staged, made));
    claim.End(dates);
  }
  return {};
}

Result<> FillProof::ProveDates(Workbench& bench, const BatchWork& work, const std::vector<int>& dates,
                               const std::string& staged, const std::vector<PartitionDigest>& made) const {
  const Model& model = *work.model;
  // Newest rows first, the reverse of the warehouse, so that a result which depends on their order shows
  // itself.
  auto from = [&](const Read& read) {
    std::string rows =
        fmt::format("wh.main.{} WHERE {}", Ident(read.table), CutOf(project_, calendar_, read, dates));
    const Model* input = project_.FindModel(read.table);
    std::string written = input && input->view ? "" : bench.dialect().WriteOrder();
    return written.empty() ? rows : fmt::format("{} ORDER BY {} DESC", rows, written);
  };
  auto mismatch = TRY(ReplayDates(bench, from, calendar_, model, dates, staged, made));
  if (!mismatch) return {};
  std::vector<int> batch = dates;
  for (const CellWork& cell : work.cells)
    batch.push_back(cell.date_index);
  std::sort(batch.begin(), batch.end());
  batch.erase(std::unique(batch.begin(), batch.end()), batch.end());
  std::string cause = mismatch->error;
  if (cause.empty())
    cause = TRY(CauseInText(bench, project_, calendar_, model, calendar_.Find(mismatch->date), batch));
  return Error{ErrorKind::kProof,
               fmt::format("{}: {} {} differs when it is filled alone, from its own windows: {}{}",
                           model.file, model.name, mismatch->date.Str(), mismatch->first.Text(),
                           cause.empty() ? "" : "; why: " + cause),
               kCorrect};
}

std::vector<std::string> FillProof::Passed() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> passed;
  for (const auto& [model, earlier] : earlier_) {
    std::set<int> all = earlier;
    for (bool across : {false, true})
      all.merge(std::set<int>(proved_.at({model, across}).passed));
    if (all.size() >= kProofDates) passed.push_back(model);
  }
  return passed;
}

}  // namespace backcourt
