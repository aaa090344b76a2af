// The calendar of a league: which game dates exist at all, from its schedule.
// Off-days are not dates. A season is what a game's id says, never what the
// month suggests, so a season's dates are those of its games.
//
// Immutable after Build; safe to read from several threads.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/date.h"

namespace backcourt {

struct Game {
  std::string id;
  Date date;
  std::string season;   // 2021-22
  int season_year = 0;  // 2021
  std::string type;     // regular, playoffs, ...
  std::string home, away;
  bool is_final = false;           // has a result
  std::vector<std::string> lacks;  // tables of boxes without rows of both of its teams
  int64_t tipoff = 0;              // seconds since 1970, UTC; 0: not known
};

struct GameDate {
  Date date;
  int season = 0;  // index into seasons()
  int games = 0;
  int finals = 0;
  int64_t first_tip = 0, last_tip = 0;  // seconds since 1970, UTC; 0: not known
};

struct Season {
  std::string label;
  int year = 0;
  Date first, last;   // first and last game date
  Date first_filled;  // what `first` was when its cells were first filled; `first` before that
};

class Calendar {
 public:
  // Games of the kinds that count, in any order. Games to be played on a date
  // that belongs to two seasons stay with the season of most of its games.
  // Dates before `today` (US Eastern) are past.
  // `first_filled`: see Season, by its label.
  static Calendar Build(std::vector<Game> games, Date today = Date{std::numeric_limits<int32_t>::min()},
                        const std::map<std::string, Date>& first_filled = {});

  const std::vector<GameDate>& dates() const { return dates_; }
  const std::vector<Season>& seasons() const { return seasons_; }
  const Season& season_of(const GameDate& date) const { return seasons_[size_t(date.season)]; }

  // Index into dates(), or -1 when nothing is played on that date.
  int Find(Date date) const;
  // Half-open range of indices into dates() within [start, end].
  std::pair<int, int> Range(Date start, Date end) const;

  // The dates within [start, end], in order: what a range of days asks for.
  std::vector<Date> GameDatesForRange(Date start, Date end) const;

  // The earliest date among the last n final games, before dates()[index] and
  // of its season, of any team that plays then; the date itself when none.
  Date EarliestOfLastGames(int index, int n) const;

  // Final games that lack a box, or half of one, by (date, id).
  struct MissingBox {
    Date date;
    std::string game;
    std::vector<std::string> tables;  // where its rows lack
  };
  // Whether none of a past date's games has a result.
  bool WaitsForResults(int index) const {
    const GameDate& date = dates_[size_t(index)];
    return date.finals == 0 && date.date < today_;
  }
  // The dates before this index are due: all up to the first to come that is not over, and the one after. A
  // date is over when all of its games have results, or a later date has some; it is to come from today on,
  // also where results are late. Those behind the horizon are filled when it gets there.
  int horizon() const { return horizon_; }
  void MakeAllDue() { horizon_ = int(dates_.size()); }

  Date today() const { return today_; }
  // Whether the last game of a date has been over for `seconds`: it takes kGameSeconds from its tip-off.
  // Where no tip-off is known, a date is over once it has passed.
  bool IsOver(int index, int64_t now, int64_t seconds = 0) const;
  static constexpr int64_t kGameSeconds = 3 * int64_t(3600);

  const std::vector<MissingBox>& missing_boxes() const { return missing_boxes_; }

 private:
  Date today_;
  int horizon_ = 0;
  std::vector<GameDate> dates_;
  std::vector<Season> seasons_;
  std::vector<std::vector<Date>> final_dates_;  // of each team in each season
  std::vector<std::vector<int>> teams_;         // by date index: where those that play have theirs
  std::vector<MissingBox> missing_boxes_;
};

}  // namespace backcourt
