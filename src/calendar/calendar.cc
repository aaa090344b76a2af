#include "calendar/calendar.h"

#include <algorithm>
#include <set>

namespace backcourt {

Calendar Calendar::Build(std::vector<Game> games, Date today,
                         const std::map<std::string, Date>& first_filled) {
  std::sort(games.begin(), games.end(),
            [](const Game& a, const Game& b) { return std::tie(a.date, a.id) < std::tie(b.date, b.id); });
  Calendar calendar;
  calendar.today_ = today;
  std::map<std::string, int> season_index;
  for (const Game& game : games)
    season_index.emplace(game.season, 0);
  for (auto& [label, index] : season_index) {
    index = int(calendar.seasons_.size());
    calendar.seasons_.push_back({label, 0, {}, {}, {}});
  }
  std::map<std::pair<int, std::string>, int> teams_of_seasons;  // where they have their final dates
  for (size_t begin = 0; begin < games.size();) {
    size_t end = begin;
    std::map<int, int> votes;
    std::set<std::string> teams;
    GameDate date{games[begin].date};
    for (; end < games.size() && games[end].date == date.date; ++end) {
      const Game& game = games[end];
      ++votes[season_index[game.season]];
      ++date.games;
      teams.insert(game.home);
      teams.insert(game.away);
      if (game.is_final) ++date.finals;
      if (game.tipoff) {
        date.first_tip = date.first_tip ? std::min(date.first_tip, game.tipoff) : game.tipoff;
        date.last_tip = std::max(date.last_tip, game.tipoff);
      }
      if (game.is_final && !game.lacks.empty())
        calendar.missing_boxes_.push_back({game.date, game.id, game.lacks});
    }
    date.season = std::max_element(votes.begin(), votes.end(), [](auto& a, auto& b) {
                    return a.second < b.second;
                  })->first;
    calendar.dates_.push_back(date);
    std::vector<int>& playing = calendar.teams_.emplace_back();
    for (const std::string& team : teams)
      playing.push_back(
          teams_of_seasons.try_emplace({date.season, team}, int(teams_of_seasons.size())).first->second);
    begin = end;
  }
  int next = 0;  // the first date that is not over
  for (int i = 0; i < int(calendar.dates_.size()); ++i) {
    const GameDate& date = calendar.dates_[size_t(i)];
    if (date.finals > 0) next = date.finals == date.games ? i + 1 : i;
  }
  // Results may be late: what is played today is due all the same.
  auto [to_come, end] = calendar.Range(today, Date{std::numeric_limits<int32_t>::max() - 1});
  if (to_come < end) next = std::max(next, to_come);
  calendar.horizon_ = std::min(next + 2, int(calendar.dates_.size()));
  calendar.final_dates_.resize(teams_of_seasons.size());
  for (const Game& game : games) {
    int index = season_index[game.season];
    Season& season = calendar.seasons_[size_t(index)];
    if (season.year == 0) {
      season.year = game.season_year;
      season.first = game.date;
    }
    season.last = game.date;
    if (!game.is_final) continue;
    for (const std::string& team : {game.home, game.away})
      if (auto known = teams_of_seasons.find({index, team}); known != teams_of_seasons.end())
        calendar.final_dates_[size_t(known->second)].push_back(game.date);
  }
  for (Season& season : calendar.seasons_) {
    auto filled = first_filled.find(season.label);
    season.first_filled = filled == first_filled.end() ? season.first : filled->second;
  }
  return calendar;
}

bool Calendar::IsOver(int index, int64_t now, int64_t seconds) const {
  constexpr int64_t kDay = 24 * 3600, kEastern = 5 * 3600;  // midnight in the east, by UTC
  const GameDate& date = dates_[size_t(index)];
  int64_t over =
      date.last_tip ? date.last_tip + kGameSeconds : (int64_t(date.date.days) + 1) * kDay + kEastern;
  return now >= over + seconds;
}

int Calendar::Find(Date date) const {
  auto [begin, end] = Range(date, date);
  return begin < end ? begin : -1;
}

std::pair<int, int> Calendar::Range(Date start, Date end) const {
  auto before = [](const GameDate& d, Date date) { return d.date < date; };
  auto first = std::lower_bound(dates_.begin(), dates_.end(), start, before);
  auto last = std::lower_bound(dates_.begin(), dates_.end(), end + 1, before);
  return {int(first - dates_.begin()), std::max(int(first - dates_.begin()), int(last - dates_.begin()))};
}

std::vector<Date> Calendar::GameDatesForRange(Date start, Date end) const {
  std::vector<Date> dates;
  auto [first, last] = Range(start, end);
  for (int i = first; i < last; ++i)
    dates.push_back(dates_[size_t(i)].date);
  return dates;
}

Date Calendar::EarliestOfLastGames(int index, int n) const {
  const GameDate& date = dates_[size_t(index)];
  Date earliest = date.date;
  for (int team : teams_[size_t(index)]) {
    const std::vector<Date>& played = final_dates_[size_t(team)];
    auto before = std::lower_bound(played.begin(), played.end(), date.date) - played.begin();
    if (before == 0) continue;
    earliest = std::min(earliest, played[size_t(std::max<long>(0, before - n))]);
  }
  return earliest;
}

}  // namespace backcourt
