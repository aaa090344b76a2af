// `cell`: all that there is to know of one cell, and what would fix it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operations/cells.h"
#include "operations/why.h"

namespace backcourt {

struct CellRequest {
  std::string table, date;
};
void Describe(Visitor& v, CellRequest& r);

// What a cell reads of a table, or what of a table reads it.
struct CellLink {
  std::string table, kind;
  std::vector<std::string> windows;
  std::optional<Date> first, last;        // of dated ones; none where there is no date
  int64_t dates = 0;                      // game dates
  std::map<std::string, int64_t> states;  // of these dates
};
struct CellFix {
  std::string command, verb;
  nlohmann::json request;
};
struct CellReport {
  std::string table, kind, about;
  Date date;
  std::string season, state, because;
  int64_t rows = 0;
  std::optional<int64_t> expected;  // by the model's [rows]
  std::string digest;
  std::optional<int64_t> run, changed;
  std::string filled_at;          // UTC
  std::optional<double> seconds;  // of its batch
  std::optional<Date> batch_first, batch_last;
  int64_t attempts = 0;
  std::string message, error_class, note, waived;
  std::vector<std::string> missing_games;
  WhyReport why;
  std::vector<CellLink> inputs, dependants;
  std::optional<CellFix> fix;
};
void Describe(Visitor& v, CellReport& r);

Result<CellReport> ShowCell(Workspace& workspace, const CellRequest& request, const Cancel& cancel);

}  // namespace backcourt
