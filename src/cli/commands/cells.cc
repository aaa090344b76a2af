#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"

namespace backcourt {

namespace {

// A line a table and month, a letter a game date.
std::string CellsText(const CellsReport& report) {
  std::string text;
  for (const TableCells& table : report.tables) {
    std::string line = table.table + ":";
    std::string month;
    for (size_t i = 0; i < report.dates.size(); ++i) {
      if (std::string now = report.dates[i].date.Month(); now != month) line += "\n  " + (month = now) + "  ";
      line += table.states[i];
    }
    text += line + "\n";
  }
  std::vector<std::string> letters;
  for (const auto& [letter, state] : report.letters)
    letters.push_back(letter + " " + state);
  return text + Join(letters, ", ") + "\n";
}

Result<int> RunCells(Caller& caller, const CellsRequest& request, const JsonView& view,
                     const Output& output) {
  CellsReport report = TRY(caller.Ask("cells", ListCells, request));
  output.Out(view.json ? ToJson(report).dump() + "\n" : CellsText(report));
  return 0;
}

std::string LinksText(const char* what, const std::vector<CellLink>& links) {
  std::string text;
  for (const CellLink& link : links) {
    std::vector<std::string> states;
    for (const auto& [state, dates] : link.states)
      states.push_back(fmt::format("{} {}", dates, state));
    text += fmt::format("  {} {} ({})", what, link.table, Join(link.windows, ", "));
    if (link.dates)
      text += fmt::format(": {} from {} to {}: {}", Counted(link.dates, "date"), link.first->Str(),
                          link.last->Str(), Join(states, ", "));
    text += "\n";
  }
  return text;
}

std::string CellText(const CellReport& report) {
  std::string text = fmt::format("{} {}: {}{}\n", report.table, report.date.Str(), report.state,
                                 report.because.empty() ? "" : ": " + report.because);
  text += fmt::format("  {}{}\n", Counted(report.rows, "row"),
                      report.expected ? fmt::format(" of {} due", WithCommas(*report.expected)) : "");
  if (report.run)
    text += fmt::format("  run {}{}{}\n", *report.run,
                        report.filled_at.empty() ? "" : ", " + report.filled_at + " UTC",
                        report.seconds ? ", its batch took " + Seconds(*report.seconds) : "");
  if (!report.message.empty() && report.message != report.because) text += "  " + report.message + "\n";
  if (!report.note.empty()) text += "  " + report.note + "\n";
  text += LinksText("reads", report.inputs) + LinksText("read by", report.dependants);
  if (report.fix) text += "  Try: `" + report.fix->command + "`\n";
  return text;
}

Result<int> RunCell(Caller& caller, const CellRequest& request, const JsonView& view, const Output& output) {
  CellReport report = TRY(caller.Ask("cell", ShowCell, request));
  output.Out(view.json ? ToJson(report).dump(2) + "\n" : CellText(report));
  return 0;
}

}  // namespace

Command CellsCommand() { return MakeCommand("cells", RunCells); }
Command CellCommand() { return MakeCommand("cell", RunCell); }

}  // namespace backcourt
