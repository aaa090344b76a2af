/* backcourt
about = "What is known of each player who may play on the date, before his game: rest, load, form, role, absences around him, and the opponent's form."
date = "game_date"
key = ["game_id", "player_id"]
cost = 10
empty = "no team that plays on the date has a game of this season before it"
note = """
SELECT game_date, concat_ws(' ', 'teams without rows, in their first game of the season:', CAST(count(*) AS STRING)) AS note
FROM upcoming_team_game_context WHERE game_number_in_season = 1 GROUP BY game_date"""

[reads]
player_population = "same date"
upcoming_team_game_context = "same date"
player_game_summary = "season before"
team_offense_game_summary = "season before"
team_defense_game_summary = "10 games before"
team_game_totals = "10 games before"
raw_players = "same season"
raw_player_props = "same date"

[rows]
expected = "rows of player_population"

[columns]
game_id = "the league's id of the game, 10 characters"
player_id = "the league's id of the player"
game_date = "US Eastern date of the game, D"
season = "season of the game, as 2021-22"
season_year = "year in which the season starts"
game_type = "regular, play_in, playoffs or cup_final"
player_name = "the player's name in his latest listing before D"
player_lookup = "the name without marks, in lower case, letters and digits only"
team_abbr = "his team: listed for it in one of its last 5 games before D, and nowhere else since"
opponent_team_abbr = "the team it plays"
home_game = "his team is at home"
days_rest = "the team's full days off before D; 0 = back-to-back"
rest_difference = "the team's days off less the opponent's; NULL in the opponent's first game"
game_spread = "closing spread from the team's side, points; negative = favoured; NULL without game lines"
game_total = "closing total of both teams' points; NULL without game lines"
player_days_rest = "full days since the last game he played this season; 0 = he played the day before; NULL before his first"
back_to_back = "he played the day before D; false before his first game"
games_in_last_7_days = "games he played in the 7 days before D; 0..7"
games_in_last_14_days = "games he played in the 14 days before D; 0..14"
minutes_in_last_7_days = "minutes he played in the 7 days before D"
minutes_in_last_14_days = "minutes he played in the 14 days before D"
avg_minutes_per_game_last_7_days = "minutes a game he played in the 7 days before D; NULL without a game"
back_to_backs_last_14_days = "times he played on two days running, both within the 14 days before D"
points_avg_last_5 = "points a game over his last 5 played games; NULL without a game"
points_avg_last_10 = "points a game over his last 10 played games; NULL without a game"
usage_rate_last_7_games = "percent of the team's plays that he used while on the floor, sums over his last 7 played games; NULL without a game"
usage_rate_last_10_games = "percent of the team's plays that he used while on the floor, sums over his last 10 played games; NULL without a game"
games_listed_last_10 = "games of the team's last 10 in whose box he is listed for it; 1..10"
dnp_rate_last_10 = "share of games_listed_last_10 that he did not play; 0..1"
games_since_team_change = "games he played for the team since he first came to it from another this season; NULL if he came from none"
player_age = "age in whole years on D; NULL without a birth date"
position = "his position as the players feed gives it; NULL without"
injury_status = "out, doubtful, questionable, probable or available, as known before D; NULL if nothing is known"
opponent_pace_last_10 = "possessions per 48 minutes in the opponent's last 10 games, mean; NULL in its first game"
opponent_pace_last_10_std = "sample standard deviation of the same; NULL for fewer than 2 games"
opponent_off_rating_last_10 = "the opponent's points per 100 possessions in its last 10 games, mean of games; NULL in its first game"
opponent_off_rating_last_10_std = "sample standard deviation of the same; NULL for fewer than 2 games"
opponent_def_rating_last_10 = "points per 100 possessions that the opponent allowed in its last 10 games, mean of games; NULL in its first game"
opponent_def_rating_last_10_std = "sample standard deviation of the same; NULL for fewer than 2 games"
opponent_ft_rate_allowed_last_10 = "free throws per field goal attempt of the teams that played the opponent in its last 10 games, mean of games; NULL in its first game"
opponent_ft_rate_allowed_last_10_std = "sample standard deviation of the same; NULL for fewer than 2 games"
opponent_rebounding_rate_last_10 = "the opponent's share of all rebounds in its last 10 games, mean of games; 0..1; NULL in its first game"
opponent_rebounding_rate_last_10_std = "sample standard deviation of the same; NULL for fewer than 2 games"
league_pace_last_30_days = "mean pace of the season's team-games in the 30 days before D; NULL without a game"
pace_expected = "own last-10 pace + opponent_pace_last_10 - league_pace_last_30_days; NULL if one of them is"
pace_vs_league = "pace_expected - league_pace_last_30_days"
out_usage_share = "share of the team's plays in its last 10 games that were used by team-mates who are out or doubtful; 0 if none is; NULL without the injury feed"
projected_usage_rate = "usage_rate_last_10_games x (1 + out_usage_share, NULL read as 0); percent"
star_teammates_out = "star team-mates who are out or doubtful. A star: at least 10 played games this season, and 18 points a game, or 32 minutes and 15 points; NULL without the injury feed"
questionable_star_teammates = "star team-mates who are questionable; NULL without the injury feed"
current_points_line = "newest points line before tip-off; NULL without one"
opening_points_line = "oldest points line of the game; NULL without one"
line_movement = "current_points_line - opening_points_line"
prop_over_streak = "his newest played games with a points line, in a row, that went OVER; NULL if the season has no lines before D"
prop_under_streak = "his newest played games with a points line, in a row, that went UNDER; NULL if the season has no lines before D"
l5_games_used = "games in the last-5 figures; 0..5"
l10_games_used = "games in the last-10 figures; 0..10"

[checks]
"rest is not negative" = "SELECT * FROM this WHERE player_days_rest < 0 OR days_rest < 0 OR days_rest IS NULL"
"back-to-back is no rest" = "SELECT * FROM this WHERE back_to_back <> COALESCE(player_days_rest = 0, FALSE)"
"counts in range" = "SELECT * FROM this WHERE games_in_last_7_days NOT BETWEEN 0 AND 7 OR games_in_last_14_days NOT BETWEEN games_in_last_7_days AND 14 OR back_to_backs_last_14_days NOT BETWEEN 0 AND 13"
"minutes in range" = "SELECT * FROM this WHERE minutes_in_last_7_days NOT BETWEEN 0 AND 500 OR minutes_in_last_14_days NOT BETWEEN minutes_in_last_7_days AND 1000 OR avg_minutes_per_game_last_7_days NOT BETWEEN 0 AND 90"
"points in range" = "SELECT * FROM this WHERE points_avg_last_5 NOT BETWEEN 0 AND 100 OR points_avg_last_10 NOT BETWEEN 0 AND 100"
"form with its games" = "SELECT * FROM this WHERE (l10_games_used = 0) <> (points_avg_last_10 IS NULL) OR (l5_games_used = 0) <> (points_avg_last_5 IS NULL) OR l5_games_used <> least(5, l10_games_used)"
"usage in range" = "SELECT * FROM this WHERE usage_rate_last_7_games NOT BETWEEN 0 AND 10000 OR usage_rate_last_10_games NOT BETWEEN 0 AND 10000 OR projected_usage_rate < usage_rate_last_10_games"
"shares in range" = "SELECT * FROM this WHERE dnp_rate_last_10 NOT BETWEEN 0 AND 1 OR dnp_rate_last_10 IS NULL OR games_listed_last_10 NOT BETWEEN 1 AND 10 OR out_usage_share NOT BETWEEN 0 AND 1"
"opponent in range" = "SELECT * FROM this WHERE per_48_minutes(opponent_pace_last_10) NOT BETWEEN 70 AND 140 OR opponent_off_rating_last_10 NOT BETWEEN 60 AND 170 OR opponent_def_rating_last_10 NOT BETWEEN 60 AND 170 OR opponent_ft_rate_allowed_last_10 NOT BETWEEN 0 AND 1 OR opponent_rebounding_rate_last_10 NOT BETWEEN 0.2 AND 0.8"
"deviations are not negative" = "SELECT * FROM this WHERE least(opponent_pace_last_10_std, opponent_off_rating_last_10_std, opponent_def_rating_last_10_std, opponent_ft_rate_allowed_last_10_std, opponent_rebounding_rate_last_10_std) < 0"
"pace in range" = "SELECT * FROM this WHERE per_48_minutes(league_pace_last_30_days) NOT BETWEEN 80 AND 130 OR per_48_minutes(pace_expected) NOT BETWEEN 60 AND 150"
"age in range" = "SELECT * FROM this WHERE player_age NOT BETWEEN 17 AND 50"
"injuries hang together" = "SELECT * FROM this WHERE star_teammates_out IS NULL AND injury_status IS NOT NULL OR star_teammates_out < 0 OR questionable_star_teammates < 0"
"one streak at a time" = "SELECT * FROM this WHERE prop_over_streak > 0 AND prop_under_streak > 0"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
game_type = "regular all season but for its end"
games_since_team_change = "no player may have changed his team yet"
star_teammates_out = "few stars are out at a time"
questionable_star_teammates = "transactions do not list the questionable"
l5_games_used = "5 for most players late in a season"
l10_games_used = "10 for most players late in a season"

[needs]
raw_game_lines = ["game_spread", "game_total"]
"raw_players.birth_date" = ["player_age"]
"raw_players.position" = ["position"]
"raw_injuries or raw_injury_reports" = ["injury_status", "out_usage_share", "star_teammates_out", "questionable_star_teammates"]
raw_player_props = ["current_points_line", "opening_points_line", "line_movement", "prop_over_streak", "prop_under_streak"]
*/
WITH
team_games AS (
  SELECT o.game_id, o.game_date, o.season_year, o.team_abbr, o.team_seconds, o.pace, o.offensive_rating, d.defensive_rating,
    ratio(d.opp_ft_attempts, d.opp_fg_attempts) AS ft_rate_allowed,
    ratio(o.rebounds, o.rebounds + d.opp_rebounds) AS rebounding_rate,
    hundredths_of_plays(o.fg_attempts, o.ft_attempts, o.turnovers) AS hundredths_used
  FROM team_offense_game_summary o
  LEFT JOIN team_defense_game_summary d ON d.game_id = o.game_id AND d.defending_team_abbr = o.team_abbr
),
-- A team's last 10 final games, with a box or without, as they stand after each game, true until its next one. Whole billionths add up
-- alike in any order; the shares are taken a thousand times as fine, for they are a hundred times as small.
team_sums AS (
  SELECT season_year, team_abbr, game_date,
    COALESCE(lead(game_date) OVER in_order, DATE '9999-12-31') AS next_date,
    count(pace) OVER last_10 AS pace_n, sum(pace) OVER last_10 AS pace, sum(pace * pace) OVER last_10 AS pace_squares,
    count(off) OVER last_10 AS off_n, sum(off) OVER last_10 AS off, sum(off * off) OVER last_10 AS off_squares,
    count(def) OVER last_10 AS def_n, sum(def) OVER last_10 AS def, sum(def * def) OVER last_10 AS def_squares,
    count(ft) OVER last_10 AS ft_n, sum(ft) OVER last_10 AS ft, sum(ft * ft) OVER last_10 AS ft_squares,
    count(reb) OVER last_10 AS reb_n, sum(reb) OVER last_10 AS reb, sum(reb * reb) OVER last_10 AS reb_squares,
    sum(hundredths_used) OVER last_10 AS hundredths_used
  FROM (
    SELECT t.season_year, t.team_abbr, t.game_date, t.game_id, g.hundredths_used, exact(g.pace) AS pace, exact(g.offensive_rating) AS off,
      exact(g.defensive_rating) AS def, exact(1e3 * g.ft_rate_allowed) AS ft, exact(1e3 * g.rebounding_rate) AS reb
    FROM team_game_totals t LEFT JOIN team_games g ON g.game_id = t.game_id AND g.team_abbr = t.team_abbr
  ) g
  WINDOW
    in_order AS (PARTITION BY season_year, team_abbr ORDER BY game_date, game_id),
    last_10 AS (PARTITION BY season_year, team_abbr ORDER BY game_date, game_id ROWS BETWEEN 9 PRECEDING AND CURRENT ROW)
),
team_form AS (
  SELECT season_year, team_abbr, game_date, next_date, hundredths_used,
    ratio(from_exact(pace), pace_n) AS pace, std_of_sums(pace_n, pace, pace_squares) / 1e9 AS pace_std,
    ratio(from_exact(off), off_n) AS off_rating, std_of_sums(off_n, off, off_squares) / 1e9 AS off_rating_std,
    ratio(from_exact(def), def_n) AS def_rating, std_of_sums(def_n, def, def_squares) / 1e9 AS def_rating_std,
    ratio(CAST(ft AS DOUBLE) / 1e12, ft_n) AS ft_rate_allowed, std_of_sums(ft_n, ft, ft_squares) / 1e12 AS ft_rate_allowed_std,
    ratio(CAST(reb AS DOUBLE) / 1e12, reb_n) AS rebounding_rate, std_of_sums(reb_n, reb, reb_squares) / 1e12 AS rebounding_rate_std
  FROM team_sums
),
team_form_now AS (
  SELECT t.game_id, f.*
  FROM upcoming_team_game_context t
  JOIN team_form f ON f.season_year = t.season_year AND f.team_abbr = t.team_abbr AND f.game_date < t.game_date AND f.next_date >= t.game_date
),
league_pace AS (
  SELECT d.game_date, ratio(from_exact(sum(g.pace)), sum(g.games)) AS pace
  FROM dates d
  JOIN (SELECT season_year, game_date, sum(exact(pace)) AS pace, count(pace) AS games FROM team_games GROUP BY season_year, game_date) g
    ON g.season_year = d.season_year AND g.game_date BETWEEN add_days(d.game_date, -30) AND add_days(d.game_date, -1)
  GROUP BY d.game_date
),
-- The played games of those who may play on the dates, numbered through the season ...
played AS (
  SELECT p.season_year, p.player_id, p.game_date, p.game_id, p.seconds_played, p.points, p.over_under_result,
    CAST(row_number() OVER in_order AS INTEGER) AS game_number,
    CAST(count(p.over_under_result) OVER in_order AS INTEGER) AS lines_so_far,
    COALESCE(days_between(lag(p.game_date) OVER in_order, p.game_date) = 1, FALSE) AS is_second_night,
    CAST(hundredths_of_plays(p.fg_attempts, p.ft_attempts, p.turnovers) AS BIGINT) * t.team_seconds AS plays_used,
    CAST(p.seconds_played AS BIGINT) * 5 * t.hundredths_used AS plays_of_team
  FROM player_game_summary p
  LEFT JOIN team_games t ON t.game_id = p.game_id AND t.team_abbr = p.team_abbr
  WHERE p.is_active AND p.player_id IN (SELECT player_id FROM player_population)
  WINDOW in_order AS (PARTITION BY p.season_year, p.player_id ORDER BY p.game_date, p.game_id)
),
-- ... and how he stood after each.
form_after_game AS (
  SELECT season_year, player_id, game_date, game_number,
    COALESCE(lead(game_date) OVER in_order, DATE '9999-12-31') AS next_date,
    sum(points) OVER last_5 AS points_5,
    sum(points) OVER last_10 AS points_10,
    sum(points) OVER so_far AS points,
    sum(seconds_played) OVER so_far AS seconds,
    -- Games without a line do not count here; a push ends either streak.
    lines_so_far - COALESCE(max(CASE WHEN over_under_result <> 'OVER' THEN lines_so_far END) OVER so_far, 0) AS over_streak,
    lines_so_far - COALESCE(max(CASE WHEN over_under_result <> 'UNDER' THEN lines_so_far END) OVER so_far, 0) AS under_streak,
    100 * ratio(sum(plays_used) OVER last_7, sum(plays_of_team) OVER last_7) AS usage_rate_7,
    100 * ratio(sum(plays_used) OVER last_10, sum(plays_of_team) OVER last_10) AS usage_rate_10
  FROM played
  WINDOW
    in_order AS (PARTITION BY season_year, player_id ORDER BY game_number),
    last_5 AS (PARTITION BY season_year, player_id ORDER BY game_number ROWS BETWEEN 4 PRECEDING AND CURRENT ROW),
    last_7 AS (PARTITION BY season_year, player_id ORDER BY game_number ROWS BETWEEN 6 PRECEDING AND CURRENT ROW),
    last_10 AS (PARTITION BY season_year, player_id ORDER BY game_number ROWS BETWEEN 9 PRECEDING AND CURRENT ROW),
    so_far AS (PARTITION BY season_year, player_id ORDER BY game_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
recent_load AS (
  SELECT p.game_id, p.player_id,
    count(CASE WHEN g.game_date >= add_days(p.game_date, -7) THEN 1 END) AS games_7,
    count(*) AS games_14,
    sum(CASE WHEN g.game_date >= add_days(p.game_date, -7) THEN g.seconds_played END) AS seconds_7,
    sum(g.seconds_played) AS seconds_14,
    count(CASE WHEN g.is_second_night AND g.game_date > add_days(p.game_date, -14) THEN 1 END) AS second_nights
  FROM player_population p
  JOIN played g ON g.season_year = p.season_year AND g.player_id = p.player_id
    AND g.game_date BETWEEN add_days(p.game_date, -14) AND add_days(p.game_date, -1)
  GROUP BY p.game_id, p.player_id
),
points_lines AS (
  SELECT game_id, player_id,
    max(CASE WHEN newest = 1 THEN line END) AS current_line,
    max(CASE WHEN oldest = 1 THEN line END) AS opening_line
  FROM (
    SELECT r.game_id, r.player_id, r.line,
      row_number() OVER (PARTITION BY r.game_id, r.player_id ORDER BY r.captured_at DESC, r.book) AS newest,
      row_number() OVER (PARTITION BY r.game_id, r.player_id ORDER BY r.captured_at, r.book) AS oldest
    FROM raw_player_props r
    JOIN player_population p ON p.game_id = r.game_id AND p.player_id = r.player_id AND r.captured_at < COALESCE(p.tipoff_utc, CAST(p.game_date AS TIMESTAMP))
    WHERE r.market = 'points'
  ) r
  GROUP BY game_id, player_id
),
first_lines AS (
  SELECT season_year, min(game_date) AS first_date FROM player_game_summary WHERE is_active AND over_under_result IS NOT NULL GROUP BY season_year
),
lookups AS (
  SELECT player_name, player_lookup(player_name) AS player_lookup FROM (SELECT DISTINCT player_name FROM player_population) n
),
players AS (
  SELECT p.*,
    COALESCE(f.game_number, 0) AS games_played, days_between(f.game_date, p.game_date) - 1 AS player_days_rest,
    f.points_5, f.points_10, f.usage_rate_7, f.usage_rate_10,
    CASE WHEN s.first_date < p.game_date THEN COALESCE(f.over_streak, 0) END AS over_streak,
    CASE WHEN s.first_date < p.game_date THEN COALESCE(f.under_streak, 0) END AS under_streak,
    COALESCE(p.injury_status IN ('out', 'doubtful'), FALSE) AS is_out,
    COALESCE(p.injury_status = 'questionable', FALSE) AS is_questionable,
    COALESCE(f.game_number >= 10 AND (f.points >= 18 * f.game_number
      OR (f.seconds >= 32 * 60 * f.game_number AND f.points >= 15 * f.game_number)), FALSE) AS is_star
  FROM player_population p
  LEFT JOIN form_after_game f ON f.season_year = p.season_year AND f.player_id = p.player_id
    AND f.game_date < p.game_date AND f.next_date >= p.game_date
  LEFT JOIN first_lines s ON s.season_year = p.season_year
),
team_absences AS (
  SELECT game_id, team_abbr,
    sum(CASE WHEN is_out THEN hundredths_used_last_10 ELSE 0 END) AS hundredths_used,
    count(CASE WHEN is_out AND is_star THEN 1 END) AS stars_out,
    count(CASE WHEN is_questionable AND is_star THEN 1 END) AS stars_questionable
  FROM players GROUP BY game_id, team_abbr
),
-- A team's absences seen by a team-mate: his own are not among them.
teammate_absences AS (
  SELECT p.game_id, p.player_id,
    ratio(a.hundredths_used - CASE WHEN p.is_out THEN p.hundredths_used_last_10 ELSE 0 END, t.hundredths_used) AS out_usage_share,
    CAST(a.stars_out - CASE WHEN p.is_out AND p.is_star THEN 1 ELSE 0 END AS INTEGER) AS stars_out,
    CAST(a.stars_questionable - CASE WHEN p.is_questionable AND p.is_star THEN 1 ELSE 0 END AS INTEGER) AS stars_questionable
  FROM players p
  JOIN team_absences a ON a.game_id = p.game_id AND a.team_abbr = p.team_abbr
  LEFT JOIN team_form_now t ON t.game_id = p.game_id AND t.team_abbr = p.team_abbr
  WHERE p.has_injury_feed
)
SELECT p.game_id, p.player_id, p.game_date, p.season, p.season_year, t.game_type, p.player_name, n.player_lookup,
  p.team_abbr, t.opponent_team_abbr, t.home_game,
  t.team_days_rest AS days_rest, t.rest_difference, t.game_spread, t.game_total,
  p.player_days_rest,
  COALESCE(p.player_days_rest = 0, FALSE) AS back_to_back,
  CAST(COALESCE(r.games_7, 0) AS INTEGER) AS games_in_last_7_days,
  CAST(COALESCE(r.games_14, 0) AS INTEGER) AS games_in_last_14_days,
  COALESCE(r.seconds_7, 0) / 60e0 AS minutes_in_last_7_days,
  COALESCE(r.seconds_14, 0) / 60e0 AS minutes_in_last_14_days,
  ratio(r.seconds_7, 60 * r.games_7) AS avg_minutes_per_game_last_7_days,
  CAST(COALESCE(r.second_nights, 0) AS INTEGER) AS back_to_backs_last_14_days,
  ratio(p.points_5, least(5, p.games_played)) AS points_avg_last_5,
  ratio(p.points_10, least(10, p.games_played)) AS points_avg_last_10,
  p.usage_rate_7 AS usage_rate_last_7_games,
  p.usage_rate_10 AS usage_rate_last_10_games,
  p.games_listed_last_10,
  ratio(p.games_listed_last_10 - p.games_played_last_10, p.games_listed_last_10) AS dnp_rate_last_10,
  p.games_since_team_change,
  years_between(b.birth_date, p.game_date) AS player_age,
  b.position,
  p.injury_status,
  opp.pace AS opponent_pace_last_10, opp.pace_std AS opponent_pace_last_10_std,
  opp.off_rating AS opponent_off_rating_last_10, opp.off_rating_std AS opponent_off_rating_last_10_std,
  opp.def_rating AS opponent_def_rating_last_10, opp.def_rating_std AS opponent_def_rating_last_10_std,
  opp.ft_rate_allowed AS opponent_ft_rate_allowed_last_10, opp.ft_rate_allowed_std AS opponent_ft_rate_allowed_last_10_std,
  opp.rebounding_rate AS opponent_rebounding_rate_last_10, opp.rebounding_rate_std AS opponent_rebounding_rate_last_10_std,
  l.pace AS league_pace_last_30_days,
  own.pace + opp.pace - l.pace AS pace_expected,
  own.pace + opp.pace - l.pace - l.pace AS pace_vs_league,
  a.out_usage_share,
  p.usage_rate_10 * (1 + COALESCE(a.out_usage_share, 0)) AS projected_usage_rate,
  a.stars_out AS star_teammates_out,
  a.stars_questionable AS questionable_star_teammates,
  x.current_line AS current_points_line, x.opening_line AS opening_points_line, x.current_line - x.opening_line AS line_movement,
  p.over_streak AS prop_over_streak, p.under_streak AS prop_under_streak,
  least(5, p.games_played) AS l5_games_used,
  least(10, p.games_played) AS l10_games_used
FROM players p
JOIN upcoming_team_game_context t ON t.game_id = p.game_id AND t.team_abbr = p.team_abbr
JOIN lookups n ON n.player_name = p.player_name
LEFT JOIN team_form_now own ON own.game_id = p.game_id AND own.team_abbr = p.team_abbr
LEFT JOIN team_form_now opp ON opp.game_id = p.game_id AND opp.team_abbr = t.opponent_team_abbr
LEFT JOIN league_pace l ON l.game_date = p.game_date
LEFT JOIN recent_load r ON r.game_id = p.game_id AND r.player_id = p.player_id
LEFT JOIN raw_players b ON b.season = p.season AND b.player_id = p.player_id
LEFT JOIN teammate_absences a ON a.game_id = p.game_id AND a.player_id = p.player_id
LEFT JOIN points_lines x ON x.game_id = p.game_id AND x.player_id = p.player_id
