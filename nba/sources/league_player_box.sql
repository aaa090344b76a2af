/* backcourt
about = "The players' lines of the league's box scores, and the inactive lists of their summaries."
table = "raw_player_box"
rank  = 20
each  = ["box_v2", "box_v3", "box_live", "game_log"]
as    = "lines"
optional_feeds = ["box_summary_inactive"]
reads = ["raw_schedule", "team_names"]
by_unit = ["box_v2", "box_v3", "box_live", "game_log", "box_summary_inactive", "raw_schedule"]
*/
WITH listings AS (
  SELECT *, CASE WHEN minutes IS NOT NULL THEN 'played'
      WHEN regexp_matches(comment, '^(DND|Did Not Dress)', 'i') THEN 'dnd'
      WHEN regexp_matches(comment, 'SUSPEN', 'i') THEN 'suspended'
      WHEN regexp_matches(comment, '^(NWT|Not With Team)', 'i') THEN 'nwt'
      WHEN regexp_matches(comment, '^INACTIVE', 'i') THEN 'inactive'
      ELSE 'dnp' END AS status
  FROM lines WHERE player_id > 0
),
-- A game that stands in several files is taken from the first in which it is over.
served AS (SELECT game_id, min_by(file, (3 - coalesce(game_status, 3), file)) AS file FROM listings GROUP BY game_id),
inactives AS (
  SELECT i.game_id, i.team, i.player_id, min(i.player_name) AS player_name, false AS is_starter, 'inactive' AS status
  FROM box_summary_inactive i
  WHERE i.game_id IN (SELECT game_id FROM served) AND (i.game_id, i.player_id) NOT IN (SELECT (game_id, player_id) FROM listings)
  GROUP BY ALL
)
SELECT l.game_id, s.game_date, coalesce(t.team_abbr, l.team) AS team_abbr, l.player_id, l.player_name, l.is_starter, l.status,
  CASE WHEN l.status NOT IN ('played', 'inactive') THEN l.comment END AS dnp_reason,
  l.minutes AS seconds_played, l.fgm AS fg_makes, l.fga AS fg_attempts, l.fg3m AS three_pt_makes, l.fg3a AS three_pt_attempts,
  l.ftm AS ft_makes, l.fta AS ft_attempts, l.oreb AS offensive_rebounds, l.dreb AS defensive_rebounds, l.ast AS assists, l.stl AS steals,
  l.blk AS blocks, l.tov AS turnovers, l.pf AS personal_fouls, l.pts AS points, l.plus_minus,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN l.file <> v.file THEN 'the game stands in another file too'
       WHEN l.game_status <> 3 THEN 'game that is not over'
       WHEN coalesce(t.team_abbr, l.team) NOT IN (s.home_team_abbr, s.away_team_abbr) THEN 'line of a team that does not play in the game' END AS dropped
FROM (
  -- Who did not play has no numbers, also where a file has zeros for him.
  SELECT * FROM listings WHERE status = 'played'
  UNION ALL BY NAME SELECT game_id, game_status, team, player_id, player_name, is_starter, comment, file, status FROM listings WHERE status <> 'played'
  UNION ALL BY NAME SELECT * FROM inactives) l
LEFT JOIN served v ON v.game_id = l.game_id
LEFT JOIN raw_schedule s ON s.game_id = l.game_id
LEFT JOIN team_names t ON t.name = l.team
