/* backcourt
about = "The inactive lists of summaries, of games whose box is not there yet."
table = "raw_player_box"
rank  = 80
each  = ["box_summary_v3_inactive", "box_summary_inactive"]
as    = "listed"
reads = ["raw_schedule", "team_names"]
by_unit = ["box_summary_v3_inactive", "box_summary_inactive", "raw_schedule"]
*/
WITH inactives AS (
  SELECT game_id, player_id, min(team) AS team, min(player_name) AS player_name, min(file) AS file, count(DISTINCT team) AS teams
  FROM listed GROUP BY game_id, player_id
)
SELECT i.game_id, s.game_date, coalesce(t.team_abbr, i.team) AS team_abbr, i.player_id, i.player_name, false AS is_starter, 'inactive' AS status,
  NULL AS dnp_reason, NULL AS seconds_played, NULL AS fg_makes, NULL AS fg_attempts, NULL AS three_pt_makes, NULL AS three_pt_attempts,
  NULL AS ft_makes, NULL AS ft_attempts, NULL AS offensive_rebounds, NULL AS defensive_rebounds, NULL AS assists, NULL AS steals, NULL AS blocks,
  NULL AS turnovers, NULL AS personal_fouls, NULL AS points, NULL AS plus_minus,
  false AS is_over, NULL AS captured_at, i.file AS told_in,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN i.teams > 1 THEN 'inactive in both teams'
       WHEN coalesce(t.team_abbr, i.team) NOT IN (s.home_team_abbr, s.away_team_abbr) THEN 'line of a team that does not play in the game' END AS dropped
FROM inactives i
LEFT JOIN raw_schedule s ON s.game_id = i.game_id
LEFT JOIN team_names t ON t.name = i.team
