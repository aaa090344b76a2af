/* backcourt
about = "The final scores that the newest good snapshot of the schedule carries; it has no line scores."
table = "raw_results"
rank  = 31
feeds = ["schedule_snapshots"]
reads = ["raw_schedule"]
*/
WITH newest AS (
  SELECT * FROM schedule_snapshots QUALIFY row_number() OVER (PARTITION BY game_id ORDER BY snapshot_at DESC, file DESC) = 1
)
SELECT g.game_id, s.game_date, g.home_score AS home_points, g.away_score AS away_points,
  -- Final, Final/OT, Final/OT2
  league_regulation_periods() + CASE WHEN contains(g.status_text, '/OT') THEN coalesce(TRY_CAST(nullif(regexp_extract(g.status_text, '/OT(\d+)', 1), '') AS INTEGER), 1) ELSE 0 END AS periods,
  NULL AS home_line, NULL AS away_line, true AS is_over, g.snapshot_at AS captured_at, g.file AS told_in,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN g.game_status IS DISTINCT FROM 3 THEN 'game that is not over'
       WHEN g.home_score IS NULL OR g.away_score IS NULL THEN 'game without a score'
       WHEN g.home_score = g.away_score THEN 'game without a winner' END AS dropped
FROM newest g
LEFT JOIN raw_schedule s ON s.game_id = g.game_id
