/* backcourt
about = "The league's injury report: what it says of each game, and since when."
table = "raw_injury_reports"
rank  = 10
feeds = ["injury_report"]
reads = ["raw_schedule", "raw_rosters", "team_names", "player_aliases"]
*/
WITH seasons AS (
  SELECT season, min(game_date) AS first_game, max(game_date) AS last_game
  FROM raw_schedule
  WHERE status = 'scheduled' AND tables_hold(game_type)
  GROUP BY season
),
-- As it is printed and as tools take it off the page, with or without blanks and in capitals.
team_lookups AS (
  SELECT player_lookup(name) AS lookup, min(team_abbr) AS team_abbr FROM team_names GROUP BY 1 HAVING count(DISTINCT team_abbr) = 1
),
teams AS (
  SELECT DISTINCT season, unnest([home_team_abbr, away_team_abbr]) AS team_abbr FROM raw_schedule
),
times AS (
  SELECT file, time_of_parts(name_time_parts(file), true) AS named FROM (SELECT DISTINCT file FROM injury_report)
),
-- A table made of the printed report has a date and a team only where they change.
filled AS (
  SELECT * REPLACE (last_value(game_date IGNORE NULLS) OVER above AS game_date, last_value(team IGNORE NULLS) OVER above AS team)
  FROM injury_report WINDOW above AS (PARTITION BY file ORDER BY file_row ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
rows AS (
  SELECT i.game_date AS date, i.file, i.file_row, coalesce(i.reported_at, n.named) AS reported_at, s.season, i.team, coalesce(t.team_abbr, i.team) AS team_abbr, i.reason,
    contains(player_lookup(concat_ws(' ', i.status, i.reason, i.player)), 'notyetsubmitted') AS is_silent,
    i.status, trim(i.player) AS player
  FROM filled i
  JOIN times n ON n.file = i.file
  LEFT JOIN seasons s ON i.game_date BETWEEN add_days(s.first_game, -30) AND s.last_game
  LEFT JOIN team_lookups t ON t.lookup = player_lookup(i.team)
),
readings AS (
  SELECT season, player, team_abbr, unnest(readings) AS lookup, generate_subscripts(readings, 1) AS place
  FROM (SELECT *, name_readings(player) AS readings FROM (SELECT DISTINCT season, player, team_abbr FROM rows WHERE player IS NOT NULL))
),
names AS (
  SELECT season, player_id, team_abbr, lookup_without_suffix(player_name) AS lookup, 0 AS is_alias FROM raw_rosters
  UNION SELECT r.season, r.player_id, r.team_abbr, lookup_without_suffix(a.name), 100 FROM raw_rosters r JOIN player_aliases a ON a.player_id = r.player_id
),
-- By his name first in his team, then in the league; then the other way round; then by an alias.
found AS (
  SELECT r.season, r.player, r.team_abbr, n.player_id, min(10 * r.place + n.is_alias + if(n.team_abbr = r.team_abbr, 0, 1)) AS step
  FROM readings r JOIN names n ON n.season = r.season AND n.lookup = r.lookup
  GROUP BY ALL
),
matched AS (
  SELECT season, player, team_abbr, min(player_id) AS player_id, count(*) AS players
  FROM (SELECT * FROM found QUALIFY step = min(step) OVER (PARTITION BY season, player, team_abbr))
  GROUP BY ALL
)
SELECT r.date AS game_date, row_number() OVER (PARTITION BY r.date ORDER BY r.reported_at NULLS FIRST, r.file, r.file_row) AS seq, r.season,
  dense_rank() OVER (PARTITION BY r.date ORDER BY coalesce(r.reported_at, TIMESTAMP '1900-01-01'), r.file) AS report,
  r.reported_at, r.team_abbr, CASE WHEN NOT r.is_silent THEN m.player_id END AS player_id,
  if(r.is_silent, 'not yet submitted', r.status) AS status, r.reason,
  CASE WHEN NOT r.is_silent AND m.players IS NULL AND r.season IS NOT NULL THEN r.player END AS unmatched_name,
  CASE WHEN r.date IS NULL THEN 'row without a date'
       WHEN r.season IS NULL THEN 'date of no season'
       WHEN r.is_silent AND e.team_abbr IS NULL THEN 'no team of this name in the season'
       WHEN r.is_silent THEN NULL
       WHEN r.player IS NULL OR r.status IS NULL THEN 'row without a player or a status'
       WHEN m.players IS NULL THEN 'no player of this name in the season'
       WHEN m.players > 1 THEN 'several players of this name in the season' END AS dropped
FROM rows r
LEFT JOIN teams e ON e.season = r.season AND e.team_abbr = r.team_abbr
LEFT JOIN matched m ON m.season = r.season AND m.player = r.player AND m.team_abbr IS NOT DISTINCT FROM r.team_abbr
