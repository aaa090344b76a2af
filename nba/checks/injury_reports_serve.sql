/* backcourt
about = "A game of a date with injury reports: one of them was out before tip-off, or before noon where the schedule has no tip-off."
reads = ["raw_schedule", "raw_injury_reports"]
fix = "load a schedule that has the game's tip-off"
*/
WITH
reports AS (
  SELECT game_date, min(COALESCE(reported_at, TIMESTAMP '1900-01-01 00:00:00')) AS first_at FROM raw_injury_reports GROUP BY game_date
)
SELECT s.game_date, s.game_id AS subject,
  CASE WHEN s.tipoff_utc IS NULL AND r.first_at >= eastern_noon(s.game_date)
    THEN 'has no tip-off, and the injury reports of its date are of after noon: none is used' END AS what
FROM raw_schedule s JOIN dates d ON d.game_date = s.game_date JOIN reports r ON r.game_date = s.game_date
WHERE s.status = 'scheduled' AND tables_hold(s.game_type)
