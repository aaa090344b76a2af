/* backcourt
about = "The league's injury report, a row a player and day."
table = "raw_injuries"
rank  = 5
feeds = ["injury_report"]
reads = ["raw_schedule", "raw_rosters", "team_names"]
*/
WITH seasons AS (
  SELECT season, min(game_date) AS first_game, max(game_date) AS last_game
  FROM raw_schedule
  WHERE status = 'scheduled' AND tables_hold(game_type)
  GROUP BY season
),
rows AS (
  -- The report writes 'James, LeBron'; a suffix may stand on either side of the comma.
  SELECT i.*, s.season, CASE WHEN regexp_matches(i.player, ',\s*(?i:(jr|sr|ii|iii|iv)\.?)$') OR NOT contains(i.player, ',') THEN i.player
      ELSE concat(trim(split_part(i.player, ',', 2)), ' ', trim(split_part(i.player, ',', 1))) END AS name
  FROM injury_report i LEFT JOIN seasons s ON i.date BETWEEN add_days(s.first_game, -30) AND s.last_game
),
roster AS (
  SELECT season, lookup_without_suffix(player_name) AS lookup, min(player_id) AS player_id, count(DISTINCT player_id) AS players
  FROM raw_rosters GROUP BY ALL
),
team_roster AS (
  SELECT season, team_abbr, lookup_without_suffix(player_name) AS lookup, min(player_id) AS player_id, count(DISTINCT player_id) AS players
  FROM raw_rosters GROUP BY ALL
)
SELECT r.date, row_number() OVER (ORDER BY r.file, r.file_row) AS seq, r.season, coalesce(t.team_abbr, r.team) AS team_abbr,
  coalesce(o.player_id, p.player_id) AS player_id, r.status, r.reason,
  CASE WHEN r.player IS NULL OR r.status IS NULL THEN 'row without a player or a status'
       WHEN r.season IS NULL THEN 'date of no season'
       WHEN o.player_id IS NULL AND p.player_id IS NULL THEN 'no player of this name in the season'
       WHEN o.player_id IS NULL AND p.players > 1 THEN 'several players of this name in the season' END AS dropped
FROM rows r
LEFT JOIN team_names t ON t.name = r.team
LEFT JOIN team_roster o ON o.season = r.season AND o.team_abbr = t.team_abbr AND o.lookup = lookup_without_suffix(r.name) AND o.players = 1
LEFT JOIN roster p ON p.season = r.season AND p.lookup = lookup_without_suffix(r.name)
