/* backcourt
about = "What a player did before a game: his newest ten games of the season, and all of them."
date  = "game_date"
key   = ["game_id", "player_id"]
empty = "no game of the date is over"

[reads]
player_lines = ["same date", "season before"]

[columns]
game_id = "The game."
game_date = "Its date."
player_id = "The player."
games_before = "His games of the season before it."
points_avg_last_10 = "Points a game over the newest ten of them; NULL before the first."
points_avg_season = "Points a game over all of them."
rebounds_avg_last_10 = "Rebounds a game over the newest ten."
seconds_avg_last_10 = "Seconds a game over the newest ten."
*/
WITH rolling AS (
  SELECT l.game_id, l.game_date, l.player_id, CAST(count(*) OVER whole AS INTEGER) AS games_before,
    ratio(sum(l.points) OVER ten, count(*) OVER ten) AS points_avg_last_10, ratio(sum(l.points) OVER whole, count(*) OVER whole) AS points_avg_season,
    ratio(sum(l.rebounds) OVER ten, count(*) OVER ten) AS rebounds_avg_last_10,
    ratio(sum(l.seconds_played) OVER ten, count(*) OVER ten) AS seconds_avg_last_10
  FROM player_lines l
  WINDOW ten AS (PARTITION BY season_year_of(l.game_id), l.player_id ORDER BY l.game_date, l.game_id ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING),
    whole AS (PARTITION BY season_year_of(l.game_id), l.player_id ORDER BY l.game_date, l.game_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
SELECT r.* FROM rolling r JOIN dates d ON d.game_date = r.game_date
