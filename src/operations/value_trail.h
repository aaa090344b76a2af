// Where a value comes from: the rows that its model read for it, and which of them changed, down to file and
// row.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "load/file_rows.h"
#include "operations/why.h"
#include "proof/lineage.h"

namespace backcourt {

class ValueTrail {
 public:
  ValueTrail(Workspace& workspace, Moment& moment, Lineage& lineage, Connection& aside)
      : project_(workspace.project()), moment_(moment), lineage_(lineage), files_(project_, aside) {}

  // Of the only row of a model's cell that has the key (`player_id=201939,game_id=...`, a value of one column
  // of the table's key, or what a lookup of the pack takes), in one of its columns or (empty) in all. kUsage
  // where no row or several have it.
  Result<WhyReport> Follow(const Model& model, int date_index, const std::string& key,
                           const std::string& column);

 private:
  using Key = std::vector<std::pair<std::string, std::string>>;  // column and value
  // When a row came to be as it is: the run that changed it last, and the one before that.
  struct Since {
    int64_t run = 0, before = 0;
    bool changed = false;
    int64_t filled = 0;              // the run that filled its cell last
    bool open = false;               // the cell is not as its inputs are now
    std::optional<std::string> was;  // the column's value before
  };

  Connection& connection() { return *moment_.connection; }
  Result<Key> FindRow(const Model& model, int date_index, const std::string& key);
  Result<Since> SinceWhen(const Model& model, const std::string& where, const std::string& column,
                          PartitionKey partition);
  // What a row reads of an input.
  struct Input {
    const Model* model = nullptr;  // none of a raw table
    std::string where;             // of its rows
    WhyLink link;
    Since changed;  // when its rows did that the link shows
  };
  // Nothing where it reads no row of it. Changes are those in (since.before, since.run], or, where there are
  // none and the row's cell is open, those since that was filled.
  Result<std::optional<Input>> LookAt(const Model& model, const Read& read, int date_index, const Key& key,
                                      const std::string& column, const Since& since);
  // The newest rows of an input, with the column that the value was made of.
  Result<> AddRows(const std::vector<std::string>& columns, const std::string& column, Input& input);
  Result<> AddInputs(const Model& model, int date_index, const Key& key, const std::string& column,
                     const Since& since, int depth, WhyReport& report);
  // The rows of an input that changed first, each once; where none did, the only row that has the column.
  Result<> FollowRows(const Input& input, const std::string& column, int depth, WhyReport& report);
  Result<std::vector<WhyValue>> ChangesIn(const std::string& table, const std::string& where,
                                          const Since& since, int64_t& all);
  Result<std::vector<std::string>> ColumnsOf(const std::string& table);

  const Project& project_;
  Moment& moment_;
  Lineage& lineage_;
  FileRows files_;
  std::set<std::string> followed_;  // rows, as text
};

}  // namespace backcourt
