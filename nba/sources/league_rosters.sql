/* backcourt
about = "Who is listed in the league's box scores of a season."
table = "raw_rosters"
rank  = 20
each  = ["box_v2", "box_v3", "box_live", "game_log"]   # as lines
optional_feeds = ["box_summary_inactive"]
reads = ["team_names"]
*/
WITH listed AS (
  SELECT game_id, team, player_id, player_name FROM lines WHERE player_id > 0
  UNION ALL
  SELECT game_id, team, player_id, player_name FROM box_summary_inactive
)
SELECT season_label(season_year_of(l.game_id)) AS season, CAST(l.player_id AS VARCHAR) AS source_id, l.player_id,
  max_by(l.player_name, l.game_id) AS player_name, coalesce(t.team_abbr, l.team) AS team_abbr, NULL AS dropped
FROM listed l LEFT JOIN team_names t ON t.name = l.team
WHERE game_type_of(l.game_id) IS NOT NULL
GROUP BY ALL
