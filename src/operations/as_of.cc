#include "operations/as_of.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/date.h"
#include "base/text.h"
#include "ledger/declarations.h"
#include "ledger/history.h"
#include "ledger/runs.h"
#include "load/raw_table_sql.h"
#include "warehouse/duckdb/duckdb_dialect.h"

namespace backcourt {

namespace {

bool IsNumber(const std::string& text) {
  return !text.empty() && text.size() < 18 && text.find_first_not_of("0123456789") == std::string::npos;
}

// Where the call of as_of that begins at `start` ends; its two arguments. Nothing of what is no such call.
struct Call {
  size_t end = 0;
  std::string table, as_of;
};
std::optional<Call> ReadCall(const std::string& sql, size_t start) {
  Call call;
  size_t at = start;
  auto skip = [&] {
    while (at < sql.size() && isspace(static_cast<unsigned char>(sql[at])))
      ++at;
  };
  auto take = [&](char c) {
    skip();
    if (at >= sql.size() || sql[at] != c) return false;
    ++at;
    return true;
  };
  auto argument = [&](std::string& text) {
    bool quoted = take('\'');
    size_t end = quoted ? sql.find('\'', at) : sql.find_first_not_of("0123456789", at);
    if (end == std::string::npos || end == at) return false;
    text = sql.substr(at, end - at);
    at = end + quoted;
    return true;
  };
  at += std::string_view("as_of").size();
  if (!take('(') || !argument(call.table) || !take(',')) return {};
  skip();
  if (!argument(call.as_of) || !take(')')) return {};
  call.end = at;
  return call;
}

}  // namespace

Result<> CheckHasHistory(const Project& project) {
  if (!project.spark) return {};
  return Error{ErrorKind::kUsage,
               "the tables of this project are in Spark: what they held before is Delta's to say",
               "`DESCRIBE HISTORY` and `VERSION AS OF` of Delta Lake"};
}

Result<int64_t> RunAsOf(Connection& connection, const std::string& text) {
  int64_t newest = TRY(ledger::NewestRun(connection));
  if (IsNumber(text)) {
    int64_t run = std::stoll(text);
    if (run <= newest) return run;
    return Error{ErrorKind::kUsage, fmt::format("there is no run {}: the newest is {}", run, newest),
                 "`backcourt runs`", true};
  }
  bool day = text.size() == 10;
  Rows parsed = TRY(connection.Query(
      fmt::format("SELECT TRY_CAST({} AS {}) IS NULL", Quote(text), day ? "DATE" : "TIMESTAMP")));
  if (parsed.Int(0, 0))
    return Error{
        ErrorKind::kUsage,
        fmt::format("'{}' is neither a run's number nor a time such as 2021-11-15 12:00 (UTC)", text),
        "`backcourt runs`"};
  Rows run = TRY(connection.Query(
      fmt::format("SELECT max(run) FROM backcourt.runs WHERE coalesce(ended_at, started_at) {}",
                  day ? fmt::format("< CAST(CAST({} AS DATE) + 1 AS TIMESTAMP)", Quote(text))
                      : fmt::format("<= CAST({} AS TIMESTAMP)", Quote(text)))));
  if (run.Null(0, 0))
    return Error{ErrorKind::kUsage, fmt::format("no run had ended by {}", text), "`backcourt runs`"};
  return run.Int(0, 0);
}

Result<Remembered> RememberedAs(const Project& project, Connection& connection, const std::string& table) {
  if (const RawTable* raw = project.FindRaw(table)) return Remembered{PartitionSql(*raw), raw->key};
  if (project.FindSeed(table)) return Remembered{"CAST(0 AS INTEGER)", {}};
  if (const Model* model = project.FindModel(table)) {
    if (!model->view) return Remembered{DuckDbDialect().DayNumber(Ident(model->date)), model->key};
    return Error{ErrorKind::kUsage, table + " is a view: it has no history of its own",
                 "the tables that it reads: `backcourt docs " + table + "`"};
  }
  auto declared = TRY(ledger::ReadDeclarations(connection));
  auto known = declared.find(table);
  if (known == declared.end() || known->second.parts["date"].empty())
    return project.NoTable(table, project.AllTables());
  Remembered remembered{DuckDbDialect().DayNumber(Ident(known->second.parts["date"])), {}};
  for (const std::string& column : Split(known->second.parts["key"], ','))
    remembered.key.push_back(Trim(column));
  return remembered;
}

Result<std::string> SelectAsOf(const Project& project, Connection& connection, const std::string& table,
                               const std::string& as_of) {
  TRY(CheckHasHistory(project));
  Remembered remembered = TRY(RememberedAs(project, connection, table));
  return ledger::RowsAsOf(connection, table, remembered.partition, TRY(RunAsOf(connection, as_of)));
}

Result<std::string> ReplaceAsOf(const Project& project, Connection& connection, const std::string& sql) {
  std::string replaced;
  size_t from = 0;
  int views = 0;
  std::optional<char> quote;  // within a text or a quoted name
  for (size_t i = 0; i < sql.size(); ++i) {
    if (quote) {
      if (sql[i] == *quote) quote.reset();
      continue;
    }
    if (sql.compare(i, 2, "--") == 0) {
      i = std::min(sql.find('\n', i), sql.size());
      continue;
    }
    if (sql[i] == '\'' || sql[i] == '"') quote = sql[i];
    bool begins = i == 0 || !(isalnum(static_cast<unsigned char>(sql[i - 1])) || sql[i - 1] == '_');
    if (!begins || Lower(sql.substr(i, 5)) != "as_of") continue;
    auto call = ReadCall(sql, i);
    if (!call) continue;
    std::string view = fmt::format("as_of_{}", ++views);
    TRY(connection.Execute(fmt::format("CREATE OR REPLACE TEMP VIEW {} AS {}", view,
                                       TRY(SelectAsOf(project, connection, call->table, call->as_of)))));
    replaced += sql.substr(from, i - from) + view;
    from = call->end;
    i = call->end - 1;
  }
  return replaced + sql.substr(from);
}

}  // namespace backcourt
