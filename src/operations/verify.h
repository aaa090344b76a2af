// `verify`: cells are recomputed alone and compared with what is stored, to the bit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "load/loader.h"
#include "operations/events.h"
#include "operations/selection.h"
#include "operations/workspace.h"
#include "proof/replay.h"

namespace backcourt {

struct VerifyRequest {
  std::vector<std::string> tables;  // empty: all
  DateSelection dates;
  std::optional<int> sample;  // how many cells; none: 100
  bool all = false;
  bool raw = false;             // raw tables against their files, in place of cells
  std::optional<int> parallel;  // replays side by side; none: the number of cores
};
void Describe(Visitor& v, VerifyRequest& r);

struct VerifyReport {
  ReplayReport replay;
  int64_t stale_cells = 0;            // left out: their inputs have changed since
  std::optional<RawCheckReport> raw;  // where raw tables were looked at
  std::string raw_season;             // which season of theirs; "" all
  std::string raw_left_out;           // why they were not looked at, where all was asked for
};
void Describe(Visitor& v, VerifyReport& r);

Result<VerifyReport> Verify(Workspace& workspace, const VerifyRequest& request, const Cancel& cancel,
                            const Events& events);

}  // namespace backcourt
