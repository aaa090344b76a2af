/* backcourt
about = "The players' lines of box pages, and each game's inactive list."
table = "raw_player_box"
rank  = 10
feeds = ["box_games", "box_players"]
reads = ["raw_schedule", "raw_rosters", "team_names"]
*/
WITH ids AS (SELECT DISTINCT source_id, player_id FROM raw_rosters),
lines AS (
  SELECT g.nba_game_id AS game_id, b.team, b.player_id AS source_id, b.player AS player_name, b.starter AS is_starter,
    CASE WHEN b.mp IS NOT NULL THEN 'played'
         WHEN b.status = 'Did Not Dress' THEN 'dnd'
         WHEN b.status = 'Not With Team' THEN 'nwt'
         WHEN b.status = 'Player Suspended' THEN 'suspended'
         ELSE 'dnp' END AS status,
    b.status AS words, b.* EXCLUDE (game_id, team, player_id, player, starter, status), NULL AS dropped
  FROM box_players b LEFT JOIN box_games g USING (game_id)
),
inactives AS (
  SELECT game_id, split_part(entry, ':', 1) AS team, split_part(entry, ':', 2) AS source_id, split_part(entry, ':', 3) AS player_name,
    row_number() OVER (PARTITION BY game_id, split_part(entry, ':', 2)) AS nth
  FROM (SELECT nba_game_id AS game_id, unnest(string_split(inactive, ';')) AS entry FROM box_games)
),
listings AS (
  SELECT * FROM lines
  UNION ALL BY NAME
  SELECT i.game_id, i.team, i.source_id, i.player_name, false AS is_starter, 'inactive' AS status,
    CASE WHEN i.source_id = '' THEN 'inactive, and without an id'
         WHEN l.source_id IS NOT NULL THEN 'inactive, but in the box too'
         WHEN i.nth > 1 THEN 'twice on the inactive list' END AS dropped
  FROM inactives i LEFT JOIN lines l ON l.game_id = i.game_id AND l.source_id = i.source_id
)
SELECT l.game_id, s.game_date, coalesce(t.team_abbr, l.team) AS team_abbr, ids.player_id, l.player_name,
  l.is_starter, l.status, CASE WHEN l.status <> 'played' THEN l.words END AS dnp_reason,
  l.mp AS seconds_played, l.fg AS fg_makes, l.fga AS fg_attempts, l.fg3 AS three_pt_makes, l.fg3a AS three_pt_attempts,
  l.ft AS ft_makes, l.fta AS ft_attempts, l.orb AS offensive_rebounds, l.drb AS defensive_rebounds,
  l.ast AS assists, l.stl AS steals, l.blk AS blocks, l.tov AS turnovers, l.pf AS personal_fouls, l.pts AS points, l.plus_minus,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule' ELSE l.dropped END AS dropped
FROM listings l
LEFT JOIN raw_schedule s ON s.game_id = l.game_id
LEFT JOIN ids ON ids.source_id = l.source_id
LEFT JOIN team_names t ON t.name = l.team
