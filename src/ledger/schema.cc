#include "ledger/schema.h"

#include <fmt/format.h>

#include <iterator>

#include "adbc/transaction.h"
#include "base/text.h"

namespace backcourt::ledger {

namespace {

// What brings a warehouse of format N to N + 1, from format 1 on.
constexpr const char* kMigrations[] = {
    "ALTER TABLE IF EXISTS wh.backcourt.batches ADD COLUMN IF NOT EXISTS attempts INTEGER DEFAULT 1",
    // Tables came with the first load, and each later kind of them with the load that needed it.
    "ALTER TABLE IF EXISTS wh.backcourt.models ADD COLUMN IF NOT EXISTS proved BOOLEAN",
    "CREATE SCHEMA IF NOT EXISTS wh.backcourt",  // CreateTables added a table
    // What was replaced before is not known; `history` holds more than the changed values did.
    R"sql(
    INSERT INTO wh.backcourt.meta
    SELECT 'history_start', CAST(coalesce(max(run), 0) AS VARCHAR) FROM wh.backcourt.runs;
    DROP TABLE IF EXISTS wh.backcourt.changed_values)sql",
    "CREATE SCHEMA IF NOT EXISTS wh.backcourt",  // CreateTables added a table
};
static_assert(std::size(kMigrations) == kFormat - 1);

// Makes those tables that are not there yet.
Result<> CreateTables(Connection& connection) {
  return connection.Execute(R"sql(
    CREATE TABLE IF NOT EXISTS wh.backcourt.cells (
      table_name VARCHAR, slot INTEGER, state VARCHAR, fingerprint VARCHAR, identity VARCHAR, digest VARCHAR,
      ahead VARCHAR, row_count BIGINT, reason VARCHAR, note VARCHAR, missing_games VARCHAR, waived VARCHAR,
      error_class VARCHAR, attempts INTEGER, run BIGINT, changed BIGINT);
    CREATE TABLE IF NOT EXISTS wh.backcourt.runs (
      run BIGINT, command VARCHAR, process INTEGER, started_at TIMESTAMP, ended_at TIMESTAMP, outcome VARCHAR,
      summary VARCHAR);
    CREATE TABLE IF NOT EXISTS wh.backcourt.batches (
      run BIGINT, model VARCHAR, first_slot INTEGER, last_slot INTEGER, cells INTEGER, row_count BIGINT,
      seconds DOUBLE, ended_at TIMESTAMP, attempts INTEGER);
    CREATE TABLE IF NOT EXISTS wh.backcourt.failures (
      run BIGINT, model VARCHAR, slot INTEGER, error_class VARCHAR, message VARCHAR, failed_at TIMESTAMP);
    CREATE TABLE IF NOT EXISTS wh.backcourt.files (
      feed VARCHAR, path VARCHAR, season VARCHAR, size BIGINT, mtime BIGINT, run BIGINT);
    CREATE TABLE IF NOT EXISTS wh.backcourt.sources (
      source VARCHAR, season VARCHAR, identity VARCHAR, inputs VARCHAR, run BIGINT);
    CREATE TABLE IF NOT EXISTS wh.backcourt.units (
      table_name VARCHAR, unit VARCHAR, source VARCHAR, season VARCHAR);
    CREATE TABLE IF NOT EXISTS wh.backcourt.dropped (
      table_name VARCHAR, source VARCHAR, season VARCHAR, reason VARCHAR, row_count BIGINT);
    CREATE TABLE IF NOT EXISTS wh.backcourt.file_units (
      source VARCHAR, season VARCHAR, feed VARCHAR, path VARCHAR, unit VARCHAR);
    CREATE TABLE IF NOT EXISTS wh.backcourt.dropped_units (
      source VARCHAR, season VARCHAR, unit VARCHAR, reason VARCHAR, row_count BIGINT);
    CREATE TABLE IF NOT EXISTS wh.backcourt.snapshots (
      feed VARCHAR, path VARCHAR, season VARCHAR, size BIGINT, mtime BIGINT, identity VARCHAR, seen_at TIMESTAMP,
      unreadable VARCHAR, problem VARCHAR);
    CREATE TABLE IF NOT EXISTS wh.backcourt.damaged_units (
      table_name VARCHAR, unit VARCHAR, source VARCHAR, season VARCHAR, reason VARCHAR);
    CREATE TABLE IF NOT EXISTS wh.backcourt.statements (
      table_name VARCHAR, unit VARCHAR, season VARCHAR, place BIGINT, source VARCHAR, file VARCHAR,
      is_over BOOLEAN, captured_at TIMESTAMP, told VARCHAR, differs VARCHAR);
    CREATE TABLE IF NOT EXISTS wh.backcourt.file_uses (
      source VARCHAR, season VARCHAR, path VARCHAR, used BOOLEAN, reason VARCHAR);
    CREATE TABLE IF NOT EXISTS wh.backcourt.unmatched_names (
      source VARCHAR, season VARCHAR, name VARCHAR, row_count BIGINT);
    CREATE TABLE IF NOT EXISTS wh.backcourt.seen_files (
      feed VARCHAR, path VARCHAR, size BIGINT, mtime BIGINT);
    CREATE TABLE IF NOT EXISTS wh.backcourt.lost_files (
      feed VARCHAR, path VARCHAR, season VARCHAR, size BIGINT, mtime BIGINT, run BIGINT);
    CREATE TABLE IF NOT EXISTS wh.backcourt.contents (
      path VARCHAR, size BIGINT, mtime BIGINT, digest VARCHAR);
    CREATE TABLE IF NOT EXISTS wh.backcourt.offers (
      table_name VARCHAR, unit VARCHAR, season VARCHAR);
    CREATE TABLE IF NOT EXISTS wh.backcourt.declarations (
      table_name VARCHAR, kind VARCHAR, part VARCHAR, text VARCHAR);
    CREATE TABLE IF NOT EXISTS wh.backcourt.bases (
      name VARCHAR, part VARCHAR, base VARCHAR, now VARCHAR);
    CREATE TABLE IF NOT EXISTS wh.backcourt.history (
      run BIGINT, table_name VARCHAR, slot INTEGER);
    CREATE SCHEMA IF NOT EXISTS wh.history;
    CREATE TABLE IF NOT EXISTS wh.backcourt.models (
      model VARCHAR, identity VARCHAR, checks VARCHAR, proved BOOLEAN);
  )sql");
}

}  // namespace

