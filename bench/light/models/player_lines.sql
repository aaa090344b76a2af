/* backcourt
about = "A player's line of a game, with the possessions he used."
date  = "game_date"
key   = ["game_id", "player_id"]
empty = "no game of the date is over"

[reads]
raw_player_box = "same date"

[columns]
game_id = "The game."
game_date = "Its date."
player_id = "The player."
team_abbr = "His team."
points = "Points."
rebounds = "Rebounds of both kinds."
assists = "Assists."
seconds_played = "Seconds on the floor."
possessions_used = "Field goal attempts, turnovers and 44 in a hundred free throws."
*/
SELECT p.game_id, p.game_date, p.player_id, p.team_abbr, p.points, p.offensive_rebounds + p.defensive_rebounds AS rebounds, p.assists,
  p.seconds_played, ratio(hundredths_of_plays(p.fg_attempts, p.ft_attempts, p.turnovers), 100) AS possessions_used
FROM raw_player_box p JOIN dates d ON d.game_date = p.game_date
WHERE p.status = 'played'
