// `doctor`: configuration, engine, warehouse and files: what is wrong, and what to do.
#pragma once

#include <string>
#include <vector>

#include "operations/workspace.h"

namespace backcourt {

struct DoctorRequest {};
void Describe(Visitor& v, DoctorRequest& r);

struct Finding {
  std::string level;  // ok, note, absent, warning or error
  std::string what, hint;
  std::string kind;  // of an error, as ErrorKindName tells it
};
void Describe(Visitor& v, Finding& f);
using DoctorReport = std::vector<Finding>;

// A warehouse that does not open is a finding.
Result<DoctorReport> Doctor(Workspace& workspace, const DoctorRequest& request, const Cancel& cancel);

}  // namespace backcourt
