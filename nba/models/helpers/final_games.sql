/* backcourt
about = "Each game that is over and of a type that tables hold: what the schedule says of it, and its result."
helper = true
date = "game_date"
key = ["game_id"]
cost = 1
empty = "no game of the date is final"

[reads]
raw_schedule = "same date"
raw_results = "same date"

[columns]
game_id = "the league's id of the game, 10 characters"
game_date = "US Eastern date of the game"
season = "season of the game, as 2021-22"
season_year = "year in which the season starts"
game_type = "regular, play_in, playoffs or cup_final"
tipoff_utc = "scheduled start of the game, UTC; NULL where the schedule does not say"
home_team_abbr = "the home team (on a neutral floor: the team named as the home team)"
away_team_abbr = "the visitors"
home_points = "points of the home team, by the result"
away_points = "points of the visitors, by the result"
home_margin = "points by which the home team won; negative: lost"
periods = "periods of the line score; NULL without one"

[checks]
"two teams" = "SELECT * FROM this WHERE home_team_abbr = away_team_abbr"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
game_type = "regular all season but for its end"
*/
SELECT s.game_id, s.game_date, s.season, s.season_year, s.game_type, s.tipoff_utc, s.home_team_abbr, s.away_team_abbr,
  r.home_points, r.away_points, r.home_points - r.away_points AS home_margin, r.periods
FROM raw_schedule s
JOIN raw_results r ON r.game_id = s.game_id AND r.game_date = s.game_date
WHERE tables_hold(s.game_type)
