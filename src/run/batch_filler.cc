#include "run/batch_filler.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "adbc/transaction.h"
#include "base/fault_point.h"
#include "base/text.h"
#include "ledger/cells.h"
#include "ledger/models.h"
#include "ledger/runs.h"
#include "warehouse/cell_sql.h"
#include "warehouse/duckdb/profile.h"

namespace backcourt {

namespace {

constexpr int kShownRows = 20;  // of those that break a check

unsigned __int128 ParseUnsigned(const std::string& text) {
  unsigned __int128 value = 0;
  for (char c : text)
    value = value * 10 + unsigned(c - '0');
  return value;
}

// Names and types.
Result<NamedTexts> ColumnsOf(Connection& connection, const std::string& relation) {
  Rows rows = TRY(connection.Query("SELECT column_name, column_type FROM (DESCRIBE " + relation + ")"));
  NamedTexts columns;
  for (size_t i = 0; i < rows.size(); ++i)
    columns.emplace_back(rows.Text(i, 0), rows.Text(i, 1));
  return columns;
}

// The error of a model that does not run: the columns of its header that its SELECT does not give, else the
// engine's own.
Error WhyNotMade(Connection& connection, const Model& model, const std::string& inputs, Error error) {
  if (error.kind != ErrorKind::kModel) return error;
  auto typed = ColumnsOf(connection, fmt::format("({}SELECT * FROM (\n{}\n) AS this)", inputs, model.body));
  if (!typed) return error;
  for (const auto& [name, about] : model.columns)
    if (std::none_of(typed->begin(), typed->end(), [&](auto& column) { return column.first == name; }))
      return Error{ErrorKind::kModel,
                   fmt::format("{}: [columns] has '{}', which the SELECT does not give",
                               model.lines.Of("columns." + name), name),
                   ""};
  return error;
}

// Rows as lines of `name=value`, for messages.
Result<std::string> ShowRows(Connection& connection, const std::string& query) {
  Rows rows = TRY(connection.Query(
      fmt::format("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({}) LIMIT {}", query, kShownRows)));
  std::string text;
  for (size_t i = 0; i < rows.size(); ++i) {
    text += "\n   ";
    for (size_t c = 0; c < std::min<size_t>(rows.columns().size(), 12); ++c)
      text += fmt::format(" {}={}", rows.columns()[c].name, rows.Null(i, c) ? "NULL" : rows.Text(i, c));
  }
  return text;
}

std::string KeyQuery(const Model& model) {
  std::vector<std::string> key;
  for (const std::string& column : model.key)
    key.push_back(Ident(column));
  std::string columns = Join(key, ", ");
  return fmt::format("SELECT {0}, count(*) AS rows_of_this_key FROM this GROUP BY {0} HAVING count(*) > 1",
                     columns);
}

}  // namespace

Result<std::vector<SlotDigest>> DigestSlots(Connection& connection, const std::string& relation,
                                            const std::string& slot_sql,
                                            const std::vector<std::string>& columns,
                                            const std::string& where) {
  Rows rows = TRY(connection.Query(fmt::format(
      "SELECT slot, count(*), CAST(sum(h1) AS VARCHAR), CAST(sum(h2) AS VARCHAR) FROM "
      "(SELECT CAST({} AS INTEGER) AS slot, {} FROM {} WHERE {}) GROUP BY slot ORDER BY slot NULLS FIRST",
      slot_sql, RowHashes(columns), relation, where)));
  std::vector<SlotDigest> slots(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows.Null(i, 0))
      return Error{ErrorKind::kData, fmt::format("{} has {} rows without a date", relation, rows.Int(i, 1)),
                   ""};
    slots[i].slot = int32_t(rows.Int(i, 0));
    slots[i].rows = rows.Int(i, 1);
    slots[i].digest.value = (ParseUnsigned(rows.Text(i, 2)) << 64) + ParseUnsigned(rows.Text(i, 3));
  }
  return slots;
}

