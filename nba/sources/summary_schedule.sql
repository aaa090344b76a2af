/* backcourt
about = "The games of the league's box score summaries."
table = "raw_schedule"
rank  = 20
feeds = ["box_summary_games"]
reads = ["team_names"]
by_unit = ["box_summary_games"]
*/
WITH games AS (
  SELECT g.game_id, min(g.game_date) AS game_date, min(g.file) AS file, min(g.feed_season) AS feed_season,
    min(coalesce(t.team_abbr, g.team)) FILTER (WHERE g.is_home) AS home, min(coalesce(t.team_abbr, g.team)) FILTER (WHERE NOT g.is_home) AS away
  FROM box_summary_games g LEFT JOIN team_names t ON t.name = g.team
  GROUP BY g.game_id
)
SELECT game_id, season_label(season_year_of(game_id)) AS season, season_year_of(game_id) AS season_year, game_type_of(game_id) AS game_type,
  game_date, NULL AS tipoff_utc, home AS home_team_abbr, away AS away_team_abbr, NULL AS arena, NULL AS arena_city, NULL AS neutral_site,
  'scheduled' AS status, NULL AS series_label, NULL AS week, NULL AS first_seen_at, parse_filename(file) AS source,
  CASE WHEN game_type_of(game_id) IS NULL THEN 'the league id is of no known type of game'
       WHEN home IS NULL OR away IS NULL THEN 'game without one of its teams'
       WHEN feed_season <> season_label(season_year_of(game_id)) THEN 'game of another season than its file' END AS dropped
FROM games