Result<FileAge> ReadAge(Connection& connection) {
  Rows rows =
      TRY(connection.Query("SELECT (SELECT CAST(coalesce(max(run), 0) AS BIGINT) FROM wh.backcourt.runs), "
                           "(SELECT count(*) FROM (SELECT 1 FROM wh.backcourt.models LIMIT 1))"));
  return FileAge{rows.Int(0, 0), rows.Int(0, 1) > 0};
}

Result<int64_t> ReadFormat(Connection& connection, const std::string& path) {
  auto asked =
      connection.Query("SELECT TRY_CAST(value AS BIGINT) FROM wh.backcourt.meta WHERE name = 'format'");
  if (!asked) {
    Rows tables = TRY(connection.Query(R"sql(
        SELECT count(*) FILTER (WHERE schema_name = 'backcourt' AND table_name = 'meta'), count(*)
        FROM duckdb_tables() WHERE database_name = 'wh')sql"));
    bool ours = tables.Int(0, 0) > 0, empty = tables.Int(0, 1) == 0;
    if (empty) return int64_t(0);
    if (ours) return asked.error();
    return Error{
        ErrorKind::kBusy,
        fmt::format("{} is a DuckDB file, but not a warehouse of Backcourt; it stays untouched", path),
        "another `path` under [warehouse] of backcourt.toml"};
  }
  const Rows& format = *asked;
  if (format.size() != 1 || format.Null(0, 0) || format.Int(0, 0) < 1)
    return Error{
        ErrorKind::kBusy,
        fmt::format(
            "{} has no readable format number: its table backcourt.meta is damaged; it stays untouched",
            path),
        kRebuildHint};
  if (format.Int(0, 0) > kFormat)
    return Error{
        ErrorKind::kBusy,
        fmt::format("{} was made by a newer version (format {}, this program knows {}); it stays untouched",
                    path, format.Int(0, 0), kFormat),
        "the newer version of backcourt"};
  return format.Int(0, 0);
}

Result<> BringUp(Connection& connection, int64_t format, const std::string& digests) {
  Transaction transaction = TRY(Transaction::Begin(connection));
  if (format == 0) {
    TRY(connection.Execute(fmt::format(R"sql(
        CREATE SCHEMA IF NOT EXISTS wh.backcourt;
        CREATE TABLE wh.backcourt.meta (name VARCHAR, value VARCHAR);
        INSERT INTO wh.backcourt.meta VALUES ('format', '{format}'), ('digest', {digests});)sql",
                                       fmt::arg("format", kFormat), fmt::arg("digests", Quote(digests)))));
  } else {
    for (int64_t from = format; from < kFormat; ++from)
      TRY(connection.Execute(kMigrations[from - 1]));
    TRY(connection.Execute(
        fmt::format("UPDATE wh.backcourt.meta SET value = '{}' WHERE name = 'format'", kFormat)));
  }
  TRY(CreateTables(connection));
  return transaction.Commit();
}

Result<std::string> ReadNote(Connection& connection, const std::string& name) {
  Rows rows = TRY(connection.Query("SELECT value FROM backcourt.meta WHERE name = " + Quote(name)));
  return rows.size() == 1 ? rows.Text(0, 0) : "";
}

Result<> WriteNote(Connection& connection, const std::string& name, const std::string& value) {
  return connection.Execute(fmt::format(R"sql(
      DELETE FROM backcourt.meta WHERE name = {name};
      INSERT INTO backcourt.meta VALUES ({name}, {value}))sql",
                                        fmt::arg("name", Quote(name)), fmt::arg("value", Quote(value))));
}

Result<> ClaimEngine(Connection& connection, const std::string& engine, const std::string& path) {
  std::string is = TRY(ReadNote(connection, "engine"));
  if (is.empty()) is = "duckdb";
  if (is == engine) return {};
  if (TRY(connection.Query("SELECT count(*) FROM backcourt.models")).Int(0, 0) == 0)
    return WriteNote(connection, "engine", engine);
  if (engine == "duckdb")
    return Error{ErrorKind::kUsage, fmt::format("the rows of the warehouse {} are in Spark", path),
                 "engine = \"spark\" under [warehouse] of backcourt.toml; `backcourt migrate --to FILE` then "
                 "brings them into a file"};
  return Error{
      ErrorKind::kUsage, fmt::format("the rows of the warehouse {} are in that file", path),
      "no engine under [warehouse] of backcourt.toml and `backcourt migrate --to sc://HOST:PORT`; or "
      "another `path`, which is filled from the files"};
}

Result<std::string> ReadRawTables(Connection& connection) { return ReadNote(connection, "raw_tables"); }

Result<> WriteRawTables(Connection& connection, const std::string& declaration) {
  return WriteNote(connection, "raw_tables", declaration);
}

}  // namespace backcourt::ledger
