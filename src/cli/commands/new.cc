#include <fmt/format.h>

#include "cli/command.h"

namespace backcourt {

namespace {

Result<int> RunNew(Caller& caller, const NewRequest& request, const JsonView& view, const Output& output) {
  NewReport report = TRY(caller.Ask("new", NewProject, request));
  if (view.json) {
    output.Out(ToJson(report).dump(2) + "\n");
    return 0;
  }
  std::string text;
  for (const std::string& file : report.files)
    text += "written: " + file + "\n";
  for (const std::string& file : report.left_alone)
    text += "left as it is: " + file + "\n";
  output.Out(
      text +
      fmt::format("next: cd {}, put your files into data/, then `backcourt load` and `backcourt backfill`\n",
                  ShellWord(report.folder)));
  return 0;
}

}  // namespace

Command NewCommand() { return MakeCommand("new", RunNew); }

}  // namespace backcourt
