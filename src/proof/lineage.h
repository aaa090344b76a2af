// Why a cell is as it is: the chain from it to what changed first, down to the
// load and the files of a raw cell.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adbc/adbc.h"
#include "calendar/calendar.h"
#include "ledger/loads.h"
#include "plan/cells.h"
#include "plan/fingerprint.h"
#include "project/file_names.h"
#include "project/project.h"

namespace backcourt {

struct LineageLink {
  std::string table, partition, state, because;
  const Cell* raw = nullptr;  // of a raw table
};

class Lineage {
 public:
  // All of one moment, which outlives this.
  Lineage(const Project& project, const Calendar& calendar, const Cells& cells, Connection& ledger);

  // From the cell (table, dates()[date_index]) of a model down.
  Result<std::vector<LineageLink>> Follow(const std::string& table, int date_index);
  // Of a dated raw table's cell.
  Result<LineageLink> OfRaw(const std::string& table, Date date);
  // The files by which a load changed a raw cell, and have not been loaded again.
  Result<std::vector<ledger::LoadedFile>> FilesOf(const std::string& table, const Cell& cell);
  // Those that were loaded since, in one of which its rows are where their file was loaded again; none where
  // they are too many to look through.
  Result<std::vector<ledger::LoadedFile>> FilesSince(const std::string& table, const Cell& cell);

  // The states of all cells, by model.
  const std::map<std::string, std::vector<CellState>>& states() const { return states_; }
  // What is behind a model's cell that is not fresh, in a phrase, as "raw_player_box 2021-12-01 changed in
  // run 4";
  // "" where its state says all. No ledger is read.
  std::string Cause(const std::string& table, int date_index);

 private:
  // What a cell says of itself; `next` is where the chain goes on, if it does.
  struct Step {
    LineageLink link;
    std::optional<std::pair<std::string, int>> next;  // a model's cell
    std::optional<LineageLink> raw;                   // the end: a raw cell
  };
  Result<std::vector<ledger::LoadedFile>> FilesFrom(const std::string& table, int64_t first, int64_t last);
  Result<Step> Explain(const std::string& table, int date_index);
  // What of a model is other than when its table was made: parts of its file, and functions with their files.
  Result<std::string> ChangeOf(const Model& model);
  Result<std::string> LoadOf(const std::string& table, const Cell& cell);
  std::optional<std::pair<std::string, int>> OpenInput(const Model& model, int index);
  std::optional<std::pair<std::string, const Cell*>> NewestInput(const Model& model, int index);

  const Project& project_;
  const FileNames names_;
  const Calendar& calendar_;
  const Cells& cells_;
  Connection& ledger_;
  std::map<std::string, std::vector<CellState>> states_;
  std::map<std::pair<std::string, int>, std::string> causes_;  // that were told
};

}  // namespace backcourt
