/* backcourt
about = "The final scores and line scores of the league's box score summaries."
table = "raw_results"
rank  = 20
feeds = ["box_summary_games"]
reads = ["raw_schedule"]
by_unit = ["box_summary_games", "raw_schedule"]
*/
WITH sides AS (
  SELECT *, CAST(string_split(line, ',') AS INTEGER[]) AS points_by_period FROM box_summary_games
  QUALIFY row_number() OVER (PARTITION BY game_id, is_home ORDER BY file) = 1
),
games AS (
  SELECT h.game_id, h.game_status, h.points AS home_points, a.points AS away_points, h.points_by_period AS home, a.points_by_period AS away,
    -- Four periods, and overtimes as far as one of the teams has points in them.
    greatest(4, list_max([i FOR i IN range(1, 15) IF h.points_by_period[i] + a.points_by_period[i] > 0])) AS periods
  FROM sides h JOIN sides a ON a.game_id = h.game_id AND h.is_home AND NOT a.is_home
)
SELECT g.game_id, s.game_date, g.home_points, g.away_points, g.periods,
  array_to_string(g.home[:g.periods], ',') AS home_line, array_to_string(g.away[:g.periods], ',') AS away_line,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN g.game_status IS DISTINCT FROM 3 THEN 'game that is not over' END AS dropped
FROM games g
LEFT JOIN raw_schedule s ON s.game_id = g.game_id
