#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/text.h"
#include "cli/session.h"
#include "proof/replay.h"

namespace backcourt {

namespace {

constexpr int kSample = 100;

constexpr size_t kShownDates = 10;

std::string Largest(double difference) {
  return std::isnan(difference) ? "" : fmt::format(", by up to {:g}", difference);
}

// The cells of one table that differ.
std::string TableText(const std::string& table, const std::vector<const ReplayMismatch*>& cells) {
  int64_t different = 0, missing = 0, extra = 0;
  std::map<std::string, ColumnDifference> columns;
  std::vector<std::string> dates, errors;
  const Difference* first = nullptr;
  std::string first_date, cause;
  for (const ReplayMismatch* m : cells) {
    different += m->different, missing += m->missing, extra += m->extra;
    for (const auto& [name, difference] : m->columns) {
      ColumnDifference& column = columns[name];
      column.rows += difference.rows;
      if (std::isnan(difference.largest) || difference.largest > column.largest)
        column.largest = difference.largest;
    }
    if (dates.size() < kShownDates) dates.push_back(m->date.Str());
    if (!m->error.empty() && errors.size() < kShownDates) errors.push_back(m->date.Str() + ": " + m->error);
    if (!first && !m->first.key.empty()) first = &m->first, first_date = m->date.Str();
    if (cause.empty()) cause = m->cause;
  }
  std::string text = fmt::format("{}: {} cells DIFFER: {} rows differ, {} missing, {} extra\n", table,
                                 cells.size(), WithCommas(different), WithCommas(missing), WithCommas(extra));
  text += fmt::format("  dates: {}{}\n", Join(dates, ", "), cells.size() > dates.size() ? ", ..." : "");
  if (first) text += fmt::format("  first: {}, {}\n", first_date, first->Text());
  for (const auto& [name, column] : columns)
    text += fmt::format("  column {}: {} rows differ{}\n", name, WithCommas(column.rows),
                        Largest(column.largest));
  for (const std::string& error : errors)
    text += "  " + error + "\n";
  if (first)
    text += fmt::format(
        "  why: {}\n",
        cause.empty()
            ? "not to be told: neither other rows, other dates nor another order of rows change its replay"
            : cause);
  return text;
}

nlohmann::json MismatchJson(const ReplayMismatch& m) {
  nlohmann::json columns = nlohmann::json::object(), first;
  for (const auto& [name, difference] : m.columns)
    columns[name] = {
        {"rows", difference.rows},
        {"largest_difference",
         std::isnan(difference.largest) ? nlohmann::json() : nlohmann::json(difference.largest)}};
  if (!m.first.key.empty())
    first = {{"key", m.first.key},
             {"column", m.first.column},
             {"stored", m.first.stored},
             {"replayed", m.first.replayed}};
  return {{"table", m.table},     {"date", m.date.Str()}, {"different", m.different},
          {"missing", m.missing}, {"extra", m.extra},     {"columns", columns},
          {"first", first},       {"error", m.error},     {"cause", m.cause}};
}

}  // namespace

Result<int> RunVerify(Session& session, const Arguments& arguments, const Output& output) {
  View view = TRY(Look(session));
  std::vector<std::string> tables = TRY(ChooseTables(session.project, arguments.words));
  ChosenDates dates = TRY(ChooseDates(view.calendar, arguments));
  int sample = arguments.all ? 0 : arguments.sample ? arguments.sample : kSample;
  SampledCells sampled = SampleCells(session.project, view.calendar, view.cells, tables, dates.dates, sample);
  const std::vector<ReplayCell>& chosen = sampled.cells;
  if (chosen.empty())
    return Error{ErrorKind::kUsage,
                 "there is no filled cell to verify, and a check of nothing proves nothing",
                 dates.dates.empty() ? dates.said : "`backcourt backfill` first"};
  int parallel =
      arguments.parallel ? arguments.parallel : int(std::max(1u, std::thread::hardware_concurrency()));
  // Cells side by side gain more than threads inside of one.
  TRY(session.warehouse->ShareThreads(parallel));
  double start = SystemRunClock().Now();
  bool shown = false;
  ReplayReport report = TRY(Replay(
      *session.warehouse, session.project, view.calendar, view.cells, chosen, parallel,
      [&](size_t done) {
        if (output.terminal && !arguments.json) {
          double spent = SystemRunClock().Now() - start;
          output.Err(fmt::format("\r\x1b[2Kreplayed {}/{} cells, ETA {}", done, chosen.size(),
                                 Seconds(spent / double(done) * double(chosen.size() - done))));
          shown = true;
        }
      },
      [] { return Interrupted(); }));
  if (shown) output.Err("\r\x1b[2K");
  int64_t different = 0, missing = 0, extra = 0;
  for (const ReplayMismatch& m : report.mismatches)
    different += m.different, missing += m.missing, extra += m.extra;
  if (arguments.json) {
    nlohmann::json list = nlohmann::json::array();
    for (const ReplayMismatch& m : report.mismatches)
      list.push_back(MismatchJson(m));
    output.Out(nlohmann::json{{"cells", report.cells},
                              {"rows", report.rows},
                              {"stale_cells", sampled.stale},
                              {"mismatching_cells", report.mismatches.size()},
                              {"different_rows", different},
                              {"missing_rows", missing},
                              {"extra_rows", extra},
                              {"seconds", report.seconds},
                              {"mismatches", list}}
                   .dump(2) +
               "\n");
  } else {
    std::map<std::string, std::vector<const ReplayMismatch*>> tables_that_differ;
    for (const ReplayMismatch& m : report.mismatches)
      tables_that_differ[m.table].push_back(&m);
    for (const auto& [table, mine] : tables_that_differ)
      output.Out(TableText(table, mine));
    if (sampled.stale)
      output.Out(fmt::format(
          "{} stale cells were left out: their inputs have changed; `backcourt backfill` fills them\n",
          WithCommas(sampled.stale)));
    output.Out(fmt::format("{} cells with {} rows replayed in {}: {}\n", WithCommas(report.cells),
                           WithCommas(report.rows), Seconds(report.seconds),
                           report.mismatches.empty()
                               ? std::string("all agree to the bit")
                               : fmt::format("{} cells DIFFER: {} rows differ, {} missing, {} extra",
                                             report.mismatches.size(), different, missing, extra)));
  }
  return report.mismatches.empty() ? 0 : 2;
}

}  // namespace backcourt
