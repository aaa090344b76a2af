/* backcourt
about = "Who is listed in the league's box scores, game logs and inactive lists of a season."
table = "raw_rosters"
rank  = 20
any_of = ["box_v2", "box_v3", "box_live", "game_log"]
optional_feeds = ["box_summary_inactive"]
reads = ["team_names"]
*/
WITH listed AS (
  SELECT game_id, team, player_id, player_name, feed_season FROM box_v2
  UNION ALL SELECT game_id, team, player_id, player_name, feed_season FROM box_v3
  UNION ALL SELECT game_id, team, player_id, player_name, feed_season FROM box_live
  UNION ALL SELECT game_id, team, player_id, player_name, feed_season FROM game_log
  UNION ALL SELECT game_id, team, player_id, player_name, feed_season FROM box_summary_inactive
),
people AS (
  SELECT *, season_label(season_year_of(game_id)) AS season FROM listed WHERE player_id > 0 AND game_type_of(game_id) IS NOT NULL
),
-- A file without a season in its name is read with every season; its rows of another one are not due here.
due AS (SELECT DISTINCT season FROM people WHERE feed_season IS NOT NULL)
SELECT l.season, CAST(l.player_id AS VARCHAR) AS source_id, l.player_id, max_by(l.player_name, l.game_id) AS player_name,
  coalesce(t.team_abbr, l.team) AS team_abbr, NULL AS dropped
FROM people l LEFT JOIN team_names t ON t.name = l.team
WHERE l.season IN (SELECT season FROM due) OR NOT EXISTS (SELECT 1 FROM due)
GROUP BY ALL
