/* backcourt
about = "One row a player and game."
date  = "game_date"
key   = ["game_id", "player_id"]
empty = "no box of this date"

[reads]
raw_box = "same date"

[columns]
game_id = "The game."
player_id = "The player."
game_date = "Its day."
points = "Points."

[checks]
"points are not negative" = "SELECT * FROM this WHERE points < 0"
*/
SELECT b.game_id, b.player_id, b.game_date, b.points
FROM raw_box b JOIN dates d ON d.game_date = b.game_date
