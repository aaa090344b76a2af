#include "operations/verify.h"

#include <fmt/format.h>

#include <cmath>
#include <thread>

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
  v.Field("sample", r.sample, "So many cells (default: 100).", {.metavar = "N", .least = 1, .most = 1e6});
  v.Field("all", r.all, "Every cell.");
  DescribeDates(v, r.dates);
  v.Field("parallel", r.parallel, "Replays side by side (default: the number of cores).",
          {.metavar = "N", .least = 1, .most = 64});
}

void Describe(Visitor& v, ColumnDifference& d) {
  v.Struct("ColumnDifference", "How a column differs.");
  v.Field("rows", d.rows, "in how many rows");
  std::optional<double> largest;
  if (!std::isnan(d.largest)) largest = d.largest;
  v.Field("largest_difference", largest, "by how much at most; null where it is no number");
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
}

Result<VerifyReport> Verify(Workspace& workspace, const VerifyRequest& request, const Cancel& cancel,
                            const Events& events) {
  const Project& project = workspace.project();
  auto activity = TRY(workspace.activities().Begin("verify", ToJson(request), true, cancel, events));
  Moment moment = TRY(workspace.Look());
  std::vector<std::string> tables = TRY(ChooseTables(project, request.tables));
  ChosenDates dates = TRY(ChooseDates(moment.calendar, request.dates, request.tables));
  int sample = request.all ? 0 : request.sample.value_or(kSample);
  SampledCells sampled = SampleCells(project, moment.calendar, moment.cells, tables, dates.dates, sample);
  if (sampled.cells.empty())
    return Error{ErrorKind::kUsage,
                 "there is no filled cell to verify, and a check of nothing proves nothing",
                 "`backcourt backfill` first"};
  int parallel = request.parallel.value_or(int(std::max(1u, std::thread::hardware_concurrency())));
  // Cells side by side gain more than threads inside of one.
  TRY(TRY(workspace.Open())->ShareThreads(parallel));
  double start = SystemRunClock().Now();
  auto progress = [&](size_t done) {
    double spent = SystemRunClock().Now() - start;
    size_t total = sampled.cells.size();
    activity->Tell(
        Replayed{int64_t(done), int64_t(total), spent, spent / double(done) * double(total - done)});
  };
  VerifyReport report;
  report.stale_cells = sampled.stale;
  report.replay = TRY(Replay(*TRY(workspace.Open()), project, moment.calendar, moment.cells, sampled.cells,
                             parallel, progress, [&] { return activity->cancel().Requested(); }));
  return report;
}

}  // namespace backcourt
