/* backcourt
about = "A team and final game: it has its line in the team box, and at least five players in the player box who played; no other team has."
reads = ["raw_schedule", "raw_results", "raw_player_box", "raw_team_box"]
fix = "complete the boxes of the game"
*/
WITH
games AS (
  SELECT s.game_id, s.game_date, s.home_team_abbr, s.away_team_abbr
  FROM raw_schedule s JOIN dates d ON d.game_date = s.game_date JOIN raw_results r ON r.game_id = s.game_id
  WHERE s.status = 'scheduled' AND tables_hold(s.game_type)
),
sides AS (
  SELECT game_id, game_date, home_team_abbr AS team_abbr FROM games UNION ALL SELECT game_id, game_date, away_team_abbr FROM games
),
team_lines AS (SELECT game_id, team_abbr, count(*) AS lines FROM raw_team_box GROUP BY game_id, team_abbr),
player_lines AS (
  SELECT game_id, team_abbr, count(*) AS listed, count(CASE WHEN status = 'played' THEN 1 END) AS played FROM raw_player_box GROUP BY game_id, team_abbr
),
-- Games of which a box has nothing at all are found by the schedule already.
boxed AS (
  SELECT s.game_id, s.game_date, s.team_abbr, t.lines, p.played
  FROM sides s
  LEFT JOIN team_lines t ON t.game_id = s.game_id AND t.team_abbr = s.team_abbr
  LEFT JOIN player_lines p ON p.game_id = s.game_id AND p.team_abbr = s.team_abbr
),
strangers AS (
  SELECT g.game_id, g.game_date, l.team_abbr
  FROM games g JOIN (SELECT game_id, team_abbr FROM team_lines UNION SELECT game_id, team_abbr FROM player_lines) l ON l.game_id = g.game_id
  WHERE l.team_abbr NOT IN (g.home_team_abbr, g.away_team_abbr)
)
SELECT game_date, concat_ws(' ', game_id, team_abbr) AS subject,
  NULLIF(concat_ws('; ',
    CASE WHEN lines IS NULL AND game_id IN (SELECT game_id FROM team_lines) THEN 'has no line in the team box' END,
    CASE WHEN lines > 1 THEN 'has more than one line in the team box' END,
    CASE WHEN COALESCE(played, 0) < 5 AND game_id IN (SELECT game_id FROM player_lines) THEN concat_ws(' ', 'has', CAST(COALESCE(played, 0) AS STRING), 'players in the player box who played') END), '') AS what
FROM boxed
UNION ALL
SELECT game_date, concat_ws(' ', game_id, team_abbr), 'has rows in a box of a game that it did not play' FROM strangers
