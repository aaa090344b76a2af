#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/progress_view.h"

namespace backcourt {

namespace {

constexpr size_t kShownDates = 10;

// What the cells of one table that differ add up to.
struct Sum {
  int64_t different = 0, missing = 0, extra = 0;
  std::map<std::string, ColumnDifference> columns;
  std::vector<std::string> dates, errors;
  const Difference* first = nullptr;
  std::string first_date, cause;

  void Add(const ReplayMismatch& m) {
    different += m.different, missing += m.missing, extra += m.extra;
    for (const auto& [name, difference] : m.columns) {
      ColumnDifference& column = columns[name];
      column.rows += difference.rows;
      if (std::isnan(difference.largest) || difference.largest > column.largest)
        column.largest = difference.largest;
    }
    if (dates.size() < kShownDates) dates.push_back(m.date.Str());
    if (!m.error.empty() && errors.size() < kShownDates) errors.push_back(m.date.Str() + ": " + m.error);
    if (!first && !m.first.key.empty()) first = &m.first, first_date = m.date.Str();
    if (cause.empty()) cause = m.cause;
  }
};

std::string RowsText(const Sum& sum) {
  return fmt::format("{} {}, {} missing, {} extra", Counted(sum.different, "row"),
                     sum.different == 1 ? "differs" : "differ", WithCommas(sum.missing),
                     WithCommas(sum.extra));
}

std::string TableText(const std::string& table, const std::vector<const ReplayMismatch*>& cells) {
  Sum sum;
  for (const ReplayMismatch* m : cells)
    sum.Add(*m);
  std::string text =
      fmt::format("{}: {} DIFFER: {}\n", table, Counted(int64_t(cells.size()), "cell"), RowsText(sum));
  text +=
      fmt::format("  dates: {}{}\n", Join(sum.dates, ", "), cells.size() > sum.dates.size() ? ", ..." : "");
  if (sum.first) text += fmt::format("  first: {}, {}\n", sum.first_date, sum.first->Text());
  for (const auto& [name, column] : sum.columns)
    text += fmt::format("  column {} differs in {}{}\n", name, Counted(column.rows, "row"),
                        std::isnan(column.largest) ? "" : fmt::format(", by up to {:g}", column.largest));
  for (const std::string& error : sum.errors)
    text += "  " + error + "\n";
  if (sum.first)
    text += fmt::format(
        "  why: {}\n",
        sum.cause.empty()
            ? "not known: neither other rows, other dates nor another order of rows change its replay"
            : sum.cause);
  return text;
}

std::string RawText(const RawCheckReport& raw, const std::string& season) {
  std::string text;
  for (const RawDifference& d : raw.differences) {
    text += fmt::format("{} {}: {}", d.table, d.key, d.cause);
    if (!d.column.empty()) text += fmt::format(": {} is {}, the file says {}", d.column, d.stored, d.loaded);
    text += d.file.empty() ? "\n" : fmt::format(" ({})\n", d.file);
  }
  return text + fmt::format("{}{}: {} of {} loaded again: {}\n", Counted(raw.tables, "raw table"),
                            season.empty() ? "" : " of " + season, Counted(raw.rows, "row"),
                            Counted(raw.units, "game"),
                            raw.differing ? fmt::format("{} DIFFER", Counted(raw.differing, "row"))
                                          : "all agree to the bit");
}

std::string Text(const VerifyReport& report) {
  std::map<std::string, std::vector<const ReplayMismatch*>> tables;
  Sum all;
  for (const ReplayMismatch& m : report.replay.mismatches)
    tables[m.table].push_back(&m), all.Add(m);
  std::string text;
  if (report.raw) text += RawText(*report.raw, report.raw_season);
  if (!report.raw_left_out.empty()) text += "raw tables were left out: " + report.raw_left_out + "\n";
  if (report.raw && !report.replay.cells) return text;
  for (const auto& [table, mine] : tables)
    text += TableText(table, mine);
  if (report.stale_cells)
    text += fmt::format("left out: {}, whose inputs have changed; `backcourt backfill` fills what is stale\n",
                        Counted(report.stale_cells, "stale cell"));
  text += fmt::format("{} with {} replayed in {}: ", Counted(report.replay.cells, "cell"),
                      Counted(report.replay.rows, "row"), Seconds(report.replay.seconds));
  size_t differ = report.replay.mismatches.size();
  return text + (differ == 0
                     ? "all agree to the bit\n"
                     : fmt::format("{} DIFFER: {}\n", Counted(int64_t(differ), "cell"), RowsText(all)));
}

Result<int> RunVerify(Caller& caller, const VerifyRequest& request, const JsonView& view,
                      const Output& output) {
  ProgressView progress(
      output, output.terminal && !view.json ? ProgressView::Style::kScreen : ProgressView::Style::kLines);
  auto report = caller.Ask("verify", Verify, request, [&](const Event& event) { progress.Show(event); });
  progress.Finish();
  if (!report) return report.error();
  output.Out(view.json ? ToJson(*report).dump(2) + "\n" : Text(*report));
  return ExitCode(*report);
}

}  // namespace

Command VerifyCommand() { return MakeCommand("verify", RunVerify); }

}  // namespace backcourt
