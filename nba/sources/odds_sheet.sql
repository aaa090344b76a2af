/* backcourt
about = "Spreads and totals of odds sheets, two rows a game; taken as seen a minute before tip-off."
table = "raw_game_lines"
rank  = 10
feeds = ["odds_workbook"]
reads = ["raw_schedule", "team_names"]
*/
WITH sides AS (
  SELECT o.*, t.team_abbr, (row_number() OVER (ORDER BY o.file, o.file_row) - 1) // 2 AS pair,
    row_number() OVER (ORDER BY o.file, o.file_row) % 2 = 1 AS is_first
  FROM odds_workbook o LEFT JOIN team_names t ON t.name = replace(o.Team, ' ', '')
),
-- The visitor stands first on a neutral floor (N).
pairs AS (
  SELECT a.pair, a.Date AS month_day, if(a.VH = 'H', a.team_abbr, b.team_abbr) AS home, if(a.VH = 'H', b.team_abbr, a.team_abbr) AS away,
    if(a.VH = 'H', a.Open, b.Open) AS home_open, if(a.VH = 'H', b.Open, a.Open) AS away_open,
    if(a.VH = 'H', a.Close, b.Close) AS home_close, if(a.VH = 'H', b.Close, a.Close) AS away_close,
    (a.VH, b.VH) IN (('V', 'H'), ('H', 'V'), ('N', 'N')) AND a.Date = b.Date AS matches
  FROM sides a LEFT JOIN sides b ON b.pair = a.pair AND NOT b.is_first
  WHERE a.is_first
),
-- A sheet names no year: the pair's game of the season on that day, else one day before or after.
candidates AS (
  SELECT p.pair, s.game_id, abs(days_between(s.game_date, d.day)) AS days_off
  FROM pairs p
  JOIN raw_schedule s ON s.home_team_abbr = p.home AND s.away_team_abbr = p.away,
  LATERAL (SELECT unnest([TRY_CAST(format('{:04d}-{:02d}-{:02d}', y, p.month_day // 100, p.month_day % 100) AS DATE)
                          FOR y IN [s.season_year, s.season_year + 1]]) AS day) d
  WHERE days_between(s.game_date, d.day) BETWEEN -1 AND 1
),
joined AS (
  SELECT pair, game_id FROM candidates
  QUALIFY row_number() OVER (PARTITION BY pair ORDER BY days_off, game_id) = 1
      AND row_number() OVER (PARTITION BY game_id ORDER BY days_off, pair) = 1
)
SELECT s.game_id, s.game_date, 'sportsbookreview' AS book,
  coalesce(s.tipoff_utc, CAST(s.game_date AS TIMESTAMP)) - INTERVAL 1 MINUTE AS captured_at,
  spread_of_pair(home_open, away_open) AS opening_spread, spread_of_pair(home_close, away_close) AS closing_spread,
  total_of_pair(home_open, away_open) AS opening_total, total_of_pair(home_close, away_close) AS closing_total,
  CASE WHEN NOT coalesce(p.matches, false) THEN 'two rows that are no pair'
       WHEN s.game_id IS NULL THEN 'game not in the schedule' END AS dropped
FROM pairs p
LEFT JOIN joined j ON j.pair = p.pair
LEFT JOIN raw_schedule s ON s.game_id = j.game_id
