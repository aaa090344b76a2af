/* backcourt
about = "What a team did before a game: its newest five games of the season, by their points."
date  = "game_date"
key   = ["game_id", "team_abbr"]
empty = "no game of the date is over"

[reads]
team_lines = ["same date", "season before"]

[columns]
game_id = "The game."
game_date = "Its date."
team_abbr = "The team."
points_avg_last_5 = "Points a game over its newest five games; NULL before the first."
days_since_last = "Days since its last game; NULL before the first."
*/
WITH rolling AS (
  SELECT l.game_id, l.game_date, l.team_abbr, ratio(sum(l.points) OVER five, count(*) OVER five) AS points_avg_last_5,
    CAST(l.game_date - lag(l.game_date) OVER (PARTITION BY season_year_of(l.game_id), l.team_abbr ORDER BY l.game_date, l.game_id) AS INTEGER) AS days_since_last
  FROM team_lines l
  WINDOW five AS (PARTITION BY season_year_of(l.game_id), l.team_abbr ORDER BY l.game_date, l.game_id ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING))
SELECT r.* FROM rolling r JOIN dates d ON d.game_date = r.game_date
