/* backcourt
about = "What each team allowed in each final game: the opponent's line seen from the defence, shots by zone and the blocks among them."
date = "game_date"
key = ["game_id", "defending_team_abbr"]
cost = 1
empty = "no game of the date is final and has a team box"

[reads]
team_game_totals = "same date"

[rows]
expected = "rows of team_game_totals where has_team_box"

[columns]
game_id = "the league's id of the game, 10 characters"
defending_team_abbr = "the team whose defence this is, by the league's tricode"
game_date = "US Eastern date of the game"
season = "season of the game, as 2021-22"
season_year = "year in which the season starts"
game_type = "regular, play_in, playoffs or cup_final"
opponent_team_abbr = "the team it defended against"
home_game = "the defending team was at home (on a neutral floor: was named the home team)"
points_allowed = "the opponent's points, by the team box"
opp_fg_makes = "the opponent's field goals made"
opp_fg_attempts = "the opponent's field goals attempted"
opp_three_pt_makes = "the opponent's threes made"
opp_three_pt_attempts = "the opponent's threes attempted"
opp_ft_makes = "the opponent's free throws made"
opp_ft_attempts = "the opponent's free throws attempted"
opp_offensive_rebounds = "the opponent's offensive rebounds"
opp_rebounds = "the opponent's rebounds"
opp_assists = "the opponent's assists"
turnovers_forced = "the opponent's turnovers, sum of its players'"
fouls_committed = "the defending team's personal fouls"
steals = "the defending team's steals"
defensive_rebounds = "the defending team's defensive rebounds"
rebounds = "the defending team's rebounds"
has_shot_zones = "the game's play-by-play agrees with the box in every shot invariant; if not, all shot columns below are NULL"
opp_paint_makes = "twos the opponent made within 8 ft (not the league's painted area); NULL unless has_shot_zones"
opp_paint_attempts = "twos the opponent attempted within 8 ft; NULL unless has_shot_zones"
opp_mid_range_makes = "twos the opponent made from beyond 8 ft; NULL unless has_shot_zones"
opp_mid_range_attempts = "twos the opponent attempted from beyond 8 ft; NULL unless has_shot_zones"
opp_three_makes = "threes the opponent made, by the events; NULL unless has_shot_zones"
opp_three_attempts = "threes the opponent attempted, by the events; NULL unless has_shot_zones"
paint_points_allowed = "points of opp_paint_makes; NULL unless has_shot_zones"
mid_range_points_allowed = "points of opp_mid_range_makes; NULL unless has_shot_zones"
three_pt_points_allowed = "points of opp_three_makes; NULL unless has_shot_zones"
blocks_paint = "shots within 8 ft that it blocked; NULL unless has_shot_zones"
blocks_mid_range = "twos from beyond 8 ft that it blocked; NULL unless has_shot_zones"
blocks_three_pt = "threes that it blocked; NULL unless has_shot_zones"
defensive_rating = "points allowed per 100 game possessions: the opponent's offensive rating"
opponent_pace = "the game's possessions per 48 minutes, the same for both teams"
game_possessions = "mean of both teams' possessions; the same for both"
opponent_ts_pct = "the opponent's true shooting: points / (2 (FGA + 0.44 FTA)); fraction"
win_flag = "the defending team won"
margin_of_victory = "points by which the defending team won; negative: lost"
overtime_periods = "overtime periods; 0.."

[checks]
"two sides of one game" = "SELECT game_id FROM this GROUP BY game_id HAVING count(*) <> 2 OR sum(margin_of_victory) <> 0 OR min(game_possessions) <> max(game_possessions)"
"win is a positive margin" = "SELECT * FROM this WHERE win_flag <> (margin_of_victory > 0)"
"makes are attempts" = "SELECT * FROM this WHERE opp_fg_makes > opp_fg_attempts OR opp_three_pt_makes > opp_three_pt_attempts OR opp_ft_makes > opp_ft_attempts"
"zone makes are the box's" = "SELECT * FROM this WHERE opp_paint_makes + opp_mid_range_makes + opp_three_makes <> opp_fg_makes OR opp_three_makes <> opp_three_pt_makes OR opp_three_attempts <> opp_three_pt_attempts"
"zones where promised" = "SELECT * FROM this WHERE has_shot_zones <> (opp_paint_attempts IS NOT NULL) OR has_shot_zones <> (blocks_paint IS NOT NULL)"
"blocked shots are misses" = "SELECT * FROM this WHERE blocks_paint > opp_paint_attempts - opp_paint_makes OR blocks_mid_range > opp_mid_range_attempts - opp_mid_range_makes OR blocks_three_pt > opp_three_attempts - opp_three_makes"
"ratings in range" = "SELECT * FROM this WHERE defensive_rating NOT BETWEEN 30 AND 230 OR opponent_pace NOT BETWEEN 40 AND 180 OR opponent_ts_pct NOT BETWEEN 0 AND 2"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
game_type = "regular all season but for its end"
has_shot_zones = "true wherever the play-by-play is sound"

[needs]
raw_play_by_play = ["opp_paint_makes", "opp_paint_attempts", "opp_mid_range_makes", "opp_mid_range_attempts", "opp_three_makes", "opp_three_attempts", "paint_points_allowed", "mid_range_points_allowed", "three_pt_points_allowed", "blocks_paint", "blocks_mid_range", "blocks_three_pt"]
*/
SELECT d.game_id, d.team_abbr AS defending_team_abbr, d.game_date, d.season, d.season_year, d.game_type, d.opponent_team_abbr, d.home_game,
  o.points AS points_allowed, o.fg_makes AS opp_fg_makes, o.fg_attempts AS opp_fg_attempts,
  o.three_pt_makes AS opp_three_pt_makes, o.three_pt_attempts AS opp_three_pt_attempts,
  o.ft_makes AS opp_ft_makes, o.ft_attempts AS opp_ft_attempts,
  o.offensive_rebounds AS opp_offensive_rebounds, o.offensive_rebounds + o.defensive_rebounds AS opp_rebounds,
  o.assists AS opp_assists, o.turnovers AS turnovers_forced,
  d.personal_fouls AS fouls_committed, d.steals, d.defensive_rebounds, d.offensive_rebounds + d.defensive_rebounds AS rebounds,
  d.has_shot_zones, o.paint_makes AS opp_paint_makes, o.paint_attempts AS opp_paint_attempts,
  o.mid_range_makes AS opp_mid_range_makes, o.mid_range_attempts AS opp_mid_range_attempts,
  o.three_makes AS opp_three_makes, o.three_attempts AS opp_three_attempts,
  2 * o.paint_makes AS paint_points_allowed, 2 * o.mid_range_makes AS mid_range_points_allowed, 3 * o.three_makes AS three_pt_points_allowed,
  d.paint_blocks AS blocks_paint, d.mid_range_blocks AS blocks_mid_range, d.three_pt_blocks AS blocks_three_pt,
  ratio(100 * o.points, d.game_possessions) AS defensive_rating,
  d.pace AS opponent_pace, d.game_possessions,
  true_shooting_of(o.points, o.fg_attempts, o.ft_attempts) AS opponent_ts_pct,
  d.margin > 0 AS win_flag, d.margin AS margin_of_victory, d.overtime_periods
FROM team_game_totals d
JOIN team_game_totals o ON o.game_id = d.game_id AND o.team_abbr = d.opponent_team_abbr
WHERE d.has_team_box
