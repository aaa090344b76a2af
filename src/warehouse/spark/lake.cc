#include "warehouse/spark/lake.h"

#include <fmt/format.h>

#include <algorithm>

#include "adbc/transaction.h"
#include "ledger/cells.h"
#include "ledger/declarations.h"
#include "ledger/models.h"
#include "warehouse/spark/spark_sql.h"

namespace backcourt {

namespace {

constexpr const char* kOwner = "backcourt.ledger";  // a property of the database
constexpr int kCommits = 50;                        // that are looked through for a mark

}  // namespace

size_t ColumnOf(const Rows& rows, const char* name) {
  for (size_t c = 0; c < rows.columns().size(); ++c)
    if (rows.columns()[c].name == name) return c;
  return 0;
}

std::string Lake::Table(const std::string& name) const { return place.database + ".`" + name + "`"; }

std::mutex& Lake::WriterOf(const std::string& table) {
  std::lock_guard lock(mutex_);
  return writers_[table];
}

BatchCosts Lake::costs() const {
  std::lock_guard lock(mutex_);
  return costs_;
}

Result<> Lake::Learn(Connection& ledger, const BatchCosts& measured) {
  constexpr double kNew = 0.2;  // the weight of one measurement
  std::lock_guard lock(mutex_);
  costs_.statement += kNew * (measured.statement - costs_.statement);
  costs_.publication += kNew * (measured.publication - costs_.publication);
  return ledger::WriteLakeCosts(ledger, {costs_.statement, costs_.publication});
}

Result<> Lake::Claim(SparkSession& session, Connection& ledger) {
  std::lock_guard lock(mutex_);
  if (claimed_) return {};
  std::string mine = TRY(ledger::LakeId(ledger));
  Rows told = TRY(session.Execute("DESCRIBE SCHEMA EXTENDED " + place.database));
  std::string properties;  // ((backcourt.ledger,...), ...)
  for (size_t i = 0; i < told.size(); ++i)
    if (told.Text(i, 0) == "Properties") properties = told.Text(i, 1);
  if (properties.find(kOwner) == std::string::npos)
    TRY(session.Execute(
        fmt::format("ALTER SCHEMA {} SET DBPROPERTIES ('{}' = '{}')", place.database, kOwner, mine)));
  else if (properties.find(mine) == std::string::npos)
    return Error{
        ErrorKind::kBusy,
        fmt::format("the database {} at {} is filled by another warehouse", place.database, place.uri),
        "another `database` under [warehouse] of backcourt.toml"};
  claimed_ = true;
  return {};
}

Result<> Lake::MakeTable(SparkSession& session, const std::string& name, bool timestamps) const {
  TRY(session.Execute(
      fmt::format("CREATE TABLE IF NOT EXISTS {} (not_filled INT) USING delta", Table(name))));
  if (timestamps)
    TRY(session.Execute(fmt::format(
        "ALTER TABLE {} SET TBLPROPERTIES ('delta.feature.timestampNtz' = 'supported')", Table(name))));
  return {};
}

Result<> Lake::DropRelation(SparkSession& session, const std::string& name) const {
  auto dropped = session.Execute("DROP TABLE IF EXISTS " + Table(name));
  if (!dropped && dropped.error().kind == ErrorKind::kModel)  // it is a view
    dropped = session.Execute("DROP VIEW IF EXISTS " + Table(name));
  if (!dropped) return dropped.error();
  return {};
}

Result<bool> Lake::Settle(SparkSession& session, const ledger::Intent& intent) {
  TRY(SparkSession::End(place, intent.session));
  // A change of the table's properties makes a write that began before it fail. The table is made before its
  // first rows are written: where there is none, nothing was.
  std::string table = Table(intent.table);
  auto fenced = session.Execute(
      fmt::format("ALTER TABLE {} SET TBLPROPERTIES ('backcourt.settled' = '{}')", table, intent.mark));
  if (!fenced && IsSparkError(fenced.error(), "TABLE_OR_VIEW_NOT_FOUND")) return false;
  if (!fenced) return fenced.error();
  Rows history = TRY(session.Execute(fmt::format("DESCRIBE HISTORY {} LIMIT {}", table, kCommits)));
  size_t column = ColumnOf(history, "userMetadata");
  for (size_t i = 0; i < history.size(); ++i)
    if (!history.Null(i, column) && history.Text(i, column) == intent.mark) return true;
  return false;
}

Result<> Lake::SettleAll(SparkSession& session, Connection& ledger, const std::vector<const Model*>& models) {
  for (const ledger::Intent& intent : TRY(ledger::ReadIntents(ledger))) {
    auto model = std::find_if(models.begin(), models.end(),
                              [&](const Model* one) { return one->name == intent.table; });
    if (model == models.end()) continue;
    if (TRY(Settle(session, intent)))
      TRY(WriteOutcome(ledger, intent, **model));
    else
      TRY(ledger::RemoveIntent(ledger, intent.mark));
  }
  return {};
}

Result<Published> WriteOutcome(Connection& ledger, const ledger::Intent& intent, const Model& model) {
  Published published{intent.anew, {}};
  Transaction transaction = TRY(Transaction::Begin(ledger));
  if (intent.anew) TRY(ledger::EmptyCells(ledger, intent.table));
  if (model.identity == intent.identity) {
    auto models = TRY(ledger::ReadModels(ledger));
    auto known = models.find(intent.table);
    if (intent.anew || known == models.end() || known->second.identity != intent.identity.Hex())
      TRY(ledger::WriteModel(ledger, model, intent.identity, intent.columns));
    TRY(ledger::WriteCells(ledger, intent.table, intent.cells));
    TRY(ledger::WriteBatch(ledger, intent.run, intent.batch));
    published.schema = TRY(ledger::ReadSchema(ledger, intent.table));
  } else {
    std::vector<PartitionKey> partitions;
    for (const Cell& cell : intent.cells)
      partitions.push_back(cell.partition);
    TRY(ledger::RemoveCells(ledger, intent.table, partitions));
  }
  TRY(ledger::RemoveIntent(ledger, intent.mark));
  TRY(transaction.Commit());
  return published;
}

}  // namespace backcourt
