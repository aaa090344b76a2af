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

std::string MismatchText(const ReplayMismatch& m) {
  std::string text = fmt::format("{} {}: ", m.table, m.date.Str());
  if (!m.error.empty()) return text + m.error + "\n";
  text += fmt::format("{} rows differ, {} missing, {} extra\n  first: {}\n", m.different, m.missing, m.extra, m.first);
  for (const auto& [column, difference] : m.columns)
    text += fmt::format("  {}: {}\n", column, std::isnan(difference) ? "differs" : fmt::format("differs by up to {:g}", difference));
  return text;
}

}  // namespace

Result<int> RunVerify(Session& session, const Arguments& arguments, const Output& output) {
  View view = TRY(Look(session));
  std::vector<std::string> tables = TRY(ChooseTables(session.project, arguments.words));
  ChosenDates dates = TRY(ChooseDates(view.calendar, arguments));
  int sample = arguments.all ? 0 : arguments.sample ? arguments.sample : kSample;
  std::vector<ReplayCell> chosen = SampleCells(session.project, view.calendar, view.cells, tables, dates.dates, sample);
  if (chosen.empty()) return Error{ErrorKind::kUsage, "there is no filled cell to verify, and a check of nothing proves nothing", "`backcourt backfill` first"};
  int parallel = arguments.parallel ? arguments.parallel : int(std::max(1u, std::thread::hardware_concurrency()));
  double start = SystemRunClock().Now();
  bool shown = false;
  ReplayReport report = TRY(Replay(*session.warehouse, session.project, view.calendar, view.cells, chosen, parallel, [&](size_t done) {
    if (output.terminal && !arguments.json) {
      double spent = SystemRunClock().Now() - start;
      output.Err(fmt::format("\r\x1b[2Kreplayed {}/{} cells, ETA {}", done, chosen.size(), Seconds(spent / double(done) * double(chosen.size() - done))));
      shown = true;
    }
    return Interrupts() == 0;
  }));
  if (shown) output.Err("\r\x1b[2K");
  int64_t different = 0, missing = 0, extra = 0;
  for (const ReplayMismatch& m : report.mismatches) different += m.different, missing += m.missing, extra += m.extra;
  if (arguments.json) {
    nlohmann::json list = nlohmann::json::array();
    for (const ReplayMismatch& m : report.mismatches) {
      nlohmann::json columns = nlohmann::json::object();
      for (const auto& [column, difference] : m.columns) columns[column] = std::isnan(difference) ? nlohmann::json() : nlohmann::json(difference);
      list.push_back({{"table", m.table}, {"date", m.date.Str()}, {"different", m.different}, {"missing", m.missing}, {"extra", m.extra}, {"columns", columns}, {"first", m.first}, {"error", m.error}});
    }
    output.Out(nlohmann::json{{"cells", report.cells}, {"rows", report.rows}, {"mismatching_cells", report.mismatches.size()}, {"different_rows", different}, {"missing_rows", missing},
                              {"extra_rows", extra}, {"seconds", report.seconds}, {"mismatches", list}}.dump(2) + "\n");
  } else {
    for (const ReplayMismatch& m : report.mismatches) output.Out(MismatchText(m));
    output.Out(fmt::format("{} cells with {} rows replayed in {}: {}\n", WithCommas(report.cells), WithCommas(report.rows), Seconds(report.seconds),
                           report.mismatches.empty() ? std::string("all agree to the bit")
                                                     : fmt::format("{} cells DIFFER: {} rows differ, {} missing, {} extra", report.mismatches.size(), different, missing, extra)));
  }
  return report.mismatches.empty() ? 0 : 2;
}

}  // namespace backcourt
