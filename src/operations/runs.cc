#include "operations/runs.h"

#include <fmt/format.h>
#include <unistd.h>

#include "operations/run_logs.h"
#include "project/file_names.h"

namespace backcourt {

namespace {
constexpr int kShownRuns = 20;
}  // namespace

void Describe(Visitor& v, RunsRequest& r) {
  v.Struct("RunsRequest", "Which runs to list.");
  v.Field("run", r.run, "A run's number.", {.metavar = "ID", .positional = true});
  v.Field("log", r.log, "Also what the run ID printed, if a server did it or it was detached.");
}

namespace ledger {

void Describe(Visitor& v, RunTable& t) {
  v.Struct("RunTable", "What a run filled of a table.");
  v.Field("table", t.table, "the table");
  v.Field("cells", t.cells, "cells filled");
  v.Field("rows", t.rows, "rows written");
  v.Field("seconds", t.seconds, "seconds of its batches");
  v.Field("batches", t.batches, "how many batches");
  v.Field("retries", t.retries, "attempts after transient errors");
}

void Describe(Visitor& v, RunBatch& b) {
  v.Struct("RunBatch", "A batch of a run.");
  v.Field("table", b.table, "the table");
  v.Field("first_date", b.first, "its first date");
  v.Field("last_date", b.last, "its last date");
  v.Field("cells", b.cells, "cells filled");
  v.Field("rows", b.rows, "rows written");
  v.Field("started", b.started, "seconds from the start of the run");
  v.Field("seconds", b.seconds, "seconds that it took; 0 of a part of a batch that failed");
  v.Field("attempts", b.attempts, "how many times it was tried");
}

void Describe(Visitor& v, RunFailure& f) {
  v.Struct("RunFailure", "A cell that failed in a run.");
  v.Field("table", f.table, "its table");
  v.Field("date", f.date, "its date");
  v.Field("class", f.error_class, "data, model, capacity or transient");
  v.Field("message", f.message, "what is wrong");
}

}  // namespace ledger

void Describe(Visitor& v, RunRecord& r) {
  v.Struct("Run", "A load or a fill of the history.");
  v.Field("run", r.run, "its number");
  v.Field("command", r.command, "the command line");
  v.Field("process", r.process, "its process");
  v.Field("started_at_utc", r.started_at, "when it began");
  v.Field("seconds", r.seconds, "how long it took; null while it runs, and of one that died");
  v.Field("outcome", r.outcome, "how it ended");
  v.Field("summary", r.summary, "a line about it");
  v.Field("tables", r.tables, "by table; only there with a run's number", {.omitted = true});
  v.Field("batches", r.batches, "by batch; only there with a run's number", {.omitted = true});
  v.Field("failures", r.failures, "cells that failed; only there with a run's number", {.omitted = true});
  v.Field("log", r.log, "what it printed; only there with --log", {.omitted = true});
}

namespace {

RunRecord Record(const ledger::Run& run, bool runs_here) {
  RunRecord record;
  record.run = run.run;
  record.command = run.command;
  record.process = run.process;
  record.started_at = run.started_at;
  record.seconds = run.seconds;
  record.outcome = run.outcome.value_or(runs_here ? "running" : "ended without an outcome");
  record.summary = run.summary;
  return record;
}

}  // namespace

Result<RunsReport> Runs(Workspace& workspace, const RunsRequest& request, const Cancel&) {
  const std::string& id = request.run;
  if (!id.empty() && (id.find_first_not_of("0123456789") != std::string::npos || id.size() > 9))
    return Error{ErrorKind::kUsage, fmt::format("'{}' is not the number of a run", id),
                 "`backcourt runs` lists them"};
  if (request.log && id.empty())
    return Error{ErrorKind::kUsage, "--log needs a run's number", "`backcourt runs ID --log`"};
  auto connection = TRY(TRY(workspace.Open())->ConnectToLedger());
  bool active = !workspace.activities().Now().empty();
  RunsReport report;
  if (id.empty()) {
    for (const ledger::Run& run : TRY(ledger::ReadRuns(*connection, kShownRuns)))
      report.push_back(Record(run, active && run.process == getpid()));
    return report;
  }
  auto run = TRY(ledger::ReadRun(*connection, std::stoll(id)));
  if (!run)
    return Error{ErrorKind::kUsage, fmt::format("there is no run {}", id), "`backcourt runs` lists them",
                 true};
  RunRecord& record = report.emplace_back(Record(*run, active && run->process == getpid()));
  record.tables = TRY(ledger::ReadRunTables(*connection, record.run));
  record.batches = TRY(ledger::ReadRunBatches(*connection, record.run));
  record.failures = TRY(ledger::ReadRunFailures(*connection, record.run));
  for (ledger::RunFailure& failure : *record.failures)
    failure.message = FileNames(workspace.project()).In(failure.message);
  if (!request.log) return report;
  record.log = TRY(ReadRunLog(workspace.project(), record.run, int(record.process)));
  return report;
}

}  // namespace backcourt
