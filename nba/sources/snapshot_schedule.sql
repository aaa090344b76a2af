/* backcourt
about = "The schedule as its newest good snapshot has it."
table = "raw_schedule"
rank  = 4
feeds = ["schedule_snapshots"]
reads = ["team_names"]
*/
WITH seen AS (
  SELECT *, min(snapshot_at) OVER (PARTITION BY game_id) AS first_seen_at, last_value(file) OVER every_file AS newest
  FROM schedule_snapshots
  WINDOW every_file AS (ORDER BY snapshot_at, file ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
SELECT g.game_id, season_label(season_year_of(g.game_id)) AS season, season_year_of(g.game_id) AS season_year,
  game_type_of(g.game_id) AS game_type, g.game_date, g.tipoff_utc,
  -- Teams to be decided have no tricode; teams of exhibitions are in no list of names.
  coalesce(h.team_abbr, g.home_team) AS home_team_abbr, coalesce(a.team_abbr, g.away_team) AS away_team_abbr,
  g.arena, g.arena_city, coalesce(g.is_neutral, false) AS neutral_site,
  schedule_status(g.game_status, g.status_text, g.postponed, g.if_necessary) AS status,
  g.label AS series_label, nullif(g.week, 0) AS week, g.first_seen_at, parse_filename(g.file) AS source,
  coalesce(g.game_status = 3, false) AS is_over, g.snapshot_at AS captured_at, g.file AS told_in,
  CASE WHEN game_type_of(g.game_id) IS NULL THEN 'the league id is of no known type of game'
       WHEN g.game_date IS NULL THEN 'game without a date' END AS dropped
FROM seen g
LEFT JOIN team_names h ON h.name = g.home_team
LEFT JOIN team_names a ON a.name = g.away_team
WHERE g.file = g.newest
