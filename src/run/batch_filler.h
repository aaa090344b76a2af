// Fills batches in the warehouse: rows are computed and checked aside, then
// replace what was there, with the ledger.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "run/runner.h"
#include "warehouse/warehouse.h"

namespace backcourt {

// What a text that is new must stand before its rows count.
class TextProof {
 public:
  virtual ~TextProof() = default;
  // Whether the rows that a batch has staged as `staged` are those that its dates give alone; an error of
  // kind kProof says in which way they are not. `made` are their digests.
  virtual Result<> Prove(Workbench& bench, const BatchWork& work, const std::string& staged,
                         const std::vector<PartitionDigest>& made) = 0;
};

class WarehouseFiller : public BatchFiller {
 public:
  // `cells` are the runner's, guarded by `cells_mutex`.
  static Result<std::unique_ptr<WarehouseFiller>> Make(Warehouse& warehouse, const Project& project,
                                                       const Calendar& calendar, const Cells& cells,
                                                       std::mutex& cells_mutex, TextProof& proof, int64_t run,
                                                       int workers);

  Result<FilledBatch> Fill(const BatchWork& work, int worker) override;
  Result<> Record(const Model& model, const std::vector<Cell>& cells, int worker) override;
  void Cancel() override;

 private:
  WarehouseFiller(const Project& project, const Calendar& calendar, const Cells& cells,
                  std::mutex& cells_mutex, TextProof& proof, int64_t run)
      : project_(project),
        calendar_(calendar),
        cells_(cells),
        mutex_(cells_mutex),
        proof_(proof),
        run_(run) {}

  const Project& project_;
  const Calendar& calendar_;
  const Cells& cells_;
  std::mutex& mutex_;
  TextProof& proof_;
  std::map<std::string, Columns> published_;  // by table: the columns of what was published last
  std::set<std::string> made_here_;           // tables made anew by this run: no date has rows before
  int64_t run_;
  std::vector<std::unique_ptr<Workbench>> benches_;  // one a worker
};

// Makes, without rows, the tables that the plan's models read, themselves or
// through others, and that are not there: a date before all of an input's
// dates reads it although no cell of it is due. A model that cannot be run is
// left to its batch, which tells of it.
Result<> MakeInputTables(Workbench& bench, const Project& project, const Calendar& calendar,
                         const Plan& plan);

// Runs the model's [checks] over what is staged as `this`; an error of kind data
// names the first that fails and shows up to 20 of its rows.
Result<> RunChecks(Workbench& bench, const Model& model);

}  // namespace backcourt
