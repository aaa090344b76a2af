/* backcourt
about = "Games as they stand in the files."
table = "raw_schedule"
feeds = ["games"]
*/
SELECT game_id, feed_season AS season, CAST(substr(feed_season, 1, 4) AS INTEGER) AS season_year, 'regular' AS game_type,
       game_date, home AS home_team_abbr, away AS away_team_abbr, 'scheduled' AS status, NULL AS dropped
FROM games
