/* backcourt
about = "Players' lines of scheduled games."
table = "raw_box"
feeds = ["box"]
reads = ["raw_schedule"]
*/
SELECT b.game_id, s.game_date, b.team AS team_abbr, b.player_id, b.minutes AS seconds_played, b.points,
       CASE WHEN s.game_id IS NULL THEN 'game not in the schedule' END AS dropped
FROM box b LEFT JOIN raw_schedule s ON s.game_id = b.game_id
