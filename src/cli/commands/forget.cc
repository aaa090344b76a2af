#include "cli/command.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

Result<int> Run(Caller& caller, const ForgetRequest& request, const JsonView& view, const Output& output) {
  LoadReport report = TRY(caller.Ask("forget", Forget, request, [](const Event&) {}));
  output.Out(view.json ? ToJson(report).dump(2) + "\n" : LoadText(report));
  return 0;
}

}  // namespace

Command ForgetCommand() { return MakeCommand("forget", Run); }

}  // namespace backcourt
