#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"

namespace backcourt {

namespace {

std::string ValueText(const WhyValue& value, const ValuesView& view) {
  auto shown = [](const std::optional<std::string>& one) { return one.value_or("NULL"); };
  std::string text = value.key + ": ";
  if (!value.column.empty())
    text += view.Text(fmt::format("{} {} -> {}", value.column, shown(value.before), shown(value.after)));
  else
    text += value.after ? "the row is new" : "the row is gone";
  if (value.file.empty()) return text;
  return text + fmt::format(" ({}{})", value.file, value.row ? fmt::format(", row {}", *value.row) : "");
}

// The rows that a value was made of: `points: 2021-11-26 23, 2021-11-24 26`.
std::string RowsText(const WhyLink& link) {
  std::vector<std::string> rows;
  for (const WhyRow& row : link.rows)
    rows.push_back(fmt::format("{} {}", row.date.empty() ? row.key : row.date, row.value.value_or("NULL")));
  return fmt::format("{}: {}", link.column, Join(rows, ", "));
}

Result<int> RunWhy(Caller& caller, const WhyRequest& request, const ValuesView& view, const Output& output) {
  WhyReport links = TRY(caller.Ask("why", Why, request));
  if (view.json) {
    output.Out(ToJson(links).dump(2) + "\n");
    return 0;
  }
  std::string text;
  for (size_t i = 0; i < links.size(); ++i) {
    const WhyLink& link = links[i];
    std::string indent(2 * size_t(link.depth), ' ');
    auto folded = [&](size_t at) {
      return at < links.size() && links[at].state == kAsBefore && links[at].rows.empty() &&
             links[at].depth == link.depth;
    };
    if (folded(i)) {  // in a line with those beside it
      bool first = i == 0 || !folded(i - 1), last = !folded(i + 1);
      text += fmt::format("{}{} ({}){}", first ? indent + "as before: " : ", ", link.table,
                          link.because.substr(0, link.because.find(" within")), last ? "\n" : "");
      continue;
    }
    text += fmt::format("{}{} {}: {}\n{}  {}\n", indent, link.table, link.date, link.state, indent,
                        view.Text(link.because));
    indent += "  ";
    if (!link.rows.empty()) text += indent + view.Text(RowsText(link)) + "\n";
    for (const WhyValue& value : link.values)
      text += indent + ValueText(value, view) + "\n";
    if (link.values_changed > int64_t(link.values.size()))
      text += fmt::format("{}and {}\n", indent,
                          Counted(link.values_changed - int64_t(link.values.size()), "more value"));
  }
  output.Say(text);
  return 0;
}

}  // namespace

Command WhyCommand() { return MakeCommand("why", RunWhy); }

}  // namespace backcourt
