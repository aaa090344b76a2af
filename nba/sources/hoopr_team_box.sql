/* backcourt
about = "The teams' totals of hoopR: the sums of its players' lines."
table = "raw_team_box"
rank  = 60
feeds = ["hoopr_player_box"]
optional_feeds = ["espn_crosswalk"]
reads = ["raw_schedule", "team_names"]
*/
WITH lines AS (
  SELECT g.nba_id AS nba_game, h.*, coalesce(t.team_abbr, h.team_abbreviation) AS team,
    sum(h.points) OVER (PARTITION BY h.game_id, h.team_abbreviation) - max(h.team_score) OVER (PARTITION BY h.game_id, h.team_abbreviation) AS excess,
    count(*) OVER (PARTITION BY h.game_id, h.athlete_id) > 1 AS is_double
  FROM hoopr_player_box h
  JOIN (SELECT count(*) AS ids FROM espn_crosswalk) k ON has_crosswalk(k.ids)
  LEFT JOIN espn_crosswalk g ON g.kind = 'game' AND g.espn_id = h.game_id
  LEFT JOIN team_names t ON t.name = h.team_abbreviation
),
-- Players who stand in both teams are not counted in that which has their points too many.
kept AS (
  SELECT *, sum(minutes) OVER (PARTITION BY game_id, team_abbreviation) AS seconds FROM lines
  QUALIFY NOT coalesce(is_double AND excess > 0
    AND excess = sum(points) FILTER (is_double) OVER (PARTITION BY game_id, team_abbreviation), false)
)
SELECT s.game_id, s.game_date, l.team AS team_abbr, sum(l.field_goals_made) AS fg_makes, sum(l.field_goals_attempted) AS fg_attempts,
  sum(l.three_point_field_goals_made) AS three_pt_makes, sum(l.three_point_field_goals_attempted) AS three_pt_attempts,
  sum(l.free_throws_made) AS ft_makes, sum(l.free_throws_attempted) AS ft_attempts, sum(l.offensive_rebounds) AS offensive_rebounds,
  sum(l.defensive_rebounds) AS defensive_rebounds, sum(l.assists) AS assists, sum(l.steals) AS steals, sum(l.blocks) AS blocks,
  sum(l.turnovers) AS turnovers, sum(l.fouls) AS personal_fouls, sum(l.points) AS points, NULL AS team_turnovers, coalesce(whole_periods(max(l.seconds)), false) AS is_over, time_of_file(min(l.file)) AS captured_at, min(l.file) AS told_in,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule or the crosswalk'
       WHEN l.team NOT IN (s.home_team_abbr, s.away_team_abbr) THEN 'line of a team that does not play in the game' END AS dropped
FROM kept l
LEFT JOIN raw_schedule s ON CAST(s.game_id AS BIGINT) = l.nba_game
GROUP BY s.game_id, s.game_date, s.home_team_abbr, s.away_team_abbr, l.team
