#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/progress_view.h"

namespace backcourt {

namespace {

Result<int> RunMigrate(Caller& caller, const MigrateRequest& request, const JsonView& view,
                       const Output& output) {
  ProgressView progress(
      output, output.terminal && !view.json ? ProgressView::Style::kScreen : ProgressView::Style::kLines);
  auto answer = caller.Ask("migrate", Migrate, request, [&](const Event& event) { progress.Show(event); });
  progress.Finish();
  MigrateReport report = TRY(std::move(answer));
  if (view.json) {
    output.Out(ToJson(report).dump(2) + "\n");
    return 0;
  }
  for (const MigratedTable& table : report.tables)
    output.Out(
        fmt::format("{}: {} in {}\n", table.table, Counted(table.rows, "row"), Counted(table.cells, "cell")));
  if (!report.left.empty())
    output.Out(fmt::format("not copied, since their models are gone or have changed: {}\n",
                           Join(report.left, ", ")));
  output.Out(
      fmt::format("{} copied to {} in {}; backcourt.toml names the warehouse {} from now on\n"
                  "{} stays as it was: remove it when you no longer need it\n",
                  Counted(int64_t(report.tables.size()), "table"), report.to, Seconds(report.seconds),
                  report.warehouse, report.before));
  return 0;
}

}  // namespace

Command MigrateCommand() { return MakeCommand("migrate", RunMigrate); }

}  // namespace backcourt
