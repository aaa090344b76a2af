// `metrics`: the state of the warehouse as Prometheus reads it. Never a date or a run as a label: there are
// always more of them.
#pragma once

#include <string>

#include "operations/workspace.h"

namespace backcourt {

struct MetricsRequest {};
void Describe(Visitor& v, MetricsRequest& r);

struct MetricsReport {
  std::string text;
};
void Describe(Visitor& v, MetricsReport& r);

Result<MetricsReport> Metrics(Workspace& workspace, const MetricsRequest& request, const Cancel& cancel);

}  // namespace backcourt
