// What the workbenches of a warehouse in Spark share: where its rows are, who writes them, and how a write
// that was broken off is settled.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "ledger/lake.h"
#include "project/project.h"
#include "warehouse/spark/spark_session.h"
#include "warehouse/warehouse.h"

namespace backcourt {

class Lake {
 public:
  Lake(SparkPlace place, std::vector<Function> functions, BatchCosts costs)
      : place(std::move(place)), functions(std::move(functions)), costs_(costs) {}

  const SparkPlace place;
  const std::vector<Function> functions;

  std::string Table(const std::string& name) const;

  // Held while a table is written: Delta refuses writers of one table that meet.
  std::mutex& WriterOf(const std::string& table);

  // What a statement and a publication cost beside their work: by the last ones, here and in the ledger.
  BatchCosts costs() const;
  Result<> Learn(Connection& ledger, const BatchCosts& measured);

  // The database is this ledger's from now on. One that is another's is kBusy: two ledgers would not know of
  // each other's rows.
  Result<> Claim(SparkSession& session, Connection& ledger);

  // A table of this name is there, of whatever columns: one that is made with its rows and cut off leaves
  // files where it would be, and then cannot be made at all. `timestamps`: it may get columns of times
  // without a zone, which Delta wants to be told.
  Result<> MakeTable(SparkSession& session, const std::string& name, bool timestamps) const;

  // Drops the table or the view of a name; nothing when there is none.
  Result<> DropRelation(SparkSession& session, const std::string& name) const;

  // Whether the rows of an intent are in the lake. What wrote them is ended first, and kept from ending
  // later.
  Result<bool> Settle(SparkSession& session, const ledger::Intent& intent);
  // Settles the open intents of models, and the ledger says what came of them.
  Result<> SettleAll(SparkSession& session, Connection& ledger, const std::vector<const Model*>& models);

 private:
  mutable std::mutex mutex_;
  BatchCosts costs_;
  std::map<std::string, std::mutex> writers_;
  bool claimed_ = false;
};

// The column of a name in what Spark tells.
size_t ColumnOf(const Rows& rows, const char* name);

// What came of rows that are in the lake, in one transaction of the ledger. Where the model has another text
// than the intent's by now, its cells are forgotten, so that they are filled again.
Result<Published> WriteOutcome(Connection& ledger, const ledger::Intent& intent, const Model& model);

}  // namespace backcourt