Result<std::unique_ptr<WarehouseFiller>> WarehouseFiller::Make(Warehouse& warehouse, const Project& project,
                                                               const Calendar& calendar, const Cells& cells,
                                                               std::mutex& cells_mutex, int64_t run,
                                                               int workers) {
  std::unique_ptr<WarehouseFiller> filler(new WarehouseFiller(project, calendar, cells, cells_mutex, run));
  for (int i = 0; i < workers; ++i)
    filler->connections_.push_back(TRY(warehouse.Connect()));
  return filler;
}

void WarehouseFiller::Cancel() {
  for (auto& connection : connections_)
    connection->Cancel();
}

Result<> RunChecks(Connection& connection, const Model& model) {
  NamedTexts checks = model.checks;
  checks.insert(checks.begin(), {"one row a key", KeyQuery(model)});
  std::string counts;
  for (size_t i = 0; i < checks.size(); ++i)
    counts += fmt::format("{}SELECT {} AS n, count(*) AS bad FROM ({})", i ? " UNION ALL " : "", i,
                          checks[i].second);
  Rows bad =
      TRY(connection.Query("SELECT CAST(n AS BIGINT), bad FROM (" + counts + ") WHERE bad > 0 ORDER BY n"));
  if (bad.size() == 0) return {};
  const auto& [name, query] = checks[size_t(bad.Int(0, 0))];
  return Error{ErrorKind::kData,
               fmt::format("check \"{}\" of {} fails on {} rows:{}", name, model.name, bad.Int(0, 1),
                           TRY(ShowRows(connection, query))),
               ""};
}

Result<> WarehouseFiller::Check(Connection& connection, const BatchWork& work, const std::string& inputs) {
  const Model& model = *work.model;
  TRY(RunChecks(connection, model));
  if (model.expected_rows.empty()) return {};
  std::string wrong = fmt::format(
      "{}SELECT e.game_date, e.expected_rows, coalesce(t.n, 0) AS rows_made FROM ({}) AS e "
      "LEFT JOIN (SELECT {} AS game_date, count(*) AS n FROM this GROUP BY 1) AS t ON t.game_date = "
      "e.game_date "
      "WHERE e.expected_rows <> coalesce(t.n, 0)",
      inputs, model.expected_rows, Ident(model.date));
  Rows count = TRY(connection.Query(fmt::format("SELECT count(*) FROM ({})", wrong)));
  if (count.Int(0, 0) == 0) return {};
  return Error{ErrorKind::kData,
               fmt::format("{} has another number of rows than expected on {} dates:{}", model.name,
                           count.Int(0, 0), TRY(ShowRows(connection, wrong))),
               ""};
}

