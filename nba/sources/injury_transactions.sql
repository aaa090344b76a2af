/* backcourt
about = "Who was out and who came back, from dated transactions; a row for every season that it covers."
table = "raw_injuries"
rank  = 10
feeds = ["injury_transactions"]
reads = ["raw_schedule", "raw_rosters", "team_names", "player_aliases"]
*/
WITH seasons AS (
  SELECT season, min(game_date) AS first_game, max(game_date) AS last_game
  FROM raw_schedule
  WHERE status = 'scheduled' AND tables_hold(game_type)
  GROUP BY season
),
moves AS (
  SELECT i.Date AS date, i.file_row AS seq, s.season, i.Team AS team, i.Notes AS reason, m.names, m.acquired
  FROM injury_transactions i
  JOIN seasons s ON i.Date BETWEEN add_days(s.first_game, -365) AND s.last_game,
  LATERAL (SELECT unnest([i.Acquired, i.Relinquished]) AS names, unnest([true, false]) AS acquired) m
  WHERE m.names IS NOT NULL
),
-- One cell may hold several players, a bullet before each; words in brackets are no part of a name.
people AS (
  SELECT * EXCLUDE (names), unnest(string_split(trim(regexp_replace(names, '\([^)]*\)', '', 'g'), ' •'), '•')) AS person FROM moves
),
spellings AS (
  SELECT DISTINCT season, person, lookup_without_suffix(unnest(string_split(person, '/'))) AS lookup FROM people
),
roster AS (
  SELECT DISTINCT season, player_id, lookup_without_suffix(player_name) AS lookup FROM raw_rosters
),
exact AS (
  SELECT s.season, s.person, min(r.player_id) AS player_id, count(DISTINCT r.player_id) AS players
  FROM spellings s JOIN roster r USING (season, lookup)
  GROUP BY s.season, s.person
),
-- Who is found by none of his names as they are: by an alias.
by_alias AS (
  SELECT s.season, s.person, min(r.player_id) AS player_id, count(DISTINCT r.player_id) AS players
  FROM (FROM spellings ANTI JOIN exact USING (season, person)) s
  JOIN (SELECT DISTINCT lookup_without_suffix(name) AS lookup, player_id FROM player_aliases) a ON a.lookup = s.lookup
  JOIN (SELECT DISTINCT season, player_id FROM roster) r ON r.season = s.season AND r.player_id = a.player_id
  GROUP BY s.season, s.person
),
matched AS (FROM exact UNION ALL FROM by_alias)
SELECT p.date, p.seq, p.season, t.team_abbr, m.player_id,
  CASE WHEN p.acquired THEN 'available' WHEN contains(p.reason, '(DTD)') THEN 'doubtful' ELSE 'out' END AS status, p.reason,
  CASE WHEN m.players IS NULL THEN trim(p.person) END AS unmatched_name,
  CASE WHEN m.players IS NULL THEN 'no player of this name in the season'
       WHEN m.players > 1 THEN 'several players of this name in the season'
       WHEN row_number() OVER (PARTITION BY p.seq, p.season, m.player_id ORDER BY p.acquired DESC) > 1
       THEN 'acquired in the same row' END AS dropped
FROM people p
LEFT JOIN matched m USING (season, person)
LEFT JOIN team_names t ON t.name = p.team
