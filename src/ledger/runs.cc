#include "ledger/runs.h"

#include <fmt/format.h>
#include <unistd.h>

#include "adbc/transaction.h"
#include "base/text.h"
#include "ledger/schema.h"

namespace backcourt::ledger {

namespace {

Result<std::vector<Run>> Select(Connection& connection, const std::string& which) {
  Rows rows = TRY(connection.Query(fmt::format(R"sql(
      SELECT run, command, process, CAST(date_trunc('second', started_at) AS VARCHAR),
        CAST(date_diff('millisecond', started_at, ended_at) AS BIGINT), outcome, summary
      FROM backcourt.runs {which})sql",
                                               fmt::arg("which", which))));
  std::vector<Run> runs(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    runs[i] = {rows.Int(i, 0), rows.Text(i, 1), int(rows.Int(i, 2)), rows.Text(i, 3), {}, {},
               rows.Text(i, 6)};
    if (!rows.Null(i, 4)) runs[i].seconds = double(rows.Int(i, 4)) / 1000;
    if (!rows.Null(i, 5)) runs[i].outcome = rows.Text(i, 5);
  }
  return runs;
}

// The clock's own: now() is the time at which the transaction began.
std::string Timestamp(RunTime time) {
  return fmt::format("make_timestamp({})",
                     std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

std::string Now() { return Timestamp(std::chrono::system_clock::now()); }

}  // namespace

Result<int64_t> NewestRun(Connection& connection) {
  return TRY(connection.Query("SELECT CAST(coalesce(max(run), 0) AS BIGINT) FROM backcourt.runs")).Int(0, 0);
}

Result<int64_t> StartRun(Connection& connection, const std::string& command, RunTime started) {
  int64_t run = TRY(NewestRun(connection)) + 1;
  TRY(connection.Execute(fmt::format("INSERT INTO backcourt.runs VALUES ({}, {}, {}, {}, NULL, NULL, NULL)",
                                     run, Quote(command), getpid(), Timestamp(started))));
  return run;
}

Result<> RecordRun(Connection& connection, const std::string& command, RunTime started,
                   const std::string& outcome, const std::string& summary) {
  Transaction transaction = TRY(Transaction::Begin(connection));
  TRY(EndRun(connection, TRY(StartRun(connection, command, started)), outcome, summary));
  return transaction.Commit();
}

Result<> EndRun(Connection& connection, int64_t run, const std::string& outcome, const std::string& summary) {
  return connection.Execute(
      fmt::format("UPDATE backcourt.runs SET ended_at = {}, outcome = {}, summary = {} WHERE run = {}", Now(),
                  Quote(outcome), Quote(summary), run));
}

Result<> WriteBatch(Connection& connection, int64_t run, const BatchRecord& batch) {
  return connection.Execute(
      fmt::format("INSERT INTO backcourt.batches VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})", run,
                  Quote(batch.model), batch.first, batch.last, batch.cells, batch.rows,
                  batch.halved ? "NULL" : fmt::format("{}", batch.seconds), Now(), batch.attempts));
}

Result<> WriteFailures(Connection& connection, int64_t run, const std::string& model,
                       const std::vector<Cell>& cells) {
  std::vector<std::string> rows;
  for (const Cell& cell : cells)
    if (cell.state == CellState::kFailed)
      rows.push_back(fmt::format("({}, {}, {}, {}, {}, {})", run, Quote(model), cell.partition,
                                 Quote(cell.error_class), Quote(cell.reason), Now()));
  if (rows.empty()) return {};
  return connection.Execute("INSERT INTO backcourt.failures VALUES " + Join(rows, ", "));
}

Result<std::vector<Run>> ReadRuns(Connection& connection, int most) {
  return Select(connection, fmt::format("ORDER BY run DESC LIMIT {}", most));
}

Result<std::optional<Run>> ReadRun(Connection& connection, int64_t run) {
  std::vector<Run> runs = TRY(Select(connection, fmt::format("WHERE run = {}", run)));
  return runs.empty() ? std::optional<Run>() : std::move(runs.front());
}

Result<std::vector<Run>> ReadFailedRuns(Connection& connection) {
  return Select(connection, R"sql(
      WHERE outcome = 'failed' AND run IN (SELECT max(run) FROM backcourt.runs GROUP BY command = 'load')
      ORDER BY run)sql");
}

Result<std::vector<RunTable>> ReadRunTables(Connection& connection, int64_t run) {
  Rows rows = TRY(connection.Query(fmt::format(R"sql(
      SELECT model, CAST(sum(cells) AS BIGINT), CAST(sum(row_count) AS BIGINT), coalesce(sum(seconds), 0), count(*),
        CAST(sum(attempts - 1) AS BIGINT)
      FROM backcourt.batches WHERE run = {run} GROUP BY 1 ORDER BY 4 DESC)sql",
                                               fmt::arg("run", run))));
  std::vector<RunTable> tables(rows.size());
  for (size_t i = 0; i < rows.size(); ++i)
    tables[i] = {rows.Text(i, 0), rows.Int(i, 1), rows.Int(i, 2),
                 rows.Real(i, 3), rows.Int(i, 4), rows.Int(i, 5)};
  return tables;
}

Result<std::vector<RunBatch>> ReadRunBatches(Connection& connection, int64_t run) {
  Rows rows = TRY(connection.Query(fmt::format(R"sql(
      SELECT b.model, b.first_slot, b.last_slot, CAST(b.cells AS BIGINT), b.row_count,
        greatest(0, epoch(b.ended_at) - epoch(r.started_at) - coalesce(b.seconds, 0)) AS started,
        coalesce(b.seconds, 0), CAST(coalesce(b.attempts, 1) AS BIGINT)
      FROM backcourt.batches b JOIN backcourt.runs r ON r.run = b.run
      WHERE b.run = {run} ORDER BY started, b.model, b.first_slot)sql",
                                               fmt::arg("run", run))));
  std::vector<RunBatch> batches(rows.size());
  for (size_t i = 0; i < rows.size(); ++i)
    batches[i] = {rows.Text(i, 0),
                  Date{int32_t(rows.Int(i, 1))},
                  Date{int32_t(rows.Int(i, 2))},
                  rows.Int(i, 3),
                  rows.Int(i, 4),
                  rows.Real(i, 5),
                  rows.Real(i, 6),
                  rows.Int(i, 7)};
  return batches;
}

