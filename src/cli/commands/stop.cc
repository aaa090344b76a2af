#include "base/text.h"
#include "cli/command.h"

namespace backcourt {

namespace {

Result<int> RunStop(Caller& caller, const StopRequest& request, const JsonView& view, const Output& output) {
  StopReport report = TRY(caller.Ask("stop", Stop, request));
  if (view.json)
    output.Out(ToJson(report).dump(2) + "\n");
  else if (report.stopped.empty())
    output.Out("nothing runs that could be stopped\n");
  else if (report.stopped == std::vector<std::string>{"backfill"})
    output.Out("it ends after its running batches; what is filled stays\n");
  else
    output.Out(Join(report.stopped, " and ") + " ends now; what is done stays\n");
  return 0;
}

}  // namespace

Command StopCommand() { return MakeCommand("stop", RunStop); }

}  // namespace backcourt
