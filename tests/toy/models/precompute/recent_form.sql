/* backcourt
about = "Points over the three days before a date, and whether he is a star."
date  = "game_date"
key   = ["game_date", "player_id"]
empty = "nobody has played in the three days before"

[reads]
player_games = "3 days before"
stars = "whole"

[columns]
game_date = "The date."
player_id = "The player."
points = "Points over the three days."
star = "Whether the seed names him."
*/
SELECT d.game_date, p.player_id, CAST(sum(p.points) AS INTEGER) AS points, bool_or(s.player_id IS NOT NULL) AS star
FROM dates d JOIN player_games p ON p.game_date < d.game_date AND p.game_date >= d.game_date - 3
LEFT JOIN stars s ON s.player_id = p.player_id
GROUP BY d.game_date, p.player_id
