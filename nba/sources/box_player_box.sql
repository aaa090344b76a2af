/* backcourt
about = "The players' lines of box pages, and each game's inactive list, with the league's ids."
table = "raw_player_box"
rank  = 10
feeds = ["box_games", "box_players"]
optional_feeds = ["player_ids", "box_teams"]
reads = ["raw_schedule", "raw_names", "team_names"]
*/
-- A player who stands in one game twice: the totals of a team tell whether his line is one of its own. (Of equal rows one stays.)
WITH twice AS (
  SELECT game_id, player_id FROM box_players GROUP BY game_id, player_id HAVING count(DISTINCT team) > 1
),
coded AS (
  SELECT DISTINCT game_id, team, player_id, line_code(pts, fga, fta, orb + drb, ast, pf) AS code
  FROM box_players WHERE game_id IN (SELECT game_id FROM twice)
),
judged AS (
  SELECT c.game_id, c.team, c.player_id, c.code, c.code <> 0 AND s.excess IN (c.code, sum(c.code) OVER (PARTITION BY c.game_id, c.team)) AS contradicted,
    c.code <> 0 AND s.excess = 0 AS agreed
  FROM coded c SEMI JOIN twice d ON d.game_id = c.game_id AND d.player_id = c.player_id
  LEFT JOIN (
    SELECT p.game_id, p.team, sum(p.code) - any_value(t.code) AS excess FROM coded p
    JOIN (SELECT game_id, team, min(line_code(pts, fga, fta, orb + drb, ast, pf)) AS code FROM box_teams GROUP BY game_id, team) t
      ON t.game_id = p.game_id AND t.team = p.team
    GROUP BY p.game_id, p.team
  ) s ON s.game_id = c.game_id AND s.team = c.team
),
strays AS (
  -- The one line of his that the totals bear out stays; else the one that they do not contradict.
  SELECT *, if(count(*) FILTER (agreed) OVER of_player = 1, agreed, NOT contradicted AND count(*) FILTER (NOT contradicted) OVER of_player = 1) AS stays
  FROM (SELECT * REPLACE (coalesce(contradicted, false) AS contradicted, coalesce(agreed, false) AS agreed) FROM judged)
  WINDOW of_player AS (PARTITION BY game_id, player_id)
),
lines AS (
  SELECT g.nba_game_id AS game_id, b.team, b.player_id AS source_id, b.player AS player_name, b.starter AS is_starter,
    CASE WHEN b.mp IS NOT NULL THEN 'played'
         WHEN b.status = 'Did Not Dress' THEN 'dnd'
         WHEN b.status = 'Not With Team' THEN 'nwt'
         WHEN b.status = 'Player Suspended' THEN 'suspended'
         ELSE 'dnp' END AS status,
    b.status AS words, b.file, b.file_row, sum(b.mp) OVER (PARTITION BY b.game_id, b.team) AS side_seconds, b.* EXCLUDE (game_id, team, player_id, player, starter, status, file, file_row),
    CASE WHEN d.stays IS false THEN concat('doubled key: ', g.nba_game_id, ', ', b.player_id, ' (', b.player, '): ',
      if(d.contradicted, concat('the totals of ', b.team, ' contradict its line'), concat('the totals do not bear out the line of ', b.team)),
      ' (', b.file, ', row ', b.file_row, ')') END AS dropped
  FROM box_players b LEFT JOIN box_games g USING (game_id)
  LEFT JOIN strays d ON d.game_id = b.game_id AND d.player_id = b.player_id AND d.team = b.team
    AND d.code = line_code(b.pts, b.fga, b.fta, b.orb + b.drb, b.ast, b.pf)
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
),
listed AS (
  SELECT DISTINCT source_id, player_name AS name FROM listings WHERE game_id IS NOT NULL AND source_id <> ''
),
known AS (
  SELECT bref_id AS source_id, min(nba_id) AS player_id FROM player_ids WHERE nba_id > 0 GROUP BY bref_id
),
-- A player whom no list of ids holds: the one id that the season's events call by his name, unless it is another's.
found AS (
  SELECT l.source_id, min(n.player_id) AS player_id
  FROM listed l JOIN (SELECT DISTINCT player_id, player_name FROM raw_names) n ON player_lookup(n.player_name) = player_lookup(l.name)
  WHERE l.source_id NOT IN (SELECT source_id FROM known) AND n.player_id NOT IN (SELECT player_id FROM known SEMI JOIN listed USING (source_id))
  GROUP BY l.source_id HAVING count(DISTINCT n.player_id) = 1
),
ids AS (
  SELECT source_id, coalesce(k.player_id, f.player_id, -base36(source_id)) AS player_id
  FROM (SELECT DISTINCT source_id FROM listed) LEFT JOIN known k USING (source_id) LEFT JOIN found f USING (source_id)
)
SELECT l.game_id, s.game_date, coalesce(t.team_abbr, l.team) AS team_abbr, ids.player_id, l.player_name,
  l.is_starter, l.status, CASE WHEN l.status <> 'played' THEN l.words END AS dnp_reason,
  l.mp AS seconds_played, l.fg AS fg_makes, l.fga AS fg_attempts, l.fg3 AS three_pt_makes, l.fg3a AS three_pt_attempts,
  l.ft AS ft_makes, l.fta AS ft_attempts, l.orb AS offensive_rebounds, l.drb AS defensive_rebounds,
  l.ast AS assists, l.stl AS steals, l.blk AS blocks, l.tov AS turnovers, l.pf AS personal_fouls, l.pts AS points, l.plus_minus, true AS is_over, (SELECT max(time_of_file(file)) FROM (SELECT DISTINCT file FROM box_players)) AS captured_at, l.file AS told_in,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN l.status <> 'inactive' AND coalesce(l.side_seconds, 0) = 0 THEN 'line of a side without a second played' ELSE l.dropped END AS dropped
FROM listings l
LEFT JOIN raw_schedule s ON s.game_id = l.game_id
LEFT JOIN ids ON ids.source_id = l.source_id
LEFT JOIN team_names t ON t.name = l.team
