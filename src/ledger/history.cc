#include "ledger/history.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/fault_point.h"
#include "base/text.h"
#include "ledger/schema.h"

namespace backcourt::ledger {

namespace {

constexpr const char* kStart = "history_start";

std::string Stored(const std::string& table) { return "wh.main." + Ident(table); }
std::string Log(const std::string& table) { return "wh.history." + Ident(table); }
// Of a table that was made anew.
std::string WholeName(const std::string& table, int64_t run) { return fmt::format("{}@{}", table, run); }
std::string OldLogName(const std::string& table, int64_t run) { return fmt::format("{}@{} log", table, run); }

// What there is: tables of the warehouse, and tables of its history.
struct TablesThere {
  std::set<std::string> stored, logs;
};

Result<TablesThere> ReadTables(Connection& connection) {
  Rows rows = TRY(connection.Query(R"sql(
      SELECT schema_name, table_name FROM duckdb_tables()
      WHERE database_name = 'wh' AND schema_name IN ('main', 'history'))sql"));
  TablesThere there;
  for (size_t i = 0; i < rows.size(); ++i)
    (rows.Text(i, 0) == "main" ? there.stored : there.logs).insert(rows.Text(i, 1));
  return there;
}

Result<> Mark(Connection& connection, int64_t run, const std::string& table, const std::string& slots) {
  return connection.Execute(
      fmt::format("INSERT INTO backcourt.history SELECT {}, {}, unnest({})", run, Quote(table), slots));
}

// Which rows go and come once those that are the same stay: temp.leaving_ (row_, a row's place in the table)
// and temp.joining_ (its columns). Rows are told apart by their hashes, as digests do: sets of wide rows
// would take four times as long. Of rows that are there twice, one stays.
Result<> TellApart(Connection& connection, const Replacement& change, const std::string& among) {
  constexpr const char* kHashed = "SELECT hash(*COLUMNS(*)) AS hash_";
  std::string come =
      change.come.empty() ? fmt::format("(FROM {} LIMIT 0)", Stored(change.table)) : change.come;
  return connection.Execute(fmt::format(
      R"sql(
      CREATE OR REPLACE TEMP TABLE leaving_ AS
      {hashed}, rowid AS row_ FROM {stored} WHERE {among} AND ({gone});
      CREATE OR REPLACE TEMP TABLE joining_ AS
      SELECT * EXCLUDE (hash_) FROM ({hashed}, * FROM {come} WHERE {among})
      WHERE hash_ NOT IN (SELECT hash_ FROM temp.leaving_) {order};
      DELETE FROM temp.leaving_ WHERE hash_ IN ({hashed} FROM {come} WHERE {among})
        AND row_ IN (SELECT min(row_) FROM temp.leaving_ GROUP BY hash_))sql",
      fmt::arg("hashed", kHashed), fmt::arg("stored", Stored(change.table)), fmt::arg("among", among),
      fmt::arg("gone", change.gone), fmt::arg("come", come),
      fmt::arg("order", change.order.empty() ? "" : "ORDER BY " + change.order)));
}

// Logs what goes and comes, but for partitions that had no rows and get some, of which a mark is enough.
Result<> LogReplacement(Connection& connection, int64_t run, const Replacement& change,
                        const std::string& among) {
  Rows rows =
      TRY(connection.Query(fmt::format(R"sql(
          SELECT slot_, bool_or(had_) FROM (
            SELECT CAST({partition} AS INTEGER) AS slot_, true AS had_ FROM {stored} WHERE {among}
            UNION ALL SELECT CAST({partition} AS INTEGER), false FROM temp.joining_)
          GROUP BY slot_)sql",
                                       fmt::arg("partition", change.partition),
                                       fmt::arg("stored", Stored(change.table)), fmt::arg("among", among))));
  std::set<PartitionKey> had;
  std::vector<PartitionKey> fresh;
  for (size_t i = 0; i < rows.size(); ++i) {
    auto partition = PartitionKey(rows.Int(i, 0));
    if (rows.Int(i, 1))
      had.insert(partition);
    else
      fresh.push_back(partition);
  }
  TRY(LogNewPartitions(connection, run, change.table, fresh));
  if (had.empty()) return {};
  return connection.Execute(fmt::format(
      R"sql(
      INSERT INTO {log}
      SELECT {run}, false, * FROM {stored} WHERE {among} AND rowid IN (SELECT row_ FROM temp.leaving_)
      UNION ALL
      SELECT {run}, true, * FROM temp.joining_ WHERE {partition} IN ({had}))sql",
      fmt::arg("log", Log(change.table)), fmt::arg("run", run), fmt::arg("stored", Stored(change.table)),
      fmt::arg("among", among), fmt::arg("partition", change.partition),
      fmt::arg("had", fmt::join(had, ","))));
}