Result<std::vector<Cell>> WarehouseFiller::Fill(const BatchWork& work, int worker) {
  const Model& model = *work.model;
  Connection& connection = *connections_[size_t(worker)];
  auto start = std::chrono::steady_clock::now();
  std::vector<int> dates;
  for (const CellWork& cell : work.cells)
    dates.push_back(cell.date_index);
  std::string inputs = InputSql(project_, calendar_, model, dates);

  auto computed = connection.Execute("CREATE OR REPLACE TEMP TABLE this AS " + inputs + SelectSql(model));
  if (!computed) return WhyNotMade(connection, model, inputs, computed.error());
  NamedTexts typed = TRY(ColumnsOf(connection, "this"));
  std::vector<std::string> columns;
  for (const auto& [name, about] : model.columns)
    columns.push_back(name);
  std::string slot = fmt::format("({} - DATE '1970-01-01')", Ident(model.date));
  std::vector<SlotDigest> made = TRY(DigestSlots(connection, "this", slot, columns));
  TRY(Check(connection, work, inputs));

  std::map<int32_t, std::string> notes;
  if (!model.note.empty()) {
    Rows rows = TRY(connection.Query(fmt::format(
        "{}SELECT CAST(game_date - DATE '1970-01-01' AS INTEGER), CAST(note AS VARCHAR) FROM ({})", inputs,
        model.note)));
    for (size_t i = 0; i < rows.size(); ++i)
      if (!rows.Null(i, 1)) notes[int32_t(rows.Int(i, 0))] = rows.Text(i, 1);
  }

  std::vector<Cell> cells;
  bool may_be_new = false;  // no cell of this text is known as settled
  {
    std::lock_guard lock(mutex_);
    auto stored = cells_.find(model.name);
    size_t at = 0;
    for (const CellWork& cell_work : work.cells) {
      Cell cell;
      cell.slot = calendar_.dates()[size_t(cell_work.date_index)].date.days;
      if (at < made.size() && made[at].slot < cell.slot) break;  // told below
      if (at < made.size() && made[at].slot == cell.slot) {
        cell.rows = made[at].rows;
        cell.digest = made[at].digest;
        ++at;
      }
      cell.fingerprint = cell_work.fingerprint;
      cell.identity = model.identity;
      cell.missing = Join(cell_work.missing_games, ",");
      cell.waived = cell_work.waived;
      cell.attempts = work.attempt;
      cell.run = cell.changed = run_;
      if (auto note = notes.find(cell.slot); note != notes.end()) cell.note = note->second;
      cell.state = !cell_work.missing_games.empty() ? CellState::kPartial
                   : cell.rows                      ? CellState::kFresh
                                                    : CellState::kEmpty;
      if (cell.rows == 0) {
        const GameDate& date = calendar_.dates()[size_t(cell_work.date_index)];
        cell.reason = !model.empty.empty() ? model.empty
                      : date.finals == 0   ? "no game of this date is over"
                                           : "the model gives no rows";
      }
      if (stored != cells_.end()) {
        if (const Cell* before = stored->second.Find(cell.slot)) {
          if (before->digest == cell.digest && before->rows == cell.rows && before->changed)
            cell.changed = before->changed;
        }
      }
      cells.push_back(std::move(cell));
    }
    if (at < made.size())
      return Error{ErrorKind::kModel,
                   fmt::format("{} gives {} rows of {}, which is not one of the dates it was asked for",
                               model.name, made[at].rows, Date{made[at].slot}.Str()),
                   "join `dates` so that only its dates come out"};
    may_be_new =
        stored == cells_.end() ||
        std::none_of(stored->second.cells().begin(), stored->second.cells().end(), [&](const Cell& cell) {
          return cell.identity == model.identity && Settled(cell.state);
        });
  }

  // Rows may be there, whatever the ledger knows of them, unless this run made the table.
  bool rows_before;
  {
    std::lock_guard lock(mutex_);
    rows_before = !made_here_.contains(model.name);
  }
  ledger::BatchRecord record{model.name, cells.front().slot, cells.back().slot, int(cells.size()), 0,
                             0,          work.attempt};
  for (const Cell& cell : cells)
    record.rows += cell.rows;
  record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  std::string table = "main." + Ident(model.name);
  bool made_anew = false;
  Transaction transaction = TRY(Transaction::Begin(connection));
  // Asked again under the transaction: another worker may have made the table since.
  if (may_be_new && !TRY(ledger::HasSettledCell(connection, model.name, model.identity))) {
    Rows exists =
        TRY(connection.Query(fmt::format("SELECT count(*) FROM duckdb_tables() WHERE database_name = 'wh' "
                                         "AND schema_name = 'main' AND table_name = {}",
                                         Quote(model.name))));
    bool same = exists.Int(0, 0) > 0 && TRY(ColumnsOf(connection, "wh." + table)) == typed;
    if (!same) {
      TRY(connection.Execute(
          fmt::format("DROP TABLE IF EXISTS {0}; CREATE TABLE {0} AS SELECT * FROM this LIMIT 0", table)));
      TRY(ledger::EmptyCells(connection, model.name));
      made_anew = true;
    }
    TRY(ledger::WriteModel(connection, model));
  }
  if (!made_anew && rows_before) {
    std::vector<std::string> literals;
    for (const Cell& cell : cells)
      literals.push_back(Date{cell.slot}.Sql());
    TRY(connection.Execute(
        fmt::format("DELETE FROM {} WHERE {} IN ({})", table, Ident(model.date), Join(literals, ", "))));
  }
  FaultPoint("fill-deleted", model.name);
  if (record.rows) TRY(connection.Execute(fmt::format("INSERT INTO {} SELECT * FROM this", table)));
  TRY(ledger::WriteCells(connection, model.name, cells));
  TRY(ledger::WriteBatch(connection, run_, record));
  FaultPoint("fill-commit", model.name);
  TRY(transaction.Commit());
  FaultPoint("fill-committed", model.name);
  if (made_anew) {
    std::lock_guard lock(mutex_);
    made_here_.insert(model.name);
  }
  return cells;
}

