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
  // Whether a batch must be proved.
  virtual bool Asks(const BatchWork& work) = 0;
  // Whether the rows that a batch has staged as `staged` are those that its dates give alone; an error of
  // kind kProof says in which way they are not. `made` are their digests. `alone`, where there is one, is a
  // date that a batch of its own has filled before, and that is staged with the others.
  virtual Result<> Prove(Workbench& bench, const BatchWork& work, const std::string& staged,
                         const std::vector<PartitionDigest>& made, const PartitionDigest* alone) = 0;
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

  Result<> MakeInputs(Workbench& bench, const Model& model);
  std::optional<PartitionDigest> FilledAlone(const BatchWork& work);
  Result<Published> Publish(Workbench& bench, const Publication& publication);

  const Project& project_;
  const Calendar& calendar_;
  const Cells& cells_;
  std::mutex& mutex_;
  TextProof& proof_;
  std::map<std::string, Columns> published_;  // by table: the columns of what was published last
  std::set<std::string> made_here_;           // tables made anew by this run: no date has rows before
  std::map<std::string, PartitionDigest>
      alone_;                    // by model: a date that a batch of this run has filled alone
  std::mutex making_;            // of tables, one at a time
  std::set<std::string> there_;  // tables known to be there; guarded by making_
  int64_t run_;
  std::vector<std::unique_ptr<Workbench>> benches_;  // one a worker
};

// Runs the model's [checks] over what is staged as `this`; an error of kind data
// names the first that fails and shows up to 20 of its rows.
Result<> RunChecks(Workbench& bench, const Model& model);

}  // namespace backcourt