Result<> ForgetHistoryBefore(Connection& connection, int64_t start) {
  const TablesThere there = TRY(ReadTables(connection));
  for (const std::string& name : there.logs) {
    size_t at = name.find('@');
    if (at == std::string::npos)
      TRY(connection.Execute(fmt::format("DELETE FROM {} WHERE run_ <= {}", Log(name), start)));
    else if (std::stoll(name.substr(at + 1)) <= start)
      TRY(connection.Execute("DROP TABLE " + Log(name)));
  }
  TRY(connection.Execute(fmt::format("DELETE FROM backcourt.history WHERE run <= {}", start)));
  return WriteNote(connection, kStart, std::to_string(start));
}

}  // namespace

Result<> MakeLogs(Connection& connection, const std::set<std::string>& tables) {
  TablesThere there = TRY(ReadTables(connection));
  for (const std::string& table : tables)
    if (there.stored.contains(table) && !there.logs.contains(table))
      TRY(connection.Execute(fmt::format(
          "CREATE TABLE {} AS SELECT CAST(0 AS BIGINT) AS run_, true AS added_, * FROM {} LIMIT 0",
          Log(table), Stored(table))));
  return {};
}

Result<> LogNewPartitions(Connection& connection, int64_t run, const std::string& table,
                          const std::vector<PartitionKey>& partitions) {
  if (partitions.empty()) return {};
  return Mark(connection, run, table, fmt::format("[{}]", fmt::join(partitions, ",")));
}

namespace {

// Of partitions none of which has rows yet.
Result<> InsertNew(Connection& connection, const Replacement& change, const std::string& among,
                   std::optional<int64_t> run) {
  Rows rows =
      TRY(connection.Query(fmt::format("SELECT DISTINCT CAST({} AS INTEGER) FROM {} WHERE {} ORDER BY 1",
                                       change.partition, change.come, among)));
  if (rows.size() == 0) return {};
  std::vector<PartitionKey> fresh;
  for (size_t i = 0; i < rows.size(); ++i)
    fresh.push_back(PartitionKey(rows.Int(i, 0)));
  if (run) TRY(LogNewPartitions(connection, *run, change.table, fresh));
  return connection.Execute(fmt::format("INSERT INTO {} SELECT * FROM {} WHERE {}{}", Stored(change.table),
                                        change.come, among,
                                        change.order.empty() ? "" : " ORDER BY " + change.order));
}

}  // namespace

Result<> ReplaceRows(Connection& connection, const Replacement& change, std::optional<int64_t> run) {
  if (change.partitions.empty()) return {};
  const std::string stored = Stored(change.table),
                    among = fmt::format("{} IN ({})", change.partition, fmt::join(change.partitions, ","));
  Rows before = TRY(connection.Query(fmt::format("SELECT 1 FROM {} WHERE {} LIMIT 1", stored, among)));
  if (before.size() == 0) return change.come.empty() ? Result<>() : InsertNew(connection, change, among, run);
  TRY(TellApart(connection, change, among));
  if (run) TRY(LogReplacement(connection, *run, change, among));
  Rows counts = TRY(
      connection.Query("SELECT (SELECT count(*) FROM temp.leaving_), (SELECT count(*) FROM temp.joining_)"));
  if (counts.Int(0, 0) > 0)
    TRY(connection.Execute(
        fmt::format("DELETE FROM {} WHERE {} AND rowid IN (SELECT row_ FROM temp.leaving_)", stored, among)));
  FaultPoint("rows-deleted", change.table);
  if (counts.Int(0, 1) > 0) TRY(connection.Execute(fmt::format("INSERT INTO {} FROM temp.joining_", stored)));
  return connection.Execute("DROP TABLE temp.leaving_; DROP TABLE temp.joining_");
}

