/* backcourt
about = "A team's totals of a game."
date  = "game_date"
key   = ["game_id", "team_abbr"]
empty = "no game of the date is over"

[reads]
player_lines = "same date"

[columns]
game_id = "The game."
game_date = "Its date."
team_abbr = "The team."
points = "Points."
rebounds = "Rebounds of both kinds."
players = "How many played."
*/
SELECT l.game_id, l.game_date, l.team_abbr, CAST(sum(l.points) AS INTEGER) AS points, CAST(sum(l.rebounds) AS INTEGER) AS rebounds,
  CAST(count(*) AS INTEGER) AS players
FROM player_lines l JOIN dates d ON d.game_date = l.game_date
GROUP BY l.game_id, l.game_date, l.team_abbr
