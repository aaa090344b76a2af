#include "base/file.h"
#include "cli/command.h"

namespace backcourt {

namespace {

struct MetricsView {
  std::string textfile;
};
void Describe(Visitor& v, MetricsView& view) {
  v.Struct("MetricsView", "");
  v.Field("textfile", view.textfile,
          "Write them to this file at once, for the textfile collector of node_exporter.",
          {.metavar = "FILE", .path = true});
}

Result<int> RunMetrics(Caller& caller, const MetricsRequest& request, const MetricsView& view,
                       const Output& output) {
  MetricsReport report = TRY(caller.Ask("metrics", Metrics, request));
  if (view.textfile.empty())
    output.Out(report.text);
  else
    TRY(WriteFile(view.textfile, report.text));
  return 0;
}

}  // namespace

Command MetricsCommand() { return MakeCommand("metrics", RunMetrics); }

}  // namespace backcourt
