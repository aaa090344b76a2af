/* backcourt
about = "What the good snapshots of the schedule said of each game, from the first that had it."
table = "raw_schedule_history"
feeds = ["schedule_snapshots"]
reads = ["team_names"]
*/
WITH snapshots AS (
  SELECT snapshot_at, max(file) AS file FROM schedule_snapshots GROUP BY snapshot_at
),
told AS (
  SELECT s.snapshot_at, g.game_id, g.game_date, g.tipoff_utc,
    coalesce(h.team_abbr, g.home_team) AS home_team_abbr, coalesce(a.team_abbr, g.away_team) AS away_team_abbr,
    g.arena, coalesce(g.is_neutral, false) AS neutral_site,
    schedule_status(g.game_status, g.status_text, g.postponed, g.if_necessary) AS status
  FROM snapshots s
  JOIN schedule_snapshots g ON g.file = s.file
  LEFT JOIN team_names h ON h.name = g.home_team
  LEFT JOIN team_names a ON a.name = g.away_team
),
-- Every game at every look: one that a snapshot does not list any more is withdrawn.
looks AS (
  SELECT s.snapshot_at AS seen_at, g.game_id, t.game_date, t.tipoff_utc, t.home_team_abbr, t.away_team_abbr, t.arena, t.neutral_site,
    coalesce(t.status, 'withdrawn') AS status
  FROM snapshots s
  JOIN (SELECT game_id, min(snapshot_at) AS first_at FROM told GROUP BY game_id) g ON g.first_at <= s.snapshot_at
  LEFT JOIN told t ON t.snapshot_at = s.snapshot_at AND t.game_id = g.game_id
),
changes AS (
  SELECT *, row(game_date, tipoff_utc, home_team_abbr, away_team_abbr, arena, neutral_site, status) AS facts,
    lag(facts) OVER (PARTITION BY game_id ORDER BY seen_at) AS facts_before
  FROM looks
)
SELECT game_id, seen_at, CAST(timezone('America/New_York', timezone('UTC', seen_at)) AS DATE) AS seen_date,
  season_label(season_year_of(game_id)) AS season, season_year_of(game_id) AS season_year, game_type_of(game_id) AS game_type,
  game_date, tipoff_utc, home_team_abbr, away_team_abbr, arena, neutral_site, status,
  CASE WHEN game_type_of(game_id) IS NULL THEN 'the league id is of no known type of game' END AS dropped
FROM changes
WHERE facts IS DISTINCT FROM facts_before
