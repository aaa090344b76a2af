/* backcourt
about = "A team and final game: its points by the result, the team box, its players and the events are one number."
reads = ["raw_schedule", "raw_results", "raw_team_box", "raw_player_box", "raw_play_by_play"]
fix = "find which of the four is wrong, and correct its file"
*/
WITH
games AS (
  SELECT s.game_id, s.game_date, s.home_team_abbr, s.away_team_abbr, r.home_points, r.away_points
  FROM raw_schedule s JOIN dates d ON d.game_date = s.game_date JOIN raw_results r ON r.game_id = s.game_id
  WHERE s.status = 'scheduled' AND tables_hold(s.game_type)
),
sides AS (
  SELECT game_id, game_date, home_team_abbr AS team_abbr, home_points AS result_points FROM games
  UNION ALL
  SELECT game_id, game_date, away_team_abbr, away_points FROM games
),
player_sums AS (SELECT game_id, team_abbr, sum(points) AS points FROM raw_player_box GROUP BY game_id, team_abbr),
event_sums AS (
  SELECT game_id, team_abbr, sum(CASE WHEN made THEN value ELSE 0 END) AS points
  FROM raw_play_by_play WHERE event_type IN ('field_goal', 'free_throw') AND team_abbr IS NOT NULL
  GROUP BY game_id, team_abbr
)
SELECT s.game_date, concat_ws(' ', s.game_id, s.team_abbr) AS subject,
  CASE WHEN least(s.result_points, b.points, p.points, e.points) <> greatest(s.result_points, b.points, p.points, e.points) THEN
    concat_ws(' ', 'points: result', CAST(s.result_points AS STRING), concat_ws(' ', 'team box', COALESCE(CAST(b.points AS STRING), 'none')),
      concat_ws(' ', 'players', COALESCE(CAST(p.points AS STRING), 'none')), concat_ws(' ', 'events', COALESCE(CAST(e.points AS STRING), 'none'))) END AS what
FROM sides s
LEFT JOIN raw_team_box b ON b.game_id = s.game_id AND b.team_abbr = s.team_abbr
LEFT JOIN player_sums p ON p.game_id = s.game_id AND p.team_abbr = s.team_abbr
LEFT JOIN event_sums e ON e.game_id = s.game_id AND e.team_abbr = s.team_abbr
WHERE b.game_id IS NOT NULL OR p.game_id IS NOT NULL OR e.game_id IS NOT NULL
