#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"

namespace backcourt {

namespace {

Result<int> RunGraph(Caller& caller, const GraphRequest& request, const JsonView& view,
                     const Output& output) {
  GraphReport report = TRY(caller.Ask("graph", Graph, request));
  if (view.json) {
    output.Out(ToJson(report).dump(2) + "\n");
    return 0;
  }
  std::string text;
  for (const GraphTable& table : report.tables) {
    text += fmt::format("{} ({}){}\n", table.table, table.kind,
                        table.left_out.empty() ? "" : ": left out: " + table.left_out);
    for (const DictionaryRead& read : table.reads)
      text += fmt::format("  reads {} ({})\n", read.table, Join(read.windows, ", "));
  }
  output.Out(text);
  return 0;
}

}  // namespace

Command GraphCommand() { return MakeCommand("graph", RunGraph); }

}  // namespace backcourt
