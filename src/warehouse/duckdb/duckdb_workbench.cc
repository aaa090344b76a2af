#include "warehouse/duckdb/duckdb_workbench.h"

#include <fmt/format.h>

#include <algorithm>

#include "adbc/transaction.h"
#include "base/date.h"
#include "base/fault_point.h"
#include "base/text.h"
#include "ledger/cells.h"
#include "ledger/declarations.h"
#include "ledger/history.h"
#include "ledger/models.h"
#include "warehouse/cell_sql.h"
#include "warehouse/duckdb/catalog.h"

namespace backcourt {

namespace {

std::string Stored(const std::string& table) { return "wh.main." + Ident(table); }

const char* CopyOptions(FileFormat format) {
  switch (format) {
    case FileFormat::kParquet:
      return "FORMAT parquet, COMPRESSION zstd";
    case FileFormat::kCsv:
      return "FORMAT csv, HEADER";
    case FileFormat::kJson:
      return "FORMAT json";
  }
  return "";
}

}  // namespace

Result<Columns> DuckDbWorkbench::Stage(const std::string& name, const std::string& select) {
  TRY(connection_.Execute(fmt::format("CREATE OR REPLACE TEMP TABLE {} AS {}", Ident(name), select)));
  return ColumnsOf(connection_, "temp." + Ident(name));
}

Result<> DuckDbWorkbench::Restage(const std::string& name, const std::string& gone, const std::string& come) {
  if (!gone.empty()) TRY(connection_.Execute(fmt::format("DELETE FROM temp.{} WHERE {}", Ident(name), gone)));
  if (!come.empty()) TRY(connection_.Execute(fmt::format("INSERT INTO temp.{} {}", Ident(name), come)));
  return {};
}

Result<Rows> DuckDbWorkbench::Show(const std::string& select, RowForm form) {
  const char* shown =
      form == RowForm::kObjects ? "CAST(to_json(q) AS VARCHAR)" : "CAST(COLUMNS(*) AS VARCHAR)";
  return connection_.Query(fmt::format("SELECT {} FROM ({}) q", shown, select));
}

Result<Columns> DuckDbWorkbench::TypesOf(const std::string& select) {
  return ColumnsOf(connection_, "(" + select + ")");
}

Result<std::vector<PartitionDigest>> DuckDbWorkbench::Digest(const DigestQuery& query) {
  return DigestPartitions(connection_, query);
}

Result<std::optional<Columns>> DuckDbWorkbench::Describe(const std::string& table) {
  return DescribeTable(connection_, table);
}

Result<Published> DuckDbWorkbench::MakeTable(const Publication& publication) {
  const Model& model = *publication.model;
  Published published;
  if (!publication.may_be_new) return published;
  // Others may have made it since the batch began: what counts is what they have committed.
  auto there = TRY(DescribeTable(connection_, model.name));
  auto declared = TRY(ledger::ReadDeclarations(connection_));
  auto made_as = declared.find(model.name);
  auto models = TRY(ledger::ReadModels(connection_));
  auto known = models.find(model.name);
  bool same = made_as == declared.end()
                  ? known != models.end()  // by an earlier version
                  : made_as->second.kind == KindOf(model) && made_as->second.parts["date"] == model.date;
  published.anew = !there || *there != publication.columns || !same;
  if (published.anew) {
    if (history_) TRY(ledger::KeepWhole(connection_, publication.run, model.name));
    if (there) TRY(DropRelation(connection_, model.name));
    TRY(connection_.Execute(fmt::format("CREATE TABLE {} AS SELECT * FROM temp.{} LIMIT 0",
                                        Stored(model.name), Ident(publication.staged))));
    TRY(ledger::EmptyCells(connection_, model.name));
  }
  bool text_known = known != models.end() && known->second.identity == model.identity.Hex();
  if (published.anew || !same || !text_known)
    TRY(ledger::WriteModel(connection_, model, model.identity, publication.columns));
  published.schema = TRY(ledger::ReadSchema(connection_, model.name));
  return published;
}

Result<> DuckDbWorkbench::MayReplace(const std::set<std::string>& models) {
  if (!history_) return {};
  Transaction transaction = TRY(Transaction::Begin(connection_));
  TRY(ledger::MakeLogs(connection_, models));
  return transaction.Commit();
}

Result<> DuckDbWorkbench::ReplaceRows(const std::string& table, const std::string& date,
                                      const std::vector<PartitionKey>& partitions, const std::string& come,
                                      int64_t run) {
  return ledger::ReplaceRows(connection_,
                             {table, dialect_.DayNumber(Ident(date)), partitions, "true", come, ""},
                             history_ ? std::optional(run) : std::nullopt);
}

Result<Published> DuckDbWorkbench::Publish(const Publication& publication) {
  const Model& model = *publication.model;
  std::vector<PartitionKey> partitions;
  for (const Cell& cell : publication.cells)
    partitions.push_back(cell.partition);
  const std::string staged = "temp." + Ident(publication.staged);
  Transaction transaction = TRY(Transaction::Begin(connection_));
  Published published = TRY(MakeTable(publication));
  if (!published.anew && publication.rows_before)
    TRY(ReplaceRows(model.name, model.date, partitions, staged, publication.run));
  else if (publication.batch.rows)
    TRY(connection_.Execute(fmt::format("INSERT INTO {} FROM {}", Stored(model.name), staged)));
  TRY(ledger::WriteCells(connection_, model.name, publication.cells));
  TRY(ledger::WriteBatch(connection_, publication.run, publication.batch));
  FaultPoint("fill-commit", model.name);
  TRY(transaction.Commit());
  FaultPoint("fill-committed", model.name);
  return published;
}

Result<> DuckDbWorkbench::Record(const Model& model, int64_t run, const std::vector<Cell>& cells) {
  Transaction transaction = TRY(Transaction::Begin(connection_));
  TRY(ledger::WriteCells(connection_, model.name, cells));
  TRY(ledger::WriteFailures(connection_, run, model.name, cells));
  return transaction.Commit();
}

Result<> DuckDbWorkbench::Remove(const std::vector<Removal>& removals) {
  Transaction transaction = TRY(Transaction::Begin(connection_));
  int64_t run = TRY(ledger::NewestRun(connection_));  // the load after which these are no game dates
  for (const Removal& removal : removals) {
    if (history_) TRY(ledger::MakeLogs(connection_, {removal.table}));
    auto columns = TRY(DescribeTable(connection_, removal.table));
    bool dated = columns && std::any_of(columns->begin(), columns->end(),
                                        [&](const auto& column) { return column.first == removal.date; });
    if (dated) {
      TRY(ReplaceRows(removal.table, removal.date, removal.partitions, "", run));
    } else if (columns) {  // made with another date: no row of it is of a cell as the model is now
      if (history_) TRY(ledger::KeepWhole(connection_, run, removal.table));
      TRY(connection_.Execute("DELETE FROM " + Stored(removal.table)));
      TRY(ledger::EmptyCells(connection_, removal.table));
    }
    TRY(ledger::RemoveCells(connection_, removal.table, removal.partitions));
  }
  return transaction.Commit();
}

Result<> DuckDbWorkbench::Drop(const std::string& table) {
  Transaction transaction = TRY(Transaction::Begin(connection_));
  TRY(DropRelation(connection_, table));
  TRY(ledger::ForgetHistory(connection_, table));
  TRY(ledger::ForgetTable(connection_, table));
  return transaction.Commit();
}

Result<> DuckDbWorkbench::MakeEmptyTable(const std::string& table, const std::string& select) {
  return connection_.Execute(fmt::format("CREATE TABLE {} AS {} LIMIT 0", Stored(table), select));
}

Result<> DuckDbWorkbench::MakeView(const Model& model, ::backcourt::Digest identity) {
  Transaction transaction = TRY(Transaction::Begin(connection_));
  if (history_) TRY(ledger::KeepWhole(connection_, TRY(ledger::NewestRun(connection_)), model.name));
  TRY(DropRelation(connection_, model.name));
  TRY(ledger::RemoveCells(connection_, model.name));  // of the table that it was
  TRY(connection_.Execute(fmt::format("CREATE VIEW {} AS {}", Stored(model.name), SelectSql(model))));
  Columns columns = TRY(DescribeTable(connection_, model.name)).value_or(Columns());
  TRY(ledger::WriteModel(connection_, model, identity, columns));
  return transaction.Commit();
}

// As a Parquet file holds them: wide integers as doubles, and what Arrow has no type for as text.
Result<> DuckDbWorkbench::Stream(const std::string& select, const Bytes& take) {
  std::vector<std::string> columns;
  for (const auto& [name, type] : TRY(TypesOf(select))) {
    bool wide = type == "HUGEINT" || type == "UHUGEINT";
    bool text = type.starts_with("ENUM") || type == "BIT" || type == "TIME WITH TIME ZONE";
    columns.push_back(wide || text
                          ? fmt::format("CAST({0} AS {1}) AS {0}", Ident(name), wide ? "DOUBLE" : "VARCHAR")
                          : Ident(name));
  }
  return connection_.Stream(fmt::format("SELECT {} FROM ({})", Join(columns, ", "), select), take);
}

Result<int64_t> DuckDbWorkbench::WriteFile(const std::string& select, const std::string& path,
                                           FileFormat format) {
  Rows written =
      TRY(connection_.Query(fmt::format("COPY ({}) TO {} ({})", select, Quote(path), CopyOptions(format))));
  return written.Int(0, 0);
}

}  // namespace backcourt
