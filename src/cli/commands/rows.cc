// `show` and `query`: how rows are printed.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/command.h"

namespace backcourt {

namespace {

struct RowsView {};
void Describe(Visitor& v, RowsView&) { v.Struct("RowsView", ""); }

std::string Value(const std::optional<std::string>& value) { return value.value_or("NULL"); }

// Few wide rows: a column a line.
std::string Upright(const RowsReport& report) {
  size_t name = 0;
  for (const std::string& column : report.columns)
    name = std::max(name, column.size());
  std::string text;
  for (size_t c = 0; c < report.columns.size(); ++c) {
    text += fmt::format("{:<{}}", report.columns[c], name);
    for (const auto& row : report.rows)
      text += fmt::format("  {:>22}", Value(row[c]));
    text += "\n";
  }
  return text;
}

std::string TableText(const RowsReport& report, size_t width) {
  size_t n = report.columns.size(), total = 0;
  std::vector<size_t> widths(n);
  for (size_t c = 0; c < n; ++c) {
    widths[c] = report.columns[c].size();
    for (const auto& row : report.rows)
      widths[c] = std::max(widths[c], Value(row[c]).size());
    widths[c] = std::min<size_t>(widths[c], 60);
    total += widths[c] + 2;
  }
  if (total > width && !report.rows.empty() && report.rows.size() <= 6) return Upright(report);
  size_t shown = 0;
  for (size_t used = 0; shown < n && (shown == 0 || used + widths[shown] + 2 <= width); ++shown)
    used += widths[shown] + 2;
  std::string text;
  auto line = [&](auto get) {
    for (size_t c = 0; c < shown; ++c)
      text += fmt::format("{:<{}}  ", std::string(get(c)).substr(0, widths[c]), widths[c]);
    while (!text.empty() && text.back() == ' ')
      text.pop_back();
    text += "\n";
  };
  line([&](size_t c) { return report.columns[c]; });
  for (const auto& row : report.rows)
    line([&](size_t c) { return Value(row[c]); });
  if (shown < n)
    text += fmt::format(
        "({} more columns: --format csv or json shows all, or name columns in `backcourt query`)\n",
        n - shown);
  if (report.more) text += fmt::format("(the first {} rows: --limit N shows more)\n", report.rows.size());
  if (report.rows.empty()) text += "(no rows)\n";
  return text;
}

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  return "\"" + ReplaceAll(text, "\"", "\"\"") + "\"";
}

std::string CsvText(const RowsReport& report) {
  std::string text;
  for (size_t c = 0; c < report.columns.size(); ++c)
    text += (c ? "," : "") + CsvField(report.columns[c]);
  text += "\n";
  for (const auto& row : report.rows) {
    for (size_t c = 0; c < row.size(); ++c)
      text += (c ? "," : "") + (row[c] ? CsvField(*row[c]) : "");
    text += "\n";
  }
  return text;
}

void Print(const RowsReport& report, const RowsFormat& format, const Output& output) {
  if (!format.output.empty()) return;
  if (format.format == "json")
    output.Out(report.objects.empty() ? "" : Join(report.objects, "\n") + "\n");
  else if (format.format == "csv")
    output.Out(CsvText(report));
  else
    output.Out(TableText(report, size_t(output.width)));
}

Result<int> RunShow(Caller& caller, const ShowRequest& request, const RowsView&, const Output& output) {
  Print(TRY(caller.Ask("show", Show, request)), request.rows, output);
  return 0;
}

Result<int> RunQuery(Caller& caller, const QueryRequest& request, const RowsView&, const Output& output) {
  Print(TRY(caller.Ask("query", Query, request)), request.rows, output);
  return 0;
}

}  // namespace

Command ShowCommand() { return MakeCommand("show", RunShow); }
Command QueryCommand() { return MakeCommand("query", RunQuery); }

}  // namespace backcourt