Result<> KeepWhole(Connection& connection, int64_t run, const std::string& table) {
  TablesThere there = TRY(ReadTables(connection));
  bool before = there.stored.contains(table),
       again = there.logs.contains(WholeName(table, run));  // by the same run: what it found is kept
  if (before && !again &&
      TRY(connection.Query(fmt::format("SELECT 1 FROM {} LIMIT 1", Stored(table)))).size() > 0)
    TRY(connection.Execute(
        fmt::format("CREATE TABLE {} AS FROM {}", Log(WholeName(table, run)), Stored(table))));
  if (there.logs.contains(table))
    TRY(connection.Execute(
        there.logs.contains(OldLogName(table, run))
            ? "DROP TABLE " + Log(table)
            : fmt::format("ALTER TABLE {} RENAME TO {}", Log(table), Ident(OldLogName(table, run)))));
  return Mark(connection, run, table, "[NULL]");
}

Result<> ForgetHistory(Connection& connection, const std::string& table) {
  const TablesThere there = TRY(ReadTables(connection));
  for (const std::string& name : there.logs)
    if (name == table || name.starts_with(table + "@")) TRY(connection.Execute("DROP TABLE " + Log(name)));
  return connection.Execute("DELETE FROM backcourt.history WHERE table_name = " + Quote(table));
}

Result<int64_t> HistoryStart(Connection& connection) {
  std::string text = TRY(ReadNote(connection, kStart));
  return text.empty() ? 0 : std::stoll(text);
}

Result<> ExpireHistory(Connection& connection, int64_t seconds, int64_t run) {
  Rows last = TRY(connection.Query(
      fmt::format("SELECT coalesce(max(run), 0) FROM backcourt.runs WHERE run < {} AND ended_at < "
                  "CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP) - to_seconds({})",
                  run, seconds)));
  int64_t start = seconds == 0 ? run : last.Int(0, 0);
  if (start <= TRY(HistoryStart(connection))) return {};
  return ForgetHistoryBefore(connection, start);
}

Result<std::string> RowsAsOf(Connection& connection, const std::string& table, const std::string& partition,
                             int64_t run) {
  int64_t start = TRY(HistoryStart(connection));
  if (run < start)
    return Error{ErrorKind::kUsage, fmt::format("the history reaches back to run {}, not to {}", start, run),
                 "a later run: `backcourt runs`"};
  Rows next = TRY(connection.Query(fmt::format(
      "SELECT min(run) FROM backcourt.history WHERE table_name = {} AND slot IS NULL AND run > {}",
      Quote(table), run)));
  std::optional<int64_t> anew;
  if (!next.Null(0, 0)) anew = next.Int(0, 0);
  const TablesThere there = TRY(ReadTables(connection));
  std::string base = anew ? WholeName(table, *anew) : table, log = anew ? OldLogName(table, *anew) : table;
  if (anew ? !there.logs.contains(base) : !there.stored.contains(table))
    return Error{ErrorKind::kUsage, fmt::format("{} had no rows after run {}", table, run),
                 anew ? fmt::format("run {} or a later one", *anew) : "`backcourt backfill`"};
  std::string
      rows = anew ? Log(base) : Stored(base),
      marks = fmt::format(
          "SELECT slot, min(run) AS first FROM backcourt.history WHERE table_name = {} AND slot IS NOT "
          "NULL AND run > {}{} GROUP BY slot",
          Quote(table), run, anew ? fmt::format(" AND run < {}", *anew) : "");
  if (!there.logs.contains(log))
    return fmt::format("SELECT * FROM {} WHERE {} NOT IN (SELECT slot FROM ({}))", rows, partition, marks);
  // Rows as they are, without what came later and with what went. A partition made later has only what was
  // logged before that.
  return fmt::format(
      R"sql(
      WITH marks AS ({marks}),
      logged AS (
        SELECT logged.* FROM (SELECT *, {partition} AS slot_ FROM {log} WHERE run_ > {run}) AS logged
        LEFT JOIN marks ON marks.slot = slot_ WHERE marks.first IS NULL OR run_ < marks.first),
      touched AS (SELECT DISTINCT slot_ FROM logged)
      SELECT * FROM {rows}
      WHERE {partition} NOT IN (SELECT slot FROM marks) AND {partition} NOT IN (FROM touched)
      UNION ALL
      SELECT * EXCLUDE (sign_) FROM (
        SELECT *, 1 AS sign_ FROM {rows}
        WHERE {partition} IN (FROM touched) AND {partition} NOT IN (SELECT slot FROM marks)
        UNION ALL
        SELECT * EXCLUDE (run_, added_, slot_), CASE WHEN added_ THEN -1 ELSE 1 END FROM logged)
      GROUP BY ALL HAVING sum(sign_) > 0)sql",
      fmt::arg("marks", marks), fmt::arg("partition", partition), fmt::arg("log", Log(log)),
      fmt::arg("rows", rows), fmt::arg("run", run));
}

