// `check`: what should be there by the schedule against what is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/lint.h"
#include "operations/load.h"
#include "operations/selection.h"
#include "operations/workspace.h"
#include "proof/completeness.h"

namespace backcourt {

struct CheckRequest {
  std::vector<std::string> tables;  // models and raw tables; empty: all
  DateSelection dates;
};
void Describe(Visitor& v, CheckRequest& r);

struct CheckedDates {
  std::string season;
  int64_t game_dates = 0;
};
struct AcceptedGap {
  Gap gap;
  std::string reason;
};
struct UnusedAcceptance {
  std::string guard, subject, reason, place;
};
struct CheckAnswer {
  CheckReport check;
  std::vector<AcceptedGap> accepted;
  std::vector<UnusedAcceptance> unused;  // of a check of everything
  std::vector<CheckedDates> seasons;
  std::vector<AbsentFeed> absent;
  FileChanges files;
  std::vector<NullColumns> null_columns;
};
void Describe(Visitor& v, CheckAnswer& r);

// Whether a line of [accepted] is about a gap.
bool Accepts(const Accepted& accepted, const Gap& gap);

Result<CheckAnswer> Check(Workspace& workspace, const CheckRequest& request, const Cancel& cancel);

}  // namespace backcourt
