/* backcourt
about = "The players' lines of the league's box scores, and the inactive lists of their summaries."
table = "raw_player_box"
rank  = 20
each  = ["box_v2", "box_v3", "box_live", "game_log"]
as    = "lines"
optional_feeds = ["box_summary_inactive", "box_summary_v3_inactive"]
reads = ["raw_schedule", "team_names"]
by_unit = ["box_v2", "box_v3", "box_live", "game_log", "box_summary_inactive", "box_summary_v3_inactive", "raw_schedule"]
*/
WITH listings AS (
  SELECT *, CASE WHEN minutes IS NOT NULL THEN 'played'
      WHEN regexp_matches(comment, '^(DND|Did Not Dress)', 'i') THEN 'dnd'
      WHEN regexp_matches(comment, 'SUSPEN', 'i') THEN 'suspended'
      WHEN regexp_matches(comment, '^(NWT|Not With Team)', 'i') THEN 'nwt'
      WHEN regexp_matches(comment, '^INACTIVE', 'i') THEN 'inactive'
      ELSE 'dnp' END AS status,
    -- The same line again in a team is no other statement.
    row_number() OVER (PARTITION BY game_id, file, team, player_id, minutes, code ORDER BY file_row) > 1 AS is_copy
  FROM (SELECT *, line_code(pts, fga, fta, oreb + dreb, ast, pf) AS code FROM lines WHERE player_id > 0)
),
sides AS (
  SELECT game_id, file, team, max(game_status) AS game_status, sum(minutes) AS seconds, sum(pts) AS points,
    sum(code) AS code
  FROM listings WHERE NOT is_copy GROUP BY game_id, file, team
),
files AS (
  SELECT game_id, file, coalesce(max(game_status) = 3, count(*) = 2 AND bool_and(whole_periods(seconds)) AND min(points) <> max(points), false) AS is_over
  FROM sides GROUP BY game_id, file
),
times AS (
  SELECT file, coalesce(said, day_or_time_of_file(file)) AS seen, coalesce(said, time_of_file(file)) AS captured_at
  FROM (SELECT file, max(TRY_CAST(seen_at AS TIMESTAMP)) AS said FROM lines GROUP BY file)
),
-- A game that stands in several files is taken from one in which it is over, and of these from the newest.
served AS (
  SELECT f.game_id, f.file, f.is_over, t.captured_at FROM files f JOIN times t ON t.file = f.file
  QUALIFY row_number() OVER (PARTITION BY f.game_id ORDER BY f.is_over DESC, t.seen DESC NULLS LAST, f.file) = 1
),
-- A player who stands in one game twice: the totals of a team tell whether his line is one of its own.
doubled AS (
  SELECT l.game_id, l.player_id FROM listings l JOIN served v ON v.game_id = l.game_id AND v.file = l.file
  GROUP BY l.game_id, l.player_id HAVING count(*) > 1
),
totals AS (
  SELECT game_id, team, min_by(line_code(pts, fga, fta, oreb + dreb, ast, pf), file) AS code FROM lines
  WHERE player_id IS NULL AND pts IS NOT NULL AND game_id IN (SELECT game_id FROM doubled) GROUP BY game_id, team
),
doubled_lines AS (
  SELECT l.game_id, l.player_id, l.team, l.file_row, l.code, l.is_copy
  FROM listings l SEMI JOIN doubled d ON d.game_id = l.game_id AND d.player_id = l.player_id
  JOIN served v ON v.game_id = l.game_id AND v.file = l.file
),
verdicts AS (
  SELECT d.*, s.code - t.code AS excess,
    sum(d.code) FILTER (NOT d.is_copy) OVER (PARTITION BY d.game_id, d.team) AS all_code
  FROM doubled_lines d JOIN served v ON v.game_id = d.game_id
  JOIN sides s ON s.game_id = d.game_id AND s.file = v.file AND s.team = d.team
  LEFT JOIN totals t ON t.game_id = d.game_id AND t.team = d.team
),
judged AS (
  SELECT game_id, player_id, team, file_row, is_copy,
    is_copy OR coalesce(code <> 0 AND (excess = all_code OR excess = code), false) AS contradicted,
    coalesce(NOT is_copy AND code <> 0 AND excess = 0, false) AS agreed
  FROM verdicts
),
strays AS (
  -- The one line of his that the totals bear out stays; else the one that they do not contradict.
  SELECT game_id, player_id, team, file_row, is_copy, contradicted, count(*) FILTER (agreed) OVER of_player = 1 AS is_borne_out,
    if(count(*) FILTER (agreed) OVER of_player = 1, agreed, NOT contradicted AND count(*) FILTER (NOT contradicted) OVER of_player = 1) AS stays
  FROM judged WINDOW of_player AS (PARTITION BY game_id, player_id)
),
inactives AS (
  SELECT i.game_id, min(i.team) AS team, i.player_id, min(i.player_name) AS player_name, false AS is_starter, 'inactive' AS status,
    count(DISTINCT i.team) AS teams
  FROM (SELECT * FROM box_summary_inactive UNION ALL BY NAME SELECT * FROM box_summary_v3_inactive) i
  WHERE i.game_id IN (SELECT game_id FROM served) AND (i.game_id, i.player_id) NOT IN (SELECT (game_id, player_id) FROM listings)
  GROUP BY i.game_id, i.player_id
)
SELECT l.game_id, s.game_date, coalesce(t.team_abbr, l.team) AS team_abbr, l.player_id, l.player_name, l.is_starter, l.status,
  CASE WHEN l.status NOT IN ('played', 'inactive') THEN l.comment END AS dnp_reason,
  l.minutes AS seconds_played, l.fgm AS fg_makes, l.fga AS fg_attempts, l.fg3m AS three_pt_makes, l.fg3a AS three_pt_attempts,
  l.ftm AS ft_makes, l.fta AS ft_attempts, l.oreb AS offensive_rebounds, l.dreb AS defensive_rebounds, l.ast AS assists, l.stl AS steals,
  l.blk AS blocks, l.tov AS turnovers, l.pf AS personal_fouls, l.pts AS points, l.plus_minus,
  v.is_over, v.captured_at, v.file AS told_in,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN l.file <> v.file THEN 'the game stands in another file too'
       WHEN l.game_status <> 3 THEN 'game that is not over'
       WHEN coalesce(t.team_abbr, l.team) NOT IN (s.home_team_abbr, s.away_team_abbr) THEN 'line of a team that does not play in the game'
       WHEN l.status <> 'inactive' AND coalesce(b.seconds, 0) = 0 THEN 'line of a side without a second played'
       WHEN l.teams > 1 THEN 'inactive in both teams'
       WHEN NOT coalesce(d.stays, true) THEN concat('doubled key: ', l.game_id, ', ', l.player_id, ' (', l.player_name, '): ',
         CASE WHEN d.is_copy THEN concat('the same line of ', l.team, ' again')
           WHEN d.contradicted THEN concat('the totals of ', l.team, ' contradict its line')
           WHEN d.is_borne_out THEN concat('the totals bear out another line than that of ', l.team)
           ELSE concat('the totals do not tell of the line of ', l.team) END,
         ' (', l.file, ', row ', l.file_row, ')') END AS dropped
FROM (
  -- Who did not play has no numbers, also where a file has zeros for him.
  SELECT * FROM listings WHERE status = 'played'
  UNION ALL BY NAME SELECT game_id, game_status, team, player_id, player_name, is_starter, comment, file, file_row, status FROM listings WHERE status <> 'played'
  UNION ALL BY NAME SELECT * FROM inactives) l
LEFT JOIN served v ON v.game_id = l.game_id
LEFT JOIN sides b ON b.game_id = l.game_id AND b.file = l.file AND b.team = l.team
LEFT JOIN strays d ON d.game_id = l.game_id AND d.player_id = l.player_id AND d.team = l.team AND d.file_row = l.file_row AND l.file = v.file
LEFT JOIN raw_schedule s ON s.game_id = l.game_id
LEFT JOIN team_names t ON t.name = l.team