Result<std::vector<TableLog>> ReadTableLogs(Connection& connection, int64_t run) {
  std::map<std::string, TableLog> found;
  Rows marks = TRY(connection.Query(
      fmt::format("SELECT table_name, slot FROM backcourt.history WHERE run = {} ORDER BY ALL", run)));
  for (size_t i = 0; i < marks.size(); ++i) {
    TableLog& log = found[marks.Text(i, 0)];
    if (marks.Null(i, 1))
      log.anew = true;
    else
      log.made.push_back(PartitionKey(marks.Int(i, 1)));
  }
  const TablesThere there = TRY(ReadTables(connection));
  for (const std::string& name : there.logs) {
    bool old = name.ends_with(" log");
    if (name.find('@') != std::string::npos && !old) continue;
    if (TRY(connection.Query(fmt::format("SELECT 1 FROM {} WHERE run_ = {} LIMIT 1", Log(name), run)))
            .size() > 0)
      found[name.substr(0, name.find('@'))].log = Log(name);
  }
  std::vector<TableLog> logs;
  for (auto& [table, log] : found) {
    log.table = table;
    logs.push_back(std::move(log));
  }
  return logs;
}

Result<std::string> LogOf(Connection& connection, const std::string& table) {
  return TRY(ReadTables(connection)).logs.contains(table) ? Log(table) : "";
}

Result<std::string> LogOf(Connection& connection, const std::string& table, int64_t run) {
  // The first that was ended by this run or by a later one, else the one that goes on.
  std::string log;
  int64_t ended = 0;
  const TablesThere there = TRY(ReadTables(connection));
  for (const std::string& name : there.logs) {
    if (name == table && log.empty()) log = Log(name);
    if (!name.starts_with(table + "@") || !name.ends_with(" log")) continue;
    int64_t until = std::stoll(name.substr(table.size() + 1));
    if (until >= run && (ended == 0 || until < ended)) ended = until, log = Log(name);
  }
  if (log.empty() ||
      TRY(connection.Query(fmt::format("SELECT 1 FROM {} WHERE run_ = {} LIMIT 1", log, run))).size() == 0)
    return std::string();
  return log;
}

