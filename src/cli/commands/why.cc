#include <fmt/format.h>

#include "cli/command.h"

namespace backcourt {

namespace {

Result<int> RunWhy(Caller& caller, const WhyRequest& request, const JsonView& view, const Output& output) {
  WhyReport links = TRY(caller.Ask("why", Why, request));
  if (view.json) {
    output.Out(ToJson(links).dump(2) + "\n");
    return 0;
  }
  std::string text, indent;
  for (const WhyLink& link : links) {
    text +=
        fmt::format("{}{} {}: {}\n{}  {}\n", indent, link.table, link.date, link.state, indent, link.because);
    indent += "  ";
  }
  output.Out(text);
  return 0;
}

}  // namespace

Command WhyCommand() { return MakeCommand("why", RunWhy); }

}  // namespace backcourt
