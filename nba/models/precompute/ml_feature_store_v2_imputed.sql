/* backcourt
about = "The 25 features with every gap filled by its default (the seed feature_defaults), and flags that show which values are filled."
date = "game_date"
key = ["game_date", "player_id"]
materialized = "view"

[reads]
ml_feature_store_v2 = "same date"
feature_defaults = "whole"

[columns]
game_date = "US Eastern date of the game, D"
player_id = "the league's id of the player"
points_avg_last_5 = "feature 0: points a game over his last 5 played games; the default if it is not known"
points_avg_last_10 = "feature 1: points a game over his last 10 played games; the default if it is not known"
points_avg_season = "feature 2: points a game over his played games of the season; the default if it is not known"
points_std_last_10 = "feature 3: sample standard deviation of points over his last 10 played games; the default if it is not known"
games_in_last_7_days = "feature 4: games he played in the 7 days before D; 0..7; the default if it is not known"
fatigue_score = "feature 5: 100 = two days of rest or more and no load; less for short rest, load and age; 0..100; the default if it is not known"
shot_zone_mismatch_score = "feature 6: his shot zones against what the opponent allows there above the league; positive = in his favour; -10..10; the default if it is not known"
pace_score = "feature 7: half the possessions per 48 minutes expected of the game above the league's mean; -3..3; the default if it is not known"
usage_spike_score = "feature 8: 0.3 x percent of plays that absent team-mates leave to him; 0..3; the default if it is not known"
rest_advantage = "feature 9: his team's full days off before D less the opponent's; -2..2; the default if it is not known"
injury_risk = "feature 10: 0 no status or available, 1 probable, 2 questionable, 3 doubtful or out; the default if it is not known"
recent_trend = "feature 11: mean points of the newest 2 games less that of the 3 before: 2 if >= 5, 1 if >= 2, -2 if <= -5, -1 if <= -2, else 0; the default if it is not known"
minutes_change = "feature 12: minutes of the last 10 games against the season's: 2 if a fifth above or more, 1 if a tenth, -2 if a fifth below or more, -1 if a tenth, else 0; the default if it is not known"
opponent_def_rating = "feature 13: points per 100 possessions that the opponent allowed over its last 15 games; the default if it is not known"
opponent_pace = "feature 14: possessions per 48 minutes in the opponent's last 15 games, mean of games; the default if it is not known"
home_away = "feature 15: 1 at home, 0 away; the default if it is not known"
back_to_back = "feature 16: 1 if he played the day before D, else 0; the default if it is not known"
playoff_game = "feature 17: 1 in the playoffs, else 0 (also in the play-in and the cup final); the default if it is not known"
pct_paint = "feature 18: share of his located attempts within 8 ft, last 10 played games with zones; 0..1; the default if it is not known"
pct_mid_range = "feature 19: share of his located attempts that were twos from beyond 8 ft, last 10 played games with zones; 0..1; the default if it is not known"
pct_three = "feature 20: share of his located attempts that were threes, last 10 played games with zones; 0..1; the default if it is not known"
pct_free_throw = "feature 21: share of his points that were free throws, last 10 played games; 0..1; the default if it is not known"
team_pace = "feature 22: possessions per 48 minutes in his team's last 10 games, mean of games; the default if it is not known"
team_off_rating = "feature 23: his team's points per 100 possessions in its last 10 games, mean of games; the default if it is not known"
team_win_pct = "feature 24: share of his team's games of the season before D that it won; 0..1; the default if it is not known"
imputed_points_avg_last_5 = "points_avg_last_5 is the default"
imputed_points_avg_last_10 = "points_avg_last_10 is the default"
imputed_points_avg_season = "points_avg_season is the default"
imputed_points_std_last_10 = "points_std_last_10 is the default"
imputed_games_in_last_7_days = "games_in_last_7_days is the default"
imputed_fatigue_score = "fatigue_score is the default"
imputed_shot_zone_mismatch_score = "shot_zone_mismatch_score is the default"
imputed_pace_score = "pace_score is the default"
imputed_usage_spike_score = "usage_spike_score is the default"
imputed_rest_advantage = "rest_advantage is the default"
imputed_injury_risk = "injury_risk is the default"
imputed_recent_trend = "recent_trend is the default"
imputed_minutes_change = "minutes_change is the default"
imputed_opponent_def_rating = "opponent_def_rating is the default"
imputed_opponent_pace = "opponent_pace is the default"
imputed_home_away = "home_away is the default"
imputed_back_to_back = "back_to_back is the default"
imputed_playoff_game = "playoff_game is the default"
imputed_pct_paint = "pct_paint is the default"
imputed_pct_mid_range = "pct_mid_range is the default"
imputed_pct_three = "pct_three is the default"
imputed_pct_free_throw = "pct_free_throw is the default"
imputed_team_pace = "team_pace is the default"
imputed_team_off_rating = "team_off_rating is the default"
imputed_team_win_pct = "team_win_pct is the default"

[checks]
"every gap is filled" = "SELECT * FROM this t WHERE contains(CAST(t AS STRING), 'NULL')"
*/
WITH
defaults AS (
  SELECT feature, CAST(value AS DOUBLE) AS value FROM feature_defaults
)
-- The order of the columns is that of the header.
SELECT f.game_date, f.player_id,
  COALESCE(f.points_avg_last_5, (SELECT value FROM defaults WHERE feature = 'points_avg_last_5')) AS points_avg_last_5, f.points_avg_last_5 IS NULL AS imputed_points_avg_last_5,
  COALESCE(f.points_avg_last_10, (SELECT value FROM defaults WHERE feature = 'points_avg_last_10')) AS points_avg_last_10, f.points_avg_last_10 IS NULL AS imputed_points_avg_last_10,
  COALESCE(f.points_avg_season, (SELECT value FROM defaults WHERE feature = 'points_avg_season')) AS points_avg_season, f.points_avg_season IS NULL AS imputed_points_avg_season,
  COALESCE(f.points_std_last_10, (SELECT value FROM defaults WHERE feature = 'points_std_last_10')) AS points_std_last_10, f.points_std_last_10 IS NULL AS imputed_points_std_last_10,
  COALESCE(f.games_in_last_7_days, (SELECT value FROM defaults WHERE feature = 'games_in_last_7_days')) AS games_in_last_7_days, f.games_in_last_7_days IS NULL AS imputed_games_in_last_7_days,
  COALESCE(f.fatigue_score, (SELECT value FROM defaults WHERE feature = 'fatigue_score')) AS fatigue_score, f.fatigue_score IS NULL AS imputed_fatigue_score,
  COALESCE(f.shot_zone_mismatch_score, (SELECT value FROM defaults WHERE feature = 'shot_zone_mismatch_score')) AS shot_zone_mismatch_score, f.shot_zone_mismatch_score IS NULL AS imputed_shot_zone_mismatch_score,
  COALESCE(f.pace_score, (SELECT value FROM defaults WHERE feature = 'pace_score')) AS pace_score, f.pace_score IS NULL AS imputed_pace_score,
  COALESCE(f.usage_spike_score, (SELECT value FROM defaults WHERE feature = 'usage_spike_score')) AS usage_spike_score, f.usage_spike_score IS NULL AS imputed_usage_spike_score,
  COALESCE(f.rest_advantage, (SELECT value FROM defaults WHERE feature = 'rest_advantage')) AS rest_advantage, f.rest_advantage IS NULL AS imputed_rest_advantage,
  COALESCE(f.injury_risk, (SELECT value FROM defaults WHERE feature = 'injury_risk')) AS injury_risk, f.injury_risk IS NULL AS imputed_injury_risk,
  COALESCE(f.recent_trend, (SELECT value FROM defaults WHERE feature = 'recent_trend')) AS recent_trend, f.recent_trend IS NULL AS imputed_recent_trend,
  COALESCE(f.minutes_change, (SELECT value FROM defaults WHERE feature = 'minutes_change')) AS minutes_change, f.minutes_change IS NULL AS imputed_minutes_change,
  COALESCE(f.opponent_def_rating, (SELECT value FROM defaults WHERE feature = 'opponent_def_rating')) AS opponent_def_rating, f.opponent_def_rating IS NULL AS imputed_opponent_def_rating,
  COALESCE(f.opponent_pace, (SELECT value FROM defaults WHERE feature = 'opponent_pace')) AS opponent_pace, f.opponent_pace IS NULL AS imputed_opponent_pace,
  COALESCE(f.home_away, (SELECT value FROM defaults WHERE feature = 'home_away')) AS home_away, f.home_away IS NULL AS imputed_home_away,
  COALESCE(f.back_to_back, (SELECT value FROM defaults WHERE feature = 'back_to_back')) AS back_to_back, f.back_to_back IS NULL AS imputed_back_to_back,
  COALESCE(f.playoff_game, (SELECT value FROM defaults WHERE feature = 'playoff_game')) AS playoff_game, f.playoff_game IS NULL AS imputed_playoff_game,
  COALESCE(f.pct_paint, (SELECT value FROM defaults WHERE feature = 'pct_paint')) AS pct_paint, f.pct_paint IS NULL AS imputed_pct_paint,
  COALESCE(f.pct_mid_range, (SELECT value FROM defaults WHERE feature = 'pct_mid_range')) AS pct_mid_range, f.pct_mid_range IS NULL AS imputed_pct_mid_range,
  COALESCE(f.pct_three, (SELECT value FROM defaults WHERE feature = 'pct_three')) AS pct_three, f.pct_three IS NULL AS imputed_pct_three,
  COALESCE(f.pct_free_throw, (SELECT value FROM defaults WHERE feature = 'pct_free_throw')) AS pct_free_throw, f.pct_free_throw IS NULL AS imputed_pct_free_throw,
  COALESCE(f.team_pace, (SELECT value FROM defaults WHERE feature = 'team_pace')) AS team_pace, f.team_pace IS NULL AS imputed_team_pace,
  COALESCE(f.team_off_rating, (SELECT value FROM defaults WHERE feature = 'team_off_rating')) AS team_off_rating, f.team_off_rating IS NULL AS imputed_team_off_rating,
  COALESCE(f.team_win_pct, (SELECT value FROM defaults WHERE feature = 'team_win_pct')) AS team_win_pct, f.team_win_pct IS NULL AS imputed_team_win_pct
FROM ml_feature_store_v2 f
