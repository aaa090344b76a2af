/* backcourt
about = "The teams' totals of the league's box scores, the players' sums where a file has no totals; turnovers are the players' sum."
table = "raw_team_box"
rank  = 20
each  = ["box_v2", "box_v3", "box_live", "game_log"]
as    = "lines"
reads = ["raw_schedule", "team_names"]
by_unit = ["box_v2", "box_v3", "box_live", "game_log", "raw_schedule"]
*/
WITH totals AS (
  -- A game that stands in several files is taken from the first; players and totals may have files of their own.
  SELECT *, player_id IS NULL AS is_total FROM lines
  QUALIFY file = min_by(file, (3 - coalesce(game_status, 3), file)) OVER (PARTITION BY game_id, player_id IS NULL)
),
sums AS (
  SELECT game_id, team, is_total, min(game_status) AS game_status,
    sum(fgm) AS fgm, sum(fga) AS fga, sum(fg3m) AS fg3m, sum(fg3a) AS fg3a, sum(ftm) AS ftm, sum(fta) AS fta, sum(oreb) AS oreb, sum(dreb) AS dreb,
    sum(ast) AS ast, sum(stl) AS stl, sum(blk) AS blk, sum(tov) AS tov, sum(pf) AS pf, sum(pts) AS pts
  FROM totals
  GROUP BY game_id, team, is_total
),
teams AS (
  SELECT game_id, team, bool_or(is_total) AS has_total, min(game_status) AS game_status FROM sums GROUP BY game_id, team
)
SELECT t.game_id, s.game_date, coalesce(n.team_abbr, t.team) AS team_abbr,
  b.fgm AS fg_makes, b.fga AS fg_attempts, b.fg3m AS three_pt_makes, b.fg3a AS three_pt_attempts, b.ftm AS ft_makes, b.fta AS ft_attempts,
  b.oreb AS offensive_rebounds, b.dreb AS defensive_rebounds, b.ast AS assists, b.stl AS steals, b.blk AS blocks,
  coalesce(p.tov, b.tov) AS turnovers, b.pf AS personal_fouls, b.pts AS points,
  CASE WHEN b.tov > p.tov THEN b.tov - p.tov END AS team_turnovers,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN t.game_status <> 3 THEN 'game that is not over'
       WHEN coalesce(n.team_abbr, t.team) NOT IN (s.home_team_abbr, s.away_team_abbr) THEN 'line of a team that does not play in the game' END AS dropped
FROM teams t
LEFT JOIN sums b ON b.game_id = t.game_id AND b.team = t.team AND b.is_total = t.has_total
LEFT JOIN sums p ON p.game_id = t.game_id AND p.team = t.team AND NOT p.is_total
LEFT JOIN raw_schedule s ON s.game_id = t.game_id
LEFT JOIN team_names n ON n.name = t.team
