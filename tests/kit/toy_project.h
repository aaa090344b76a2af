// A league of four teams in memory, for tests of planning and running.
#pragma once

#include <string>
#include <vector>

#include "calendar/calendar.h"
#include "plan/cells.h"
#include "plan/fingerprint.h"
#include "project/project.h"

namespace backcourt::testing {

inline Date D(const std::string& text) { return *Date::Parse(text); }

inline Game MakeGame(const std::string& id, const std::string& date, const std::string& home,
                     const std::string& away, bool is_final = true, const std::string& season = "2021-22") {
  return {id, D(date), season, std::stoi(season.substr(0, 4)), "regular", home, away, is_final, {}};
}

// Game dates 2021-10-19, 20, 22, 25 and 11-01, all played.
inline Calendar FiveDates() {
  return Calendar::Build(
      {MakeGame("G1", "2021-10-19", "AAA", "BBB"), MakeGame("G2", "2021-10-20", "CCC", "DDD"),
       MakeGame("G3", "2021-10-22", "AAA", "CCC"), MakeGame("G4", "2021-10-25", "DDD", "AAA"),
       MakeGame("G5", "2021-11-01", "BBB", "CCC")});
}

inline RawTable MakeRaw(const std::string& name) {
  RawTable table;
  table.name = name;
  table.date = "game_date";
  table.key = {"game_id"};
  table.ahead = "true";
  return table;
}

inline Model MakeModel(const std::string& name, std::vector<Read> reads) {
  Model model;
  model.name = name;
  model.date = "game_date";
  model.key = {"game_id"};
  model.reads = std::move(reads);
  model.identity = Hasher().Add(name).Finish();
  return model;
}

inline Window W(const std::string& text) { return *Window::Parse(text); }

inline Cell RawCell(Date date, int version = 1) {
  Cell cell;
  cell.partition = date.days;
  cell.state = CellState::kFresh;
  cell.rows = 1;
  cell.digest = Hasher().Add("raw").Add(int64_t(date.days)).Add(int64_t(version)).Finish();
  cell.ahead = cell.digest;
  return cell;
}

// raw -> summary (same date) -> form (season before) -> features (same date).
inline Project ChainProject() {
  Project project;
  project.raw_tables = {MakeRaw("raw")};
  project.schedule = project.results = "raw";
  project.boxes = {"raw"};
  project.models = {MakeModel("summary", {{"raw", {W("same date")}}}),
                    MakeModel("form", {{"summary", {W("season before")}}}),
                    MakeModel("features", {{"form", {W("same date")}}})};
  return project;
}

inline Cells RawCells(const Calendar& calendar) {
  Cells cells;
  for (const GameDate& date : calendar.dates())
    cells["raw"].Put(RawCell(date.date));
  return cells;
}

// Fills every cell as it would be made now, inputs first.
inline void FillAll(const Project& project, const Calendar& calendar, Cells& cells) {
  for (const Model& model : project.models)
    for (size_t i = 0; i < calendar.dates().size(); ++i) {
      Cell cell;
      cell.partition = calendar.dates()[i].date.days;
      cell.state = CellState::kFresh;
      cell.rows = 1;
      cell.run = cell.changed = 1;
      cell.identity = model.identity;
      cell.fingerprint = Fingerprint(model, calendar, int(i), cells, {}, "");
      cell.digest = Hasher().Add(model.name).Add(cell.fingerprint).Finish();
      cells[model.name].Put(cell);
    }
}

}  // namespace backcourt::testing
