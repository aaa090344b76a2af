/* backcourt
about = "How the day's circumstances may move each player's scoring: fatigue, his shot zones against the opponent's defence, pace, and plays left over by absent team-mates."
date = "game_date"
key = ["game_date", "player_id"]
cost = 4
empty = "no team that plays on the date has a game of this season before it"

[reads]
upcoming_player_game_context = "same date"
player_shot_zone_analysis = "same date"
team_defense_zone_analysis = "same date"

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
player_days_rest = "full days since the last game he played this season; 0 = he played the day before; NULL before his first"
games_in_last_7_days = "games he played in the 7 days before D; 0..7"
minutes_in_last_7_days = "minutes he played in the 7 days before D"
avg_minutes_per_game_last_7_days = "minutes a game he played in the 7 days before D; NULL without a game"
back_to_backs_last_14_days = "times he played on two days running, both within the 14 days before D"
player_age = "age in whole years on D; NULL without a birth date"
paint_rate_last_10 = "share of his located attempts within 8 ft, last 10 played games with zones; 0..1; NULL without shots"
mid_range_rate_last_10 = "share of his located attempts that were twos from beyond 8 ft, last 10 played games with zones; 0..1; NULL without shots"
three_pt_rate_last_10 = "share of his located attempts that were threes, last 10 played games with zones; 0..1; NULL without shots"
opponent_paint_defense_vs_league_avg = "field goal percentage that the opponent allows within 8 ft, last 15 games with zones, less the league's of the last 30 days; percentage points, positive = worse defence; NULL without either"
opponent_mid_range_defense_vs_league_avg = "the same for twos from beyond 8 ft"
opponent_three_pt_defense_vs_league_avg = "the same for threes"
pace_vs_league = "possessions per 48 minutes expected of the game above the league's mean of the last 30 days; NULL if one of them is"
usage_rate_last_10_games = "percent of the team's plays that he used while on the floor, sums over his last 10 played games; NULL without a game"
projected_usage_rate = "the same with the share of absent team-mates' plays on top; percent"
fatigue_score = "100 = two days of rest or more and no load; less for short rest, load and age; 0..100"
shot_zone_mismatch_score = "sum over the zones of his rate x what the opponent allows above the league's x points of the shot / 2; positive = in his favour; -10..10; NULL if a part is"
pace_score = "pace_vs_league / 2; -3..3; NULL if that is"
usage_spike_score = "0.3 x (projected_usage_rate - usage_rate_last_10_games); 0..3; NULL without a game"
total_composite_adjustment = "(fatigue_score - 100) / 20 + the three other scores, NULL counted 0; points, negative = fewer to be expected"
missing_factors = "names of the three other scores that are NULL, comma-joined; empty if none"
calculation_version = "version of the rules above"

[checks]
"scores in range" = "SELECT * FROM this WHERE fatigue_score NOT BETWEEN 0 AND 100 OR fatigue_score IS NULL OR shot_zone_mismatch_score NOT BETWEEN -10 AND 10 OR pace_score NOT BETWEEN -3 AND 3 OR usage_spike_score NOT BETWEEN 0 AND 3"
"total in range" = "SELECT * FROM this WHERE total_composite_adjustment NOT BETWEEN -18 AND 16 OR total_composite_adjustment IS NULL"
"rates sum to one" = "SELECT * FROM this WHERE abs(paint_rate_last_10 + mid_range_rate_last_10 + three_pt_rate_last_10 - 1) > 1e-9"
"defences are in percentage points" = "SELECT * FROM this WHERE greatest(abs(opponent_paint_defense_vs_league_avg), abs(opponent_mid_range_defense_vs_league_avg), abs(opponent_three_pt_defense_vs_league_avg)) > 100"
"missing factors are named" = "SELECT * FROM this WHERE (missing_factors = '') <> (shot_zone_mismatch_score IS NOT NULL AND pace_score IS NOT NULL AND usage_spike_score IS NOT NULL) OR missing_factors IS NULL"
"a score with its inputs" = "SELECT * FROM this WHERE (pace_score IS NULL) <> (pace_vs_league IS NULL) OR (usage_spike_score IS NULL) <> (usage_rate_last_10_games IS NULL)"
"no fatigue without load" = "SELECT * FROM this WHERE fatigue_score = 100 AND player_days_rest < 2"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
usage_spike_score = "0 without the injury feed"
calculation_version = "one version of the rules"

[needs]
raw_play_by_play = ["paint_rate_last_10", "mid_range_rate_last_10", "three_pt_rate_last_10", "opponent_paint_defense_vs_league_avg", "opponent_mid_range_defense_vs_league_avg", "opponent_three_pt_defense_vs_league_avg", "shot_zone_mismatch_score"]
"raw_players.birth_date" = ["player_age"]
*/
WITH
factors AS (
  SELECT u.game_date, u.player_id, u.game_id, u.season, u.season_year, u.team_abbr, u.opponent_team_abbr,
    u.player_days_rest, u.games_in_last_7_days, u.minutes_in_last_7_days, u.avg_minutes_per_game_last_7_days, u.back_to_backs_last_14_days, u.player_age,
    z.paint_rate_last_10, z.mid_range_rate_last_10, z.three_pt_rate_last_10,
    d.paint_defense_vs_league_avg AS opponent_paint_defense_vs_league_avg,
    d.mid_range_defense_vs_league_avg AS opponent_mid_range_defense_vs_league_avg,
    d.three_pt_defense_vs_league_avg AS opponent_three_pt_defense_vs_league_avg,
    u.pace_vs_league, u.usage_rate_last_10_games, u.projected_usage_rate,
    -- An unknown rest, mean or age meets no condition. Minutes are whole seconds / 60, so that 160 and 35 are met exactly.
    95
      + CASE WHEN u.player_days_rest = 0 THEN -15 WHEN u.player_days_rest >= 2 THEN 5 ELSE 0 END
      + CASE WHEN u.games_in_last_7_days >= 4 THEN -10 ELSE 0 END
      + CASE WHEN u.minutes_in_last_7_days > 160 THEN -10 ELSE 0 END
      + CASE WHEN u.avg_minutes_per_game_last_7_days > 35 THEN -8 ELSE 0 END
      + CASE WHEN u.back_to_backs_last_14_days >= 2 THEN -12 WHEN u.back_to_backs_last_14_days = 1 THEN -5 ELSE 0 END
      + CASE WHEN u.player_age >= 35 THEN -10 WHEN u.player_age >= 30 THEN -5 ELSE 0 END AS fatigue,
    -- Shares times percentage points times the worth of a shot against that of a two.
    z.paint_rate_last_10 * d.paint_defense_vs_league_avg
      + z.mid_range_rate_last_10 * d.mid_range_defense_vs_league_avg
      + z.three_pt_rate_last_10 * d.three_pt_defense_vs_league_avg * 1.5e0 AS mismatch,
    u.pace_vs_league / 2e0 AS pace,
    0.3e0 * (u.projected_usage_rate - u.usage_rate_last_10_games) AS usage_spike
  FROM upcoming_player_game_context u
  LEFT JOIN player_shot_zone_analysis z ON z.analysis_date = u.game_date AND z.player_id = u.player_id
  LEFT JOIN team_defense_zone_analysis d ON d.analysis_date = u.game_date AND d.team_abbr = u.opponent_team_abbr
),
-- GREATEST and LEAST skip NULL: a score that is not known stays so.
scores AS (
  SELECT f.*,
    CAST(greatest(0, least(100, fatigue)) AS DOUBLE) AS fatigue_score,
    CASE WHEN mismatch IS NOT NULL THEN greatest(-10e0, least(10e0, mismatch)) END AS shot_zone_mismatch_score,
    CASE WHEN pace IS NOT NULL THEN greatest(-3e0, least(3e0, pace)) END AS pace_score,
    CASE WHEN usage_spike IS NOT NULL THEN greatest(0e0, least(3e0, usage_spike)) END AS usage_spike_score
  FROM factors f
)
SELECT game_date, player_id, game_id, season, season_year, team_abbr, opponent_team_abbr,
  player_days_rest, games_in_last_7_days, minutes_in_last_7_days, avg_minutes_per_game_last_7_days, back_to_backs_last_14_days, player_age,
  paint_rate_last_10, mid_range_rate_last_10, three_pt_rate_last_10,
  opponent_paint_defense_vs_league_avg, opponent_mid_range_defense_vs_league_avg, opponent_three_pt_defense_vs_league_avg,
  pace_vs_league, usage_rate_last_10_games, projected_usage_rate,
  fatigue_score, shot_zone_mismatch_score, pace_score, usage_spike_score,
  (fatigue_score - 100) / 20 + COALESCE(shot_zone_mismatch_score, 0e0) + COALESCE(pace_score, 0e0) + COALESCE(usage_spike_score, 0e0) AS total_composite_adjustment,
  concat_ws(',',
    CASE WHEN shot_zone_mismatch_score IS NULL THEN 'shot_zone_mismatch_score' END,
    CASE WHEN pace_score IS NULL THEN 'pace_score' END,
    CASE WHEN usage_spike_score IS NULL THEN 'usage_spike_score' END) AS missing_factors,
  'v2' AS calculation_version
FROM scores
