/* backcourt
about = "A team and final game: its players' seconds come to whole periods within 15 seconds, as many as the line score has."
reads = ["raw_results", "raw_player_box"]
fix = "correct the box or the line score of the game"
*/
WITH
team_seconds AS (
  SELECT p.game_id, p.game_date, p.team_abbr, sum(p.seconds_played) AS seconds
  FROM raw_player_box p JOIN dates d ON d.game_date = p.game_date
  GROUP BY p.game_id, p.game_date, p.team_abbr
),
overtimes AS (
  SELECT game_id, game_date, team_abbr, seconds, CAST(round((seconds - regulation_team_seconds()) / CAST(overtime_team_seconds() AS DOUBLE)) AS INTEGER) AS periods
  FROM team_seconds WHERE seconds IS NOT NULL
)
SELECT o.game_date, concat_ws(' ', o.game_id, o.team_abbr) AS subject,
  NULLIF(concat_ws('; ',
    CASE WHEN abs(o.seconds - regulation_team_seconds() - overtime_team_seconds() * o.periods) > 15 THEN concat_ws(' ', CAST(o.seconds AS STRING), 'seconds, more than 15 off', CAST(regulation_team_seconds() + overtime_team_seconds() * o.periods AS STRING)) END,
    CASE WHEN r.periods <> league_regulation_periods() + o.periods THEN concat_ws(' ', CAST(league_regulation_periods() + o.periods AS STRING), 'periods by its players,', CAST(r.periods AS STRING), 'by the line score') END), '') AS what
FROM overtimes o
JOIN raw_results r ON r.game_id = o.game_id
