// Fills batches in the warehouse: rows are computed and checked aside, then
// replace what was there, with the ledger, in one transaction.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "run/runner.h"
#include "warehouse/duckdb/duckdb_warehouse.h"

namespace backcourt {

// Row count and digest a slot of `relation`; slots are read from `slot_sql`.
struct SlotDigest {
  int32_t slot = 0;
  int64_t rows = 0;
  Digest digest;
};
Result<std::vector<SlotDigest>> DigestSlots(Connection& connection, const std::string& relation,
                                            const std::string& slot_sql,
                                            const std::vector<std::string>& columns,
                                            const std::string& where = "true");

class WarehouseFiller : public BatchFiller {
 public:
  static Result<std::unique_ptr<WarehouseFiller>> Make(Warehouse& warehouse, const Project& project,
                                                       const Calendar& calendar, const Cells& cells,
                                                       std::mutex& cells_mutex, int64_t run, int workers);

  Result<std::vector<Cell>> Fill(const BatchWork& work, int worker) override;
  Result<> Record(const Model& model, const std::vector<Cell>& cells, int worker) override;
  void Cancel() override;

 private:
  WarehouseFiller(const Project& project, const Calendar& calendar, const Cells& cells,
                  std::mutex& cells_mutex, int64_t run)
      : project_(project), calendar_(calendar), cells_(cells), mutex_(cells_mutex), run_(run) {}

  Result<> Check(Connection& connection, const BatchWork& work, const std::string& inputs);

  const Project& project_;
  const Calendar& calendar_;
  const Cells& cells_;
  std::mutex& mutex_;
  std::set<std::string> made_here_;  // tables made anew by this run: no date has rows before
  int64_t run_;
  std::vector<std::unique_ptr<Connection>> connections_;  // one a worker
};

// A SELECT of the project, where it stands and what it may name.
struct Body {
  std::string file, sql;
  int line = 1;
  std::vector<std::string> reads;
};

// Refuses a body that names what it did not declare, a qualified name, a table
// function or a volatile function; the error names file and line.
Result<> CheckBody(Connection& connection, const Model& model,
                   const std::set<std::string>& volatile_functions);
Result<> CheckBody(Connection& connection, const Body& body, const std::set<std::string>& volatile_functions);
// The engine's functions that give another value at each call.
Result<std::set<std::string>> VolatileFunctions(Connection& connection);

// Makes, without rows, the tables that the plan's models read, themselves or
// through others, and that are not there: a date before all of an input's
// dates reads it although no cell of it is due. A model that cannot be run is
// left to its batch, which tells of it.
Result<> MakeInputTables(Connection& connection, const Project& project, const Calendar& calendar,
                         const Plan& plan);

// Runs the model's [checks] over `this`; an error of kind data names the first
// that fails and shows up to 20 of its rows.
Result<> RunChecks(Connection& connection, const Model& model);

}  // namespace backcourt
