/* backcourt
about = "The players of the season's rosters, with birth dates and positions where a feed has them."
table = "raw_players"
rank  = 10
optional_feeds = ["player_info"]
reads = ["raw_rosters"]
*/
WITH told AS (
  SELECT player_id, max(birth_date) AS birth_date, max(position_of(position)) AS position FROM player_info GROUP BY player_id
)
SELECT r.player_id, min(r.player_name) AS player_name, any_value(t.birth_date) AS birth_date, any_value(t.position) AS position, r.season, NULL AS dropped
FROM raw_rosters r LEFT JOIN told t ON t.player_id = r.player_id
GROUP BY r.player_id, r.season
