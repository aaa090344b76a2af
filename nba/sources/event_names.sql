/* backcourt
about = "The names by which the league's play-by-play, version 2, calls players."
table = "raw_names"
feeds = ["play_by_play_v2"]
any_of = ["box_games"]   # only box pages ask for them
reads = ["raw_schedule"]
by_unit = ["play_by_play_v2", "raw_schedule"]
*/
WITH called AS (
  SELECT DISTINCT GAME_ID, PLAYER1_ID AS player_id, PLAYER1_NAME AS player_name FROM play_by_play_v2
  UNION SELECT DISTINCT GAME_ID, PLAYER2_ID, PLAYER2_NAME FROM play_by_play_v2
  UNION SELECT DISTINCT GAME_ID, PLAYER3_ID, PLAYER3_NAME FROM play_by_play_v2
)
SELECT c.GAME_ID AS game_id, s.game_date, s.season, c.player_id, c.player_name,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule' END AS dropped
FROM called c LEFT JOIN raw_schedule s ON s.game_id = c.GAME_ID
WHERE c.player_id > 0 AND c.player_name IS NOT NULL
