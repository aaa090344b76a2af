/* backcourt
about = "The final scores of hoopR's player boxes, and as many periods as the home team's minutes fill."
table = "raw_results"
rank  = 60
feeds = ["hoopr_player_box"]
optional_feeds = ["espn_crosswalk"]
reads = ["raw_schedule", "team_names"]
*/
WITH sides AS (
  SELECT g.nba_id, coalesce(t.team_abbr, h.team_abbreviation) AS team, max(h.team_score) AS points, sum(h.minutes) AS seconds, min(h.file) AS file
  FROM hoopr_player_box h
  JOIN (SELECT count(*) AS ids FROM espn_crosswalk) k ON has_crosswalk(k.ids)
  JOIN espn_crosswalk g ON g.kind = 'game' AND g.espn_id = h.game_id
  LEFT JOIN team_names t ON t.name = h.team_abbreviation
  WHERE h.team_score IS NOT NULL
  GROUP BY g.nba_id, coalesce(t.team_abbr, h.team_abbreviation)
),
-- Season files hold games that are over; minutes of 0 for all are not known.
games AS (
  SELECT s.game_id, s.game_date, h.points AS home_points, a.points AS away_points, h.seconds,
    overtimes_of(h.seconds) AS overtimes, h.file
  FROM raw_schedule s
  JOIN sides h ON h.nba_id = CAST(s.game_id AS BIGINT) AND h.team = s.home_team_abbr
  JOIN sides a ON a.nba_id = CAST(s.game_id AS BIGINT) AND a.team = s.away_team_abbr
)
SELECT game_id, game_date, home_points, away_points, CASE WHEN seconds > 0 THEN league_regulation_periods() + overtimes END AS periods, NULL AS home_line, NULL AS away_line,
  true AS is_over, time_of_file(file) AS captured_at, file AS told_in,
  CASE WHEN home_points = away_points OR seconds > 0 AND NOT whole_periods(seconds) THEN 'game that is not over' END AS dropped
FROM games
