/* backcourt
about = "Each player who may play on the date, before his game: his form over 5 and 10 games and the season, his team's form, his load, and where his shots come from."
date = "cache_date"
key = ["cache_date", "player_id"]
cost = 4
empty = "no team that plays on the date has a game of this season before it"

[reads]
upcoming_player_game_context = "same date"
player_form = "season before"
player_shot_zone_analysis = "same date"
team_offense_game_summary = "10 games before"
team_game_totals = "season before"

[rows]
expected = "rows of upcoming_player_game_context"

[columns]
cache_date = "US Eastern date of the game, D; every figure is of games before it"
player_id = "the league's id of the player"
game_id = "the league's id of his team's game of D, 10 characters"
season = "season of the game, as 2021-22"
season_year = "year in which the season starts"
team_abbr = "his team: listed for it in one of its last 5 games before D, and nowhere else since"
points_avg_last_5 = "points a game over his last 5 played games; NULL without a game"
points_avg_last_10 = "points a game over his last 10 played games; NULL without a game"
points_avg_season = "points a game over his played games of the season; NULL without a game"
points_std_last_10 = "sample standard deviation of points over his last 10 played games; NULL for fewer than 2"
minutes_avg_last_10 = "minutes a game over his last 10 played games; NULL without a game"
minutes_avg_season = "minutes a game over his played games of the season; NULL without a game"
usage_rate_last_10 = "percent of the team's plays that he used while on the floor, sums over his last 10 played games; NULL without a game"
usage_rate_season = "percent of the team's plays that he used while on the floor, sums over the season; NULL without a game"
ts_pct_last_10 = "true shooting over his last 10 played games, points / (2 x (FGA + 0.44 FTA)); a fraction, above 1 where threes fell; NULL without an attempt"
games_in_sample = "games in the last-10 figures; 0..10"
games_played_season = "games he played this season before D, for any team; 0.."
team_pace_last_10 = "possessions per 48 minutes in his present team's last 10 games, mean of games"
team_off_rating_last_10 = "his present team's points per 100 possessions in its last 10 games, mean of games"
team_win_pct = "share of his present team's games of the season before D that it won; 0..1"
pct_free_throw = "share of his points that were free throws, sums over his last 10 played games; 0..1; NULL without a point"
days_rest = "the team's full days off before D; 0 = back-to-back"
back_to_back = "he played the day before D; false before his first game"
player_days_rest = "full days since the last game he played this season; 0 = he played the day before; NULL before his first"
games_in_last_7_days = "games he played in the 7 days before D; 0..7"
games_in_last_14_days = "games he played in the 14 days before D; 0..14"
minutes_in_last_7_days = "minutes he played in the 7 days before D"
minutes_in_last_14_days = "minutes he played in the 14 days before D"
avg_minutes_per_game_last_7_days = "minutes a game he played in the 7 days before D; NULL without a game"
back_to_backs_last_14_days = "times he played on two days running, both within the 14 days before D"
player_age = "age in whole years on D; NULL without a birth date"
primary_scoring_zone = "paint, perimeter, mid_range or balanced, from his last 10 played games with zones; NULL without shots"
paint_rate_last_10 = "share of his located attempts within 8 ft, last 10 played games with zones; 0..1; NULL without shots"
three_pt_rate_last_10 = "share of his located attempts that were threes, last 10 played games with zones; 0..1; NULL without shots"
assisted_rate_last_10 = "share of his makes that were assisted, last 10 played games with zones; 0..1; NULL without a make"
is_ready = "he played 5 games or more this season before D"
missing_games = "final games of his present team this season before D that have no box rows in the warehouse; 0 = complete"

[checks]
"points in range" = "SELECT * FROM this WHERE least(points_avg_last_5, points_avg_last_10, points_avg_season) < 0 OR greatest(points_avg_last_5, points_avg_last_10, points_avg_season) > 100 OR points_std_last_10 NOT BETWEEN 0 AND 80"
"minutes in range" = "SELECT * FROM this WHERE minutes_avg_last_10 NOT BETWEEN 0 AND 80 OR minutes_avg_season NOT BETWEEN 0 AND 80 OR minutes_in_last_14_days < minutes_in_last_7_days"
"usage in range" = "SELECT * FROM this WHERE usage_rate_last_10 NOT BETWEEN 0 AND 10000 OR usage_rate_season NOT BETWEEN 0 AND 10000"
"shares in range" = "SELECT * FROM this WHERE pct_free_throw NOT BETWEEN 0 AND 1 OR team_win_pct NOT BETWEEN 0 AND 1 OR ts_pct_last_10 NOT BETWEEN 0 AND 1.5"
"team in range" = "SELECT * FROM this WHERE team_pace_last_10 NOT BETWEEN 40 AND 180 OR team_off_rating_last_10 NOT BETWEEN 30 AND 230"
"form with its games" = "SELECT * FROM this WHERE (games_played_season = 0) <> (points_avg_season IS NULL) OR (games_played_season = 0) <> (minutes_avg_last_10 IS NULL) OR (games_played_season < 2) <> (points_std_last_10 IS NULL)"
"one number of games" = "SELECT * FROM this WHERE games_in_sample <> least(10, games_played_season)"
"last 10 are the season till then" = "SELECT * FROM this WHERE games_played_season <= 10 AND (points_avg_last_10 <> points_avg_season OR abs(usage_rate_last_10 - usage_rate_season) > 1e-9)"
"ready by games played" = "SELECT * FROM this WHERE is_ready <> (games_played_season >= 5) OR is_ready IS NULL"
"missing games are counted" = "SELECT * FROM this WHERE missing_games < 0 OR missing_games IS NULL"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
games_in_sample = "10 for most players late in a season"
is_ready = "true for most players late in a season"
missing_games = "0 when every final game has its box"

[needs]
raw_play_by_play = ["primary_scoring_zone", "paint_rate_last_10", "three_pt_rate_last_10", "assisted_rate_last_10"]
"raw_players.birth_date" = ["player_age"]
*/
WITH
-- How a player stood after a game, true until his next one.
form AS (
  SELECT f.*, COALESCE(lead(game_date) OVER (PARTITION BY season_year, player_id ORDER BY game_number), DATE '9999-12-31') AS next_date
  FROM player_form f
),
-- How a team stood after a game: counted over final games, with a box or without.
team_states AS (
  SELECT t.season_year, t.team_abbr, t.game_date,
    COALESCE(lead(t.game_date) OVER in_order, DATE '9999-12-31') AS next_date,
    ratio(from_exact(sum(exact(o.pace)) OVER last_10), count(o.pace) OVER last_10) AS pace,
    ratio(from_exact(sum(exact(o.offensive_rating)) OVER last_10), count(o.offensive_rating) OVER last_10) AS off_rating,
    ratio(count(CASE WHEN t.margin > 0 THEN 1 END) OVER so_far, count(*) OVER so_far) AS win_pct,
    CAST(count(CASE WHEN NOT t.has_player_box THEN 1 END) OVER so_far AS INTEGER) AS missing_games
  FROM team_game_totals t
  LEFT JOIN team_offense_game_summary o ON o.game_id = t.game_id AND o.team_abbr = t.team_abbr
  WINDOW in_order AS (PARTITION BY t.season_year, t.team_abbr ORDER BY t.game_date, t.game_id),
    last_10 AS (PARTITION BY t.season_year, t.team_abbr ORDER BY t.game_date, t.game_id ROWS BETWEEN 9 PRECEDING AND CURRENT ROW),
    so_far AS (PARTITION BY t.season_year, t.team_abbr ORDER BY t.game_date, t.game_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
teams AS (
  SELECT t.game_id, t.team_abbr, s.pace, s.off_rating, s.win_pct, s.missing_games
  FROM (SELECT DISTINCT game_id, game_date, season_year, team_abbr FROM upcoming_player_game_context) t
  LEFT JOIN team_states s ON s.season_year = t.season_year AND s.team_abbr = t.team_abbr AND s.game_date < t.game_date AND s.next_date >= t.game_date
)
SELECT u.game_date AS cache_date, u.player_id, u.game_id, u.season, u.season_year, u.team_abbr,
  f.points_avg_last_5, f.points_avg_last_10, f.points_avg_season, f.points_std_last_10,
  f.minutes_avg_last_10, f.minutes_avg_season,
  u.usage_rate_last_10_games AS usage_rate_last_10, f.usage_rate_season, f.ts_pct_last_10,
  least(10, COALESCE(f.game_number, 0)) AS games_in_sample,
  COALESCE(f.game_number, 0) AS games_played_season,
  t.pace AS team_pace_last_10, t.off_rating AS team_off_rating_last_10, t.win_pct AS team_win_pct,
  f.free_throw_points_share_last_10 AS pct_free_throw,
  u.days_rest, u.back_to_back, u.player_days_rest, u.games_in_last_7_days, u.games_in_last_14_days,
  u.minutes_in_last_7_days, u.minutes_in_last_14_days, u.avg_minutes_per_game_last_7_days, u.back_to_backs_last_14_days, u.player_age,
  z.primary_scoring_zone, z.paint_rate_last_10, z.three_pt_rate_last_10, z.assisted_rate_last_10,
  COALESCE(f.game_number >= 5, FALSE) AS is_ready,
  COALESCE(t.missing_games, 0) AS missing_games
FROM upcoming_player_game_context u
LEFT JOIN form f ON f.season_year = u.season_year AND f.player_id = u.player_id AND f.game_date < u.game_date AND f.next_date >= u.game_date
LEFT JOIN player_shot_zone_analysis z ON z.analysis_date = u.game_date AND z.player_id = u.player_id
LEFT JOIN teams t ON t.game_id = u.game_id AND t.team_abbr = u.team_abbr