Result<> WarehouseFiller::Record(const Model& model, const std::vector<Cell>& cells, int worker) {
  Connection& connection = *connections_[size_t(worker)];
  Transaction transaction = TRY(Transaction::Begin(connection));
  TRY(ledger::WriteCells(connection, model.name, cells));
  TRY(ledger::WriteFailures(connection, run_, model.name, cells));
  return transaction.Commit();
}

namespace {

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// Walks the syntax tree that the engine gives for a body.
class BodyWalker {
 public:
  BodyWalker(const Body& body, const std::set<std::string>& volatile_functions)
      : body_(body), volatile_(volatile_functions), known_(body.reads.begin(), body.reads.end()) {
    known_.insert("dates");
  }

  Result<> Walk(const nlohmann::json& node) {
    if (node.is_array()) {
      for (const auto& item : node)
        TRY(Walk(item));
    } else if (node.is_object()) {
      auto type = node.find("type");
      std::string kind = type != node.end() && type->is_string() ? type->get<std::string>() : "";
      size_t outer = names_.size();
      if (auto ctes = node.find("cte_map"); ctes != node.end() && ctes->contains("map"))
        for (const auto& entry : (*ctes)["map"]) {  // each sees those before it, not itself
          TRY(Walk(entry["value"]));
          names_.push_back(Lower(entry.value("key", "")));
        }
      if (kind == "RECURSIVE_CTE_NODE") {  // but its recursive part does
        TRY(Walk(node["left"]));
        names_.push_back(Lower(node.value("cte_name", "")));
      }
      if (kind == "BASE_TABLE") {
        std::string name = node.value("table_name", ""), schema = node.value("schema_name", ""),
                    catalog = node.value("catalog_name", "");
        if (!schema.empty() || !catalog.empty())
          return Refuse(node,
                        fmt::format("'{}.{}' is a qualified name", catalog.empty() ? schema : catalog, name),
                        "the bare name, declared under [reads]");
        name = Lower(std::move(name));
        if (!known_.contains(name) && std::find(names_.begin(), names_.end(), name) == names_.end())
          return Refuse(node, fmt::format("'{}' is not declared under [reads]", name),
                        fmt::format("declare it with its window, or '{}'",
                                    Nearest(name, {known_.begin(), known_.end()})));
      } else if (kind == "TABLE_FUNCTION" || kind == "SHOW_REF") {
        return Refuse(node, "a table function may not stand in a model", "a declared input");
      }
      if (auto name = node.find("function_name");
          name != node.end() && name->is_string() && volatile_.contains(name->get<std::string>()))
        return Refuse(node, fmt::format("{}() gives another value at each call", name->get<std::string>()),
                      "a column of the inputs or of `dates`");
      if (kind == "COLUMN_REF" && node.contains("column_names") && node["column_names"].size() == 1 &&
          volatile_.contains(node["column_names"][0].get<std::string>()))
        return Refuse(
            node,
            fmt::format("{} gives another value at each call", node["column_names"][0].get<std::string>()),
            "a column of the inputs or of `dates`");
      for (const auto& [key, value] : node.items())
        if (key != "cte_map" && (key != "left" || kind != "RECURSIVE_CTE_NODE")) TRY(Walk(value));
      names_.resize(outer);
    }
    return {};
  }

 private:
  Error Refuse(const nlohmann::json& node, const std::string& what, const std::string& hint) {
    size_t offset = 0;
    if (auto at = node.find("query_location"); at != node.end() && at->is_number_unsigned())
      offset = at->get<size_t>();
    size_t in_body = std::min(offset, body_.sql.size());
    int line = body_.line + int(std::count(body_.sql.begin(), body_.sql.begin() + long(in_body), '\n'));
    return Error{ErrorKind::kUsage, fmt::format("{}:{}: {}", body_.file, line, what), hint};
  }

