/* backcourt
about = "The final scores that the league's schedule carries; it has no line scores."
table = "raw_results"
rank  = 30
feeds = ["league_schedule"]
reads = ["raw_schedule"]
by_unit = ["league_schedule", "raw_schedule"]
*/
WITH newest AS (
  SELECT *, coalesce(game_status = 3, false) AS is_over, coalesce(TRY_CAST(seen_at AS TIMESTAMP), day_or_time_of_file(file)) AS captured_at FROM league_schedule
  QUALIFY row_number() OVER (PARTITION BY game_id ORDER BY is_over DESC, captured_at DESC NULLS LAST, file DESC, file_row) = 1
)
SELECT g.game_id, s.game_date, g.home_score AS home_points, g.away_score AS away_points,
  -- Final, Final/OT, Final/OT2
  league_regulation_periods() + CASE WHEN contains(g.status_text, '/OT') THEN coalesce(TRY_CAST(nullif(regexp_extract(g.status_text, '/OT(\d+)', 1), '') AS INTEGER), 1) ELSE 0 END AS periods,
  NULL AS home_line, NULL AS away_line, g.is_over, g.captured_at, g.file AS told_in,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN g.game_status IS DISTINCT FROM 3 THEN 'game that is not over'
       WHEN g.home_score IS NULL OR g.away_score IS NULL THEN 'game without a score'
       WHEN g.home_score = g.away_score THEN 'game without a winner' END AS dropped
FROM newest g
LEFT JOIN raw_schedule s ON s.game_id = g.game_id
