/* backcourt
about = "Games that have points."
table = "raw_results"
feeds = ["games"]
*/
SELECT game_id, game_date, home_points, away_points, NULL AS dropped FROM games WHERE home_points IS NOT NULL
