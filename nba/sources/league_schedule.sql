/* backcourt
about = "The league's own schedule; each response is a statement of its own."
table = "raw_schedule"
rank  = 5
feeds = ["league_schedule"]
reads = ["team_names"]
by_unit = ["league_schedule"]
*/
SELECT g.game_id, season_label(season_year_of(g.game_id)) AS season, season_year_of(g.game_id) AS season_year,
  game_type_of(g.game_id) AS game_type, g.game_date, g.tipoff_utc,
  -- Teams to be decided have no tricode; teams of exhibitions are in no list of names.
  coalesce(h.team_abbr, g.home_team) AS home_team_abbr, coalesce(a.team_abbr, g.away_team) AS away_team_abbr,
  g.arena, g.arena_city, coalesce(g.is_neutral, false) AS neutral_site,
  schedule_status(g.game_status, g.status_text, g.postponed, g.if_necessary) AS status,
  g.label AS series_label, nullif(g.week, 0) AS week, NULL AS first_seen_at, parse_filename(g.file) AS source,
  coalesce(g.game_status = 3, false) AS is_over, coalesce(TRY_CAST(g.seen_at AS TIMESTAMP), day_or_time_of_file(g.file)) AS captured_at, g.file AS told_in,
  CASE WHEN g.game_id IS NULL THEN 'no league id'
       WHEN game_type_of(g.game_id) IS NULL THEN 'the league id is of no known type of game'
       WHEN g.game_date IS NULL THEN 'game without a date'
       WHEN g.feed_season <> season_label(season_year_of(g.game_id)) THEN 'game of another season than its file' END AS dropped
FROM league_schedule g
LEFT JOIN team_names h ON h.name = g.home_team
LEFT JOIN team_names a ON a.name = g.away_team
