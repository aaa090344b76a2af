/* backcourt
about = "Who is listed in the boxes and inactive lists of a season."
table = "raw_rosters"
reads = ["raw_player_box", "raw_schedule"]
*/
SELECT s.season, b.player_id, max_by(b.player_name, (b.game_date, b.game_id)) AS player_name, b.team_abbr, NULL AS dropped
FROM raw_player_box b JOIN raw_schedule s ON s.game_id = b.game_id
GROUP BY s.season, b.player_id, b.team_abbr
