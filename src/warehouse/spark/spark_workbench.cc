#include "warehouse/spark/spark_workbench.h"

#include <fmt/format.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>

#include "adbc/transaction.h"
#include "base/date.h"
#include "base/fault_point.h"
#include "base/text.h"
#include "ledger/cells.h"
#include "ledger/declarations.h"
#include "ledger/models.h"
#include "warehouse/cell_sql.h"
#include "warehouse/duckdb/duckdb_workbench.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

// A folder that no other workbench has.
std::string NewFolder(const std::string& staging) {
  static std::atomic<int> number{0};
  return fmt::format("{}/{}-{}", staging, getpid(), ++number);
}

std::string DatesIn(const std::string& date, const std::vector<PartitionKey>& partitions) {
  std::vector<std::string> dates;
  for (PartitionKey partition : partitions)
    dates.push_back(Date{partition}.Sql());
  return fmt::format("`{}` IN ({})", date, Join(dates, ", "));
}

// The rows of DESCRIBE: name and type, up to what it tells of partitions.
Columns ColumnsIn(const Rows& rows) {
  Columns columns;
  for (size_t i = 0; i < rows.size() && !rows.Text(i, 0).empty() && !rows.Text(i, 0).starts_with("#"); ++i) {
    std::string type = rows.Text(i, 1);
    std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) { return std::toupper(c); });
    columns.emplace_back(rows.Text(i, 0), std::move(type));
  }
  return columns;
}

// The columns that are declared, as a SELECT of a table of others has them.
Result<std::string> CastColumns(const std::string& table, const Columns& there, const Columns& declared) {
  std::vector<std::string> columns;
  for (const auto& [name, type] : declared) {
    auto found = std::find_if(there.begin(), there.end(), [&, &name = name](const auto& column) {
      return strcasecmp(column.first.c_str(), name.c_str()) == 0;
    });
    std::string wanted = SparkTypeOf(type);
    if (found == there.end() || !IsWidened(found->second, wanted))
      return Error{ErrorKind::kSource,
                   found == there.end()
                       ? fmt::format("{} has no column {} ({})", table, name, wanted)
                       : fmt::format("{} of {} is {}, and not {}", name, table, found->second, wanted),
                   "a view in Spark that has all columns as they are declared, as `table` under [sources]"};
    columns.push_back(fmt::format("CAST({0} AS {1}) AS {0}", Ident(name), wanted));
  }
  return Join(columns, ", ");
}

}  // namespace

SparkWorkbench::SparkWorkbench(Lake& lake, std::unique_ptr<Connection> own)
    : lake_(lake),
      own_(std::move(own)),
      ledger_(*own_),
      session_(lake.place, lake.functions),
      folder_(NewFolder(lake.place.staging)) {}

SparkWorkbench::SparkWorkbench(Lake& lake, Connection& ledger)
    : lake_(lake),
      ledger_(ledger),
      session_(lake.place, lake.functions),
      folder_(NewFolder(lake.place.staging)) {}

SparkWorkbench::~SparkWorkbench() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Result<Columns> SparkWorkbench::Stage(const std::string& name, const std::string& select) {
  // The SELECT may read what was staged under the name: it goes to the other folder.
  std::string path = fmt::format("{}/{}-{}", folder_, name, ++staged_[name] % 2);
  TRY(session_.Query(fmt::format("INSERT OVERWRITE DIRECTORY {} USING parquet {}", Quote(path), select)));
  TRY(session_.Execute(
      fmt::format("CREATE OR REPLACE TEMPORARY VIEW `{}` AS SELECT * FROM parquet.`{}`", name, path)));
  return ColumnsIn(TRY(session_.Execute(fmt::format("DESCRIBE `{}`", name))));
}

Result<> SparkWorkbench::Restage(const std::string& name, const std::string& gone, const std::string& come) {
  std::string rows = "SELECT * FROM " + Ident(name);
  if (!gone.empty()) rows += fmt::format(" WHERE NOT coalesce({}, false)", gone);
  if (!come.empty()) rows = fmt::format("({}) UNION ALL ({})", rows, come);
  TRY(Stage(name, rows));
  return {};
}

Result<> SparkWorkbench::Pour(const std::string& select, const std::string& table) {
  TRY(ledger_.Execute("DROP TABLE IF EXISTS temp." + table));
  return session_.Pour(select, ledger_, table);
}

template <typename T>
Result<T> SparkWorkbench::WithRows(const std::string& select,
                                   const std::function<Result<T>(const std::string& rows)>& use) {
  const std::string table = "poured_rows";
  TRY(Pour(select, table));
  Result<T> used = use("SELECT * FROM temp." + table);
  TRY(ledger_.Execute("DROP TABLE IF EXISTS temp." + table));
  return used;
}

