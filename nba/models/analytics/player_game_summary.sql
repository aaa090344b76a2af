/* backcourt
about = "Each player listed for each final game, played or not: his box line, shots by zone, efficiency, usage, the result, and his points line."
date = "game_date"
key = ["game_id", "player_id"]
cost = 6
empty = "no final game of the date has a player box"

[reads]
final_games = "same date"
raw_player_box = "same date"
raw_player_props = "same date"
team_offense_game_summary = "same date"
player_shot_summary = "same date"

[rows]
expected = """
SELECT d.game_date, count(b.player_id) AS expected_rows
FROM dates d
LEFT JOIN final_games g ON g.game_date = d.game_date
LEFT JOIN raw_player_box b ON b.game_id = g.game_id AND b.game_date = g.game_date
GROUP BY d.game_date"""
keys = """
SELECT g.game_date, g.game_id, b.player_id
FROM final_games g JOIN raw_player_box b ON b.game_id = g.game_id AND b.game_date = g.game_date"""

[columns]
game_id = "the league's id of the game, 10 characters"
player_id = "the league's id of the player; negative where he has none"
game_date = "US Eastern date of the game"
season = "season of the game, as 2021-22"
season_year = "year in which the season starts"
game_type = "regular, play_in, playoffs or cup_final"
player_name = "his name in the box"
player_lookup = "the name without marks, in lower case, letters and digits only; suffixes stay"
team_abbr = "the team that listed him"
opponent_team_abbr = "the team it played"
home_game = "his team was at home (on a neutral floor: was named the home team)"
is_active = "he played: more than 0 seconds"
starter_flag = "he started, by the box"
is_dnp = "the box says that he did not play; a line of 0:00 is neither this nor is_active"
dnp_reason = "why not, in the box's words; NULL if he played or was inactive"
dnp_category = "coach_decision, suspension, injury, rest, personal, protocols or other; NULL if he played or was inactive"
seconds_played = "seconds played; this and the box columns after it are NULL if he did not play"
minutes_played = "minutes played, with fractions"
points = "points"
assists = "assists"
offensive_rebounds = "offensive rebounds"
defensive_rebounds = "defensive rebounds"
rebounds = "both together"
steals = "steals"
blocks = "blocks"
turnovers = "turnovers"
fg_makes = "field goals made"
fg_attempts = "field goals attempted"
three_pt_makes = "threes made"
three_pt_attempts = "threes attempted"
ft_makes = "free throws made"
ft_attempts = "free throws attempted"
personal_fouls = "personal fouls"
plus_minus = "points by which his team outscored the other while he was on the floor"
has_shot_zones = "the game's play-by-play agrees with the box in every shot invariant; if not, all shot columns below are NULL"
paint_makes = "made twos within 8 ft (not the league's painted area); NULL unless has_shot_zones and he played"
paint_attempts = "attempted twos within 8 ft (not the league's painted area); NULL unless has_shot_zones and he played"
mid_range_makes = "made twos from beyond 8 ft; NULL unless has_shot_zones and he played"
mid_range_attempts = "attempted twos from beyond 8 ft; NULL unless has_shot_zones and he played"
three_makes = "made threes, by the events; NULL unless has_shot_zones and he played"
three_attempts = "attempted threes, by the events; NULL unless has_shot_zones and he played"
unlocated_attempts = "twos attempted from an unknown distance; NULL as above"
restricted_area_makes = "made shots within 4 ft of the hoop, by place; NULL as above, and unless every shot of the game has coordinates"
restricted_area_attempts = "shots within 4 ft of the hoop, by place; NULL as above, and unless every shot of the game has coordinates"
paint_non_ra_makes = "made shots from the rest of the painted area, by place; NULL as above, and unless every shot of the game has coordinates"
paint_non_ra_attempts = "shots from the rest of the painted area, by place; NULL as above, and unless every shot of the game has coordinates"
corner_3_makes = "made shots from behind the line in a corner, by place; NULL as above, and unless every shot of the game has coordinates"
corner_3_attempts = "shots from behind the line in a corner, by place; NULL as above, and unless every shot of the game has coordinates"
above_break_3_makes = "made shots from behind the arc, by place; NULL as above, and unless every shot of the game has coordinates"
above_break_3_attempts = "shots from behind the arc, by place; NULL as above, and unless every shot of the game has coordinates"
assisted_fg_makes = "field goals made with an assist; NULL unless has_shot_zones and he played"
unassisted_fg_makes = "field goals made without an assist; NULL as above"
and1_count = "field goals made with a foul, the free throw 1 of 1 following; NULL as above"
paint_blocks = "shots within 8 ft that he blocked; NULL as above"
mid_range_blocks = "twos from beyond 8 ft that he blocked; NULL as above"
three_pt_blocks = "threes that he blocked; NULL as above"
usage_rate = "percent of the team's plays (FGA + 0.44 FTA + turnovers) that he used while on the floor; above 100 in games of a few seconds; NULL if he did not play"
ts_pct = "true shooting: points / (2 (FGA + 0.44 FTA)); NULL without an attempt"
efg_pct = "effective field goals: (FGM + 0.5 3PM) / FGA; 0..1.5; NULL without an attempt"
win_flag = "his team won"
team_margin = "points by which his team won; negative: lost"
points_line = "newest points line before tip-off; NULL without one"
over_under_result = "OVER, UNDER or PUSH of points_line; NULL without a line or without points"
line_margin = "points - points_line"
opening_line = "oldest points line of the game; NULL without one"
line_movement = "points_line - opening_line"

[checks]
"active players have seconds" = "SELECT * FROM this WHERE is_active <> COALESCE(seconds_played > 0, FALSE) OR (is_active AND is_dnp)"
"seconds in range" = "SELECT * FROM this WHERE seconds_played NOT BETWEEN 0 AND 6000"
"makes are attempts" = "SELECT * FROM this WHERE fg_makes > fg_attempts OR three_pt_makes > three_pt_attempts OR ft_makes > ft_attempts OR paint_makes > paint_attempts OR mid_range_makes > mid_range_attempts OR three_makes > three_attempts"
"nothing is negative" = "SELECT * FROM this WHERE least(points, assists, offensive_rebounds, defensive_rebounds, steals, blocks, turnovers, fg_makes, three_pt_makes, ft_makes, personal_fouls) < 0"
"zones where promised" = "SELECT * FROM this WHERE (has_shot_zones AND NOT is_dnp) <> (paint_attempts IS NOT NULL) OR (has_shot_zones AND NOT is_dnp) <> (and1_count IS NOT NULL)"
"made shots have one kind" = "SELECT * FROM this WHERE paint_makes + mid_range_makes + three_makes <> assisted_fg_makes + unassisted_fg_makes OR and1_count > assisted_fg_makes + unassisted_fg_makes"
"rates in range" = "SELECT * FROM this WHERE usage_rate NOT BETWEEN 0 AND 10000 OR ts_pct NOT BETWEEN 0 AND 4 OR efg_pct NOT BETWEEN 0 AND 1.5"
"usage of those who played" = "SELECT * FROM this WHERE usage_rate IS NOT NULL AND NOT is_active"
"win is a positive margin" = "SELECT * FROM this WHERE win_flag <> (team_margin > 0)"
"known words" = "SELECT * FROM this WHERE dnp_category NOT IN ('coach_decision', 'suspension', 'injury', 'rest', 'personal', 'protocols', 'other') OR over_under_result NOT IN ('OVER', 'UNDER', 'PUSH')"
"three outcomes" = "SELECT * FROM this WHERE over_under_result <> CASE WHEN line_margin > 0 THEN 'OVER' WHEN line_margin < 0 THEN 'UNDER' ELSE 'PUSH' END"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
game_type = "regular all season but for its end"
has_shot_zones = "true wherever the play-by-play is sound"
unlocated_attempts = "0 where the source's text gives every distance"

[may_be_null]
dnp_reason = "only of those who did not play"
dnp_category = "only of those who did not play"

[needs]
raw_play_by_play = ["paint_makes", "paint_attempts", "mid_range_makes", "mid_range_attempts", "three_makes", "three_attempts", "assisted_fg_makes", "unassisted_fg_makes", "and1_count", "paint_blocks", "mid_range_blocks", "three_pt_blocks"]
"raw_play_by_play.x" = ["restricted_area_makes", "restricted_area_attempts", "paint_non_ra_makes", "paint_non_ra_attempts", "corner_3_makes", "corner_3_attempts", "above_break_3_makes", "above_break_3_attempts"]
raw_player_props = ["points_line", "over_under_result", "line_margin", "opening_line", "line_movement"]
*/
WITH
-- Shot columns of a player who played are counts, 0 included, wherever his game has zones.
box AS (
  SELECT b.*, g.season, g.season_year, g.game_type, g.tipoff_utc,
    b.team_abbr = g.home_team_abbr AS home_game,
    CASE WHEN b.team_abbr = g.home_team_abbr THEN g.away_team_abbr ELSE g.home_team_abbr END AS opponent_team_abbr,
    CASE WHEN b.team_abbr = g.home_team_abbr THEN g.home_margin ELSE 0 - g.home_margin END AS team_margin,
    COALESCE(t.has_shot_zones, FALSE) AS has_shot_zones,
    COALESCE(t.has_shot_zones, FALSE) AND b.status = 'played' AS has_shots,
    t.team_seconds / 5e0 AS court_seconds,
    plays_of(t.fg_attempts, t.ft_attempts, t.turnovers) AS team_plays,
    lower(b.dnp_reason) AS reason
  FROM raw_player_box b
  JOIN final_games g ON g.game_id = b.game_id AND g.game_date = b.game_date
  LEFT JOIN team_offense_game_summary t ON t.game_id = b.game_id AND t.game_date = b.game_date AND t.team_abbr = b.team_abbr
),
placed_games AS (
  SELECT DISTINCT game_id FROM player_shot_summary WHERE has_shot_places
),
-- Normalising is slow, and a season has few names.
lookups AS (
  SELECT player_name, player_lookup(player_name) AS player_lookup FROM (SELECT DISTINCT player_name FROM raw_player_box) n
),
points_lines AS (
  SELECT game_id, player_id,
    max(CASE WHEN newest = 1 THEN line END) AS points_line,
    max(CASE WHEN oldest = 1 THEN line END) AS opening_line
  FROM (
    SELECT p.game_id, p.player_id, p.line,
      row_number() OVER (PARTITION BY p.game_id, p.player_id ORDER BY p.captured_at DESC, p.book) AS newest,
      row_number() OVER (PARTITION BY p.game_id, p.player_id ORDER BY p.captured_at, p.book) AS oldest
    FROM raw_player_props p
    JOIN final_games g ON g.game_id = p.game_id AND g.game_date = p.game_date AND p.captured_at < COALESCE(g.tipoff_utc, CAST(g.game_date AS TIMESTAMP))
    WHERE p.market = 'points'
  ) p
  GROUP BY game_id, player_id
)
SELECT b.game_id, b.player_id, b.game_date, b.season, b.season_year, b.game_type, b.player_name, n.player_lookup,
  b.team_abbr, b.opponent_team_abbr, b.home_game,
  COALESCE(b.seconds_played > 0, FALSE) AS is_active,
  b.is_starter AS starter_flag,
  b.status <> 'played' AS is_dnp,
  CASE WHEN b.status <> 'inactive' THEN b.dnp_reason END AS dnp_reason,
  CASE
    WHEN b.status IN ('played', 'inactive') THEN NULL
    WHEN b.reason LIKE '%injury%' THEN 'injury'
    WHEN b.reason LIKE '%rest%' THEN 'rest'
    WHEN b.reason LIKE '%personal%' THEN 'personal'
    WHEN b.reason LIKE '%protocol%' THEN 'protocols'
    WHEN b.status = 'dnp' THEN 'coach_decision'
    WHEN b.status = 'suspended' THEN 'suspension'
    ELSE 'other'
  END AS dnp_category,
  b.seconds_played, b.seconds_played / 60e0 AS minutes_played,
  b.points, b.assists, b.offensive_rebounds, b.defensive_rebounds, b.offensive_rebounds + b.defensive_rebounds AS rebounds,
  b.steals, b.blocks, b.turnovers, b.fg_makes, b.fg_attempts, b.three_pt_makes, b.three_pt_attempts, b.ft_makes, b.ft_attempts,
  b.personal_fouls, b.plus_minus, b.has_shot_zones,
  CASE WHEN b.has_shots THEN COALESCE(s.paint_makes, 0) END AS paint_makes,
  CASE WHEN b.has_shots THEN COALESCE(s.paint_attempts, 0) END AS paint_attempts,
  CASE WHEN b.has_shots THEN COALESCE(s.mid_range_makes, 0) END AS mid_range_makes,
  CASE WHEN b.has_shots THEN COALESCE(s.mid_range_attempts, 0) END AS mid_range_attempts,
  CASE WHEN b.has_shots THEN COALESCE(s.three_makes, 0) END AS three_makes,
  CASE WHEN b.has_shots THEN COALESCE(s.three_attempts, 0) END AS three_attempts,
  CASE WHEN b.has_shots THEN COALESCE(s.unlocated_attempts, 0) END AS unlocated_attempts,
  CASE WHEN b.has_shots AND g.game_id IS NOT NULL THEN COALESCE(s.restricted_area_makes, 0) END AS restricted_area_makes,
  CASE WHEN b.has_shots AND g.game_id IS NOT NULL THEN COALESCE(s.restricted_area_attempts, 0) END AS restricted_area_attempts,
  CASE WHEN b.has_shots AND g.game_id IS NOT NULL THEN COALESCE(s.paint_non_ra_makes, 0) END AS paint_non_ra_makes,
  CASE WHEN b.has_shots AND g.game_id IS NOT NULL THEN COALESCE(s.paint_non_ra_attempts, 0) END AS paint_non_ra_attempts,
  CASE WHEN b.has_shots AND g.game_id IS NOT NULL THEN COALESCE(s.corner_3_makes, 0) END AS corner_3_makes,
  CASE WHEN b.has_shots AND g.game_id IS NOT NULL THEN COALESCE(s.corner_3_attempts, 0) END AS corner_3_attempts,
  CASE WHEN b.has_shots AND g.game_id IS NOT NULL THEN COALESCE(s.above_break_3_makes, 0) END AS above_break_3_makes,
  CASE WHEN b.has_shots AND g.game_id IS NOT NULL THEN COALESCE(s.above_break_3_attempts, 0) END AS above_break_3_attempts,
  CASE WHEN b.has_shots THEN COALESCE(s.assisted_fg_makes, 0) END AS assisted_fg_makes,
  CASE WHEN b.has_shots THEN COALESCE(s.unassisted_fg_makes, 0) END AS unassisted_fg_makes,
  CASE WHEN b.has_shots THEN COALESCE(s.and1_count, 0) END AS and1_count,
  CASE WHEN b.has_shots THEN COALESCE(s.paint_blocks, 0) END AS paint_blocks,
  CASE WHEN b.has_shots THEN COALESCE(s.mid_range_blocks, 0) END AS mid_range_blocks,
  CASE WHEN b.has_shots THEN COALESCE(s.three_pt_blocks, 0) END AS three_pt_blocks,
  usage_rate_of(plays_of(b.fg_attempts, b.ft_attempts, b.turnovers), b.seconds_played, b.team_plays, b.court_seconds) AS usage_rate,
  true_shooting_of(b.points, b.fg_attempts, b.ft_attempts) AS ts_pct,
  effective_shooting_of(b.fg_makes, b.three_pt_makes, b.fg_attempts) AS efg_pct,
  b.team_margin > 0 AS win_flag, b.team_margin,
  l.points_line,
  CASE WHEN b.points > l.points_line THEN 'OVER' WHEN b.points < l.points_line THEN 'UNDER' WHEN b.points = l.points_line THEN 'PUSH' END AS over_under_result,
  b.points - l.points_line AS line_margin,
  l.opening_line,
  l.points_line - l.opening_line AS line_movement
FROM box b
LEFT JOIN lookups n ON n.player_name = b.player_name
LEFT JOIN player_shot_summary s ON s.game_id = b.game_id AND s.game_date = b.game_date AND s.team_abbr = b.team_abbr AND s.player_id = b.player_id
LEFT JOIN placed_games g ON g.game_id = b.game_id
LEFT JOIN points_lines l ON l.game_id = b.game_id AND l.player_id = b.player_id
