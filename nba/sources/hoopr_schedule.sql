/* backcourt
about = "The games of hoopR's player boxes: those that were played, and no more than their dates and teams."
table = "raw_schedule"
rank  = 60
feeds = ["hoopr_player_box"]
optional_feeds = ["espn_crosswalk"]
reads = ["team_names"]
*/
WITH games AS (
  SELECT h.game_id AS espn_game, g.nba_id, lpad(CAST(g.nba_id AS VARCHAR), 10, '0') AS game_id, min(h.game_date) AS game_date, min(h.file) AS file, max(h.team_score) > min(h.team_score) AS is_over, min(h.feed_season) AS feed_season,
    min(coalesce(t.team_abbr, h.team_abbreviation)) FILTER (WHERE h.home_away = 'home') AS home,
    min(coalesce(t.team_abbr, h.team_abbreviation)) FILTER (WHERE h.home_away = 'away') AS away
  FROM hoopr_player_box h
  JOIN (SELECT count(*) AS ids FROM espn_crosswalk) k ON has_crosswalk(k.ids)
  LEFT JOIN espn_crosswalk g ON g.kind = 'game' AND g.espn_id = h.game_id
  LEFT JOIN team_names t ON t.name = h.team_abbreviation
  GROUP BY h.game_id, g.nba_id
)
SELECT game_id, season_label(season_year_of(game_id)) AS season, season_year_of(game_id) AS season_year, game_type_of(game_id) AS game_type,
  game_date, NULL AS tipoff_utc, home AS home_team_abbr, away AS away_team_abbr, NULL AS arena, NULL AS arena_city, NULL AS neutral_site,
  'scheduled' AS status, NULL AS series_label, NULL AS week, NULL AS first_seen_at, parse_filename(file) AS source,
  coalesce(is_over, false) AS is_over, time_of_file(file) AS captured_at, file AS told_in,
  CASE WHEN nba_id IS NULL THEN 'game not in the crosswalk'
       WHEN game_type_of(game_id) IS NULL THEN 'the league id is of no known type of game'
       WHEN game_date IS NULL OR home IS NULL OR away IS NULL THEN 'game without its date or one of its teams'
       WHEN feed_season <> season_label(season_year_of(game_id)) THEN 'game of another season than its file' END AS dropped
FROM games
