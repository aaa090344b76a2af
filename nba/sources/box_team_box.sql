/* backcourt
about = "The teams' totals of box pages; turnovers are the players' sum."
table = "raw_team_box"
rank  = 10
feeds = ["box_games", "box_teams"]
reads = ["raw_schedule", "raw_player_box", "team_names"]
*/
WITH players AS (
  -- Without the lines that are not its players'.
  SELECT game_id, team_abbr, CAST(sum(turnovers) AS INTEGER) AS turnovers FROM raw_player_box GROUP BY game_id, team_abbr
)
SELECT g.nba_game_id AS game_id, s.game_date, coalesce(n.team_abbr, t.team) AS team_abbr,
  t.fg AS fg_makes, t.fga AS fg_attempts, t.fg3 AS three_pt_makes, t.fg3a AS three_pt_attempts,
  t.ft AS ft_makes, t.fta AS ft_attempts, t.orb AS offensive_rebounds, t.drb AS defensive_rebounds,
  t.ast AS assists, t.stl AS steals, t.blk AS blocks, p.turnovers, t.pf AS personal_fouls, t.pts AS points,
  CASE WHEN t.tov > p.turnovers THEN t.tov - p.turnovers END AS team_turnovers, true AS is_over, time_of_file(t.file) AS captured_at, t.file AS told_in,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN coalesce(t.fga, t.pts) IS NULL THEN 'line without statistics' END AS dropped
FROM box_teams t
LEFT JOIN box_games g USING (game_id)
LEFT JOIN raw_schedule s ON s.game_id = g.nba_game_id
LEFT JOIN team_names n ON n.name = t.team
LEFT JOIN players p ON p.game_id = g.nba_game_id AND p.team_abbr = coalesce(n.team_abbr, t.team)
