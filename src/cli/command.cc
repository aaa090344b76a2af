#include "cli/command.h"

namespace backcourt {

void Describe(Visitor& v, JsonView& view) {
  v.Struct("JsonView", "");
  v.Field("json", view.json, "The report as JSON.");
}

const std::vector<Command>& Commands() {
  static const std::vector<Command> commands = {
      NewCommand(),    LoadCommand(),     ForgetCommand(), DropCommand(),  DatesCommand(),
      PlanCommand(),   BackfillCommand(), StatusCommand(), WhyCommand(),   RunsCommand(),
      ShowCommand(),   QueryCommand(),    StopCommand(),   CheckCommand(), VerifyCommand(),
      ExportCommand(), TestCommand(),     LintCommand(),   DocsCommand(),  DoctorCommand()};
  return commands;
}

}  // namespace backcourt
