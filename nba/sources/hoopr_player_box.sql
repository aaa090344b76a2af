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
)
SELECT s.game_id, s.game_date, l.team AS team_abbr, l.player_id, l.athlete_display_name AS player_name, l.starter AS is_starter,
  if(l.has_played, 'played', 'dnp') AS status, CASE WHEN NOT l.has_played THEN l.reason END AS dnp_reason,
  if(l.has_played, l.minutes, NULL) AS seconds_played, l.field_goals_made AS fg_makes, l.field_goals_attempted AS fg_attempts,
  l.three_point_field_goals_made AS three_pt_makes, l.three_point_field_goals_attempted AS three_pt_attempts,
  l.free_throws_made AS ft_makes, l.free_throws_attempted AS ft_attempts, l.offensive_rebounds, l.defensive_rebounds,
  l.assists, l.steals, l.blocks, l.turnovers, l.fouls AS personal_fouls, l.points, l.plus_minus,
  CASE WHEN l.nba_game IS NULL THEN 'game not in the crosswalk'
       WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN l.player_id IS NULL THEN 'player not in the crosswalk'
       WHEN l.team NOT IN (s.home_team_abbr, s.away_team_abbr) THEN 'line of a team that does not play in the game' END AS dropped
FROM lines l
LEFT JOIN raw_schedule s ON CAST(s.game_id AS BIGINT) = l.nba_game
