// A worker's place in Spark: a session, and a folder of the staging area in which its rows lie aside. The
// ledger is in the embedded file.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "warehouse/spark/lake.h"
#include "warehouse/spark/spark_sql.h"
#include "warehouse/warehouse.h"

namespace backcourt {

class SparkWorkbench : public Workbench {
 public:
  // On a connection to the ledger of its own, or on one that outlives it.
  SparkWorkbench(Lake& lake, std::unique_ptr<Connection> own);
  SparkWorkbench(Lake& lake, Connection& ledger);
  ~SparkWorkbench() override;

  const Dialect& dialect() const override { return dialect_; }
  Result<Columns> Stage(const std::string& name, const std::string& select) override;
  Result<> Restage(const std::string& name, const std::string& gone, const std::string& come) override;
  Result<Rows> Query(const std::string& select) override { return session_.Query(select); }
  Result<Rows> Show(const std::string& select, RowForm form) override;
  Result<Columns> TypesOf(const std::string& select) override;
  Result<std::vector<PartitionDigest>> Digest(const DigestQuery& query) override;
  Result<std::optional<Columns>> Describe(const std::string& table) override;
  Result<OutsideTable> LookAt(const std::string& table, const Columns& columns) override;
  Result<> Pour(const std::string& select, const std::string& table) override;
  Result<> MayReplace(const std::set<std::string>&) override { return {}; }  // Delta keeps what is replaced
  Result<Published> Publish(const Publication& publication) override;
  Result<> Record(const Model& model, int64_t run, const std::vector<Cell>& cells) override;
  Result<> Remove(const std::vector<Removal>& removals) override;
  Result<> Drop(const std::string& table) override;
  Result<> MakeEmptyTable(const std::string& table, const std::string& select) override;
  Result<> MakeView(const Model& model, ::backcourt::Digest identity) override;
  Result<int64_t> WriteFile(const std::string& select, const std::string& path, FileFormat format) override;
  Result<> Stream(const std::string& select, const Bytes& take) override;
  void Cancel() override { session_.Cancel(); }

 private:
  // Whether the table has to be made anew, by what other workers have committed.
  Result<bool> MustBeAnew(const Publication& publication);
  // Writes the rows of an intent to the lake, in one commit that carries its mark.
  Result<> WriteRows(const ledger::Intent& intent, const std::string& date, const std::string& staged);
  // A SELECT's rows in a temporary table of the embedded engine, for what is done to them.
  template <typename T>
  Result<T> WithRows(const std::string& select, const std::function<Result<T>(const std::string& rows)>& use);

  Lake& lake_;
  std::unique_ptr<Connection> own_;
  Connection& ledger_;
  SparkSession session_;
  SparkDialect dialect_;
  const std::string folder_;
  int published_ = 0;                  // tries
  std::map<std::string, int> staged_;  // by name: how often, which of two folders it is in
};

}  // namespace backcourt
