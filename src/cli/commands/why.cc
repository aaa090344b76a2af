#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"

namespace backcourt {

namespace {

std::string ValueText(const WhyValue& value) {
  auto shown = [](const std::optional<std::string>& one) { return one.value_or("NULL"); };
  std::string text = value.key + ": ";
  if (!value.column.empty())
    text += fmt::format("{} {} -> {}", value.column, shown(value.before), shown(value.after));
  else
    text += value.after ? "the row is new" : "the row is gone";
  if (value.file.empty()) return text;
  return text + fmt::format(" ({}{})", value.file, value.row ? fmt::format(", row {}", *value.row) : "");
}

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
    for (const WhyValue& value : link.values)
      text += indent + ValueText(value) + "\n";
    if (link.values_changed > int64_t(link.values.size()))
      text += fmt::format("{}and {}\n", indent,
                          Counted(link.values_changed - int64_t(link.values.size()), "more value"));
  }
  output.Out(text);
  return 0;
}

}  // namespace

Command WhyCommand() { return MakeCommand("why", RunWhy); }

}  // namespace backcourt
