// `show` and `query`: how rows are printed.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "cli/command.h"

namespace backcourt {

namespace {

struct RowsView {
  bool full = false;
};
void Describe(Visitor& v, RowsView& view) {
  v.Struct("RowsView", "");
  v.Field("full", view.full, "In the table format: all digits of numbers, all of long texts, all columns.");
}

std::string Value(const std::optional<std::string>& value) { return value.value_or("NULL"); }

// Columns of numbers, none of which is more than a number.
void MakeReadable(RowsReport& report) {
  for (size_t c = 0; c < report.columns.size(); ++c) {
    bool numbers = std::all_of(report.rows.begin(), report.rows.end(), [&](const auto& row) {
      if (!row[c]) return true;
      double ignored = 0;
      auto [end, error] = std::from_chars(row[c]->data(), row[c]->data() + row[c]->size(), ignored);
      return error == std::errc() && end == row[c]->data() + row[c]->size();
    });
    for (auto& row : report.rows)
      if (numbers && row[c]) row[c] = ReadableNumber(*row[c]);
  }
}

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

std::string TableText(const RowsReport& report, size_t width, bool full) {
  constexpr size_t kLongest = 60;
  size_t n = report.columns.size(), total = 0;
  std::vector<size_t> widths(n);
  for (size_t c = 0; c < n; ++c) {
    widths[c] = report.columns[c].size();
    for (const auto& row : report.rows)
      widths[c] = std::max(widths[c], Value(row[c]).size());
    if (!full) widths[c] = std::min(widths[c], kLongest);
    total += widths[c] + 2;
  }
  if (report.rows.empty())
    return report.no_rows.empty() ? "(no rows)\n" : fmt::format("(no rows: {})\n", report.no_rows);
  if (total > width && !full && report.rows.size() <= 6) return Upright(report);
  size_t shown = 0;
  for (size_t used = 0; shown < n && (full || shown == 0 || used + widths[shown] + 2 <= width); ++shown)
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
    text += fmt::format("({}: --full shows all, or name columns in `backcourt query`)\n",
                        Counted(int64_t(n - shown), "more column"));
  if (report.more)
    text +=
        fmt::format("(the first {}: --limit N shows more)\n", Counted(int64_t(report.rows.size()), "row"));
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

void Print(RowsReport report, const RowsFormat& format, bool full, const Output& output) {
  if (!format.output.empty() || format.format == "arrow") return;
  if (format.format == "json")
    output.Out(report.objects.empty() ? "" : Join(report.objects, "\n") + "\n");
  else if (format.format == "csv")
    output.Out(CsvText(report));
  else {
    if (!full) MakeReadable(report);
    output.Out(TableText(report, size_t(output.width), full));
  }
}

template <typename Request>
Result<int> Run(Caller& caller, const char* verb,
                Result<RowsReport> (*run)(Workspace&, const Request&, const Cancel&, const Bytes&),
                const Request& request, const RowsView& view, const Output& output) {
  if (request.rows.format == "arrow" && output.terminal)
    return Error{ErrorKind::kUsage, "arrow is not for a terminal", "> FILE, or a pipe"};
  Print(TRY(caller.Ask(verb, run, request, [&](std::string_view bytes) { return output.Send(bytes); })),
        request.rows, view.full, output);
  return 0;
}

Result<int> RunShow(Caller& caller, const ShowRequest& request, const RowsView& view, const Output& output) {
  return Run(caller, "show", Show, request, view, output);
}

Result<int> RunQuery(Caller& caller, const QueryRequest& request, const RowsView& view,
                     const Output& output) {
  return Run(caller, "query", Query, request, view, output);
}

}  // namespace

Command ShowCommand() { return MakeCommand("show", RunShow); }
Command QueryCommand() { return MakeCommand("query", RunQuery); }

}  // namespace backcourt
