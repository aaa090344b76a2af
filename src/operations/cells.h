// `cells`: the state of every cell, compact enough for a page that shows all seasons.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "operations/selection.h"
#include "operations/workspace.h"

namespace backcourt {

struct CellsRequest {
  std::vector<std::string> tables;  // models and raw tables; empty: all
  DateSelection dates;
};
void Describe(Visitor& v, CellsRequest& r);

struct CalendarDate {
  Date date;
  std::string season;
  int64_t games = 0, finals = 0;
};
struct TableCells {
  std::string table, kind, group;
  std::string states;                           // a letter a date
  std::vector<int64_t> rows;                    // a number a date
  std::vector<int64_t> runs;                    // that filled it; 0: none
  std::vector<int64_t> causes;                  // index into reasons, -1: none; empty when none has one
  std::map<std::string, std::string> failures;  // messages by date
};
struct CellsReport {
  std::string as_of;  // UTC
  std::vector<CalendarDate> dates;
  std::vector<TableCells> tables;  // dated raw tables, then models, inputs first; no views
  std::vector<std::string> reasons;
  std::map<std::string, std::string> letters;
};
void Describe(Visitor& v, CellsReport& r);

// One letter a state; `unproved` and `running` are states here too.
char LetterOf(CellState state);
inline constexpr char kUnproved = 'u';
// The name of a state; of cells of a model whose text is unproved, of those that would count.
std::string StateName(CellState state, bool unproved);

// Of one table that is loaded, not filled: what its rows of a date and the calendar say.
CellState JudgeRaw(const Project& project, const Calendar& calendar, const RawTable& table,
                   const CellSeries& cells, int date_index);

Result<CellsReport> ListCells(Workspace& workspace, const CellsRequest& request, const Cancel& cancel);

// Now, in seconds since 1970, and as 2021-11-15 12:00:00, UTC.
int64_t NowSeconds();
std::string NowText();

}  // namespace backcourt
