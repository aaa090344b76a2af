// A worker's place in DuckDB: a connection, whose temporary tables nobody else sees.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "warehouse/duckdb/duckdb_dialect.h"
#include "warehouse/warehouse.h"

namespace backcourt {

class DuckDbWorkbench : public Workbench {
 public:
  // On a connection of its own, or on one that outlives it.
  // `history`: what is replaced is kept.
  DuckDbWorkbench(std::unique_ptr<Connection> own, bool history)
      : own_(std::move(own)), connection_(*own_), history_(history) {}
  explicit DuckDbWorkbench(Connection& connection, bool history = false)
      : connection_(connection), history_(history) {}

  const Dialect& dialect() const override { return dialect_; }
  Result<Columns> Stage(const std::string& name, const std::string& select) override;
  Result<> Restage(const std::string& name, const std::string& gone, const std::string& come) override;
  Result<Rows> Query(const std::string& select) override { return connection_.Query(select); }
  Result<Rows> Show(const std::string& select, RowForm form) override;
  Result<Columns> TypesOf(const std::string& select) override;
  Result<std::vector<PartitionDigest>> Digest(const DigestQuery& query) override;
  Result<std::optional<Columns>> Describe(const std::string& table) override;
  Result<> MayReplace(const std::set<std::string>& models) override;
  Result<Published> Publish(const Publication& publication) override;
  Result<> Record(const Model& model, int64_t run, const std::vector<Cell>& cells) override;
  Result<> Remove(const std::vector<Removal>& removals) override;
  Result<> Drop(const std::string& table) override;
  Result<> MakeEmptyTable(const std::string& table, const std::string& select) override;
  Result<> MakeView(const Model& model, ::backcourt::Digest identity) override;
  Result<int64_t> WriteFile(const std::string& select, const std::string& path, FileFormat format) override;
  Result<> Stream(const std::string& select, const Bytes& take) override;
  void Cancel() override { connection_.Cancel(); }

 private:
  // Makes the table anew when it has to be; REQUIRES: the transaction that fills it.
  Result<Published> MakeTable(const Publication& publication);
  // Puts rows in place of those of these dates; `come` is a relation, "" for none.
  Result<> ReplaceRows(const std::string& table, const std::string& date,
                       const std::vector<PartitionKey>& partitions, const std::string& come, int64_t run);

  std::unique_ptr<Connection> own_;
  Connection& connection_;
  const bool history_;
  DuckDbDialect dialect_;
};

}  // namespace backcourt
