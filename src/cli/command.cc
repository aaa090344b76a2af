#include "cli/command.h"

namespace backcourt {

void Describe(Visitor& v, JsonView& view) {
  v.Struct("JsonView", "");
  v.Field("json", view.json, "The report as JSON.");
}

void Describe(Visitor& v, ValuesView& view) {
  v.Struct("ValuesView", "");
  v.Field("full", view.full, "All digits of numbers.");
  v.Field("json", view.json, "The report as JSON.");
}

const std::vector<Command>& Commands() {
  static const std::vector<Command> commands = {
      NewCommand(),     LoadCommand(),   ForgetCommand(),   DropCommand(),   MigrateCommand(),
      DatesCommand(),   PlanCommand(),   BackfillCommand(), StatusCommand(), CellsCommand(),
      CellCommand(),    WhyCommand(),    RunsCommand(),     DiffCommand(),   ShowCommand(),
      QueryCommand(),   StopCommand(),   ServeCommand(),    DailyCommand(),  MetricsCommand(),
      CheckCommand(),   AcceptCommand(), VerifyCommand(),   BundleCommand(), ReplayCommand(),
      CompareCommand(), ExportCommand(), PublishCommand(),  TestCommand(),   LintCommand(),
      DocsCommand(),    GraphCommand(),  FilesCommand(),    DoctorCommand()};
  return commands;
}

}  // namespace backcourt
