/* backcourt
about = "The final scores of box pages, and the points a period."
table = "raw_results"
rank  = 10
feeds = ["box_games"]
reads = ["raw_schedule"]
*/
SELECT g.nba_game_id AS game_id, s.game_date, g.home_pts AS home_points, g.away_pts AS away_points,
  len(home_periods) AS periods,
  array_to_string(home_periods, ',') AS home_line, array_to_string(away_periods, ',') AS away_line, true AS is_over, time_of_file(g.file) AS captured_at, g.file AS told_in,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN g.home_pts IS NULL OR g.away_pts IS NULL THEN 'game without a score'
       WHEN g.home_pts = g.away_pts THEN 'game without a winner' END AS dropped
FROM (
  -- A line score ends with its sum.
  SELECT *, string_split(home_line, '-')[:-2] AS home_periods, string_split(away_line, '-')[:-2] AS away_periods
  FROM box_games
) g
LEFT JOIN raw_schedule s ON s.game_id = g.nba_game_id
