/* backcourt
about = "The games of the league's game logs: those that were played, and no more than their dates and teams."
table = "raw_schedule"
rank  = 30
feeds = ["game_log"]
reads = ["team_names"]
by_unit = ["game_log"]
*/
WITH seen AS (SELECT file, day_or_time_of_file(file) AS seen FROM (SELECT DISTINCT file FROM game_log)),
sides AS (
  SELECT l.game_id, l.game_date, l.file, l.feed_season, coalesce(t.team_abbr, l.team) AS team, contains(l.matchup, ' vs. ') AS is_home,
    l.won_lost IS NOT NULL AS is_over, w.seen
  FROM game_log l JOIN seen w ON w.file = l.file LEFT JOIN team_names t ON t.name = l.team
),
games AS (
  SELECT game_id, game_date, min(file) AS file, max(seen) AS seen, bool_or(is_over) AS is_over, min(feed_season) AS feed_season,
    min(team) FILTER (WHERE is_home) AS home, min(team) FILTER (WHERE NOT is_home) AS away
  FROM sides GROUP BY game_id, game_date
)
SELECT game_id, season_label(season_year_of(game_id)) AS season, season_year_of(game_id) AS season_year, game_type_of(game_id) AS game_type,
  game_date, NULL AS tipoff_utc, home AS home_team_abbr, away AS away_team_abbr, NULL AS arena, NULL AS arena_city, NULL AS neutral_site,
  'scheduled' AS status, NULL AS series_label, NULL AS week, NULL AS first_seen_at, parse_filename(file) AS source,
  is_over, seen AS captured_at, file AS told_in,
  CASE WHEN game_type_of(game_id) IS NULL THEN 'the league id is of no known type of game'
       WHEN home IS NULL OR away IS NULL THEN 'game without one of its teams'
       WHEN feed_season <> season_label(season_year_of(game_id)) THEN 'game of another season than its file' END AS dropped
FROM games
