#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/texts.h"

namespace backcourt {

namespace {

Result<int> RunDrop(Caller& caller, const DropRequest& request, const JsonView& view, const Output& output) {
  auto dropped = caller.Ask("drop", Drop, request);
  if (!dropped && MayLose(dropped.error(), caller.command(), output))
    dropped = caller.Ask("drop", Drop, {request.table, true});
  if (!dropped) return dropped.error();
  output.Out(view.json ? ToJson(*dropped).dump(2) + "\n"
                       : fmt::format("{} is dropped: {}, {}\n", dropped->table, Counted(dropped->rows, "row"),
                                     Counted(dropped->cells, "cell")));
  return 0;
}

}  // namespace

Command DropCommand() { return MakeCommand("drop", RunDrop); }

}  // namespace backcourt
