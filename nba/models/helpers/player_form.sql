/* backcourt
about = "How each player stood after each game he played: his scoring, minutes, usage and shooting over his newest games and over the season, that game included."
helper = true
date = "game_date"
key = ["game_id", "player_id"]
cost = 7
empty = "nobody played on the date, by the boxes there are"

[reads]
player_game_summary = ["season before", "same date"]
team_offense_game_summary = ["season before", "same date"]

[rows]
expected = "rows of player_game_summary where is_active"

[columns]
game_id = "the league's id of the game played, 10 characters"
player_id = "the league's id of the player"
game_date = "US Eastern date of the game; the row is true from the day after it to his next game"
season = "season of the game, as 2021-22"
season_year = "year in which the season starts"
team_abbr = "the team he played it for"
game_number = "games he has played this season; 1.."
games_since_structural_change = "games he has played for this team with no gap of more than 14 days between neighbours; 1..30, 30 standing for more"
points_avg_last_3 = "points a game over his newest 3 games"
points_avg_last_5 = "points a game over his newest 5 games"
points_avg_last_10 = "points a game over his newest 10 games"
points_avg_season = "points a game over the season so far"
points_std_last_10 = "sample standard deviation of points over his newest 10 games; NULL for 1 game"
minutes_avg_last_10 = "minutes a game over his newest 10 games"
minutes_avg_season = "minutes a game over the season so far"
minutes_std_last_10 = "sample standard deviation of minutes over his newest 10 games; NULL for 1 game"
points_per_minute_last_10 = "points over minutes, newest 10 games"
usage_rate_last_5 = "percent of the team's plays that he used while on the floor, sums over his newest 5 games"
usage_rate_season = "percent of the team's plays that he used while on the floor, sums over the season so far"
ts_pct_last_10 = "true shooting over his newest 10 games: points / (2 x (FGA + 0.44 FTA)); NULL without an attempt"
free_throw_points_share_last_10 = "share of his points that were free throws, newest 10 games; 0..1; NULL without a point"
recent_trend = "mean points of the newest 2 games less that of the 3 before: 2 if >= 5, 1 if >= 2, -2 if <= -5, -1 if <= -2, else 0; NULL for fewer than 5 games"
minutes_change = "minutes_avg_last_10 against minutes_avg_season: 2 if a fifth above or more, 1 if a tenth, -2 if a fifth below or more, -1 if a tenth, else 0"
points_slope_last_10 = "least-squares slope of points over his newest 10 games, points a game; positive = rising; NULL for fewer than 5 games"
points_slope_last_7 = "the same over his newest 7 games; NULL for fewer than 4"
points_skewness_last_10 = "skewness of points over his newest 10 games, adjusted Fisher-Pearson (G1); NULL for fewer than 3 games or without spread"
points_zscore_last_5 = "(points_avg_last_5 - points_avg_season) / points_std_last_10, not clamped; NULL without spread"
points_zscore_last_3 = "(points_avg_last_3 - points_avg_season) / points_std_last_10, not clamped; NULL without spread"
is_breaking_out = "points_avg_last_5 > points_avg_season + 1.5 x points_std_last_10; NULL for 1 game"
consecutive_games_below_avg = "newest games in a row with fewer points than points_avg_season; 0 if the newest has not"
starter_rate_season = "share of the season's games that he started; 0..1"
ft_rate_season = "free throws per field goal attempt over the season so far; NULL without an attempt"
fg_pct_last_5 = "field goal percentage over his newest 5 games; 0..1; NULL without an attempt"
fg_pct_season = "field goal percentage over the season so far; 0..1; NULL without an attempt"
three_pct_last_5 = "three-point percentage over his newest 5 games; 0..1; NULL without an attempt"
three_pct_std_last_5 = "sample standard deviation of the three-point percentages of those of his newest 5 games that have an attempt; NULL for fewer than 2"

[checks]
"numbered without a hole" = "SELECT * FROM this WHERE game_number < 1 OR games_since_structural_change NOT BETWEEN 1 AND least(30, game_number)"
"points in range" = "SELECT * FROM this WHERE least(points_avg_last_3, points_avg_last_5, points_avg_last_10, points_avg_season) < 0 OR greatest(points_avg_last_3, points_avg_last_5, points_avg_last_10, points_avg_season) > 100"
"minutes in range" = "SELECT * FROM this WHERE minutes_avg_last_10 NOT BETWEEN 0 AND 80 OR minutes_avg_season NOT BETWEEN 0 AND 80"
"means over the same games" = "SELECT * FROM this WHERE game_number <= 10 AND (points_avg_last_10 <> points_avg_season OR minutes_avg_last_10 <> minutes_avg_season)"
"deviations from the second game on" = "SELECT * FROM this WHERE (points_std_last_10 IS NULL) <> (game_number = 1) OR (minutes_std_last_10 IS NULL) <> (game_number = 1) OR least(points_std_last_10, minutes_std_last_10, three_pct_std_last_5) < 0"
"usage in range" = "SELECT * FROM this WHERE usage_rate_last_5 NOT BETWEEN 0 AND 10000 OR usage_rate_season NOT BETWEEN 0 AND 10000"
"shares in range" = "SELECT * FROM this WHERE free_throw_points_share_last_10 NOT BETWEEN 0 AND 1 OR starter_rate_season NOT BETWEEN 0 AND 1 OR fg_pct_last_5 NOT BETWEEN 0 AND 1 OR fg_pct_season NOT BETWEEN 0 AND 1 OR three_pct_last_5 NOT BETWEEN 0 AND 1 OR ts_pct_last_10 NOT BETWEEN 0 AND 1.5"
"levels" = "SELECT * FROM this WHERE recent_trend NOT BETWEEN -2 AND 2 OR minutes_change NOT BETWEEN -2 AND 2 OR (recent_trend IS NULL) <> (game_number < 5)"
"skewness in range" = "SELECT * FROM this WHERE points_skewness_last_10 NOT BETWEEN -3.17 AND 3.17"
"somebody is not below his average" = "SELECT * FROM this WHERE consecutive_games_below_avg NOT BETWEEN 0 AND game_number - 1"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
minutes_change = "0 while the last 10 games are the season"
is_breaking_out = "false while the last 5 games are the season"

[may_be_null]
recent_trend = "needs 5 games"
points_slope_last_10 = "needs 5 games"
*/
WITH
-- Played games of those who played on the batch's dates, numbered through the season. Plays are counted in hundredths,
-- so that every sum is a whole number.
played AS (
  SELECT p.game_id, p.player_id, p.game_date, p.season, p.season_year, p.team_abbr,
    p.points, p.seconds_played, p.fg_makes, p.fg_attempts, p.three_pt_makes, p.three_pt_attempts, p.ft_makes, p.ft_attempts,
    CASE WHEN p.starter_flag THEN 1 ELSE 0 END AS started,
    hundredths_of_plays(p.fg_attempts, p.ft_attempts, 0) AS hundredths_shot,
    CAST(hundredths_of_plays(p.fg_attempts, p.ft_attempts, p.turnovers) AS BIGINT) * t.team_seconds AS plays_used,
    CAST(p.seconds_played AS BIGINT) * 5 * hundredths_of_plays(t.fg_attempts, t.ft_attempts, t.turnovers) AS plays_of_team,
    exact(1e3 * ratio(p.three_pt_makes, p.three_pt_attempts)) AS three_pct,
    CAST(row_number() OVER in_order AS INTEGER) AS game_number,
    CAST(row_number() OVER for_team AS INTEGER) AS team_game_number,
    COALESCE(days_between(lag(p.game_date) OVER for_team, p.game_date) > 14, TRUE) AS starts_anew
  FROM player_game_summary p
  LEFT JOIN team_offense_game_summary t ON t.game_id = p.game_id AND t.team_abbr = p.team_abbr
  WHERE p.is_active AND p.player_id IN (SELECT g.player_id FROM player_game_summary g JOIN dates d ON d.game_date = g.game_date WHERE g.is_active)
  WINDOW in_order AS (PARTITION BY p.season_year, p.player_id ORDER BY p.game_date, p.game_id),
    for_team AS (PARTITION BY p.season_year, p.player_id, p.team_abbr ORDER BY p.game_date, p.game_id)
),
sums AS (
  SELECT game_id, player_id, game_date, season, season_year, team_abbr, game_number,
    least(3, game_number) AS n3, least(5, game_number) AS n5, least(7, game_number) AS n7, least(10, game_number) AS n10,
    team_game_number + 1 - max(CASE WHEN starts_anew THEN team_game_number END)
      OVER (PARTITION BY season_year, player_id, team_abbr ORDER BY game_number) AS games_in_a_stretch,
    points AS newest_points, sum(points) OVER last_2 AS points_2, sum(points) OVER last_3 AS points_3, sum(points) OVER last_5 AS points_5,
    sum(points) OVER last_7 AS points_7, sum(points) OVER last_10 AS points_10, sum(points) OVER so_far AS points,
    sum(points * points) OVER last_10 AS points_squares, sum(points * points * points) OVER last_10 AS points_cubes,
    sum(game_number * points) OVER last_7 AS numbered_points_7, sum(game_number * points) OVER last_10 AS numbered_points_10,
    sum(seconds_played) OVER last_10 AS seconds_10, sum(seconds_played) OVER so_far AS seconds,
    sum(seconds_played * seconds_played) OVER last_10 AS seconds_squares,
    sum(plays_used) OVER last_5 AS plays_used_5, sum(plays_used) OVER so_far AS plays_used,
    sum(plays_of_team) OVER last_5 AS plays_of_team_5, sum(plays_of_team) OVER so_far AS plays_of_team,
    sum(hundredths_shot) OVER last_10 AS hundredths_shot_10, sum(ft_makes) OVER last_10 AS ft_makes_10,
    sum(started) OVER so_far AS starts, sum(ft_attempts) OVER so_far AS ft_attempts,
    sum(fg_makes) OVER last_5 AS fg_makes_5, sum(fg_makes) OVER so_far AS fg_makes,
    sum(fg_attempts) OVER last_5 AS fg_attempts_5, sum(fg_attempts) OVER so_far AS fg_attempts,
    sum(three_pt_makes) OVER last_5 AS three_pt_makes_5, sum(three_pt_attempts) OVER last_5 AS three_pt_attempts_5,
    count(three_pct) OVER last_5 AS three_pct_n, sum(three_pct) OVER last_5 AS three_pct, sum(three_pct * three_pct) OVER last_5 AS three_pct_squares
  FROM played
  WINDOW so_far AS (PARTITION BY season_year, player_id ORDER BY game_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
    last_2 AS (PARTITION BY season_year, player_id ORDER BY game_number ROWS BETWEEN 1 PRECEDING AND CURRENT ROW),
    last_3 AS (PARTITION BY season_year, player_id ORDER BY game_number ROWS BETWEEN 2 PRECEDING AND CURRENT ROW),
    last_5 AS (PARTITION BY season_year, player_id ORDER BY game_number ROWS BETWEEN 4 PRECEDING AND CURRENT ROW),
    last_7 AS (PARTITION BY season_year, player_id ORDER BY game_number ROWS BETWEEN 6 PRECEDING AND CURRENT ROW),
    last_10 AS (PARTITION BY season_year, player_id ORDER BY game_number ROWS BETWEEN 9 PRECEDING AND CURRENT ROW)
),
-- The batch's games.
newest AS (
  SELECT s.*, spread_of_sums(n10, points_10, points_squares) AS points_spread
  FROM sums s
  WHERE game_date IN (SELECT game_date FROM dates)
),
-- Where the newest game is below the season's average, the newest one before it that is not; there always is one.
last_games_not_below_avg AS (
  SELECT m.season_year, m.player_id, m.game_number, max(p.game_number) AS last_number
  FROM (SELECT season_year, player_id, game_number, points FROM newest WHERE newest_points * game_number < points) m
  JOIN played p ON p.season_year = m.season_year AND p.player_id = m.player_id AND p.game_number < m.game_number
    AND p.points * m.game_number >= m.points
  GROUP BY m.season_year, m.player_id, m.game_number
),
rates AS (
  SELECT m.*,
    ratio(points_3, n3) AS points_avg_3, ratio(points_5, n5) AS points_avg_5, ratio(points, game_number) AS points_avg,
    std_of_spread(n10, points_spread) AS points_std
  FROM newest m
)
SELECT v.game_id, v.player_id, v.game_date, v.season, v.season_year, v.team_abbr, v.game_number,
  CAST(least(30, v.games_in_a_stretch) AS INTEGER) AS games_since_structural_change,
  v.points_avg_3 AS points_avg_last_3,
  v.points_avg_5 AS points_avg_last_5,
  ratio(v.points_10, v.n10) AS points_avg_last_10,
  v.points_avg AS points_avg_season,
  v.points_std AS points_std_last_10,
  ratio(v.seconds_10, 60 * v.n10) AS minutes_avg_last_10,
  ratio(v.seconds, 60 * v.game_number) AS minutes_avg_season,
  std_of_sums(v.n10, v.seconds_10, v.seconds_squares) / 60 AS minutes_std_last_10,
  ratio(60 * v.points_10, v.seconds_10) AS points_per_minute_last_10,
  100 * ratio(v.plays_used_5, v.plays_of_team_5) AS usage_rate_last_5,
  100 * ratio(v.plays_used, v.plays_of_team) AS usage_rate_season,
  ratio(50 * v.points_10, v.hundredths_shot_10) AS ts_pct_last_10,
  ratio(v.ft_makes_10, v.points_10) AS free_throw_points_share_last_10,
  CASE WHEN v.game_number >= 5 THEN trend_of_sums(v.points_2, v.points_5) END AS recent_trend,
  change_of_means(v.n10, v.seconds_10, v.game_number, v.seconds) AS minutes_change,
  CASE WHEN v.game_number >= 5 THEN slope_of_sums(v.n10, v.game_number, v.points_10, v.numbered_points_10) END AS points_slope_last_10,
  CASE WHEN v.game_number >= 4 THEN slope_of_sums(v.n7, v.game_number, v.points_7, v.numbered_points_7) END AS points_slope_last_7,
  CASE WHEN v.n10 >= 3 THEN
    skewness_of_sums(v.n10, v.points_spread, third_moment_of_sums(v.n10, v.points_10, v.points_squares, v.points_cubes)) END AS points_skewness_last_10,
  ratio(v.points_avg_5 - v.points_avg, v.points_std) AS points_zscore_last_5,
  ratio(v.points_avg_3 - v.points_avg, v.points_std) AS points_zscore_last_3,
  CASE WHEN v.game_number > 1 THEN
    is_std_and_half_above(v.n5, v.points_5, v.game_number, v.points, v.n10, v.points_spread) END AS is_breaking_out,
  v.game_number - COALESCE(l.last_number, v.game_number) AS consecutive_games_below_avg,
  ratio(v.starts, v.game_number) AS starter_rate_season,
  ratio(v.ft_attempts, v.fg_attempts) AS ft_rate_season,
  ratio(v.fg_makes_5, v.fg_attempts_5) AS fg_pct_last_5,
  ratio(v.fg_makes, v.fg_attempts) AS fg_pct_season,
  ratio(v.three_pt_makes_5, v.three_pt_attempts_5) AS three_pct_last_5,
  std_of_sums(v.three_pct_n, v.three_pct, v.three_pct_squares) / 1e12 AS three_pct_std_last_5
FROM rates v
LEFT JOIN last_games_not_below_avg l ON l.season_year = v.season_year AND l.player_id = v.player_id AND l.game_number = v.game_number
