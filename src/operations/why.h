// `why`: the chain from a cell to what changed first.
#pragma once

#include <string>
#include <vector>

#include "operations/workspace.h"

namespace backcourt {

struct WhyRequest {
  std::string table, date;
};
void Describe(Visitor& v, WhyRequest& r);

struct WhyLink {
  std::string table, date;  // the date; the season or `whole` of a cell that is not dated
  std::string state, because;
};
void Describe(Visitor& v, WhyLink& l);
using WhyReport = std::vector<WhyLink>;

// Of a date that is none: the nearest with which the command would do.
Error NoGameDate(const Calendar& calendar, Date date, const std::string& command);

Result<WhyReport> Why(Workspace& workspace, const WhyRequest& request, const Cancel& cancel);

}  // namespace backcourt
