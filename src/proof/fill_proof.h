// The proof that a new text stands at its fill. A batch is cut to the union of its windows, so that the cut
// alone does not keep one date from another's rows. Of the first batches of a text some dates are therefore
// filled once more, from tables that hold only their own windows, and compared before the batch is published.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "run/batch_filler.h"

namespace backcourt {

class FillProof : public TextProof {
 public:
  // `proved`: the models whose text passed at an earlier fill.
  FillProof(const Project& project, const Calendar& calendar, std::set<std::string> proved)
      : project_(project), calendar_(calendar), proved_(std::move(proved)) {}

  Result<> Prove(Workbench& bench, const BatchWork& work, const std::string& staged,
                 const std::vector<PartitionDigest>& made) override;

  // Of the models that were not proved: those of which enough dates have passed since.
  std::vector<std::string> Passed() const;

 private:
  struct ProvedDates {  // date indices
    std::set<int> within_seasons, across_seasons;
  };
  std::vector<int> Choose(const BatchWork& work, const std::vector<PartitionDigest>& made,
                          size_t count) const;

  const Project& project_;
  const Calendar& calendar_;
  const std::set<std::string> proved_;
  mutable std::mutex mutex_;
  std::map<std::string, ProvedDates> passed_;  // by model; across_seasons: of batches with dates of several
};

}  // namespace backcourt
