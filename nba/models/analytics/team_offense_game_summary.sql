/* backcourt
about = "What each team did in each final game: box totals, possessions and efficiency, shots by zone, result, and who was missing."
date = "game_date"
key = ["game_id", "team_abbr"]
cost = 2
empty = "no game of the date is final and has a team box"

[reads]
team_game_totals = ["10 games before", "same date"]
raw_player_box = ["10 games before", "same date"]

[rows]
expected = "rows of team_game_totals where has_team_box"

[columns]
game_id = "the league's id of the game, 10 characters"
team_abbr = "the team, by the league's tricode"
game_date = "US Eastern date of the game"
season = "season of the game, as 2021-22"
season_year = "year in which the season starts"
game_type = "regular, play_in, playoffs or cup_final"
opponent_team_abbr = "the team it played"
home_game = "the team was at home (on a neutral floor: was named the home team)"
points_scored = "points, by the team box"
fg_makes = "field goals made"
fg_attempts = "field goals attempted"
three_pt_makes = "threes made"
three_pt_attempts = "threes attempted"
ft_makes = "free throws made"
ft_attempts = "free throws attempted"
offensive_rebounds = "offensive rebounds, of players"
defensive_rebounds = "defensive rebounds, of players"
rebounds = "both together"
assists = "assists"
steals = "steals"
blocks = "blocks"
turnovers = "sum of the players' turnovers"
team_turnovers = "turnovers that the source counts beyond its players', in no formula; NULL if it has none"
personal_fouls = "personal fouls of players"
team_seconds = "seconds of all five places: 14400 + 1500 an overtime period"
overtime_periods = "overtime periods; 0.."
possessions = "own possessions: FGA + 0.44 FTA - offensive rebounds + turnovers"
game_possessions = "mean of both teams' possessions; the same for both"
pace = "game possessions per 48 minutes; the same for both"
offensive_rating = "points per 100 game possessions"
ts_pct = "true shooting: points / (2 (FGA + 0.44 FTA)); fraction, at most 1.5 or so"
efg_pct = "effective field goals: (FGM + 0.5 3PM) / FGA; 0..1.5"
turnover_pct = "turnovers / (FGA + 0.44 FTA + turnovers); 0..1"
orb_pct = "share of the rebounds at the opponent's hoop that it took: offensive rebounds / (offensive + opponent's defensive); 0..1"
ft_rate = "free throws attempted a field goal attempted"
has_shot_zones = "the game's play-by-play agrees with the box in every shot invariant; if not, all shot columns below are NULL"
team_paint_attempts = "twos attempted within 8 ft (not the league's painted area); NULL unless has_shot_zones"
team_paint_makes = "twos made within 8 ft; NULL unless has_shot_zones"
team_mid_range_attempts = "twos attempted from beyond 8 ft; NULL unless has_shot_zones"
team_mid_range_makes = "twos made from beyond 8 ft; NULL unless has_shot_zones"
team_three_attempts = "threes attempted, by the events; NULL unless has_shot_zones"
team_three_makes = "threes made, by the events; NULL unless has_shot_zones"
unlocated_attempts = "twos attempted from an unknown distance; NULL unless has_shot_zones"
paint_points_scored = "points of twos made within 8 ft; NULL unless has_shot_zones"
assisted_fg_makes = "field goals made with an assist; NULL unless has_shot_zones"
unassisted_fg_makes = "field goals made without an assist; NULL unless has_shot_zones"
win_flag = "it won"
margin_of_victory = "points by which it won; negative: lost"
players_used = "players who played"
players_not_played = "players listed for the game who did not play"
starters_inactive = "of these, how many started at least half of the team's last 10 games of the season (of all, if fewer); NULL in its first game"

[checks]
"two sides of one game" = "SELECT game_id FROM this GROUP BY game_id HAVING count(*) <> 2 OR sum(margin_of_victory) <> 0 OR sum(CASE WHEN win_flag THEN 1 ELSE 0 END) > 1 OR min(game_possessions) <> max(game_possessions)"
"win is a positive margin" = "SELECT * FROM this WHERE win_flag <> (margin_of_victory > 0)"
"makes are attempts" = "SELECT * FROM this WHERE fg_makes > fg_attempts OR three_pt_makes > three_pt_attempts OR ft_makes > ft_attempts OR three_pt_attempts > fg_attempts OR three_pt_makes > fg_makes"
"zones add up to the box" = "SELECT * FROM this WHERE team_paint_attempts + team_mid_range_attempts + team_three_attempts + unlocated_attempts <> fg_attempts OR team_paint_makes + team_mid_range_makes + team_three_makes <> fg_makes OR assisted_fg_makes + unassisted_fg_makes <> fg_makes OR assisted_fg_makes <> assists"
"zones where promised" = "SELECT * FROM this WHERE has_shot_zones <> (team_paint_attempts IS NOT NULL) OR has_shot_zones <> (unassisted_fg_makes IS NOT NULL)"
"pace in range" = "SELECT * FROM this WHERE possessions NOT BETWEEN 40 AND 250 OR pace NOT BETWEEN 40 AND 180"
"ratings in range" = "SELECT * FROM this WHERE offensive_rating NOT BETWEEN 30 AND 230"
"shares in range" = "SELECT * FROM this WHERE ts_pct NOT BETWEEN 0 AND 2 OR efg_pct NOT BETWEEN 0 AND 1.5 OR turnover_pct NOT BETWEEN 0 AND 1 OR orb_pct NOT BETWEEN 0 AND 1 OR ft_rate < 0"
"enough players" = "SELECT * FROM this WHERE players_used < 5 OR players_not_played < starters_inactive"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
game_type = "regular all season but for its end"
team_turnovers = "in few sources"
has_shot_zones = "true wherever the play-by-play is sound"
unlocated_attempts = "0 where the source's text gives every distance"

[needs]
raw_play_by_play = ["team_paint_attempts", "team_paint_makes", "team_mid_range_attempts", "team_mid_range_makes", "team_three_attempts", "team_three_makes", "paint_points_scored", "assisted_fg_makes", "unassisted_fg_makes"]
*/
WITH
team_games AS (
  SELECT game_id, game_date, season_year, team_abbr,
    CAST(row_number() OVER (PARTITION BY season_year, team_abbr ORDER BY game_date, game_id) AS INTEGER) AS game_number
  FROM team_game_totals
),
listings AS (
  SELECT g.game_id, g.game_date, g.season_year, g.team_abbr, g.game_number, b.player_id, b.is_starter,
    COALESCE(b.seconds_played, 0) > 0 AS played
  FROM raw_player_box b
  JOIN team_games g ON g.game_id = b.game_id AND g.game_date = b.game_date AND g.team_abbr = b.team_abbr
),
-- Only the last 10 games are needed in view, so game numbers may begin anywhere: only their distance counts.
absent_starters AS (
  SELECT a.game_id, a.team_abbr, a.player_id
  FROM dates d
  JOIN listings a ON a.game_date = d.game_date AND NOT a.played
  JOIN listings s ON s.season_year = a.season_year AND s.team_abbr = a.team_abbr AND s.player_id = a.player_id
    AND s.is_starter AND s.game_number BETWEEN a.game_number - 10 AND a.game_number - 1
  GROUP BY a.game_id, a.team_abbr, a.player_id, a.game_number
  HAVING 2 * count(*) >= least(10, a.game_number - 1)
),
absences AS (
  SELECT game_id, team_abbr, CAST(count(*) AS INTEGER) AS starters_inactive
  FROM absent_starters GROUP BY game_id, team_abbr
)
SELECT t.game_id, t.team_abbr, t.game_date, t.season, t.season_year, t.game_type, t.opponent_team_abbr, t.home_game,
  t.points AS points_scored, t.fg_makes, t.fg_attempts, t.three_pt_makes, t.three_pt_attempts, t.ft_makes, t.ft_attempts,
  t.offensive_rebounds, t.defensive_rebounds, t.offensive_rebounds + t.defensive_rebounds AS rebounds,
  t.assists, t.steals, t.blocks, t.turnovers, t.team_turnovers, t.personal_fouls,
  t.team_seconds, t.overtime_periods, t.possessions, t.game_possessions, t.pace,
  ratio(100 * t.points, t.game_possessions) AS offensive_rating,
  true_shooting_of(t.points, t.fg_attempts, t.ft_attempts) AS ts_pct,
  effective_shooting_of(t.fg_makes, t.three_pt_makes, t.fg_attempts) AS efg_pct,
  ratio(t.turnovers, plays_of(t.fg_attempts, t.ft_attempts, t.turnovers)) AS turnover_pct,
  ratio(t.offensive_rebounds, t.offensive_rebounds + o.defensive_rebounds) AS orb_pct,
  ratio(t.ft_attempts, t.fg_attempts) AS ft_rate,
  t.has_shot_zones, t.paint_attempts AS team_paint_attempts, t.paint_makes AS team_paint_makes,
  t.mid_range_attempts AS team_mid_range_attempts, t.mid_range_makes AS team_mid_range_makes,
  t.three_attempts AS team_three_attempts, t.three_makes AS team_three_makes, t.unlocated_attempts,
  2 * t.paint_makes AS paint_points_scored, t.assisted_fg_makes, t.unassisted_fg_makes,
  t.margin > 0 AS win_flag, t.margin AS margin_of_victory, t.players_used, t.players_not_played,
  CASE WHEN g.game_number > 1 AND t.has_player_box THEN COALESCE(a.starters_inactive, 0) END AS starters_inactive
FROM dates d
JOIN team_game_totals t ON t.game_date = d.game_date
JOIN team_game_totals o ON o.game_id = t.game_id AND o.team_abbr = t.opponent_team_abbr
JOIN team_games g ON g.game_id = t.game_id AND g.team_abbr = t.team_abbr
LEFT JOIN absences a ON a.game_id = t.game_id AND a.team_abbr = t.team_abbr
WHERE t.has_team_box
