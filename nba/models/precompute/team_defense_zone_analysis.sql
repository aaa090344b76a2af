/* backcourt
about = "How each team has defended each zone and overall before the date, over its last 15 games, against the league of the last 30 days; on every game date, also for teams that are idle."
date = "analysis_date"
key = ["analysis_date", "team_abbr"]
cost = 2
empty = "no team has a game of this season before the date"

[reads]
team_game_totals = "season before"
team_defense_game_summary = "season before"

[rows]
expected = """
SELECT d.game_date, count(t.team_abbr) AS expected_rows
FROM dates d
LEFT JOIN (SELECT season_year, team_abbr, min(game_date) AS first_date FROM team_game_totals GROUP BY season_year, team_abbr) t
  ON t.season_year = d.season_year AND t.first_date < d.game_date
GROUP BY d.game_date"""
keys = """
SELECT d.game_date, t.team_abbr
FROM dates d
JOIN (SELECT season_year, team_abbr, min(game_date) AS first_date FROM team_game_totals GROUP BY season_year, team_abbr) t
  ON t.season_year = d.season_year AND t.first_date < d.game_date"""

[columns]
analysis_date = "D: the row says what is known before this game date"
team_abbr = "the defending team, by the league's tricode"
season = "season of D, as 2021-22"
season_year = "year in which the season starts"
games_in_sample = "games in the ratings and pace: the newest 15 of the season before D; 0..15"
zone_games_in_sample = "games in the zone columns: the newest 15 of the season that have shot zones; 0..15"
is_ready = "both samples hold 15 games"
missing_games = "final games of the team this season before D without box rows; 0 = complete"
paint_pct_allowed_last_15 = "share of the opponents' twos within 8 ft that went in; 0..1"
mid_range_pct_allowed_last_15 = "share of the opponents' twos from beyond 8 ft that went in; 0..1"
three_pt_pct_allowed_last_15 = "share of the opponents' threes that went in; 0..1"
paint_attempts_allowed_per_game = "opponents' twos within 8 ft a game, made or not"
mid_range_attempts_allowed_per_game = "opponents' twos from beyond 8 ft a game, made or not"
three_pt_attempts_allowed_per_game = "opponents' threes a game, made or not"
paint_points_allowed_per_game = "points a game of opponents' twos within 8 ft"
paint_blocks_per_game = "shots within 8 ft that it blocked, a game"
mid_range_blocks_per_game = "twos from beyond 8 ft that it blocked, a game"
three_pt_blocks_per_game = "threes that it blocked, a game"
paint_defense_vs_league_avg = "paint_pct_allowed_last_15 less the league's in the 30 days before D, percentage points; positive = worse defence"
mid_range_defense_vs_league_avg = "the same for twos from beyond 8 ft"
three_pt_defense_vs_league_avg = "the same for threes"
defensive_rating_last_15 = "points allowed per 100 game possessions, sums over the sample"
opponent_points_per_game = "points allowed a game"
opponent_pace = "mean of the games' possessions per 48 minutes"
strongest_zone = "the zone furthest below the league: paint, mid_range or perimeter"
weakest_zone = "the zone furthest above the league: paint, mid_range or perimeter"

[checks]
"samples in range" = "SELECT * FROM this WHERE games_in_sample NOT BETWEEN 0 AND 15 OR zone_games_in_sample NOT BETWEEN 0 AND 15 OR missing_games < 0 OR is_ready <> (games_in_sample = 15 AND zone_games_in_sample = 15)"
"shares in range" = "SELECT * FROM this WHERE paint_pct_allowed_last_15 NOT BETWEEN 0 AND 1 OR mid_range_pct_allowed_last_15 NOT BETWEEN 0 AND 1 OR three_pt_pct_allowed_last_15 NOT BETWEEN 0 AND 1"
"zone columns with their games" = "SELECT * FROM this WHERE (zone_games_in_sample = 0) <> (paint_attempts_allowed_per_game IS NULL)"
"ratings with their games" = "SELECT * FROM this WHERE (games_in_sample = 0) <> (defensive_rating_last_15 IS NULL) OR (games_in_sample = 0) <> (opponent_pace IS NULL)"
"ratings in range" = "SELECT * FROM this WHERE defensive_rating_last_15 NOT BETWEEN 30 AND 230 OR opponent_pace NOT BETWEEN 40 AND 180 OR opponent_points_per_game NOT BETWEEN 30 AND 230"
"points are twice the makes" = "SELECT * FROM this WHERE abs(paint_points_allowed_per_game - 2 * paint_pct_allowed_last_15 * paint_attempts_allowed_per_game) > 1e-6"
"differences in range" = "SELECT * FROM this WHERE greatest(abs(paint_defense_vs_league_avg), abs(mid_range_defense_vs_league_avg), abs(three_pt_defense_vs_league_avg)) > 100"
"known zones" = "SELECT * FROM this WHERE strongest_zone NOT IN ('paint', 'mid_range', 'perimeter') OR weakest_zone NOT IN ('paint', 'mid_range', 'perimeter')"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
games_in_sample = "15 for every team later in a season"
zone_games_in_sample = "15 for every team later in a season"
is_ready = "false early in a season, true later"
missing_games = "0 while every final game has its box"

[needs]
raw_play_by_play = ["paint_pct_allowed_last_15", "mid_range_pct_allowed_last_15", "three_pt_pct_allowed_last_15", "paint_attempts_allowed_per_game", "mid_range_attempts_allowed_per_game", "three_pt_attempts_allowed_per_game", "paint_points_allowed_per_game", "paint_blocks_per_game", "mid_range_blocks_per_game", "three_pt_blocks_per_game", "paint_defense_vs_league_avg", "mid_range_defense_vs_league_avg", "three_pt_defense_vs_league_avg", "strongest_zone", "weakest_zone"]
*/
WITH
-- A team after each final game: its newest 15, with a box or without, and how many so far count for what; true until its next one.
team_states AS (
  SELECT t.season_year, t.team_abbr, t.game_date,
    COALESCE(lead(t.game_date) OVER so_far, DATE '9999-12-31') AS next_date,
    CAST(count(CASE WHEN d.has_shot_zones THEN 1 END) OVER so_far AS INTEGER) AS zone_games,
    CAST(count(CASE WHEN NOT t.has_player_box THEN 1 END) OVER so_far AS INTEGER) AS missing_games,
    count(d.game_possessions) OVER last_15 AS games,
    sum(CASE WHEN d.game_possessions IS NOT NULL THEN d.points_allowed END) OVER last_15 AS points,
    from_exact(sum(exact(d.game_possessions)) OVER last_15) AS possessions,
    from_exact(sum(exact(d.opponent_pace)) OVER last_15) AS pace
  FROM team_game_totals t
  LEFT JOIN team_defense_game_summary d ON d.game_id = t.game_id AND d.defending_team_abbr = t.team_abbr
  WINDOW so_far AS (PARTITION BY t.season_year, t.team_abbr ORDER BY t.game_date, t.game_id),
    last_15 AS (PARTITION BY t.season_year, t.team_abbr ORDER BY t.game_date, t.game_id ROWS BETWEEN 14 PRECEDING AND CURRENT ROW)
),
zone_states AS (
  SELECT season_year, defending_team_abbr AS team_abbr,
    CAST(row_number() OVER (PARTITION BY season_year, defending_team_abbr ORDER BY game_date, game_id) AS INTEGER) AS zone_game_number,
    count(*) OVER last_15 AS games,
    sum(opp_paint_makes) OVER last_15 AS paint_makes, sum(opp_paint_attempts) OVER last_15 AS paint_attempts,
    sum(opp_mid_range_makes) OVER last_15 AS mid_range_makes, sum(opp_mid_range_attempts) OVER last_15 AS mid_range_attempts,
    sum(opp_three_makes) OVER last_15 AS three_makes, sum(opp_three_attempts) OVER last_15 AS three_attempts,
    sum(paint_points_allowed) OVER last_15 AS paint_points,
    sum(blocks_paint) OVER last_15 AS paint_blocks,
    sum(blocks_mid_range) OVER last_15 AS mid_range_blocks,
    sum(blocks_three_pt) OVER last_15 AS three_pt_blocks
  FROM team_defense_game_summary
  WHERE has_shot_zones
  WINDOW last_15 AS (PARTITION BY season_year, defending_team_abbr ORDER BY game_date, game_id ROWS BETWEEN 14 PRECEDING AND CURRENT ROW)
),
league_days AS (
  SELECT season_year, game_date,
    sum(opp_paint_makes) AS paint_makes, sum(opp_paint_attempts) AS paint_attempts,
    sum(opp_mid_range_makes) AS mid_range_makes, sum(opp_mid_range_attempts) AS mid_range_attempts,
    sum(opp_three_makes) AS three_makes, sum(opp_three_attempts) AS three_attempts
  FROM team_defense_game_summary
  WHERE has_shot_zones
  GROUP BY season_year, game_date
),
league AS (
  SELECT d.game_date,
    ratio(sum(l.paint_makes), sum(l.paint_attempts)) AS paint_pct,
    ratio(sum(l.mid_range_makes), sum(l.mid_range_attempts)) AS mid_range_pct,
    ratio(sum(l.three_makes), sum(l.three_attempts)) AS three_pct
  FROM dates d
  JOIN league_days l ON l.season_year = d.season_year AND l.game_date BETWEEN add_days(d.game_date, -30) AND add_days(d.game_date, -1)
  GROUP BY d.game_date
),
team_days AS (
  SELECT d.game_date, t.team_abbr, d.season, d.season_year, t.missing_games,
    t.games, t.points, t.possessions, t.pace,
    COALESCE(z.games, 0) AS zone_games, z.paint_attempts, z.mid_range_attempts, z.three_attempts, z.paint_points,
    z.paint_blocks, z.mid_range_blocks, z.three_pt_blocks,
    ratio(z.paint_makes, z.paint_attempts) AS paint_pct,
    ratio(z.mid_range_makes, z.mid_range_attempts) AS mid_range_pct,
    ratio(z.three_makes, z.three_attempts) AS three_pct,
    100 * (ratio(z.paint_makes, z.paint_attempts) - l.paint_pct) AS paint_vs_league,
    100 * (ratio(z.mid_range_makes, z.mid_range_attempts) - l.mid_range_pct) AS mid_range_vs_league,
    100 * (ratio(z.three_makes, z.three_attempts) - l.three_pct) AS three_vs_league
  FROM dates d
  JOIN team_states t ON t.season_year = d.season_year AND t.game_date < d.game_date AND t.next_date >= d.game_date
  LEFT JOIN zone_states z ON z.season_year = t.season_year AND z.team_abbr = t.team_abbr AND z.zone_game_number = t.zone_games
  LEFT JOIN league l ON l.game_date = d.game_date
)
SELECT game_date AS analysis_date, team_abbr, season, season_year,
  CAST(games AS INTEGER) AS games_in_sample,
  CAST(zone_games AS INTEGER) AS zone_games_in_sample,
  games = 15 AND zone_games = 15 AS is_ready,
  missing_games,
  paint_pct AS paint_pct_allowed_last_15,
  mid_range_pct AS mid_range_pct_allowed_last_15,
  three_pct AS three_pt_pct_allowed_last_15,
  ratio(paint_attempts, zone_games) AS paint_attempts_allowed_per_game,
  ratio(mid_range_attempts, zone_games) AS mid_range_attempts_allowed_per_game,
  ratio(three_attempts, zone_games) AS three_pt_attempts_allowed_per_game,
  ratio(paint_points, zone_games) AS paint_points_allowed_per_game,
  ratio(paint_blocks, zone_games) AS paint_blocks_per_game,
  ratio(mid_range_blocks, zone_games) AS mid_range_blocks_per_game,
  ratio(three_pt_blocks, zone_games) AS three_pt_blocks_per_game,
  paint_vs_league AS paint_defense_vs_league_avg,
  mid_range_vs_league AS mid_range_defense_vs_league_avg,
  three_vs_league AS three_pt_defense_vs_league_avg,
  ratio(100 * points, possessions) AS defensive_rating_last_15,
  ratio(points, games) AS opponent_points_per_game,
  ratio(pace, games) AS opponent_pace,
  CASE least(paint_vs_league, mid_range_vs_league, three_vs_league)
    WHEN paint_vs_league THEN 'paint' WHEN mid_range_vs_league THEN 'mid_range' WHEN three_vs_league THEN 'perimeter' END AS strongest_zone,
  CASE greatest(paint_vs_league, mid_range_vs_league, three_vs_league)
    WHEN paint_vs_league THEN 'paint' WHEN mid_range_vs_league THEN 'mid_range' WHEN three_vs_league THEN 'perimeter' END AS weakest_zone
FROM team_days
