// `accept`: a gap that a person has judged is written into backcourt.toml, with the reason.
#pragma once

#include <string>

#include "operations/workspace.h"

namespace backcourt {

struct AcceptRequest {
  std::string guard, subject, reason;
};
void Describe(Visitor& v, AcceptRequest& r);

struct AcceptReport {
  std::string file, line;  // what was written, and where
};
void Describe(Visitor& v, AcceptReport& r);

Result<AcceptReport> Accept(Workspace& workspace, const AcceptRequest& request, const Cancel& cancel);

// The text of a backcourt.toml with one more accepted gap.
std::string WithAccepted(const std::string& text, const std::string& guard, const std::string& line);

}  // namespace backcourt
