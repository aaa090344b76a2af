#include "operations/verify.h"

#include <fmt/format.h>

#include <cmath>
#include <thread>

#include "ledger/runs.h"
#include "load/file_changes.h"
#include "run/runner.h"

namespace backcourt {

namespace {
constexpr int kSample = 100;  // cells, unless a request says otherwise
}  // namespace

void Describe(Visitor& v, VerifyRequest& r) {
  v.Struct("VerifyRequest", "Which cells to replay.");
  v.Field("tables", r.tables, "Tables (default: all).", {.metavar = "TABLE", .positional = true});
  DescribeRange(v, r.dates);
  DescribeSeason(v, r.dates);
  v.Field("sample", r.sample, "This many cells (default: 100), and of each table the one that changed last.",
          {.metavar = "N", .least = 1, .most = 1e6});
  v.Field("all", r.all, "Every cell; where no table or date is chosen, every raw table too.");
  v.Field("raw", r.raw,
          "Load raw tables of a season (with --all: of all) again from their files, and compare.");
  DescribeDates(v, r.dates);
  v.Field("parallel", r.parallel, "Replays side by side (default: the number of cores).",
          {.metavar = "N", .least = 1, .most = 64});
}

void Describe(Visitor& v, ColumnDifference& d) {
  v.Struct("ColumnDifference", "How a column differs.");
  v.Field("rows", d.rows, "in how many rows");
  std::optional<double> largest;
  if (!std::isnan(d.largest)) largest = d.largest;
  v.Field("largest_difference", largest, "by how much at most; null where it is not a number");
  if (v.Fills()) d.largest = largest.value_or(std::nan(""));
}

void Describe(Visitor& v, Difference& d) {
  v.Struct("Difference", "The first value that differs.");
  v.Field("key", d.key, "the row, as `column=value, ...`");
  v.Field("column", d.column, "its column; empty when the whole row is missing or extra");
  v.Field("stored", d.stored, "the stored value");
  v.Field("replayed", d.replayed, "the value of the replay");
}

void Describe(Visitor& v, ReplayMismatch& m) {
  v.Struct("Mismatch", "A cell that differs from its replay.");
  v.Field("table", m.table, "its table");
  v.Field("date", m.date, "its date");
  v.Field("different", m.different, "rows that differ");
  v.Field("missing", m.missing, "rows of the replay that are not stored");
  v.Field("extra", m.extra, "stored rows that the replay does not give");
  v.Field("columns", m.columns, "by column");
  std::optional<Difference> first;
  if (!m.first.key.empty()) first = m.first;
  v.Field("first", first, "the first value that differs; null where there is nothing to compare");
  if (v.Fills()) m.first = first.value_or(Difference{});
  v.Field("error", m.error, "why the cell could not be replayed; else empty");
  v.Field("cause", m.cause, "why it differs, where that can be found; else empty");
}

void Describe(Visitor& v, RawDifference& d) {
  v.Struct("RawDifference", "A row of a raw table that is other than what its files give.");
  v.Field("table", d.table, "the raw table or seed");
  v.Field("key", d.key, "the row, as `column=value, ...`; empty of a seed as a whole");
  v.Field("column", d.column, "the first column that differs; empty where a row is missing or extra");
  v.Field("stored", d.stored, "its stored value");
  v.Field("loaded", d.loaded, "its value by the files");
  v.Field("file", d.file, "the file, or which files");
  v.Field("cause", d.cause, "what is wrong");
}

void Describe(Visitor& v, RawCheckReport& r) {
  v.Struct("RawCheck", "Raw tables and seeds, loaded again and compared.");
  v.Field("tables", r.tables, "how many tables");
  v.Field("units", r.units, "how many games, or seasons of what has no games");
  v.Field("rows", r.rows, "rows compared");
  v.Field("differing", r.differing, "rows that differ, are missing or too many");
  v.Field("differences", r.differences, "the first 20 of each table");
}

void Describe(Visitor& v, VerifyReport& r) {
  v.Struct("VerifyReport", "Whether stored cells are what their inputs make of them.");
  v.Field("cells", r.replay.cells, "cells replayed");
  v.Field("rows", r.replay.rows, "rows compared");
  v.Field("stale_cells", r.stale_cells, "cells left out: their inputs have changed since");
  int64_t mismatching = int64_t(r.replay.mismatches.size()), different = 0, missing = 0, extra = 0;
  for (const ReplayMismatch& m : r.replay.mismatches)
    different += m.different, missing += m.missing, extra += m.extra;
  v.Field("mismatching_cells", mismatching, "cells that differ");
  v.Field("different_rows", different, "rows that differ");
  v.Field("missing_rows", missing, "rows of the replays that are not stored");
  v.Field("extra_rows", extra, "stored rows that the replays do not give");
  v.Field("seconds", r.replay.seconds, "seconds that it took");
  v.Field("mismatches", r.replay.mismatches, "the cells that differ, by table and date");
  v.Field("raw", r.raw, "raw tables against their files; null where they were not looked at");
  v.Field("raw_season", r.raw_season, "the season that was compared; empty: all");
  v.Field("raw_left_out", r.raw_left_out, "why raw tables were left out where all was asked for; else empty");
}

namespace {

// The season that is looked at where none is named: another one after each run.
Result<std::string> ASeason(const Moment& moment) {
  const auto& seasons = moment.calendar.seasons();
  if (seasons.size() < 2) return std::string();
  std::vector<ledger::Run> last = TRY(ledger::ReadRuns(*moment.connection, 1));
  return seasons[size_t(last.empty() ? 0 : last.front().run) % seasons.size()].label;
}

// Raw tables are loaded again in a transaction that is rolled back.
Result<> CheckRaw(Workspace& workspace, const VerifyRequest& request, const Moment& moment,
                  Activity& activity, VerifyReport& report) {
  FileChanges changes = TRY(LookForFileChanges(*moment.connection, workspace.project()));
  if (!changes.fresh.empty() || !changes.changed.empty()) {
    report.raw_left_out =
        fmt::format("files are new or have changed since the last load, such as {}",
                    changes.fresh.empty() ? changes.changed.front() : changes.fresh.front());
    if (!request.raw) return {};
    return Error{ErrorKind::kUsage, report.raw_left_out + ": raw tables cannot be as these say",
                 "`backcourt load`, then verify again"};
  }
  if (!request.dates.season.empty())
    report.raw_season = TRY(ChooseSeason(moment.calendar, request.dates.season));
  else if (!request.all)
    report.raw_season = TRY(ASeason(moment));
  auto connection = TRY(TRY(workspace.Open())->Connect());
  Watch watch = CancelWhen(*connection, activity.cancel());
  Loader loader(workspace.project(), *connection,
                Finder(workspace.project(), [&activity] { return activity.cancel().Requested(); }),
                [&activity](const std::string& line) { activity.Tell(LoadStep{line}); });
  report.raw = TRY(loader.Check(report.raw_season.empty() ? std::set<std::string>()
                                                          : std::set<std::string>{report.raw_season}));
  return {};
}

}  // namespace

Result<VerifyReport> Verify(Workspace& workspace, const VerifyRequest& request, const Cancel& cancel,
                            const Events& events) {
  const Project& project = workspace.project();
  auto activity = TRY(workspace.activities().Begin("verify", ToJson(request), true, cancel, events));
  Moment moment = TRY(workspace.Look());
  std::vector<std::string> tables = TRY(ChooseTables(project, request.tables));
  ChosenDates dates = TRY(ChooseDates(moment.calendar, request.dates, request.tables));
  VerifyReport report;
  const DateSelection& d = request.dates;
  bool everything = request.all && tables.empty() && (d.start_date + d.end_date + d.dates + d.season).empty();
  if (request.raw || everything) TRY(CheckRaw(workspace, request, moment, *activity, report));
  if (request.raw && !request.all) return report;
  int sample = request.all ? 0 : request.sample.value_or(kSample);
  SampledCells sampled = SampleCells(project, moment.calendar, moment.cells, tables, dates.dates, sample);
  if (sampled.cells.empty())
    return Error{
        ErrorKind::kUsage,
        "no cell of this choice is filled and true to its inputs, and a check of nothing proves nothing",
        "other dates; `backcourt status` shows what is there, `backcourt backfill` fills the rest"};
  int parallel = request.parallel.value_or(int(std::max(1u, std::thread::hardware_concurrency())));
  // Cells side by side gain more than threads inside of one.
  auto shared = TRY(SharedByWorkers::Among(*TRY(workspace.Open()), parallel));
  double start = SystemRunClock().Now();
  auto progress = [&](size_t done) {
    double spent = SystemRunClock().Now() - start;
    size_t total = sampled.cells.size();
    activity->Tell(
        ReplayProgress{int64_t(done), int64_t(total), spent, spent / double(done) * double(total - done)});
  };
  report.stale_cells = sampled.stale;
  report.replay = TRY(Replay(*TRY(workspace.Open()), project, moment.calendar, moment.cells, sampled.cells,
                             parallel, progress, [&] { return activity->cancel().Requested(); }));
  return report;
}

}  // namespace backcourt
