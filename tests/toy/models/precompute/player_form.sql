/* backcourt
about = "Average points before a date, of everybody who has played this season."
date  = "game_date"
key   = ["game_date", "player_id"]
empty = "nobody has played before this date"

[reads]
player_games = "season before"

[columns]
game_date = "The date."
player_id = "The player."
games = "Games before the date."
points_avg = "Points a game."
*/
SELECT d.game_date, p.player_id, CAST(count(*) AS INTEGER) AS games, ratio(sum(p.points), count(*)) AS points_avg
FROM dates d JOIN player_games p ON p.game_date < d.game_date
GROUP BY d.game_date, p.player_id
