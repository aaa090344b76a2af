#include "operations/runs.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace backcourt {

namespace {
constexpr int kShownRuns = 20;
}  // namespace

void Describe(Visitor& v, RunsRequest& r) {
  v.Struct("RunsRequest", "Which runs to list.");
  v.Field("run", r.run, "A run's number.", {.metavar = "ID", .positional = true});
  v.Field("log", r.log, "What the run ID printed, if it was detached.");
}

void Describe(Visitor& v, RunTable& t) {
  v.Struct("RunTable", "What a run filled of a table.");
  v.Field("table", t.table, "the table");
  v.Field("cells", t.cells, "cells filled");
  v.Field("rows", t.rows, "rows written");
  v.Field("seconds", t.seconds, "seconds of its batches");
  v.Field("batches", t.batches, "how many batches");
  v.Field("retries", t.retries, "attempts after transient errors");
}

void Describe(Visitor& v, RunFailure& f) {
  v.Struct("RunFailure", "A cell that failed in a run.");
  v.Field("table", f.table, "its table");
  v.Field("date", f.date, "its date");
  v.Field("class", f.error_class, "data, model, capacity or transient");
  v.Field("message", f.message, "what is wrong");
}

void Describe(Visitor& v, RunRecord& r) {
  v.Struct("Run", "A load or a fill of the history.");
  v.Field("run", r.run, "its number");
  v.Field("command", r.command, "the command line");
  v.Field("process", r.process, "its process");
  v.Field("started_at_utc", r.started_at, "when it began");
  v.Field("seconds", r.seconds, "how long it took; null while it goes on, and of one that died");
  v.Field("outcome", r.outcome, "how it ended");
  v.Field("summary", r.summary, "a line about it");
  v.Field("tables", r.tables, "by table; only there with a run's number", {.omitted = true});
  v.Field("failures", r.failures, "cells that failed; only there with a run's number", {.omitted = true});
  v.Field("log", r.log, "what it printed; only there with --log", {.omitted = true});
}

namespace {

Result<> AddDetails(Connection& connection, RunRecord& run) {
  Rows batches = TRY(connection.Query(fmt::format(
      R"(SELECT model, CAST(sum(cells) AS BIGINT), CAST(sum(row_count) AS BIGINT), sum(seconds), count(*),
                CAST(sum(attempts - 1) AS BIGINT)
         FROM backcourt.batches WHERE run = {} GROUP BY 1 ORDER BY 4 DESC)",
      run.run)));
  Rows failures = TRY(connection.Query(fmt::format(
      "SELECT model, slot, error_class, message FROM backcourt.failures WHERE run = {} ORDER BY model, slot", run.run)));
  run.tables.emplace();
  for (size_t i = 0; i < batches.size(); ++i)
    run.tables->push_back({batches.Text(i, 0), batches.Int(i, 1), batches.Int(i, 2), batches.Real(i, 3),
                           batches.Int(i, 4), batches.Int(i, 5)});
  run.failures.emplace();
  for (size_t i = 0; i < failures.size(); ++i)
    run.failures->push_back(
        {failures.Text(i, 0), Date{int32_t(failures.Int(i, 1))}, failures.Text(i, 2), failures.Text(i, 3)});
  return {};
}

}  // namespace

Result<RunsReport> Runs(Workspace& workspace, const RunsRequest& request, const Cancel&) {
  const std::string& id = request.run;
  if (!id.empty() && (id.find_first_not_of("0123456789") != std::string::npos || id.size() > 9))
    return Error{ErrorKind::kUsage, fmt::format("'{}' is no run's number", id), "`backcourt runs` lists them"};
  if (request.log && id.empty())
    return Error{ErrorKind::kUsage, "--log needs a run's number", "`backcourt runs ID --log`"};
  auto connection = TRY(TRY(workspace.Open())->Connect());
  Rows there = TRY(connection->Query(
      "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'backcourt' AND table_name = 'runs'"));
  RunsReport report;
  if (there.Int(0, 0) == 0) return report;
  Rows runs = TRY(connection->Query(fmt::format(
      R"(SELECT run, command, process, CAST(date_trunc('second', started_at) AS VARCHAR),
                CAST(date_diff('millisecond', started_at, ended_at) AS BIGINT), outcome, summary
         FROM backcourt.runs {} ORDER BY run DESC {})",
      id.empty() ? "" : "WHERE run = " + id, id.empty() ? fmt::format("LIMIT {}", kShownRuns) : "")));
  if (runs.size() == 0 && !id.empty())
    return Error{ErrorKind::kUsage, fmt::format("there is no run {}", id), "`backcourt runs` lists them"};
  for (size_t i = 0; i < runs.size(); ++i) {
    RunRecord& run = report.emplace_back();
    run.run = runs.Int(i, 0);
    run.command = runs.Text(i, 1);
    run.process = runs.Int(i, 2);
    run.started_at = runs.Text(i, 3);
    if (!runs.Null(i, 4)) run.seconds = double(runs.Int(i, 4)) / 1000;
    bool runs_here = run.process == getpid() && !workspace.activities().Now().empty();
    run.outcome = !runs.Null(i, 5) ? runs.Text(i, 5) : runs_here ? "running" : "ended without an outcome";
    run.summary = runs.Text(i, 6);
  }
  if (id.empty()) return report;
  TRY(AddDetails(*connection, report[0]));
  if (!request.log) return report;
  auto log = ReadFile(LogPath(workspace.project(), int(report[0].process)));
  if (!log)
    return Error{ErrorKind::kUsage, fmt::format("run {} has no log: it was not detached", id),
                 "`backcourt runs " + id + "`"};
  report[0].log = *log;
  return report;
}

}  // namespace backcourt
