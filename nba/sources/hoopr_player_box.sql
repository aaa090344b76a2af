/* backcourt
about = "The players' lines of hoopR, its ids mapped by the user's crosswalk."
table = "raw_player_box"
rank  = 60
feeds = ["hoopr_player_box"]
optional_feeds = ["espn_crosswalk"]
reads = ["raw_schedule", "team_names"]
*/
WITH lines AS (
  SELECT g.nba_id AS nba_game, p.nba_id AS player_id, h.*, coalesce(t.team_abbr, h.team_abbreviation) AS team,
    h.minutes IS NOT NULL AND NOT coalesce(h.did_not_play, false) AS has_played
  FROM hoopr_player_box h
  JOIN (SELECT count(*) AS ids FROM espn_crosswalk) k ON has_crosswalk(k.ids)
  LEFT JOIN espn_crosswalk g ON g.kind = 'game' AND g.espn_id = h.game_id
  LEFT JOIN espn_crosswalk p ON p.kind = 'player' AND p.espn_id = h.athlete_id
  LEFT JOIN team_names t ON t.name = h.team_abbreviation
),
sides AS (
  SELECT nba_game, team, sum(minutes) FILTER (has_played) AS seconds, max(team_score) AS score, sum(points) FILTER (has_played) AS points
  FROM lines GROUP BY ALL
),
-- A player who stands in both teams: a team whose players have more points than it scored, by just those of his kind, does not have him.
doubled_lines AS (
  SELECT l.nba_game, l.team, l.file_row, l.player_id, coalesce(l.points, 0) AS points, s.points - s.score AS excess,
    sum(coalesce(l.points, 0)) OVER (PARTITION BY l.nba_game, l.team) AS all_points
  FROM lines l
  SEMI JOIN (SELECT nba_game, player_id FROM lines WHERE player_id IS NOT NULL GROUP BY ALL HAVING count(*) > 1) d
    ON d.nba_game = l.nba_game AND d.player_id = l.player_id
  JOIN sides s ON s.nba_game = l.nba_game AND s.team = l.team
),
judged AS (
  SELECT *, coalesce(points <> 0 AND (excess = all_points OR excess = points), excess = all_points AND all_points > 0, false) AS contradicted,
    coalesce(points <> 0 AND excess = 0, false) AS agreed
  FROM doubled_lines
),
strays AS (
  SELECT *, count(*) FILTER (agreed) OVER of_player = 1 AS is_borne_out,
    if(is_borne_out, agreed, NOT contradicted AND count(*) FILTER (NOT contradicted) OVER of_player = 1) AS stays
  FROM judged WINDOW of_player AS (PARTITION BY nba_game, player_id)
)
SELECT s.game_id, s.game_date, l.team AS team_abbr, l.player_id, l.athlete_display_name AS player_name, l.starter AS is_starter,
  if(l.has_played, 'played', 'dnp') AS status, CASE WHEN NOT l.has_played THEN l.reason END AS dnp_reason,
  if(l.has_played, l.minutes, NULL) AS seconds_played, l.field_goals_made AS fg_makes, l.field_goals_attempted AS fg_attempts,
  l.three_point_field_goals_made AS three_pt_makes, l.three_point_field_goals_attempted AS three_pt_attempts,
  l.free_throws_made AS ft_makes, l.free_throws_attempted AS ft_attempts, l.offensive_rebounds, l.defensive_rebounds,
  l.assists, l.steals, l.blocks, l.turnovers, l.fouls AS personal_fouls, l.points, l.plus_minus,
  coalesce(whole_periods(b.seconds), false) AS is_over, (SELECT max(time_of_file(file)) FROM (SELECT DISTINCT file FROM hoopr_player_box)) AS captured_at, l.file AS told_in,
  CASE WHEN l.nba_game IS NULL THEN 'game not in the crosswalk'
       WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN l.player_id IS NULL THEN 'player not in the crosswalk'
       WHEN l.team NOT IN (s.home_team_abbr, s.away_team_abbr) THEN 'line of a team that does not play in the game'
       WHEN coalesce(b.seconds, 0) = 0 THEN 'line of a side without a second played'
       WHEN NOT coalesce(d.stays, true) THEN concat('doubled key: ', s.game_id, ', ', l.player_id, ' (', l.athlete_display_name, '): ',
         CASE WHEN d.contradicted THEN concat('the points of ', l.team, ' contradict its line')
           WHEN d.is_borne_out THEN concat('the points bear out another line than that of ', l.team)
           ELSE concat('the points do not tell of the line of ', l.team) END,
         ' (', l.file, ', row ', l.file_row, ')') END AS dropped
FROM lines l
LEFT JOIN sides b ON b.nba_game = l.nba_game AND b.team = l.team
LEFT JOIN strays d ON d.nba_game = l.nba_game AND d.team = l.team AND d.file_row = l.file_row
LEFT JOIN raw_schedule s ON CAST(s.game_id AS BIGINT) = l.nba_game
