/* backcourt
about = "The schedule of box pages: one row a game that has a page."
table = "raw_schedule"
rank  = 10
feeds = ["box_games"]
reads = ["team_names"]
*/
WITH games AS (
  -- Some pages name a competition where the tip-off stands elsewhere: the tip-off is
  -- then in the field of the venue, and the venue is the third part of the remark.
  SELECT nba_game_id AS game_id, date AS game_date, home, away, file, home_pts IS NOT NULL AND away_pts IS NOT NULL AS is_over,
    coalesce(tipoff_utc_of(tip_text), tipoff_utc_of(venue)) AS tipoff_utc,
    CASE WHEN tipoff_utc_of(venue) IS NULL THEN venue
         ELSE trim(regexp_split_to_array(remark, '[;|\n\t]| / ')[3]) END AS venue
  FROM box_games
),
venues AS (
  SELECT home, venue FROM games GROUP BY home, venue HAVING count(*) >= 10
)
SELECT g.game_id, season_label(season_year_of(g.game_id)) AS season, season_year_of(g.game_id) AS season_year,
  game_type_of(g.game_id) AS game_type, g.game_date, g.tipoff_utc,
  coalesce(h.team_abbr, g.home) AS home_team_abbr, coalesce(a.team_abbr, g.away) AS away_team_abbr,
  split_part(g.venue, ', ', 1) AS arena, nullif(split_part(g.venue, ', ', 2), '') AS arena_city,
  g.venue IS NOT NULL AND v.venue IS NULL AS neutral_site,
  'scheduled' AS status, NULL AS series_label, NULL AS week, NULL AS first_seen_at, parse_filename(g.file) AS source,
  g.is_over, time_of_file(g.file) AS captured_at, g.file AS told_in,
  CASE WHEN g.game_id IS NULL THEN 'no league id'
       WHEN game_type_of(g.game_id) IS NULL THEN 'the league id is of no known type of game' END AS dropped
FROM games g
LEFT JOIN venues v ON v.home = g.home AND v.venue = g.venue
LEFT JOIN team_names h ON h.name = g.home
LEFT JOIN team_names a ON a.name = g.away
