#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/progress_view.h"

namespace backcourt {

namespace {

Result<int> RunExport(Caller& caller, const ExportRequest& request, const JsonView& view,
                      const Output& output) {
  ProgressView progress(
      output, output.terminal && !view.json ? ProgressView::Style::kScreen : ProgressView::Style::kLines);
  std::vector<std::pair<std::string, int64_t>> written;  // in their order
  auto report = caller.Ask("export", Export, request, [&](const Event& event) {
    if (auto* table = std::get_if<TableExported>(&event)) written.emplace_back(table->table, table->rows);
    progress.Show(event);
  });
  progress.Finish();
  if (!report) return report.error();
  if (view.json) {
    output.Out(ToJson(*report).dump(2) + "\n");
    return ExitCode(*report);
  }
  for (const auto& [table, rows] : written)
    output.Out(fmt::format("{:<34} {:>10} rows\n", table, WithCommas(rows)));
  for (const std::string& table : report->replaced)
    output.Out(fmt::format("{} {}/{}, of an earlier export\n", request.dry_run ? "would replace" : "replaced",
                           request.folder, table));
  for (const LeftOut& out : report->left_out)
    output.Out(fmt::format("left out: table {}: {}\n", out.name, out.because));
  output.Out(request.dry_run ? fmt::format("dry run: nothing was written to {}\n", request.folder)
                             : fmt::format("written to {}\n", request.folder));
  return ExitCode(*report);
}

}  // namespace

Command ExportCommand() { return MakeCommand("export", RunExport); }

}  // namespace backcourt
