#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"

namespace backcourt {

namespace {

std::string Percent(double share) {
  if (share > 0.9995 && share < 1) return "99.9 %";
  if (share > 0 && share < 0.0005) return "under 0.1 %";
  return fmt::format("{:.1f} %", 100 * share);
}

std::string ReasonText(const CompareReason& reason) {
  return fmt::format("{:>7} {}", Percent(reason.share), reason.about);
}

std::string ColumnText(const ComparedColumn& column, const ValuesView& view) {
  std::string text =
      fmt::format("  {}: {} differ, {}", column.column, WithCommas(column.differ), Percent(column.share));
  if (column.typical && column.largest)
    text += fmt::format("; typically by {:.4g}, at most by {:.4g}", *column.typical, *column.largest);
  text += "\n";
  if (Lower(column.theirs) != Lower(column.column)) text += fmt::format("    there: {}\n", column.theirs);
  if (column.type != column.their_type)
    text += fmt::format("    type: {} here, {} there\n", column.type, column.their_type);
  for (const CompareReason& reason : column.reasons)
    text += "    why: " + ReasonText(reason) + "\n";
  if (column.explained < 0.9995)
    text += fmt::format("    why: {:>7} is not explained\n", Percent(1 - column.explained));
  for (const CompareExample& example : column.examples)
    text += fmt::format("    {}: {}\n", example.key,
                        view.Text(fmt::format("{} here, {} there", example.ours, example.theirs)));
  return text;
}

std::string TableText(const ComparedTable& table, const ValuesView& view) {
  std::string name =
      table.theirs == table.table ? table.table : fmt::format("{} ({} there)", table.table, table.theirs);
  if (!table.problem.empty()) {
    std::string text = fmt::format("{}: not compared, {}\n", name, table.problem);
    for (const OtherColumn& other : table.columns_only_there)
      text += fmt::format("  column only there: {}{}\n", other.name,
                          other.nearest.empty() ? "" : ", near " + other.nearest);
    return text + "\n";
  }
  std::string text =
      fmt::format("{}: {}\n", name,
                  table.Equal() ? "equal"
                                : fmt::format("{} of {} differ", WithCommas(table.rows_that_differ),
                                              Counted(table.rows_in_both, "row")));
  text += fmt::format("  rows: {} in both, {} only here, {} only there\n", WithCommas(table.rows_in_both),
                      WithCommas(table.rows_only_here), WithCommas(table.rows_only_there));
  if (table.dates)
    text += fmt::format("  dates: {} in both, {} to {}; left out: {} only here, {} only there\n",
                        WithCommas(table.dates), table.first_date, table.last_date,
                        WithCommas(table.dates_only_here), WithCommas(table.dates_only_there));
  if (table.doubled)
    text += fmt::format("  {} in several rows there: not compared\n", Counted(table.doubled, "key"));
  for (const std::string& key : table.keys_only_here)
    text += "  only here: " + key + "\n";
  for (const std::string& key : table.keys_only_there)
    text += "  only there: " + key + "\n";
  for (const CompareReason& reason : table.row_reasons)
    text += "  why only there: " + ReasonText(reason) + "\n";
  for (const ComparedColumn& column : table.columns)
    text += ColumnText(column, view);
  if (!table.equal.empty())
    text += fmt::format("  equal: {} of {}\n", Counted(int64_t(table.equal.size()), "column"),
                        table.equal.size() + table.columns.size());
  for (const OtherColumn& other : table.columns_only_there)
    text += fmt::format("  column only there: {}{}\n", other.name,
                        other.nearest.empty() ? "" : ", near " + other.nearest);
  if (!table.columns_only_here.empty())
    text += "  columns only here: " + Join(table.columns_only_here, ", ") + "\n";
  return text + "\n";
}

Result<int> RunCompare(Caller& caller, const CompareRequest& request, const ValuesView& view,
                       const Output& output) {
  CompareReport report = TRY(caller.Ask("compare", Compare, request));
  if (view.json) {
    output.Out(ToJson(report).dump(2) + "\n");
    return ExitCode(report);
  }
  std::string text;
  for (const ComparedTable& table : report.tables)
    text += TableText(table, view);
  for (const OtherColumn& other : report.only_there)
    text += fmt::format("table only there: {}{}\n", other.name,
                        other.nearest.empty() ? "" : ", near " + other.nearest);
  if (!report.only_here.empty()) text += "tables only here: " + Join(report.only_here, ", ") + "\n";
  output.Say(text + fmt::format("{} compared in {}: {}\n", Counted(int64_t(report.tables.size()), "table"),
                                Seconds(report.seconds), report.equal ? "equal" : "NOT EQUAL"));
  return ExitCode(report);
}

}  // namespace

Command CompareCommand() { return MakeCommand("compare", RunCompare); }

}  // namespace backcourt