  const Body& body_;
  const std::set<std::string>& volatile_;
  std::set<std::string> known_;
  std::vector<std::string> names_;  // of the CTEs in scope
};

}  // namespace

Result<> MakeInputTables(Connection& connection, const Project& project, const Calendar& calendar,
                         const Plan& plan) {
  std::set<std::string> needed, read, there;
  for (const Batch& batch : plan.batches)
    needed.insert(batch.model);
  for (auto model = project.models.rbegin(); model != project.models.rend();
       ++model) {  // what reads stands behind what it reads
    if (!needed.contains(model->name)) continue;
    for (const Read& input : model->reads)
      needed.insert(input.table), read.insert(input.table);
  }
  Rows tables = TRY(connection.Query(
      "SELECT table_name FROM duckdb_tables() WHERE database_name = 'wh' AND schema_name = 'main'"));
  for (size_t i = 0; i < tables.size(); ++i)
    there.insert(tables.Text(i, 0));
  for (const Model& model : project.models) {
    if (!read.contains(model.name) || there.contains(model.name)) continue;
    auto made = connection.Execute(fmt::format("CREATE TABLE main.{} AS {}{} LIMIT 0", Ident(model.name),
                                               InputSql(project, calendar, model, {0}), SelectSql(model)));
    if (!made && made.error().kind != ErrorKind::kModel) return made.error();
  }
  return {};
}

Result<std::set<std::string>> VolatileFunctions(Connection& connection) {
  std::set<std::string> names = {"current_date",
                                 "current_time",
                                 "current_timestamp",
                                 "localtime",
                                 "localtimestamp",
                                 "now",
                                 "today",
                                 "get_current_timestamp",
                                 "get_current_time",
                                 "transaction_timestamp",
                                 "version",
                                 "current_user",
                                 "user",
                                 "session_user",
                                 "current_setting",
                                 "getenv",
                                 "getvariable",
                                 "age"};
  Rows functions =
      TRY(connection.Query("SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability IN "
                           "('VOLATILE', 'CONSISTENT_WITHIN_QUERY')"));
  for (size_t i = 0; i < functions.size(); ++i)
    names.insert(functions.Text(i, 0));
  return names;
}

Result<> CheckBody(Connection& connection, const Model& model,
                   const std::set<std::string>& volatile_functions) {
  Body body{model.file, model.body, model.body_line, {}};
  for (const Read& read : model.reads)
    body.reads.push_back(read.table);
  return CheckBody(connection, body, volatile_functions);
}

Result<> CheckBody(Connection& connection, const Body& body,
                   const std::set<std::string>& volatile_functions) {
  Rows tree = TRY(connection.Query("SELECT CAST(json_serialize_sql(" + Quote(body.sql) + ") AS VARCHAR)"));
  nlohmann::json parsed = nlohmann::json::parse(tree.Text(0, 0), nullptr, false);
  if (parsed.is_discarded() || parsed.value("error", true)) {
    std::string why =
        parsed.is_discarded() ? "it cannot be parsed" : parsed.value("error_message", "it cannot be parsed");
    size_t offset = 0;
    if (auto at = parsed.find("position"); at != parsed.end() && at->is_string())
      offset = std::stoul(at->get<std::string>());
    int line = body.line + int(std::count(body.sql.begin(),
                                          body.sql.begin() + long(std::min(offset, body.sql.size())), '\n'));
    return Error{ErrorKind::kUsage, fmt::format("{}:{}: {}", body.file, line, why), "one SELECT"};
  }
  if (parsed["statements"].size() != 1)
    return Error{ErrorKind::kUsage, fmt::format("{}:{}: more than one statement", body.file, body.line),
                 "one SELECT a file"};
  return BodyWalker(body, volatile_functions).Walk(parsed);
}

}  // namespace backcourt
