/* backcourt
about = "Each player's shots of a game by zone, and the shots he blocked, counted from the play-by-play; the one shot classifier of the project."
helper = true
date = "game_date"
key = ["game_id", "team_abbr", "player_id"]
cost = 4
empty = "no game of the date has play-by-play"

[reads]
raw_play_by_play = "same date"
raw_schedule = "same date"

[columns]
game_id = "the league's id of the game, 10 characters"
team_abbr = "the team he played for"
player_id = "the league's id of the shooter or blocker"
game_date = "US Eastern date of the game"
event_points = "points of his made shots and free throws"
fg_makes = "made shots"
fg_attempts = "shots"
paint_makes = "made twos from 8 ft or nearer"
paint_attempts = "twos from 8 ft or nearer"
mid_range_makes = "made twos from beyond 8 ft"
mid_range_attempts = "twos from beyond 8 ft"
three_makes = "made threes"
three_attempts = "threes"
unlocated_attempts = "twos of unknown distance"
restricted_area_makes = "made shots within 4 ft of the hoop, by place; NULL unless has_shot_places"
restricted_area_attempts = "shots within 4 ft of the hoop, by place; NULL unless has_shot_places"
paint_non_ra_makes = "made shots from the rest of the painted area, by place; NULL unless has_shot_places"
paint_non_ra_attempts = "shots from the rest of the painted area, by place; NULL unless has_shot_places"
corner_3_makes = "made shots from behind the line in a corner, by place; NULL unless has_shot_places"
corner_3_attempts = "shots from behind the line in a corner, by place; NULL unless has_shot_places"
above_break_3_makes = "made shots from behind the arc, by place; NULL unless has_shot_places"
above_break_3_attempts = "shots from behind the arc, by place; NULL unless has_shot_places"
assisted_fg_makes = "made shots with an assister"
unassisted_fg_makes = "made shots without one"
and1_count = "made shots with which he was fouled: his free throw 1 of 1 follows at the same period and clock"
blocks = "shots of the opponent that he blocked"
paint_blocks = "of these, twos from 8 ft or nearer"
mid_range_blocks = "of these, twos from beyond 8 ft"
three_pt_blocks = "of these, threes"
has_shot_places = "every shot of the game, by either team, has coordinates"

[checks]
"attempts add up" = "SELECT * FROM this WHERE paint_attempts + mid_range_attempts + three_attempts + unlocated_attempts <> fg_attempts"
"makes add up" = "SELECT * FROM this WHERE assisted_fg_makes + unassisted_fg_makes <> fg_makes OR paint_makes + mid_range_makes + three_makes > fg_makes"
"makes are attempts" = "SELECT * FROM this WHERE paint_makes > paint_attempts OR mid_range_makes > mid_range_attempts OR three_makes > three_attempts OR restricted_area_makes > restricted_area_attempts OR paint_non_ra_makes > paint_non_ra_attempts OR corner_3_makes > corner_3_attempts OR above_break_3_makes > above_break_3_attempts"
"and-ones are makes" = "SELECT * FROM this WHERE and1_count > fg_makes"
"blocks add up" = "SELECT * FROM this WHERE paint_blocks + mid_range_blocks + three_pt_blocks > blocks"
"nothing is negative" = "SELECT * FROM this WHERE least(event_points, fg_attempts, fg_makes, unlocated_attempts, and1_count, blocks) < 0"

[may_be_constant]
unlocated_attempts = "0 where the source's text gives every distance"
has_shot_places = "depends on the shot charts loaded"

[needs]
"raw_play_by_play.x" = ["restricted_area_makes", "restricted_area_attempts", "paint_non_ra_makes", "paint_non_ra_attempts", "corner_3_makes", "corner_3_attempts", "above_break_3_makes", "above_break_3_attempts"]
*/
WITH
scoring_events AS (
  SELECT game_id, game_date, event_index, event_type = 'field_goal' AS is_shot, period, seconds_left, team_abbr, player_id,
    assist_player_id, block_player_id, ft_n, ft_of, value,
    CASE WHEN made THEN 1 ELSE 0 END AS make,
    CASE
      WHEN event_type <> 'field_goal' THEN NULL
      WHEN value = 3 THEN 'three'
      WHEN distance_ft <= 8 THEN 'paint'
      WHEN distance_ft > 8 THEN 'mid_range'
      ELSE 'unlocated'
    END AS zone,
    -- By place alone, whatever the shot was worth; the order of the tests is part of the rule.
    CASE
      WHEN event_type <> 'field_goal' OR x IS NULL OR y IS NULL THEN NULL
      WHEN y >= 420 THEN 'backcourt'
      WHEN x * x + y * y < 1600 THEN 'restricted_area'
      WHEN abs(x) <= 80 AND y <= 138 THEN 'paint_non_ra'
      WHEN y < league_three_point_break() / 10e0 THEN CASE WHEN abs(x) >= league_three_point_corner() / 10e0 THEN 'corner_3' ELSE 'mid_range' END
      WHEN x * x + y * y >= (league_three_point_arc() / 10e0) * (league_three_point_arc() / 10e0) THEN 'above_break_3'
      ELSE 'mid_range'
    END AS place
  FROM raw_play_by_play
  WHERE event_type IN ('field_goal', 'free_throw') AND team_abbr IS NOT NULL AND player_id IS NOT NULL
),
single_free_throws AS (
  SELECT game_id, player_id, period, seconds_left, max(event_index) AS last_event_index
  FROM scoring_events
  WHERE NOT is_shot AND ft_n = 1 AND ft_of = 1
  GROUP BY game_id, player_id, period, seconds_left
),
and_ones AS (
  SELECT s.game_id, s.team_abbr, s.player_id, count(*) AS and1_count
  FROM scoring_events s
  JOIN single_free_throws f ON f.game_id = s.game_id AND f.player_id = s.player_id
    AND f.period = s.period AND f.seconds_left = s.seconds_left AND f.last_event_index > s.event_index
  WHERE s.is_shot AND s.make = 1
  GROUP BY s.game_id, s.team_abbr, s.player_id
),
by_shooter AS (
  SELECT game_id, game_date, team_abbr, player_id,
    sum(make * value) AS event_points,
    sum(CASE WHEN is_shot THEN make END) AS fg_makes, count(zone) AS fg_attempts,
    sum(CASE WHEN zone = 'paint' THEN make END) AS paint_makes, count(CASE WHEN zone = 'paint' THEN 1 END) AS paint_attempts,
    sum(CASE WHEN zone = 'mid_range' THEN make END) AS mid_range_makes, count(CASE WHEN zone = 'mid_range' THEN 1 END) AS mid_range_attempts,
    sum(CASE WHEN zone = 'three' THEN make END) AS three_makes, count(CASE WHEN zone = 'three' THEN 1 END) AS three_attempts,
    count(CASE WHEN zone = 'unlocated' THEN 1 END) AS unlocated_attempts,
    count(place) AS placed_attempts,
    sum(CASE WHEN place = 'restricted_area' THEN make END) AS restricted_area_makes,
    count(CASE WHEN place = 'restricted_area' THEN 1 END) AS restricted_area_attempts,
    sum(CASE WHEN place = 'paint_non_ra' THEN make END) AS paint_non_ra_makes,
    count(CASE WHEN place = 'paint_non_ra' THEN 1 END) AS paint_non_ra_attempts,
    sum(CASE WHEN place = 'corner_3' THEN make END) AS corner_3_makes,
    count(CASE WHEN place = 'corner_3' THEN 1 END) AS corner_3_attempts,
    sum(CASE WHEN place = 'above_break_3' THEN make END) AS above_break_3_makes,
    count(CASE WHEN place = 'above_break_3' THEN 1 END) AS above_break_3_attempts,
    sum(CASE WHEN is_shot AND assist_player_id IS NOT NULL THEN make END) AS assisted_fg_makes
  FROM scoring_events
  GROUP BY game_id, game_date, team_abbr, player_id
),
-- A block belongs to the blocker, who plays for the other team.
by_blocker AS (
  SELECT e.game_id, e.game_date, CASE WHEN e.team_abbr = g.home_team_abbr THEN g.away_team_abbr ELSE g.home_team_abbr END AS team_abbr,
    e.block_player_id AS player_id,
    count(*) AS blocks,
    count(CASE WHEN e.zone = 'paint' THEN 1 END) AS paint_blocks,
    count(CASE WHEN e.zone = 'mid_range' THEN 1 END) AS mid_range_blocks,
    count(CASE WHEN e.zone = 'three' THEN 1 END) AS three_pt_blocks
  FROM scoring_events e
  JOIN raw_schedule g ON g.game_id = e.game_id AND g.game_date = e.game_date
  WHERE e.is_shot AND e.block_player_id IS NOT NULL
  GROUP BY 1, 2, 3, 4
),
by_player AS (
  SELECT COALESCE(s.game_id, b.game_id) AS game_id, COALESCE(s.team_abbr, b.team_abbr) AS team_abbr,
    COALESCE(s.player_id, b.player_id) AS player_id, COALESCE(s.game_date, b.game_date) AS game_date,
    s.event_points, s.fg_makes, s.fg_attempts, s.paint_makes, s.paint_attempts, s.mid_range_makes, s.mid_range_attempts,
    s.three_makes, s.three_attempts, s.unlocated_attempts, s.restricted_area_makes, s.restricted_area_attempts,
    s.paint_non_ra_makes, s.paint_non_ra_attempts, s.corner_3_makes, s.corner_3_attempts, s.above_break_3_makes, s.above_break_3_attempts,
    s.assisted_fg_makes, b.blocks, b.paint_blocks, b.mid_range_blocks, b.three_pt_blocks
  FROM by_shooter s
  FULL JOIN by_blocker b ON b.game_id = s.game_id AND b.game_date = s.game_date AND b.team_abbr = s.team_abbr AND b.player_id = s.player_id
),
placed_games AS (
  SELECT game_id FROM by_shooter GROUP BY game_id HAVING sum(placed_attempts) = sum(fg_attempts)
)
SELECT p.game_id, p.team_abbr, p.player_id, p.game_date,
  CAST(COALESCE(p.event_points, 0) AS INTEGER) AS event_points,
  CAST(COALESCE(p.fg_makes, 0) AS INTEGER) AS fg_makes,
  CAST(COALESCE(p.fg_attempts, 0) AS INTEGER) AS fg_attempts,
  CAST(COALESCE(p.paint_makes, 0) AS INTEGER) AS paint_makes,
  CAST(COALESCE(p.paint_attempts, 0) AS INTEGER) AS paint_attempts,
  CAST(COALESCE(p.mid_range_makes, 0) AS INTEGER) AS mid_range_makes,
  CAST(COALESCE(p.mid_range_attempts, 0) AS INTEGER) AS mid_range_attempts,
  CAST(COALESCE(p.three_makes, 0) AS INTEGER) AS three_makes,
  CAST(COALESCE(p.three_attempts, 0) AS INTEGER) AS three_attempts,
  CAST(COALESCE(p.unlocated_attempts, 0) AS INTEGER) AS unlocated_attempts,
  CASE WHEN g.game_id IS NOT NULL THEN CAST(COALESCE(p.restricted_area_makes, 0) AS INTEGER) END AS restricted_area_makes,
  CASE WHEN g.game_id IS NOT NULL THEN CAST(COALESCE(p.restricted_area_attempts, 0) AS INTEGER) END AS restricted_area_attempts,
  CASE WHEN g.game_id IS NOT NULL THEN CAST(COALESCE(p.paint_non_ra_makes, 0) AS INTEGER) END AS paint_non_ra_makes,
  CASE WHEN g.game_id IS NOT NULL THEN CAST(COALESCE(p.paint_non_ra_attempts, 0) AS INTEGER) END AS paint_non_ra_attempts,
  CASE WHEN g.game_id IS NOT NULL THEN CAST(COALESCE(p.corner_3_makes, 0) AS INTEGER) END AS corner_3_makes,
  CASE WHEN g.game_id IS NOT NULL THEN CAST(COALESCE(p.corner_3_attempts, 0) AS INTEGER) END AS corner_3_attempts,
  CASE WHEN g.game_id IS NOT NULL THEN CAST(COALESCE(p.above_break_3_makes, 0) AS INTEGER) END AS above_break_3_makes,
  CASE WHEN g.game_id IS NOT NULL THEN CAST(COALESCE(p.above_break_3_attempts, 0) AS INTEGER) END AS above_break_3_attempts,
  CAST(COALESCE(p.assisted_fg_makes, 0) AS INTEGER) AS assisted_fg_makes,
  CAST(COALESCE(p.fg_makes, 0) - COALESCE(p.assisted_fg_makes, 0) AS INTEGER) AS unassisted_fg_makes,
  CAST(COALESCE(a.and1_count, 0) AS INTEGER) AS and1_count,
  CAST(COALESCE(p.blocks, 0) AS INTEGER) AS blocks,
  CAST(COALESCE(p.paint_blocks, 0) AS INTEGER) AS paint_blocks,
  CAST(COALESCE(p.mid_range_blocks, 0) AS INTEGER) AS mid_range_blocks,
  CAST(COALESCE(p.three_pt_blocks, 0) AS INTEGER) AS three_pt_blocks,
  g.game_id IS NOT NULL AS has_shot_places
FROM by_player p
LEFT JOIN and_ones a ON a.game_id = p.game_id AND a.team_abbr = p.team_abbr AND a.player_id = p.player_id
LEFT JOIN placed_games g ON g.game_id = p.game_id