Result<Totals> ReadTotals(Connection& connection) {
  Totals totals;
  Rows rows = TRY(connection.Query(R"sql(
      SELECT model, coalesce(sum(seconds), 0), count(*), CAST(coalesce(sum(row_count), 0) AS BIGINT),
        CAST(coalesce(sum(attempts - 1), 0) AS BIGINT)
      FROM backcourt.batches GROUP BY 1 ORDER BY 1)sql"));
  for (size_t i = 0; i < rows.size(); ++i)
    totals.tables[rows.Text(i, 0)] = {rows.Real(i, 1), rows.Int(i, 2), rows.Int(i, 3), rows.Int(i, 4)};
  Rows ends = TRY(connection.Query(R"sql(
      SELECT epoch(max(ended_at) FILTER (WHERE command = 'load')), epoch(max(ended_at) FILTER (WHERE command <> 'load'))
      FROM backcourt.runs WHERE outcome = 'done')sql"));
  if (!ends.Null(0, 0)) totals.last_load = ends.Real(0, 0);
  if (!ends.Null(0, 1)) totals.last_fill = ends.Real(0, 1);
  return totals;
}

Result<std::vector<RunFailure>> ReadRunFailures(Connection& connection, int64_t run) {
  Rows rows = TRY(connection.Query(fmt::format(
      "SELECT model, slot, error_class, message FROM backcourt.failures WHERE run = {} ORDER BY model, slot",
      run)));
  std::vector<RunFailure> failures(rows.size());
  for (size_t i = 0; i < rows.size(); ++i)
    failures[i] = {rows.Text(i, 0), Date{int32_t(rows.Int(i, 1))}, rows.Text(i, 2), rows.Text(i, 3)};
  return failures;
}

Result<std::map<std::string, std::set<std::pair<int64_t, PartitionKey>>>> ReadFilledAlone(
    Connection& connection, const std::set<std::string>& models) {
  std::map<std::string, std::set<std::pair<int64_t, PartitionKey>>> alone;
  if (models.empty()) return alone;
  std::vector<std::string> quoted;
  for (const std::string& model : models)
    quoted.push_back(Quote(model));
  Rows rows = TRY(connection.Query(
      fmt::format("SELECT model, run, first_slot FROM backcourt.batches WHERE cells = 1 AND model IN ({})",
                  Join(quoted, ", "))));
  for (size_t i = 0; i < rows.size(); ++i)
    alone[rows.Text(i, 0)].emplace(rows.Int(i, 1), PartitionKey(rows.Int(i, 2)));
  return alone;
}

Result<std::optional<FilledBatch>> ReadBatchOf(Connection& connection, int64_t run, const std::string& model,
                                               Date date) {
  Rows batch = TRY(connection.Query(fmt::format(R"sql(
      SELECT first_slot, last_slot, CAST(date_trunc('second', ended_at) AS VARCHAR), seconds
      FROM backcourt.batches
      WHERE model = {model} AND run = {run} AND {slot} BETWEEN first_slot AND last_slot
      ORDER BY ended_at DESC LIMIT 1)sql",
                                                fmt::arg("model", Quote(model)), fmt::arg("run", run),
                                                fmt::arg("slot", date.days))));
  if (batch.size() == 0) return std::optional<FilledBatch>();
  FilledBatch filled{Date{int32_t(batch.Int(0, 0))}, Date{int32_t(batch.Int(0, 1))}, batch.Text(0, 2), {}};
  if (!batch.Null(0, 3)) filled.seconds = batch.Real(0, 3);
  return std::optional(std::move(filled));
}

Result<std::map<std::string, Pace>> ReadPace(Connection& connection) {
  Rows rows = TRY(connection.Query(R"sql(
      SELECT model, list_avg(max_by(cells, ended_at, 5)), list_avg(max_by(seconds, ended_at, 5)),
        list_avg(max_by(row_count, ended_at, 5))
      FROM backcourt.batches WHERE seconds IS NOT NULL AND cells > 0
      GROUP BY model, floor(log10(cells)) ORDER BY model, 2)sql"));
  std::map<std::string, std::vector<PastBatches>> past;
  for (size_t i = 0; i < rows.size(); ++i)
    past[rows.Text(i, 0)].push_back({rows.Real(i, 1), rows.Real(i, 2), rows.Real(i, 3)});
  std::map<std::string, Pace> pace;
  for (const auto& [model, batches] : past)
    pace[model] = PaceOf(batches);
  return pace;
}

}  // namespace backcourt::ledger