Result<Rows> SparkWorkbench::Show(const std::string& select, RowForm form) {
  return WithRows<Rows>(select,
                        [&](const std::string& rows) { return DuckDbWorkbench(ledger_).Show(rows, form); });
}

Result<Columns> SparkWorkbench::TypesOf(const std::string& select) {
  return ColumnsIn(TRY(session_.Query("DESCRIBE QUERY " + select)));
}

Result<std::vector<PartitionDigest>> SparkWorkbench::Digest(const DigestQuery& query) {
  Rows rows = TRY(session_.Query(SparkDigestSql(query)));
  std::vector<PartitionDigest> digests(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows.Null(i, 0))
      return Error{ErrorKind::kData,
                   fmt::format("{} has {} without a date", query.relation, Counted(rows.Int(i, 1), "row")),
                   ""};
    digests[i] = {PartitionKey(rows.Int(i, 0)), rows.Int(i, 1),
                  SparkDigestOf(rows.Text(i, 2), rows.Text(i, 3))};
  }
  return digests;
}

Result<std::optional<Columns>> SparkWorkbench::Describe(const std::string& table) {
  auto rows = session_.Execute("DESCRIBE TABLE " + lake_.Table(table));
  if (rows) return std::optional(ColumnsIn(*rows));
  if (IsSparkError(rows.error(), "TABLE_OR_VIEW_NOT_FOUND")) return std::optional<Columns>();
  return rows.error();
}

// Of a table of Delta the rows of one version are read, whoever writes it meanwhile. Of others, and of views,
// the rows as they are when they are read.
Result<OutsideTable> SparkWorkbench::LookAt(const std::string& table, const Columns& columns) {
  auto described = session_.Execute("DESCRIBE TABLE " + table);
  if (!described && described.error().kind != ErrorKind::kModel) return described.error();
  if (!described)
    return Error{
        ErrorKind::kSource,
        fmt::format("Spark at {} has no table {}: {}", lake_.place.uri, table, described.error().message),
        "`table` under [sources] of backcourt.toml, as \"catalog.database.table\""};
  OutsideTable seen{"", table};
  auto detail = session_.Execute("DESCRIBE DETAIL " + table);
  if (!detail && detail.error().kind != ErrorKind::kModel) return detail.error();
  if (detail && detail->Text(0, ColumnOf(*detail, "format")) == "delta") {
    Rows newest = TRY(session_.Execute(fmt::format("DESCRIBE HISTORY {} LIMIT 1", table)));
    int64_t version = newest.Int(0, ColumnOf(newest, "version"));
    std::string id = detail->Text(0, ColumnOf(*detail, "id"));  // of a table that is made again another one
    seen.version = fmt::format("{}:{}", id, version);
    seen.from = fmt::format("{} VERSION AS OF {}", table, version);
  }
  seen.from =
      fmt::format("(SELECT {} FROM {})", TRY(CastColumns(table, ColumnsIn(*described), columns)), seen.from);
  return seen;
}

Result<bool> SparkWorkbench::MustBeAnew(const Publication& publication) {
  if (!publication.may_be_new) return false;
  const Model& model = *publication.model;
  auto there = TRY(Describe(model.name));
  auto declared = TRY(ledger::ReadDeclarations(ledger_));
  auto made_as = declared.find(model.name);
  bool same = made_as != declared.end() && made_as->second.kind == KindOf(model) &&
              made_as->second.parts["date"] == model.date;
  return !there || *there != publication.columns || !same;
}

Result<> SparkWorkbench::WriteRows(const ledger::Intent& intent, const std::string& date,
                                   const std::string& staged) {
  std::vector<PartitionKey> partitions;
  for (const Cell& cell : intent.cells)
    partitions.push_back(cell.partition);
  bool timestamps = std::any_of(intent.columns.begin(), intent.columns.end(), [](const auto& column) {
    return column.second.find("TIMESTAMP_NTZ") != std::string::npos;
  });
  if (intent.anew) TRY(lake_.MakeTable(session_, intent.table, timestamps));
  TRY(session_.Execute("SET spark.databricks.delta.commitInfo.userMetadata = " + intent.mark));
  std::string table = lake_.Table(intent.table);
  TRY(session_.Execute(
      intent.anew ? fmt::format("CREATE OR REPLACE TABLE {} USING delta AS SELECT * FROM `{}`", table, staged)
                  : fmt::format("INSERT INTO {} REPLACE WHERE {} SELECT * FROM `{}`", table,
                                DatesIn(date, partitions), staged)));
  return {};
}

