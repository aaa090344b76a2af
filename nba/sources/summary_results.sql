/* backcourt
about = "The final scores and line scores of the league's box score summaries and scoreboards."
table = "raw_results"
rank  = 20
each  = ["box_summary_v3_games", "box_summary_games"]
as    = "summary"
reads = ["raw_schedule"]
by_unit = ["box_summary_v3_games", "box_summary_games", "raw_schedule"]
*/
WITH times AS (
  SELECT file, day_or_time_of_file(file) AS named FROM (SELECT DISTINCT file FROM summary)
),
-- Of several responses of a game one in which it is over counts, and of these the newest.
sides AS (
  SELECT s.*, CAST(string_split(s.line, ',') AS INTEGER[]) AS points_by_period, coalesce(s.game_status = 3, false) AS is_over,
    coalesce(TRY_CAST(s.seen_at AS TIMESTAMP), t.named) AS captured_at
  FROM summary s JOIN times t ON t.file = s.file
  QUALIFY row_number() OVER (PARTITION BY s.game_id, s.is_home ORDER BY is_over DESC, captured_at DESC NULLS LAST, s.file) = 1
),
games AS (
  SELECT h.game_id, h.game_status, h.points AS home_points, a.points AS away_points, h.points_by_period AS home, a.points_by_period AS away,
    h.captured_at, h.file, h.periods,
    -- The periods of regulation time, and overtimes as far as one of the teams has points in them.
    greatest(league_regulation_periods(), list_max([i FOR i IN range(1, 15) IF h.points_by_period[i] + a.points_by_period[i] > 0])) AS lines
  FROM sides h JOIN sides a ON a.game_id = h.game_id AND h.is_home AND NOT a.is_home
),
-- A line score that does not come to the score is none.
told AS (
  SELECT *, coalesce(nullif(periods, 0), lines) AS played,
    coalesce(list_sum(home[:lines]) = home_points AND list_sum(away[:lines]) = away_points AND lines >= coalesce(periods, league_regulation_periods()), false) AS has_line
  FROM games
)
SELECT g.game_id, s.game_date, g.home_points, g.away_points, if(g.has_line, g.lines, g.played) AS periods,
  CASE WHEN g.has_line THEN array_to_string(g.home[:g.lines], ',') END AS home_line, CASE WHEN g.has_line THEN array_to_string(g.away[:g.lines], ',') END AS away_line,
  true AS is_over, g.captured_at, g.file AS told_in,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN g.game_status IS DISTINCT FROM 3 THEN 'game that is not over'
       WHEN g.home_points IS NULL OR g.away_points IS NULL THEN 'game without a score'
       WHEN g.home_points = g.away_points THEN 'game without a winner' END AS dropped
FROM told g
LEFT JOIN raw_schedule s ON s.game_id = g.game_id
