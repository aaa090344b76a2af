// The seam between Backcourt and the engine that holds the rows of tables.
// DuckDB stands behind it (warehouse/duckdb), or Spark (warehouse/spark); tests put a fake there
// (tests/kit/fake_warehouse.h). The ledger and the raw tables are in an embedded
// DuckDB file whatever the engine: another engine publishes in steps that can be
// told apart after a crash (intent, rows, outcome), where DuckDB has them all in
// one transaction.
//
// In SQL, a table is wh.main.NAME in every engine; what is staged is a bare name.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "base/cancel.h"
#include "ledger/runs.h"
#include "plan/cells.h"
#include "project/model.h"
#include "warehouse/dialect.h"
#include "warehouse/digests.h"

namespace backcourt {

// Names and types, in order.
using Columns = NamedTexts;

// Rows that take the place of a model's rows of some dates.
struct Publication {
  const Model* model = nullptr;
  std::string staged;       // under which name its rows are staged
  Columns columns;          // of the staged rows
  std::vector<Cell> cells;  // of the dates, ascending
  // Nothing of these columns was published before by the same run: the table may have to be made anew.
  bool may_be_new = false;
  bool rows_before = true;  // rows of these dates may be there
  int64_t run = 0;
  ledger::BatchRecord batch;
};

// Slots whose rows and cells go.
struct Removal {
  std::string table, date;  // the column of dates
  std::vector<PartitionKey> partitions;
};

// What a publication did to the table itself.
struct Published {
  bool anew = false;  // it was made anew: no rows of other texts are left
  Digest schema;      // of one that was made anew: see CellSeries
};

enum class FileFormat { kParquet, kCsv, kJson };
// Rows for people: each value a text, or each row one text, a JSON object.
enum class RowForm { kTexts, kObjects };

// A table of the engine's catalog that others write, as it is now.
struct OutsideTable {
  std::string version;  // of its rows: another one once they change; empty: the engine does not know
  std::string from;     // what stands after FROM for its rows as they are now, of the columns asked for
};

// One worker's place: what is staged in it nobody else sees. Not shared between
// threads, but for Cancel, which any thread may call.
class Workbench {
 public:
  virtual ~Workbench() = default;

  virtual const Dialect& dialect() const = 0;

  // Computes a SELECT aside, in place of what was staged under the name.
  virtual Result<Columns> Stage(const std::string& name, const std::string& select) = 0;
  // Changes what is staged: the rows that `gone` (a predicate; may be empty) holds of leave it, those of
  // `come` (a SELECT; may be empty) join it.
  virtual Result<> Restage(const std::string& name, const std::string& gone, const std::string& come) = 0;
  virtual Result<Rows> Query(const std::string& select) = 0;
  // The same, written in one way whatever the engine.
  virtual Result<Rows> Show(const std::string& select, RowForm form) = 0;
  // The columns of a SELECT, without its rows.
  virtual Result<Columns> TypesOf(const std::string& select) = 0;
  // In partition order. A row without a partition is an error of kind data.
  virtual Result<std::vector<PartitionDigest>> Digest(const DigestQuery& query) = 0;

  // The columns of a table of the warehouse, or of a view; nothing when it is not there.
  virtual Result<std::optional<Columns>> Describe(const std::string& table) = 0;

  // A table that others write, by its name in the catalog, with columns of these names and types (as raw
  // tables declare them). An error of kind source where it is not there or has others.
  virtual Result<OutsideTable> LookAt(const std::string& table, const Columns&) {
    return Error{ErrorKind::kUsage, "this engine has no table " + table + " beside its own", ""};
  }
  // The rows of a SELECT become a temporary table of the embedded engine, on the workbench's connection.
  virtual Result<> Pour(const std::string& select, const std::string& table) {
    return Error{ErrorKind::kUsage, "this engine has the rows of " + table + " in the file: " + select, ""};
  }

