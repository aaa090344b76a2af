/* backcourt
about = "The features of each player who may play on the date, for models of his points: 25 in a fixed order, 33 more, and what is missing of the 25. Nothing is imputed here."
date = "game_date"
key = ["game_date", "player_id"]
cost = 8
empty = "no team that plays on the date has a game of this season before it"

[reads]
player_daily_cache = "same date"
player_composite_factors = "same date"
player_shot_zone_analysis = "same date"
team_defense_zone_analysis = "same date"
upcoming_player_game_context = "same date"
upcoming_team_game_context = "same date"
player_form = "season before"
player_game_summary = "365 days before"
team_game_totals = "10 games before"

[rows]
expected = "rows of upcoming_player_game_context"

[columns]
game_date = "US Eastern date of the game, D; every figure is known before it"
player_id = "the league's id of the player"
game_id = "the league's id of the game, 10 characters"
season = "season of the game, as 2021-22"
season_year = "year in which the season starts"
team_abbr = "his team: listed for it in one of its last 5 games before D, and nowhere else since"
opponent_team_abbr = "the team it plays"
points_avg_last_5 = "feature 0: points a game over his last 5 played games; NULL without a game"
points_avg_last_10 = "feature 1: points a game over his last 10 played games; NULL without a game"
points_avg_season = "feature 2: points a game over his played games of the season; NULL without a game"
points_std_last_10 = "feature 3: sample standard deviation of points over his last 10 played games; NULL for fewer than 2"
games_in_last_7_days = "feature 4: games he played in the 7 days before D; 0..7"
fatigue_score = "feature 5: 100 = two days of rest or more and no load; less for short rest, load and age; 0..100"
shot_zone_mismatch_score = "feature 6: his shot zones against what the opponent allows there above the league; positive = in his favour; -10..10"
pace_score = "feature 7: half the possessions per 48 minutes expected of the game above the league's mean; -3..3"
usage_spike_score = "feature 8: 0.3 x percent of plays that absent team-mates leave to him; 0..3"
rest_advantage = "feature 9: his team's full days off before D less the opponent's; -2..2; NULL in the opponent's first game"
injury_risk = "feature 10: 0 no status or available, 1 probable, 2 questionable, 3 doubtful or out; NULL without the injury feed"
recent_trend = "feature 11: mean points of the newest 2 games less that of the 3 before: 2 if >= 5, 1 if >= 2, -2 if <= -5, -1 if <= -2, else 0; NULL for fewer than 5 games"
minutes_change = "feature 12: minutes of the last 10 games against the season's: 2 if a fifth above or more, 1 if a tenth, -2 if a fifth below or more, -1 if a tenth, else 0; NULL without a game"
opponent_def_rating = "feature 13: points per 100 possessions that the opponent allowed over its last 15 games; NULL in its first game"
opponent_pace = "feature 14: possessions per 48 minutes in the opponent's last 15 games, mean of games; NULL in its first game"
home_away = "feature 15: 1 at home, 0 away"
back_to_back = "feature 16: 1 if he played the day before D, else 0"
playoff_game = "feature 17: 1 in the playoffs, else 0 (also in the play-in and the cup final)"
pct_paint = "feature 18: share of his located attempts within 8 ft, last 10 played games with zones; 0..1"
pct_mid_range = "feature 19: share of his located attempts that were twos from beyond 8 ft, last 10 played games with zones; 0..1"
pct_three = "feature 20: share of his located attempts that were threes, last 10 played games with zones; 0..1"
pct_free_throw = "feature 21: share of his points that were free throws, last 10 played games; 0..1; NULL without a point"
team_pace = "feature 22: possessions per 48 minutes in his team's last 10 games, mean of games"
team_off_rating = "feature 23: his team's points per 100 possessions in its last 10 games, mean of games"
team_win_pct = "feature 24: share of his team's games of the season before D that it won; 0..1"
avg_points_vs_opponent = "points a game over the games he played against today's opponent in the 365 days before D, in any season and for any team; NULL without one"
games_vs_opponent = "how many games these are; 0.."
minutes_avg_last_10 = "minutes a game over his last 10 played games; NULL without a game"
ppm_avg_last_10 = "points a minute, sums over his last 10 played games; NULL without a game"
dnp_rate = "share of his team's last 10 games, of those in whose box he is listed for it, that he did not play; 0..1"
pts_slope_10g = "least-squares slope of points over his last 10 played games, points a game; positive = rising; NULL for fewer than 5"
pts_vs_season_zscore = "(points_avg_last_5 - points_avg_season) / points_std_last_10; -3..3; NULL without spread"
breakout_flag = "1 if points_avg_last_5 > points_avg_season + 1.5 x points_std_last_10, else 0; NULL without a deviation"
star_teammates_out = "star team-mates who are out or doubtful; NULL without the injury feed"
game_total_line = "closing total of both teams' points; NULL without game lines"
days_rest = "the team's full days off before D; 0 = back-to-back"
minutes_load_last_7d = "minutes he played in the 7 days before D"
spread_magnitude = "closing spread without its sign, points; NULL without game lines"
implied_team_total = "points that the lines give his team; NULL without game lines"
points_avg_last_3 = "points a game over his last 3 played games; NULL without a game"
scoring_trend_slope = "least-squares slope of points over his last 7 played games, points a game; NULL for fewer than 4"
deviation_from_avg_last3 = "(points_avg_last_3 - points_avg_season) / points_std_last_10, not clamped; NULL without spread"
consecutive_games_below_avg = "newest played games in a row with fewer points than points_avg_season; 0 if the newest has not, or without a game"
usage_rate_last_5 = "percent of the team's plays that he used while on the floor, sums over his last 5 played games; NULL without a game"
games_since_structural_change = "newest games he played for his present team with no gap of more than 14 days between neighbours; 1..30, 30 standing for more; NULL without one"
blowout_minutes_risk = "share of his team's last 10 games decided by 15 points or more; 0..1"
minutes_volatility_last_10 = "sample standard deviation of minutes over his last 10 played games; NULL for fewer than 2"
opponent_pace_mismatch = "team_pace - opponent_pace"
self_creation_rate = "share of his makes that were not assisted, last 10 played games with zones; 0..1; NULL without a make"
starter_rate_season = "share of his played games of the season that he started; 0..1; NULL without a game"
ft_rate_season = "free throws per field goal attempt over the season; NULL without an attempt"
fg_pct_last_5 = "field goal percentage over his last 5 played games; 0..1; NULL without an attempt"
fg_pct_vs_season_avg = "fg_pct_last_5 less that of the season; NULL without an attempt"
three_pct_last_5 = "three-point percentage over his last 5 played games; 0..1; NULL without an attempt"
three_pct_std_last_5 = "sample standard deviation of the three-point percentages of those of his last 5 played games that have an attempt; NULL for fewer than 2"
scoring_skewness_last_10 = "skewness of points over his last 10 played games, adjusted Fisher-Pearson (G1); NULL for fewer than 3 or without spread"
travel_miles = "great-circle miles from the place of his team's previous game to this one's; NULL if a place is not known"
time_zones_crossed = "hours between the clocks of those two places on D; NULL where travel_miles is"
missing_features_count = "how many of the 25 features are NULL; 0..25"
missing_features = "their names in order, comma-joined; empty if none"
feature_quality_score = "percent of the 25 features that are present; 0..100"
is_ready = "the opponent's last 15 games, his last 10 with zones and his 5 of the season are complete"
feature_version = "version of the list of features"

[checks]
"points in range" = "SELECT * FROM this WHERE least(points_avg_last_3, points_avg_last_5, points_avg_last_10, points_avg_season, avg_points_vs_opponent) < 0 OR greatest(points_avg_last_3, points_avg_last_5, points_avg_last_10, points_avg_season, avg_points_vs_opponent) > 100 OR points_std_last_10 NOT BETWEEN 0 AND 80"
"scores in range" = "SELECT * FROM this WHERE fatigue_score NOT BETWEEN 0 AND 100 OR shot_zone_mismatch_score NOT BETWEEN -10 AND 10 OR pace_score NOT BETWEEN -3 AND 3 OR usage_spike_score NOT BETWEEN 0 AND 3 OR rest_advantage NOT BETWEEN -2 AND 2 OR injury_risk NOT IN (0, 1, 2, 3)"
"levels" = "SELECT * FROM this WHERE recent_trend NOT IN (-2, -1, 0, 1, 2) OR minutes_change NOT IN (-2, -1, 0, 1, 2) OR home_away NOT IN (0, 1) OR back_to_back NOT IN (0, 1) OR playoff_game NOT IN (0, 1) OR breakout_flag NOT IN (0, 1) OR pts_vs_season_zscore NOT BETWEEN -3 AND 3"
"ratings in range" = "SELECT * FROM this WHERE opponent_def_rating NOT BETWEEN 30 AND 230 OR team_off_rating NOT BETWEEN 30 AND 230 OR opponent_pace NOT BETWEEN 40 AND 180 OR team_pace NOT BETWEEN 40 AND 180"
"zones sum to one" = "SELECT * FROM this WHERE abs(pct_paint + pct_mid_range + pct_three - 1) > 1e-9"
"shares in range" = "SELECT * FROM this WHERE pct_free_throw NOT BETWEEN 0 AND 1 OR team_win_pct NOT BETWEEN 0 AND 1 OR dnp_rate NOT BETWEEN 0 AND 1 OR blowout_minutes_risk NOT BETWEEN 0 AND 1 OR self_creation_rate NOT BETWEEN 0 AND 1 OR starter_rate_season NOT BETWEEN 0 AND 1 OR fg_pct_last_5 NOT BETWEEN 0 AND 1 OR three_pct_last_5 NOT BETWEEN 0 AND 1"
"minutes in range" = "SELECT * FROM this WHERE minutes_avg_last_10 NOT BETWEEN 0 AND 80 OR minutes_volatility_last_10 NOT BETWEEN 0 AND 60 OR minutes_load_last_7d NOT BETWEEN 0 AND 500"
"counts in range" = "SELECT * FROM this WHERE games_vs_opponent < 0 OR (games_vs_opponent = 0) <> (avg_points_vs_opponent IS NULL) OR consecutive_games_below_avg < 0 OR games_since_structural_change NOT BETWEEN 1 AND 30 OR star_teammates_out < 0"
"no spread, no score" = "SELECT * FROM this WHERE (pts_vs_season_zscore IS NULL) <> (COALESCE(points_std_last_10, 0) = 0) OR (deviation_from_avg_last3 IS NULL) <> (COALESCE(points_std_last_10, 0) = 0)"
"skewness in range" = "SELECT * FROM this WHERE scoring_skewness_last_10 NOT BETWEEN -3.17 AND 3.17"
"missing features are counted" = "SELECT * FROM this WHERE missing_features_count NOT BETWEEN 0 AND 25 OR (missing_features_count = 0) <> (missing_features = '') OR abs(feature_quality_score - 4 * (25 - missing_features_count)) > 1e-9 OR is_ready IS NULL"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
usage_spike_score = "0 without the injury feed"
playoff_game = "0 until the playoffs, then 1"
minutes_change = "0 while the last 10 games are the season"
breakout_flag = "0 while the last 5 games are the season"
star_teammates_out = "few stars are out at a time"
missing_features_count = "the same when the same feeds are absent"
missing_features = "the same when the same feeds are absent"
feature_quality_score = "the same when the same feeds are absent"
is_ready = "true for most players late in a season"
feature_version = "one version of the list"

[may_be_null]
recent_trend = "needs 5 games of the season"
avg_points_vs_opponent = "needs a game against the opponent in the year before; the first season loaded has none"
pts_slope_10g = "needs 5 games of the season"
scoring_trend_slope = "needs 4 games of the season"
three_pct_std_last_5 = "needs 2 games with an attempt"
scoring_skewness_last_10 = "needs 3 games of the season"

[needs]
raw_play_by_play = ["shot_zone_mismatch_score", "pct_paint", "pct_mid_range", "pct_three", "self_creation_rate"]
raw_arenas = ["travel_miles", "time_zones_crossed"]
"raw_injuries or raw_injury_reports" = ["injury_risk", "star_teammates_out"]
raw_game_lines = ["game_total_line", "spread_magnitude", "implied_team_total"]
*/
WITH
-- His run of games for the present team, which after a trade is not that of his newest game; true until the next one for it.
stretches AS (
  SELECT season_year, player_id, team_abbr, game_date, games_since_structural_change,
    COALESCE(lead(game_date) OVER (PARTITION BY season_year, player_id, team_abbr ORDER BY game_number), DATE '9999-12-31') AS next_date
  FROM player_form
),
-- Over final games, with a box or without: the window is counted in these.
margins AS (
  SELECT season_year, team_abbr, game_date,
    COALESCE(lead(game_date) OVER in_order, DATE '9999-12-31') AS next_date,
    ratio(sum(CASE WHEN abs(margin) >= 15 THEN 1 ELSE 0 END) OVER last_10, count(*) OVER last_10) AS blowout_share
  FROM team_game_totals
  WINDOW in_order AS (PARTITION BY season_year, team_abbr ORDER BY game_date, game_id),
    last_10 AS (PARTITION BY season_year, team_abbr ORDER BY game_date, game_id ROWS BETWEEN 9 PRECEDING AND CURRENT ROW)
),
teams AS (
  SELECT t.game_id, t.team_abbr, t.implied_team_total, t.travel_miles, t.time_zones_crossed, m.blowout_share
  FROM upcoming_team_game_context t
  LEFT JOIN margins m ON m.season_year = t.season_year AND m.team_abbr = t.team_abbr AND m.game_date < t.game_date AND m.next_date >= t.game_date
),
meetings AS (
  SELECT u.game_id, u.player_id, CAST(count(*) AS INTEGER) AS games, ratio(sum(p.points), count(*)) AS points_avg
  FROM upcoming_player_game_context u
  JOIN player_game_summary p ON p.player_id = u.player_id AND p.opponent_team_abbr = u.opponent_team_abbr
    AND p.game_date BETWEEN add_days(u.game_date, -365) AND add_days(u.game_date, -1)
  WHERE p.is_active
  GROUP BY u.game_id, u.player_id
),
-- The 25 features stand in one value, in their order, and are numbers all of them.
known AS (
  SELECT u.game_date, u.player_id, u.game_id, u.season, u.season_year, u.team_abbr, u.opponent_team_abbr,
    struct_pack(
      points_avg_last_5 := c.points_avg_last_5,
      points_avg_last_10 := c.points_avg_last_10,
      points_avg_season := c.points_avg_season,
      points_std_last_10 := c.points_std_last_10,
      games_in_last_7_days := u.games_in_last_7_days,
      fatigue_score := x.fatigue_score,
      shot_zone_mismatch_score := x.shot_zone_mismatch_score,
      pace_score := x.pace_score,
      usage_spike_score := x.usage_spike_score,
      -- GREATEST and LEAST skip NULL: what is not known stays so, here and below.
      rest_advantage := CASE WHEN u.rest_difference IS NOT NULL THEN CAST(greatest(-2, least(2, u.rest_difference)) AS DOUBLE) END,
      -- Star team-mates are counted whenever there is an injury feed.
      injury_risk := CASE WHEN u.star_teammates_out IS NOT NULL THEN
        CASE u.injury_status WHEN 'probable' THEN 1e0 WHEN 'questionable' THEN 2e0 WHEN 'doubtful' THEN 3e0 WHEN 'out' THEN 3e0 ELSE 0e0 END END,
      recent_trend := f.recent_trend,
      minutes_change := f.minutes_change,
      opponent_def_rating := d.defensive_rating_last_15,
      opponent_pace := d.opponent_pace,
      home_away := CASE WHEN u.home_game THEN 1e0 ELSE 0e0 END,
      back_to_back := CASE WHEN u.back_to_back THEN 1e0 ELSE 0e0 END,
      playoff_game := CASE WHEN u.game_type = 'playoffs' THEN 1e0 ELSE 0e0 END,
      pct_paint := z.paint_rate_last_10,
      pct_mid_range := z.mid_range_rate_last_10,
      pct_three := z.three_pt_rate_last_10,
      pct_free_throw := c.pct_free_throw,
      team_pace := c.team_pace_last_10,
      team_off_rating := c.team_off_rating_last_10,
      team_win_pct := c.team_win_pct
    ) AS features,
    m.points_avg AS avg_points_vs_opponent,
    COALESCE(m.games, 0) AS games_vs_opponent,
    c.minutes_avg_last_10,
    f.points_per_minute_last_10 AS ppm_avg_last_10,
    u.dnp_rate_last_10 AS dnp_rate,
    f.points_slope_last_10 AS pts_slope_10g,
    CASE WHEN f.points_zscore_last_5 IS NOT NULL THEN greatest(-3e0, least(3e0, f.points_zscore_last_5)) END AS pts_vs_season_zscore,
    CASE WHEN f.is_breaking_out THEN 1e0 WHEN NOT f.is_breaking_out THEN 0e0 END AS breakout_flag,
    u.star_teammates_out,
    u.game_total AS game_total_line,
    u.days_rest,
    u.minutes_in_last_7_days AS minutes_load_last_7d,
    abs(u.game_spread) AS spread_magnitude,
    t.implied_team_total,
    f.points_avg_last_3,
    f.points_slope_last_7 AS scoring_trend_slope,
    f.points_zscore_last_3 AS deviation_from_avg_last3,
    COALESCE(f.consecutive_games_below_avg, 0) AS consecutive_games_below_avg,
    f.usage_rate_last_5,
    s.games_since_structural_change,
    t.blowout_share AS blowout_minutes_risk,
    f.minutes_std_last_10 AS minutes_volatility_last_10,
    c.team_pace_last_10 - d.opponent_pace AS opponent_pace_mismatch,
    z.unassisted_rate_last_10 AS self_creation_rate,
    f.starter_rate_season, f.ft_rate_season,
    f.fg_pct_last_5,
    f.fg_pct_last_5 - f.fg_pct_season AS fg_pct_vs_season_avg,
    f.three_pct_last_5, f.three_pct_std_last_5,
    f.points_skewness_last_10 AS scoring_skewness_last_10,
    t.travel_miles, t.time_zones_crossed,
    COALESCE(d.is_ready, FALSE) AND COALESCE(z.is_ready, FALSE) AND COALESCE(c.is_ready, FALSE) AS is_ready
  FROM upcoming_player_game_context u
  LEFT JOIN player_daily_cache c ON c.cache_date = u.game_date AND c.player_id = u.player_id
  LEFT JOIN player_form f ON f.season_year = u.season_year AND f.player_id = u.player_id AND f.game_number = c.games_played_season
  LEFT JOIN player_composite_factors x ON x.game_date = u.game_date AND x.player_id = u.player_id
  LEFT JOIN player_shot_zone_analysis z ON z.analysis_date = u.game_date AND z.player_id = u.player_id
  LEFT JOIN team_defense_zone_analysis d ON d.analysis_date = u.game_date AND d.team_abbr = u.opponent_team_abbr
  LEFT JOIN teams t ON t.game_id = u.game_id AND t.team_abbr = u.team_abbr
  LEFT JOIN meetings m ON m.game_id = u.game_id AND m.player_id = u.player_id
  LEFT JOIN stretches s ON s.season_year = u.season_year AND s.player_id = u.player_id AND s.team_abbr = u.team_abbr
    AND s.game_date < u.game_date AND s.next_date >= u.game_date
),
gaps AS (
  SELECT game_date, player_id, null_names(features) AS missing_features FROM known
)
SELECT k.*, features.*,
  count_items(g.missing_features) AS missing_features_count,
  g.missing_features,
  100e0 * (25 - count_items(g.missing_features)) / 25 AS feature_quality_score,
  'v2_25+33' AS feature_version
FROM known k
JOIN gaps g ON g.game_date = k.game_date AND g.player_id = k.player_id
