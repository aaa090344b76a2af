/* backcourt
about = "Spreads and totals of the Odds API's snapshots before tip-off; a book's opening is its first one."
table = "raw_game_lines"
rank  = 5
feeds = ["odds_api"]
reads = ["raw_schedule", "team_names"]
*/
WITH games AS (
  SELECT DISTINCT o.commence_time, o.home_team, o.away_team, s.game_id, s.game_date, coalesce(s.tipoff_utc, o.commence_time) AS tipoff_utc
  FROM (SELECT DISTINCT commence_time, home_team, away_team FROM odds_api) o
  LEFT JOIN team_names h ON h.name = o.home_team LEFT JOIN team_names a ON a.name = o.away_team
  LEFT JOIN raw_schedule s ON s.home_team_abbr = h.team_abbr AND s.away_team_abbr = a.team_abbr
   AND s.game_date = CAST(timezone('America/New_York', timezone('UTC', o.commence_time)) AS DATE)
),
lines AS (
  SELECT o.commence_time, o.home_team, o.away_team, o.book, o.captured_at,
    min(point) FILTER (WHERE market = 'spreads' AND name = o.home_team) AS spread, min(point) FILTER (WHERE market = 'totals' AND name = 'Over') AS total
  FROM odds_api o
  WHERE market IN ('spreads', 'totals')
  GROUP BY ALL
),
told AS (
  SELECT l.*, g.game_id, g.game_date, l.captured_at < g.tipoff_utc AS is_before
  FROM lines l JOIN games g USING (commence_time, home_team, away_team)
)
SELECT game_id, game_date, book, captured_at, first_value(spread IGNORE NULLS) OVER seen AS opening_spread, spread AS closing_spread,
  first_value(total IGNORE NULLS) OVER seen AS opening_total, total AS closing_total,
  CASE WHEN game_id IS NULL THEN 'game not in the schedule'
       WHEN NOT is_before THEN 'captured at tip-off or later'
       WHEN row_number() OVER (PARTITION BY game_id, book, captured_at ORDER BY commence_time) > 1 THEN 'the same snapshot in another file' END AS dropped
FROM told
WINDOW seen AS (PARTITION BY game_id, book ORDER BY captured_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
