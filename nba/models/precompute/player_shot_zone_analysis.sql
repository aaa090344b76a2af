/* backcourt
about = "Where each player's shots come from and how they fall, over his last 10 and 20 played games before the date; on every game date, also for players who are idle or out."
date = "analysis_date"
key = ["analysis_date", "player_id"]
cost = 6
empty = "no player has a played game of this season before the date"

[reads]
player_game_summary = "season before"
team_game_totals = "season before"

[rows]
expected = """
SELECT d.game_date, count(p.player_id) AS expected_rows
FROM dates d
LEFT JOIN (SELECT season_year, player_id, min(game_date) AS first_date FROM player_game_summary WHERE is_active GROUP BY season_year, player_id) p
  ON p.season_year = d.season_year AND p.first_date < d.game_date
GROUP BY d.game_date"""
keys = """
SELECT d.game_date, p.player_id
FROM dates d
JOIN (SELECT season_year, player_id, min(game_date) AS first_date FROM player_game_summary WHERE is_active GROUP BY season_year, player_id) p
  ON p.season_year = d.season_year AND p.first_date < d.game_date"""

[columns]
analysis_date = "D: the row says what is known before this game date"
player_id = "the league's id of the player; negative where he has none"
season = "season of D, as 2021-22"
season_year = "year in which the season starts"
team_abbr = "the team of his newest played game"
games_in_sample_10 = "games behind the _last_10 and _per_game columns: his newest 10 played games of the season that have shot zones; 0..10"
games_in_sample_20 = "games behind the _last_20 columns: his newest 20 of the same; 0..20"
total_shots_last_10 = "field goals attempted in games_in_sample_10; NULL without a game"
is_ready = "games_in_sample_10 is 10"
missing_games = "final games of team_abbr this season before D without box rows; 0 = complete"
paint_rate_last_10 = "share of his located shots taken within 8 ft (not the league's painted area); 0..1; the three rates sum to 1, or are NULL without a shot"
mid_range_rate_last_10 = "share of his located shots that were twos from beyond 8 ft; 0..1"
three_pt_rate_last_10 = "share of his located shots that were threes; 0..1"
paint_pct_last_10 = "share of his twos within 8 ft that went in; 0..1; NULL without an attempt"
mid_range_pct_last_10 = "share of his twos from beyond 8 ft that went in; 0..1; NULL without an attempt"
three_pt_pct_last_10 = "share of his threes that went in; 0..1; NULL without an attempt"
paint_attempts_per_game = "twos within 8 ft a game, made or not"
mid_range_attempts_per_game = "twos from beyond 8 ft a game, made or not"
three_pt_attempts_per_game = "threes a game, made or not"
paint_rate_last_20 = "as paint_rate_last_10, over 20 games"
paint_pct_last_20 = "as paint_pct_last_10, over 20 games"
assisted_rate_last_10 = "share of his made shots that were assisted; 0..1; NULL without a make"
unassisted_rate_last_10 = "share of his made shots that were not; 0..1; NULL without a make"
primary_scoring_zone = "paint from a paint rate of .40; else perimeter from a three rate of .40; else mid_range from a mid-range rate of .35; else balanced; NULL without a shot"

[checks]
"rates sum to one" = "SELECT * FROM this WHERE abs(paint_rate_last_10 + mid_range_rate_last_10 + three_pt_rate_last_10 - 1) > 1e-9"
"kinds of makes sum to one" = "SELECT * FROM this WHERE abs(assisted_rate_last_10 + unassisted_rate_last_10 - 1) > 1e-9"
"samples in range" = "SELECT * FROM this WHERE games_in_sample_10 NOT BETWEEN 0 AND 10 OR games_in_sample_20 NOT BETWEEN games_in_sample_10 AND 20 OR missing_games < 0 OR is_ready <> (games_in_sample_10 = 10)"
"shares in range" = "SELECT * FROM this WHERE paint_rate_last_10 NOT BETWEEN 0 AND 1 OR mid_range_rate_last_10 NOT BETWEEN 0 AND 1 OR three_pt_rate_last_10 NOT BETWEEN 0 AND 1 OR paint_rate_last_20 NOT BETWEEN 0 AND 1 OR assisted_rate_last_10 NOT BETWEEN 0 AND 1"
"percentages in range" = "SELECT * FROM this WHERE paint_pct_last_10 NOT BETWEEN 0 AND 1 OR mid_range_pct_last_10 NOT BETWEEN 0 AND 1 OR three_pt_pct_last_10 NOT BETWEEN 0 AND 1 OR paint_pct_last_20 NOT BETWEEN 0 AND 1"
"shot columns with their games" = "SELECT * FROM this WHERE (games_in_sample_10 = 0) <> (total_shots_last_10 IS NULL) OR (games_in_sample_10 = 0) <> (paint_attempts_per_game IS NULL)"
"known zones" = "SELECT * FROM this WHERE (primary_scoring_zone IS NULL) <> (paint_rate_last_10 IS NULL) OR primary_scoring_zone NOT IN ('paint', 'perimeter', 'mid_range', 'balanced')"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
games_in_sample_10 = "10 for most players late in a season"
games_in_sample_20 = "20 for most players late in a season"
is_ready = "false early in a season"
missing_games = "0 while every final game has its box"

[needs]
raw_play_by_play = ["total_shots_last_10", "paint_rate_last_10", "mid_range_rate_last_10", "three_pt_rate_last_10", "paint_pct_last_10", "mid_range_pct_last_10", "three_pt_pct_last_10", "paint_attempts_per_game", "mid_range_attempts_per_game", "three_pt_attempts_per_game", "paint_rate_last_20", "paint_pct_last_20", "assisted_rate_last_10", "unassisted_rate_last_10", "primary_scoring_zone"]
*/
WITH
played AS (
  SELECT season_year, player_id, game_date, game_id, team_abbr, has_shot_zones, fg_attempts, paint_makes, paint_attempts,
    mid_range_makes, mid_range_attempts, three_makes, three_attempts, assisted_fg_makes, unassisted_fg_makes
  FROM player_game_summary
  WHERE is_active
),
-- A player after each played game, true until his next one.
played_states AS (
  SELECT season_year, player_id, game_date, team_abbr,
    COALESCE(lead(game_date) OVER in_order, DATE '9999-12-31') AS next_date,
    CAST(count(CASE WHEN has_shot_zones THEN 1 END) OVER in_order AS INTEGER) AS zone_games
  FROM played
  WINDOW in_order AS (PARTITION BY season_year, player_id ORDER BY game_date, game_id)
),
zone_states AS (
  SELECT season_year, player_id,
    CAST(row_number() OVER in_order AS INTEGER) AS zone_game_number,
    CAST(sum(fg_attempts) OVER last_10 AS INTEGER) AS shots,
    CAST(sum(paint_makes) OVER last_10 AS INTEGER) AS paint_makes,
    CAST(sum(paint_attempts) OVER last_10 AS INTEGER) AS paint_attempts,
    CAST(sum(mid_range_makes) OVER last_10 AS INTEGER) AS mid_range_makes,
    CAST(sum(mid_range_attempts) OVER last_10 AS INTEGER) AS mid_range_attempts,
    CAST(sum(three_makes) OVER last_10 AS INTEGER) AS three_makes,
    CAST(sum(three_attempts) OVER last_10 AS INTEGER) AS three_attempts,
    CAST(sum(paint_attempts + mid_range_attempts + three_attempts) OVER last_10 AS INTEGER) AS located_attempts,
    CAST(sum(assisted_fg_makes) OVER last_10 AS INTEGER) AS assisted_makes,
    CAST(sum(unassisted_fg_makes) OVER last_10 AS INTEGER) AS unassisted_makes,
    CAST(sum(paint_makes) OVER last_20 AS INTEGER) AS paint_makes_20,
    CAST(sum(paint_attempts) OVER last_20 AS INTEGER) AS paint_attempts_20,
    CAST(sum(paint_attempts + mid_range_attempts + three_attempts) OVER last_20 AS INTEGER) AS located_attempts_20
  FROM played
  WHERE has_shot_zones
  WINDOW
    in_order AS (PARTITION BY season_year, player_id ORDER BY game_date, game_id),
    last_10 AS (PARTITION BY season_year, player_id ORDER BY game_date, game_id ROWS BETWEEN 9 PRECEDING AND CURRENT ROW),
    last_20 AS (PARTITION BY season_year, player_id ORDER BY game_date, game_id ROWS BETWEEN 19 PRECEDING AND CURRENT ROW)
),
-- What a row says depends on the state alone, so it is worked out once a state, not once a date.
states AS (
  SELECT p.season_year, p.player_id, p.game_date, p.next_date, p.team_abbr,
    CAST(least(10, p.zone_games) AS INTEGER) AS games_in_sample_10,
    CAST(least(20, p.zone_games) AS INTEGER) AS games_in_sample_20,
    z.shots AS total_shots_last_10,
    p.zone_games >= 10 AS is_ready,
    ratio(z.paint_attempts, z.located_attempts) AS paint_rate_last_10,
    ratio(z.mid_range_attempts, z.located_attempts) AS mid_range_rate_last_10,
    ratio(z.three_attempts, z.located_attempts) AS three_pt_rate_last_10,
    ratio(z.paint_makes, z.paint_attempts) AS paint_pct_last_10,
    ratio(z.mid_range_makes, z.mid_range_attempts) AS mid_range_pct_last_10,
    ratio(z.three_makes, z.three_attempts) AS three_pt_pct_last_10,
    ratio(z.paint_attempts, least(10, p.zone_games)) AS paint_attempts_per_game,
    ratio(z.mid_range_attempts, least(10, p.zone_games)) AS mid_range_attempts_per_game,
    ratio(z.three_attempts, least(10, p.zone_games)) AS three_pt_attempts_per_game,
    ratio(z.paint_attempts_20, z.located_attempts_20) AS paint_rate_last_20,
    ratio(z.paint_makes_20, z.paint_attempts_20) AS paint_pct_last_20,
    ratio(z.assisted_makes, z.assisted_makes + z.unassisted_makes) AS assisted_rate_last_10,
    ratio(z.unassisted_makes, z.assisted_makes + z.unassisted_makes) AS unassisted_rate_last_10,
    -- Shots are few, so the thresholds are met exactly at times: compared in whole numbers.
    CASE
      WHEN z.located_attempts > 0 THEN CASE
        WHEN 100 * z.paint_attempts >= 40 * z.located_attempts THEN 'paint'
        WHEN 100 * z.three_attempts >= 40 * z.located_attempts THEN 'perimeter'
        WHEN 100 * z.mid_range_attempts >= 35 * z.located_attempts THEN 'mid_range'
        ELSE 'balanced'
      END
    END AS primary_scoring_zone
  FROM played_states p
  LEFT JOIN zone_states z ON z.season_year = p.season_year AND z.player_id = p.player_id AND z.zone_game_number = p.zone_games
),
missing_games AS (
  SELECT d.game_date, t.team_abbr, CAST(count(*) AS INTEGER) AS missing_games
  FROM dates d
  JOIN team_game_totals t ON t.season_year = d.season_year AND t.game_date < d.game_date AND NOT t.has_player_box
  GROUP BY d.game_date, t.team_abbr
)
SELECT d.game_date AS analysis_date, s.player_id, d.season, d.season_year, s.team_abbr,
  s.games_in_sample_10, s.games_in_sample_20, s.total_shots_last_10, s.is_ready,
  COALESCE(m.missing_games, 0) AS missing_games,
  s.paint_rate_last_10, s.mid_range_rate_last_10, s.three_pt_rate_last_10,
  s.paint_pct_last_10, s.mid_range_pct_last_10, s.three_pt_pct_last_10,
  s.paint_attempts_per_game, s.mid_range_attempts_per_game, s.three_pt_attempts_per_game,
  s.paint_rate_last_20, s.paint_pct_last_20, s.assisted_rate_last_10, s.unassisted_rate_last_10, s.primary_scoring_zone
FROM dates d
JOIN states s ON s.season_year = d.season_year AND s.game_date < d.game_date AND s.next_date >= d.game_date
LEFT JOIN missing_games m ON m.game_date = d.game_date AND m.team_abbr = s.team_abbr
