/* backcourt
about = "Players' lines of the Odds API's snapshots before tip-off; a name must be one player of the two teams' rosters."
table = "raw_player_props"
rank  = 10
feeds = ["odds_api"]
reads = ["raw_schedule", "raw_rosters", "team_names", "player_aliases"]
*/
WITH games AS (
  SELECT DISTINCT o.commence_time, o.home_team, o.away_team, s.game_id, s.game_date, s.season, s.home_team_abbr, s.away_team_abbr,
    coalesce(s.tipoff_utc, o.commence_time) AS tipoff_utc
  FROM (SELECT DISTINCT commence_time, home_team, away_team FROM odds_api) o
  LEFT JOIN team_names h ON h.name = o.home_team LEFT JOIN team_names a ON a.name = o.away_team
  LEFT JOIN raw_schedule s ON s.home_team_abbr = h.team_abbr AND s.away_team_abbr = a.team_abbr
   AND s.game_date = CAST(timezone('America/New_York', timezone('UTC', o.commence_time)) AS DATE)
),
lines AS (
  SELECT commence_time, home_team, away_team, captured_at, book, replace(market, 'player_', '') AS market, description AS name, point AS line,
    max(price) FILTER (WHERE name = 'Over') AS over_price, max(price) FILTER (WHERE name = 'Under') AS under_price
  FROM odds_api
  WHERE starts_with(market, 'player_') AND point IS NOT NULL AND description IS NOT NULL
  GROUP BY ALL
),
-- A book may give several lines of one player; the main one has prices nearest to even.
main_lines AS (
  SELECT * FROM lines
  QUALIFY row_number() OVER (PARTITION BY commence_time, home_team, away_team, captured_at, book, market, name
    ORDER BY abs(over_price - under_price) NULLS LAST, line) = 1
),
names AS (
  SELECT season, team_abbr, player_id, lookup_without_suffix(player_name) AS lookup, 0 AS is_alias FROM raw_rosters
  UNION SELECT r.season, r.team_abbr, r.player_id, lookup_without_suffix(a.name), 100 FROM raw_rosters r JOIN player_aliases a ON a.player_id = r.player_id
),
readings AS (
  SELECT name, unnest(readings) AS lookup, generate_subscripts(readings, 1) AS place
  FROM (SELECT name, name_readings(name) AS readings FROM (SELECT DISTINCT name FROM main_lines))
),
-- By the name as it is first, then with its last word first, then by an alias.
found AS (
  SELECT g.game_id, d.name, n.player_id, min(d.place + n.is_alias) AS step
  FROM (SELECT DISTINCT g.game_id, g.season, g.home_team_abbr, g.away_team_abbr, l.name FROM main_lines l JOIN games g USING (commence_time, home_team, away_team)) g
  JOIN readings d ON d.name = g.name
  JOIN names n ON n.season = g.season AND n.team_abbr IN (g.home_team_abbr, g.away_team_abbr) AND n.lookup = d.lookup
  GROUP BY ALL
),
players AS (
  SELECT game_id, name, min(player_id) AS player_id, count(DISTINCT player_id) AS players
  FROM (SELECT * FROM found QUALIFY step = min(step) OVER (PARTITION BY game_id, name))
  GROUP BY ALL
)
SELECT g.game_id, g.game_date, p.player_id, l.book, l.captured_at, l.market, l.line, l.over_price, l.under_price,
  CASE WHEN g.game_id IS NOT NULL AND p.players IS NULL THEN l.name END AS unmatched_name,
  CASE WHEN g.game_id IS NULL THEN 'game not in the schedule'
       WHEN l.captured_at >= g.tipoff_utc THEN 'captured at tip-off or later'
       WHEN p.players IS NULL THEN 'no player of this name on the two rosters'
       WHEN p.players > 1 THEN 'several players of this name on the two rosters'
       WHEN row_number() OVER (PARTITION BY g.game_id, p.player_id, l.book, l.market, l.captured_at ORDER BY l.commence_time, l.name) > 1 THEN 'the same snapshot in another file' END AS dropped
FROM main_lines l
JOIN games g USING (commence_time, home_team, away_team)
LEFT JOIN players p ON p.game_id = g.game_id AND p.name = l.name
