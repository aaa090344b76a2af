/* backcourt
about = "The teams' totals of the league's box scores, the players' sums where a file has no totals; turnovers are the players' sum."
table = "raw_team_box"
rank  = 20
each  = ["box_v2", "box_v3", "box_live", "game_log"]
as    = "lines"
reads = ["raw_schedule", "raw_player_box", "team_names"]
by_unit = ["box_v2", "box_v3", "box_live", "game_log", "raw_schedule", "raw_player_box"]
*/
-- The same row twice in a file is one.
WITH told AS (SELECT DISTINCT * EXCLUDE (file_row) FROM lines),
sides AS (
  SELECT game_id, file, team, player_id IS NULL AS is_total, max(game_status) AS game_status, sum(minutes) AS seconds, sum(pts) AS points
  FROM told GROUP BY ALL
),
times AS (
  SELECT file, coalesce(said, day_or_time_of_file(file)) AS seen, coalesce(said, time_of_file(file)) AS captured_at
  FROM (SELECT file, max(TRY_CAST(seen_at AS TIMESTAMP)) AS said FROM lines GROUP BY file)
),
-- A game that stands in several files is taken from one in which it is over, and of these from the newest; players and totals may have
-- files of their own.
served AS (
  SELECT s.game_id, s.is_total, s.file, any_value(t.captured_at) AS captured_at,
    coalesce(max(game_status) = 3, count(*) = 2 AND bool_and(whole_periods(seconds)) AND min(points) <> max(points), false) AS is_over
  FROM sides s JOIN times t ON t.file = s.file
  GROUP BY s.game_id, s.is_total, s.file
  QUALIFY row_number() OVER (PARTITION BY s.game_id, s.is_total ORDER BY is_over DESC, any_value(t.seen) DESC NULLS LAST, s.file) = 1
),
sums AS (
  SELECT l.game_id, l.team, v.is_total, min(l.game_status) AS game_status, bool_or(v.is_over) AS is_over, max(v.captured_at) AS captured_at,
    max(v.file) AS file, count(l.fga) AS numbers, count(*) AS rows,
    sum(fgm) AS fgm, sum(fga) AS fga, sum(fg3m) AS fg3m, sum(fg3a) AS fg3a, sum(ftm) AS ftm, sum(fta) AS fta, sum(oreb) AS oreb, sum(dreb) AS dreb,
    sum(ast) AS ast, sum(stl) AS stl, sum(blk) AS blk, sum(tov) AS tov, sum(pf) AS pf, sum(pts) AS pts
  FROM told l JOIN served v ON v.game_id = l.game_id AND v.is_total = (l.player_id IS NULL) AND v.file = l.file
  GROUP BY l.game_id, l.team, v.is_total
),
teams AS (
  -- Totals without a number are none, and so are two of one team that differ.
  SELECT game_id, team, bool_or(is_total AND numbers > 0 AND rows = 1) AS has_total, bool_or(is_total AND numbers > 1) AS differs,
    min(game_status) AS game_status
  FROM sums GROUP BY game_id, team
)
SELECT t.game_id, s.game_date, coalesce(n.team_abbr, t.team) AS team_abbr,
  b.fgm AS fg_makes, b.fga AS fg_attempts, b.fg3m AS three_pt_makes, b.fg3a AS three_pt_attempts, b.ftm AS ft_makes, b.fta AS ft_attempts,
  b.oreb AS offensive_rebounds, b.dreb AS defensive_rebounds, b.ast AS assists, b.stl AS steals, b.blk AS blocks,
  coalesce(p.tov, b.tov) AS turnovers, b.pf AS personal_fouls, b.pts AS points,
  CASE WHEN b.tov > p.tov THEN b.tov - p.tov END AS team_turnovers,
  b.is_over, b.captured_at, b.file AS told_in,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN t.game_status <> 3 THEN 'game that is not over'
       WHEN coalesce(n.team_abbr, t.team) NOT IN (s.home_team_abbr, s.away_team_abbr) THEN 'line of a team that does not play in the game'
       WHEN coalesce(b.numbers, 0) = 0 THEN 'line without statistics' END AS dropped
FROM teams t
LEFT JOIN sums b ON b.game_id = t.game_id AND b.team = t.team AND b.is_total = t.has_total
LEFT JOIN raw_schedule s ON s.game_id = t.game_id
LEFT JOIN team_names n ON n.name = t.team
-- Without the lines that are not its players'.
LEFT JOIN (SELECT game_id, team_abbr, CAST(sum(turnovers) AS INTEGER) AS tov FROM raw_player_box GROUP BY ALL) p
  ON p.game_id = t.game_id AND p.team_abbr = coalesce(n.team_abbr, t.team)
UNION ALL BY NAME
SELECT game_id, team AS team_abbr, 'totals of one team that differ: the sums of its players are taken' AS dropped FROM teams WHERE differs
