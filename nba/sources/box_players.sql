/* backcourt
about = "The players of the season's box pages; no feed here tells birth dates or positions."
table = "raw_players"
rank  = 10
feeds = ["box_players"]
reads = ["raw_rosters"]
*/
SELECT player_id, min(player_name) AS player_name, NULL AS birth_date, NULL AS position, season, NULL AS dropped
FROM raw_rosters
GROUP BY player_id, season
