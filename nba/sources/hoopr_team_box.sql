/* backcourt
about = "The teams' totals of hoopR: the sums of its players' lines."
table = "raw_team_box"
rank  = 60
feeds = ["hoopr_player_box"]
optional_feeds = ["espn_crosswalk"]
reads = ["raw_schedule", "team_names"]
*/
WITH known AS (
  SELECT count(*) AS ids FROM espn_crosswalk
),
lines AS (
  SELECT g.nba_id AS nba_game, p.nba_id AS player_id, h.*,
    -- ESPN's own short names of five teams
    CASE h.team_abbreviation WHEN 'GS' THEN 'GSW' WHEN 'NO' THEN 'NOP' WHEN 'NY' THEN 'NYK' WHEN 'SA' THEN 'SAS' WHEN 'UTAH' THEN 'UTA' WHEN 'WSH' THEN 'WAS'
      ELSE h.team_abbreviation END AS team,
    h.minutes IS NOT NULL AND NOT coalesce(h.did_not_play, false) AS has_played
  FROM hoopr_player_box h
  JOIN known k ON CASE WHEN k.ids = 0
    THEN error('files of hoopR hold the ids of ESPN: put a file espn_crosswalk.csv (kind, espn_id, nba_id) beside them, a row a game and player') ELSE true END
  LEFT JOIN espn_crosswalk g ON g.kind = 'game' AND g.espn_id = h.game_id
  LEFT JOIN espn_crosswalk p ON p.kind = 'player' AND p.espn_id = h.athlete_id
)
SELECT s.game_id, s.game_date, l.team AS team_abbr, sum(l.field_goals_made) AS fg_makes, sum(l.field_goals_attempted) AS fg_attempts,
  sum(l.three_point_field_goals_made) AS three_pt_makes, sum(l.three_point_field_goals_attempted) AS three_pt_attempts,
  sum(l.free_throws_made) AS ft_makes, sum(l.free_throws_attempted) AS ft_attempts, sum(l.offensive_rebounds) AS offensive_rebounds,
  sum(l.defensive_rebounds) AS defensive_rebounds, sum(l.assists) AS assists, sum(l.steals) AS steals, sum(l.blocks) AS blocks,
  sum(l.turnovers) AS turnovers, sum(l.fouls) AS personal_fouls, sum(l.points) AS points, NULL AS team_turnovers,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule or the crosswalk'
       WHEN l.team NOT IN (s.home_team_abbr, s.away_team_abbr) THEN 'line of a team that does not play in the game' END AS dropped
FROM lines l
LEFT JOIN raw_schedule s ON CAST(s.game_id AS BIGINT) = l.nba_game
GROUP BY s.game_id, s.game_date, s.home_team_abbr, s.away_team_abbr, l.team
