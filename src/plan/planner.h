// Which cells are to be filled, why, and in which batches.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/fingerprint.h"
#include "plan/pace.h"

namespace backcourt {

// What the operator asked for. Dates are indices into the calendar.
struct Selection {
  std::vector<std::string> tables;         // models; empty: all
  std::vector<int> dates;                  // sorted
  bool upstream = true;                    // also what the selected cells need
  bool force = false;                      // also what is fresh
  std::optional<int64_t> before_run;       // of that, what was last filled by an earlier run than this
  std::vector<std::string> allow_missing;  // TABLE or TABLE:DATE
};

struct PlanOptions {
  double target_seconds = 2.0;       // of one batch
  int max_dates = 400;               // of one batch
  std::map<std::string, Pace> pace;  // by model
};

struct Batch {
  int id = 0;
  std::string model;
  std::vector<int> dates;  // calendar indices, ascending
  bool canary = false;     // the first of a model whose text is new: one date
  bool tentative = false;  // all its cells only may change
  // Some of its cells may change because the columns of an input may: it waits for all batches of its inputs.
  bool waits_for_columns = false;
  double expected_seconds = 0;  // 0: not known
  double expected_rows = 0;
};

struct Plan {
  std::vector<Batch> batches;  // inputs before what reads them
  // Cells of any model that are not true to their inputs now, in scope or not.
  std::map<std::string, std::set<int>> unsettled;
  std::map<std::string, Pace> pace;  // by model, as far as it is known
  int not_due = 0;                   // cells that were selected, behind the calendar's horizon
  bool force = false;
  std::vector<std::string> allow_missing;
  // State of every cell considered, by model and calendar index; cells out of
  // scope are absent.
  std::map<std::string, std::map<int, CellState>> states;
  std::map<std::string, int> counts() const;  // by state, of what is to be done
  int cells() const;
  double expected_seconds() const;
};

// Which final games that lack box rows a cell was, or would be, made without:
// those in its windows on the boxes that lack them, and those that its inputs were made without.
class MissingGames {
 public:
  MissingGames(const Project& project, const Calendar& calendar);
  // Sorted.
  std::vector<std::string> Of(const Model& model, int date_index) const;
  // The same as a part of the cell's fingerprint; 0 when there is none.
  Digest TokenOf(const Model& model, int date_index) const;

 private:
  const Calendar& calendar_;
  template <typename Visit>
  void ForEach(const Model& model, int date_index, Visit visit) const;

  using Games = std::vector<uint64_t>;  // bits by index into missing_boxes(); empty: none
  // By table, by date: the games that its cell goes without.
  std::map<std::string, std::vector<Games>> without_;
  std::vector<Digest> tokens_;  // of the games' ids
};

// The state of every cell of every model: by model, by calendar index. Linear
// in cells. `open_columns`, if not null, gets the models whose columns may come out otherwise than they are,
// since no cell is true to what the model and its inputs are now: all that reads them may change, whatever
// its windows.
std::map<std::string, std::vector<CellState>> JudgeAll(const Project& project, const Calendar& calendar,
                                                       const Cells& cells,
                                                       std::set<std::string>* open_columns = nullptr);

Plan MakePlan(const Project& project, const Calendar& calendar, const Cells& cells,
              const Selection& selection, const PlanOptions& options);

// Takes the cells of models whose rows are to go out of `cells`, and returns their partitions by model: those
// on dates that are no game dates any more (a game has moved), and those behind the calendar's horizon that
// are not true to their inputs any more.
std::map<std::string, std::vector<PartitionKey>> TakeRetired(const Project& project, const Calendar& calendar,
                                                             Cells& cells);

// Whether a waiver names the cell (table, date).
bool Waives(const std::vector<std::string>& allow_missing, const std::string& table, Date date);

// A digest of all that a plan rests on: it has moved on when this differs.
Digest StateOfCells(const Cells& cells);

}  // namespace backcourt
