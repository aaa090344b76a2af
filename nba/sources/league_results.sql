/* backcourt
about = "The final scores of the league's box scores, where nothing else has the score."
table = "raw_results"
rank  = 40
each  = ["box_v2", "box_v3", "box_live", "game_log"]
as    = "lines"
reads = ["raw_schedule", "team_names"]
by_unit = ["box_v2", "box_v3", "box_live", "game_log", "raw_schedule"]
*/
WITH sides AS (
  -- The same row twice in a file is one; two totals of a team that differ are none.
  SELECT l.game_id, l.file, l.game_status, coalesce(t.team_abbr, l.team) AS team, l.player_id IS NULL AS is_total,
    CASE WHEN NOT is_total OR count(*) = 1 THEN sum(l.pts) END AS points, CASE WHEN NOT is_total OR count(*) = 1 THEN sum(l.minutes) END AS seconds
  FROM (SELECT DISTINCT * EXCLUDE (file_row) FROM lines) l LEFT JOIN team_names t ON t.name = l.team
  GROUP BY l.game_id, l.file, l.game_status, coalesce(t.team_abbr, l.team), l.player_id IS NULL
),
times AS (
  SELECT file, coalesce(said, day_or_time_of_file(file)) AS seen, coalesce(said, time_of_file(file)) AS captured_at
  FROM (SELECT file, max(TRY_CAST(seen_at AS TIMESTAMP)) AS said FROM lines GROUP BY file)
),
files AS (
  SELECT game_id, file, coalesce(max(game_status) = 3, bool_and(coalesce(whole_periods(seconds), true))) AS is_over
  FROM sides GROUP BY game_id, file
),
best AS (
  SELECT s.*, t.captured_at FROM sides s JOIN files f ON f.game_id = s.game_id AND f.file = s.file JOIN times t ON t.file = s.file
  QUALIFY row_number() OVER (PARTITION BY s.game_id, s.team
    ORDER BY f.is_over DESC, t.seen DESC NULLS LAST, s.points IS NOT NULL DESC, s.is_total DESC, s.file) = 1
),
-- Of a game that goes on the teams have not played whole periods yet, or the score is level. Minutes may be whole ones.
games AS (
  SELECT s.game_id, s.game_date, h.points AS home_points, a.points AS away_points,
    overtimes_of(h.seconds) AS overtimes, h.seconds, h.game_status, h.captured_at, h.file
  FROM raw_schedule s
  JOIN best h ON h.game_id = s.game_id AND h.team = s.home_team_abbr
  JOIN best a ON a.game_id = s.game_id AND a.team = s.away_team_abbr
)
SELECT game_id, game_date, home_points, away_points, league_regulation_periods() + overtimes AS periods, NULL AS home_line, NULL AS away_line, true AS is_over, captured_at, file AS told_in,
  CASE WHEN home_points IS NULL OR away_points IS NULL THEN 'game without a score'
       WHEN game_status <> 3 OR home_points = away_points OR NOT whole_periods(seconds) THEN 'game that is not over' END AS dropped
FROM games