Result<Published> SparkWorkbench::Publish(const Publication& publication) {
  const Model& model = *publication.model;
  FaultPoint("lake-staged", model.name);
  std::lock_guard writer(lake_.WriterOf(model.name));
  auto start = std::chrono::steady_clock::now();
  TRY(lake_.Claim(session_, ledger_));
  TRY(lake_.SettleAll(session_, ledger_, {&model}));  // what an earlier try left open would come later
  ledger::Intent intent{.table = model.name,
                        .identity = model.identity,
                        .anew = TRY(MustBeAnew(publication)),
                        .columns = publication.columns,
                        .run = publication.run,
                        .batch = publication.batch,
                        .cells = publication.cells};
  intent.session = TRY(session_.Id());
  intent.mark = fmt::format("backcourt-run-{}-{}-{}", intent.run, intent.session, ++published_);
  TRY(ledger::WriteIntent(ledger_, intent));
  FaultPoint("lake-intended", model.name);
  if (auto written = WriteRows(intent, model.date, publication.staged); !written) {
    bool is_clear =
        written.error().kind != ErrorKind::kTransient && written.error().kind != ErrorKind::kInterrupted;
    auto there = is_clear ? Result<bool>(false) : lake_.Settle(session_, intent);
    if (!there) return written.error();  // the intent stays open
    if (!*there) TRY(ledger::RemoveIntent(ledger_, intent.mark));
    if (!*there) return written.error();  // else it came through, only its answer did not
  }
  FaultPoint("lake-written", model.name);
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  intent.batch.seconds += seconds;
  Published published = TRY(WriteOutcome(ledger_, intent, model));
  (void)lake_.Learn(ledger_,
                    {session_.fastest_query(), seconds});  // the rows are there, whatever was learned
  FaultPoint("lake-told", model.name);
  return published;
}

Result<> SparkWorkbench::Record(const Model& model, int64_t run, const std::vector<Cell>& cells) {
  return DuckDbWorkbench(ledger_).Record(model, run, cells);
}

Result<> SparkWorkbench::Remove(const std::vector<Removal>& removals) {
  TRY(lake_.Claim(session_, ledger_));
  // Rows first: where this ends between the two, the ledger still has the cells, and they are removed again.
  for (const Removal& removal : removals) {
    auto columns = TRY(Describe(removal.table));
    if (!columns) continue;
    bool dated = std::any_of(columns->begin(), columns->end(),
                             [&](const auto& column) { return column.first == removal.date; });
    std::lock_guard writer(lake_.WriterOf(removal.table));
    TRY(session_.Execute(fmt::format("DELETE FROM {} WHERE {}", lake_.Table(removal.table),
                                     dated ? DatesIn(removal.date, removal.partitions) : "true")));
    if (!dated) TRY(ledger::EmptyCells(ledger_, removal.table));
  }
  Transaction transaction = TRY(Transaction::Begin(ledger_));
  for (const Removal& removal : removals)
    TRY(ledger::RemoveCells(ledger_, removal.table, removal.partitions));
  return transaction.Commit();
}

Result<> SparkWorkbench::Drop(const std::string& table) {
  TRY(lake_.Claim(session_, ledger_));
  TRY(lake_.DropRelation(session_, table));
  Transaction transaction = TRY(Transaction::Begin(ledger_));
  TRY(ledger::ForgetTable(ledger_, table));
  return transaction.Commit();
}

Result<> SparkWorkbench::MakeEmptyTable(const std::string& table, const std::string& select) {
  TRY(lake_.Claim(session_, ledger_));
  TRY(session_.Query(
      fmt::format("CREATE TABLE {} USING delta AS SELECT * FROM ({}) LIMIT 0", lake_.Table(table), select)));
  return {};
}

Result<> SparkWorkbench::MakeView(const Model& model, ::backcourt::Digest identity) {
  TRY(lake_.Claim(session_, ledger_));
  TRY(lake_.DropRelation(session_, model.name));
  TRY(session_.Query(fmt::format("CREATE VIEW {} AS {}", lake_.Table(model.name), SelectSql(model))));
  Columns columns = TRY(Describe(model.name)).value_or(Columns());
  Transaction transaction = TRY(Transaction::Begin(ledger_));
  TRY(ledger::RemoveCells(ledger_, model.name));  // of the table that it was
  TRY(ledger::WriteModel(ledger_, model, identity, columns));
  return transaction.Commit();
}

Result<int64_t> SparkWorkbench::WriteFile(const std::string& select, const std::string& path,
                                          FileFormat format) {
  return WithRows<int64_t>(select, [&](const std::string& rows) {
    return DuckDbWorkbench(ledger_).WriteFile(rows, path, format);
  });
}

Result<> SparkWorkbench::Stream(const std::string& select, const Bytes& take) {
  return WithRows<Unit>(select,
                        [&](const std::string& rows) { return DuckDbWorkbench(ledger_).Stream(rows, take); });
}

}  // namespace backcourt
