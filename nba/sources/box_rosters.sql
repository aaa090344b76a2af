/* backcourt
about = "Who is listed on box pages and their inactive lists, with the league's ids."
table = "raw_rosters"
rank  = 10
feeds = ["box_games", "box_players"]
optional_feeds = ["player_ids", "play_by_play_names"]
reads = ["team_names"]
*/
WITH listings AS (
  SELECT b.team, b.player_id AS source_id, b.player AS name, g.nba_game_id AS game_id, g.date
  FROM box_players b JOIN box_games g USING (game_id)
  UNION ALL
  SELECT split_part(entry, ':', 1), split_part(entry, ':', 2), split_part(entry, ':', 3), game_id, date
  FROM (SELECT nba_game_id AS game_id, date, unnest(string_split(inactive, ';')) AS entry FROM box_games)
),
listed AS (
  SELECT season_label(season_year_of(game_id)) AS season, source_id, team, max_by(name, (date, game_id)) AS name
  FROM listings
  WHERE game_id IS NOT NULL AND source_id <> ''
  GROUP BY ALL
),
known AS (
  SELECT bref_id AS source_id, min(nba_id) AS player_id FROM player_ids WHERE nba_id > 0 GROUP BY bref_id
),
-- A player whom no list of ids holds: the one id whose play-by-play name is his, unless it is another's.
unknown AS (
  SELECT DISTINCT source_id, name FROM listed WHERE source_id NOT IN (SELECT source_id FROM known)
),
named AS (
  SELECT DISTINCT id, name FROM (
    SELECT DISTINCT PLAYER1_ID AS id, PLAYER1_NAME AS name FROM play_by_play_names
    UNION ALL SELECT DISTINCT PLAYER2_ID, PLAYER2_NAME FROM play_by_play_names
    UNION ALL SELECT DISTINCT PLAYER3_ID, PLAYER3_NAME FROM play_by_play_names)
  WHERE name IS NOT NULL AND id NOT IN (SELECT player_id FROM known JOIN listed USING (source_id))
),
found AS (
  SELECT u.source_id, min(n.id) AS player_id
  FROM unknown u JOIN named n ON player_lookup(n.name) = player_lookup(u.name)
  GROUP BY u.source_id HAVING count(DISTINCT n.id) = 1
)
SELECT l.season, l.source_id, coalesce(k.player_id, f.player_id, -base36(l.source_id)) AS player_id,
  l.name AS player_name, coalesce(t.team_abbr, l.team) AS team_abbr, NULL AS dropped
FROM listed l
LEFT JOIN known k USING (source_id)
LEFT JOIN found f USING (source_id)
LEFT JOIN team_names t ON t.name = l.team
