/* backcourt
about = "The games of the league's box score summaries and scoreboards."
table = "raw_schedule"
rank  = 20
each  = ["box_summary_v3_games", "box_summary_games"]
as    = "summary"
reads = ["team_names"]
by_unit = ["box_summary_v3_games", "box_summary_games"]
*/
WITH games AS (
  SELECT g.game_id, g.file, min(g.game_date) AS game_date, min(g.tipoff_utc) AS tipoff_utc, min(g.feed_season) AS feed_season, min(g.seen_at) AS seen_at,
    min(coalesce(t.team_abbr, g.team)) FILTER (WHERE g.is_home) AS home, min(coalesce(t.team_abbr, g.team)) FILTER (WHERE NOT g.is_home) AS away,
    max(g.game_status) AS game_status, min(g.status_text) AS status_text, bool_or(g.if_necessary) AS if_necessary,
    min(g.arena) AS arena, min(g.arena_city) AS arena_city, bool_or(g.is_neutral) AS is_neutral, min(g.label) AS label
  FROM summary g LEFT JOIN team_names t ON t.name = g.team
  GROUP BY g.game_id, g.file
)
SELECT game_id, season_label(season_year_of(game_id)) AS season, season_year_of(game_id) AS season_year, game_type_of(game_id) AS game_type,
  game_date, tipoff_utc, home AS home_team_abbr, away AS away_team_abbr, arena, arena_city, is_neutral AS neutral_site,
  schedule_status(game_status, coalesce(status_text, ''), NULL, coalesce(if_necessary, false)) AS status,
  label AS series_label, NULL AS week, NULL AS first_seen_at, parse_filename(file) AS source,
  coalesce(game_status = 3, false) AS is_over, coalesce(TRY_CAST(seen_at AS TIMESTAMP), day_or_time_of_file(file)) AS captured_at, file AS told_in,
  CASE WHEN game_type_of(game_id) IS NULL THEN 'the league id is of no known type of game'
       WHEN home IS NULL OR away IS NULL THEN 'game without one of its teams'
       WHEN feed_season <> season_label(season_year_of(game_id)) THEN 'game of another season than its file' END AS dropped
FROM games
