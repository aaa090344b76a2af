/* backcourt
about = "Who played in the league's box scores: their teams, which a schedule may not have decided yet, and of live ones the date."
table = "raw_schedule"
rank  = 40
each  = ["box_v3", "box_live"]
as    = "lines"
reads = ["team_names"]
by_unit = ["box_v3", "box_live"]
*/
WITH games AS (
  SELECT l.game_id, l.file, min(l.game_date) AS game_date, min(l.feed_season) AS feed_season, max(l.game_status) AS game_status, max(TRY_CAST(l.seen_at AS TIMESTAMP)) AS said,
    min(coalesce(t.team_abbr, l.team)) FILTER (WHERE l.is_home) AS home, min(coalesce(t.team_abbr, l.team)) FILTER (WHERE NOT l.is_home) AS away,
    bool_and(whole_periods(l.minutes)) AND min(l.pts) <> max(l.pts) AS is_whole
  FROM lines l LEFT JOIN team_names t ON t.name = l.team
  WHERE l.is_home IS NOT NULL
  GROUP BY l.game_id, l.file
)
SELECT game_id, season_label(season_year_of(game_id)) AS season, season_year_of(game_id) AS season_year, game_type_of(game_id) AS game_type,
  game_date, NULL AS tipoff_utc, home AS home_team_abbr, away AS away_team_abbr, NULL AS arena, NULL AS arena_city, NULL AS neutral_site,
  'scheduled' AS status, NULL AS series_label, NULL AS week, NULL AS first_seen_at, parse_filename(file) AS source,
  -- Without a date it decides nothing before one that has a date; it fills its gaps.
  game_date IS NOT NULL AND coalesce(game_status = 3, is_whole, false) AS is_over, coalesce(said, time_of_file(file)) AS captured_at, file AS told_in,
  CASE WHEN game_type_of(game_id) IS NULL THEN 'the league id is of no known type of game'
       WHEN home IS NULL OR away IS NULL THEN 'game without one of its teams'
       WHEN feed_season <> season_label(season_year_of(game_id)) THEN 'game of another season than its file' END AS dropped
FROM games