  // Rows of these models may be replaced from now on, by several workers.
  virtual Result<> MayReplace(const std::set<std::string>& models) = 0;
  // All or nothing: the staged rows replace those of the dates, and the ledger says so. A table of other
  // columns or of another date column, and one that is not a model's, is made anew, which is decided on what
  // other workers have committed.
  virtual Result<Published> Publish(const Publication& publication) = 0;
  // The ledger says of cells that they were not filled (failed, blocked, kept as they were); rows stay.
  virtual Result<> Record(const Model& model, int64_t run, const std::vector<Cell>& cells) = 0;
  // All or nothing: rows and cells go.
  virtual Result<> Remove(const std::vector<Removal>& removals) = 0;

  // All or nothing: a table, or a view, goes with all that the ledger holds of it.
  virtual Result<> Drop(const std::string& table) = 0;

  // Makes a table without rows, of the columns of a SELECT.
  virtual Result<> MakeEmptyTable(const std::string& table, const std::string& select) = 0;
  // Makes, or replaces, the view of a model, also where a table was, and the ledger says so. `identity` is of
  // the model and of what it reads.
  virtual Result<> MakeView(const Model& model, ::backcourt::Digest identity) = 0;

  // Writes the rows of a SELECT to a file of this machine.
  virtual Result<int64_t> WriteFile(const std::string& select, const std::string& path,
                                    FileFormat format) = 0;

  // The rows of a SELECT as an Arrow IPC stream: see Connection::Stream.
  virtual Result<> Stream(const std::string& select, const Bytes& take) = 0;

  // Makes what runs here end as interrupted.
  virtual void Cancel() = 0;
};

// What an engine takes for a batch beside its work, in seconds.
struct BatchCosts {
  double statement = 0, publication = 0;
  // How long a batch should take, so that they are a small part of it.
  double TargetSeconds() const { return std::max(2.0, 20 * (10 * statement + publication)); }
};

class Warehouse {
 public:
  virtual ~Warehouse() = default;

  // A worker's place.
  virtual Result<std::unique_ptr<Workbench>> Open() = 0;
  // A place that sees what the connection sees, such as the moment of its transaction; it uses the
  // connection, which outlives it.
  virtual std::unique_ptr<Workbench> OpenOn(Connection& connection) = 0;

  // A connection to the embedded file, in which ledger and raw tables are; on it,
  // its tables and the functions of the pack stand without a prefix.
  virtual Result<std::unique_ptr<Connection>> Connect() = 0;
  // The same for what asks only the ledger and the calendar: the functions may still be in the making.
  virtual Result<std::unique_ptr<Connection>> ConnectToLedger() = 0;
  // Until the functions are there, as Open and Connect do.
  virtual Result<> WaitForFunctions() = 0;

  // Settles what a dead process had begun to publish: afterwards rows and ledger agree.
  virtual Result<> Recover() = 0;
  // Raw rows that changed are where models read them.
  // `told`: a line at each table that has to be brought.
  virtual Result<> BringRawRows(const Cancel& cancel,
                                const std::function<void(const std::string&)>& told) = 0;

  // So many workers will run side by side, or (0) none any more: their places share what threads and memory
  // there are.
  virtual Result<> ShareAmong(int workers) = 0;

  virtual BatchCosts costs() const = 0;
  virtual Result<std::string> Version() = 0;  // of the engine, for people
};

// So many workers run side by side while it lives; afterwards one has all threads and memory again.
class SharedByWorkers {
 public:
  static Result<std::unique_ptr<SharedByWorkers>> Among(Warehouse& warehouse, int workers) {
    TRY(warehouse.ShareAmong(workers));
    return std::unique_ptr<SharedByWorkers>(new SharedByWorkers(warehouse));
  }
  ~SharedByWorkers() { (void)warehouse_.ShareAmong(0); }

 private:
  explicit SharedByWorkers(Warehouse& warehouse) : warehouse_(warehouse) {}
  Warehouse& warehouse_;
};

}  // namespace backcourt
