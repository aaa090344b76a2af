// The proof that a new text stands at its fill. A batch is cut to the union of its windows, so that the cut
// alone does not keep one date from another's rows. Of the first batches of a text some dates are therefore
// filled once more, from tables that hold only their own windows, and compared before the batch is published.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "run/batch_filler.h"

namespace backcourt {

// How many dates a text must pass.
inline constexpr size_t kProofDates = 5;
inline constexpr size_t kFewFilled = 4;

// Of models whose text has not passed on kProofDates: the date indices on which it has, which are those that
// were filled in batches of several dates. One that was filled alone is cut to its own windows, and says
// nothing of the text.
using PassedDates = std::map<std::string, std::set<int>>;
Result<PassedDates> ReadPassedDates(Connection& ledger, const Project& project, const Calendar& calendar,
                                    const Cells& cells);

// The models whose text, as it is, has failed a proof, and what that showed.
Result<std::map<std::string, std::string>> ReadRefutedModels(Connection& ledger, const Project& project);

// The models whose cells do not count yet: no batch of the text has passed, and dates of it are still to be
// filled. `states`: of JudgeAll.
Result<std::set<std::string>> ReadUnprovedModels(Connection& ledger, const Project& project,
                                                 const Calendar& calendar, const Cells& cells,
                                                 const std::map<std::string, std::vector<CellState>>& states);

class FillProof : public TextProof {
 public:
  // `earlier`: what has passed at earlier fills. A model that is not in it is proved; a batch of more than
  // kFewFilled times the `cells` that its text has filled so far proves it again, for it was on few dates.
  // `refuted`: by model, what an earlier proof of the text showed.
  FillProof(const Project& project, const Calendar& calendar, const Cells& cells, PassedDates earlier,
            std::map<std::string, std::string> refuted);

  bool Asks(const BatchWork& work) override;
  Result<> Prove(Workbench& bench, const BatchWork& work, const std::string& staged,
                 const std::vector<PartitionDigest>& made, const PartitionDigest* alone) override;

  // Of the models that were not proved: those of which enough dates have passed since.
  std::vector<std::string> Passed() const;

 private:
  // Of a model's batches within a season, or of those with dates of several.
  struct ProvedDates {
    std::set<int> passed;  // date indices
    size_t under_way = 0;  // dates that batches are proving now
  };
  class Claim;
  bool MustPass(const BatchWork& work) const;
  std::vector<int> Choose(const BatchWork& work, const std::vector<PartitionDigest>& made,
                          bool without_first) const;
  Result<> ProveDates(Workbench& bench, const BatchWork& work, const std::vector<int>& dates,
                      const std::string& staged, const std::vector<PartitionDigest>& made) const;

  const Project& project_;
  const Calendar& calendar_;
  const PassedDates earlier_;
  std::map<std::string, size_t> filled_;  // cells of the text as it is, by model; constant
  const std::map<std::string, std::string> refuted_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::map<std::pair<std::string, bool>, ProvedDates> proved_;  // by model and whether across seasons
};

}  // namespace backcourt