namespace {

// One row a value that differs: key (an object of JSON), column_name, before, after.
Result<std::string> ValuesSql(Connection& connection, const std::string& log, int64_t run,
                              const std::vector<std::string>& key, const std::string& where) {
  std::set<std::string> keys(key.begin(), key.end());
  std::vector<std::string> on, parts, values;
  for (const std::string& column : key) {
    on.push_back(fmt::format("o.{0} IS NOT DISTINCT FROM n.{0}", Ident(column)));
    parts.push_back(
        fmt::format("{0}, CAST(coalesce(n.{1}, o.{1}) AS VARCHAR)", Quote(column), Ident(column)));
  }
  Rows columns = TRY(connection.Query(fmt::format("SELECT column_name FROM (DESCRIBE {}) OFFSET 2", log)));
  for (size_t i = 0; i < columns.size(); ++i)
    if (const std::string& column = columns.Text(i, 0); !keys.contains(column))
      values.push_back(fmt::format(
          "{{'column_name': {0}, 'before': CAST(o.{1} AS VARCHAR), 'after': CAST(n.{1} AS VARCHAR)}}",
          Quote(column), Ident(column)));
  return fmt::format(
      R"sql(
      SELECT key, v.column_name AS column_name, v.before AS before, v.after AS after FROM (
        SELECT CAST(json_object({key}) AS VARCHAR) AS key,
          unnest(CASE WHEN o.run_ IS NULL THEN [{{'column_name': '', 'before': NULL, 'after': 'there'}}]
            WHEN n.run_ IS NULL THEN [{{'column_name': '', 'before': 'there', 'after': NULL}}]
            ELSE list_filter([{values}], lambda value_: value_.before IS DISTINCT FROM value_.after) END) AS v
        FROM (SELECT *, ({where}) AS chosen_ FROM {log} WHERE run_ = {run} AND NOT added_) o
        FULL JOIN (SELECT *, ({where}) AS chosen_ FROM {log} WHERE run_ = {run} AND added_) n ON {same_key}
        WHERE coalesce(o.chosen_, false) OR coalesce(n.chosen_, false)))sql",
      fmt::arg("key", Join(parts, ", ")), fmt::arg("values", Join(values, ", ")), fmt::arg("log", log),
      fmt::arg("run", run), fmt::arg("where", where),
      fmt::arg("same_key", on.empty() ? "false" : Join(on, " AND ")));
}

}  // namespace

std::string KeyText(const std::vector<std::pair<std::string, std::string>>& key) {
  std::string text;
  for (const auto& [column, part] : key)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", column, part);
  return text;
}

Result<Changes> ReadChanges(Connection& connection, const std::string& log, int64_t run,
                            const std::vector<std::string>& key, const std::string& where, int most) {
  TRY(connection.Execute("CREATE OR REPLACE TEMP TABLE changes_ AS " +
                         TRY(ValuesSql(connection, log, run, key, where))));
  Changes changes;
  Rows rows = TRY(connection.Query(R"sql(
      SELECT count(DISTINCT key) FILTER (WHERE column_name <> ''),
        count(*) FILTER (WHERE column_name = '' AND before IS NULL),
        count(*) FILTER (WHERE column_name = '' AND after IS NULL), count(*) FROM temp.changes_)sql"));
  changes.changed = rows.Int(0, 0), changes.added = rows.Int(0, 1), changes.gone = rows.Int(0, 2);
  changes.values = rows.Int(0, 3);
  Rows columns = TRY(connection.Query(R"sql(
      SELECT column_name, count(*) FROM temp.changes_ WHERE column_name <> '' GROUP BY 1 ORDER BY 2 DESC, 1)sql"));
  for (size_t i = 0; i < columns.size(); ++i)
    changes.columns.emplace_back(columns.Text(i, 0), columns.Int(i, 1));
  Rows first = TRY(connection.Query(fmt::format(
      "SELECT key, column_name, before, after FROM temp.changes_ ORDER BY key, column_name LIMIT {}", most)));
  for (size_t i = 0; i < first.size(); ++i) {
    ChangedValue& value = changes.first.emplace_back();
    auto parts = nlohmann::ordered_json::parse(first.Text(i, 0), nullptr, false);
    if (parts.is_object())
      for (const auto& [column, part] : parts.items())
        value.key.emplace_back(column, part.is_string() ? part.get<std::string>() : part.dump());
    value.column = first.Text(i, 1);
    if (!first.Null(i, 2)) value.before = first.Text(i, 2);
    if (!first.Null(i, 3)) value.after = first.Text(i, 3);
  }
  TRY(connection.Execute("DROP TABLE temp.changes_"));
  return changes;
}

}  // namespace backcourt::ledger
