/* backcourt
about = "Each team's totals of each final game, from the boxes and the play-by-play, and whether these agree; offence, defence and shot zones all start here."
helper = true
date = "game_date"
key = ["game_id", "team_abbr"]
cost = 1
empty = "no game of the date is final"
note = """
SELECT game_date, concat_ws('; ',
  CASE WHEN count(CASE WHEN broken_shot_invariants IS NULL THEN 1 END) > 0 THEN concat_ws(' ', 'games whose shots cannot be checked against a box:',
    CAST(count(DISTINCT CASE WHEN broken_shot_invariants IS NULL THEN game_id END) AS STRING)) END,
  CASE WHEN count(CASE WHEN broken_shot_invariants <> '' THEN 1 END) > 0 THEN concat_ws(' ', 'teams that break shot invariants:',
    CAST(count(CASE WHEN broken_shot_invariants <> '' THEN 1 END) AS STRING),
    'first:', min(CASE WHEN broken_shot_invariants <> '' THEN concat_ws(' ', game_id, team_abbr, broken_shot_invariants) END)) END,
  CASE WHEN count(CASE WHEN broken_score_invariants <> '' THEN 1 END) > 0 THEN concat_ws(' ', 'teams that break score invariants:',
    CAST(count(CASE WHEN broken_score_invariants <> '' THEN 1 END) AS STRING),
    'first:', min(CASE WHEN broken_score_invariants <> '' THEN concat_ws(' ', game_id, team_abbr, broken_score_invariants) END)) END) AS note
FROM this
WHERE broken_shot_invariants IS NULL OR broken_shot_invariants <> '' OR broken_score_invariants <> ''
GROUP BY game_date"""

[reads]
final_games = "same date"
raw_team_box = "same date"
raw_player_box = "same date"
player_shot_summary = "same date"

[rows]
expected = """
SELECT d.game_date, 2 * count(g.game_id) AS expected_rows
FROM dates d LEFT JOIN final_games g ON g.game_date = d.game_date
GROUP BY d.game_date"""
keys = """
SELECT g.game_date, g.game_id, CASE side.n WHEN 1 THEN g.home_team_abbr ELSE g.away_team_abbr END AS team_abbr
FROM final_games g CROSS JOIN (VALUES (1), (2)) AS side(n)"""

[columns]
game_id = "the league's id of the game, 10 characters"
team_abbr = "the team, by the league's tricode"
game_date = "US Eastern date of the game"
season = "season of the game, as 2021-22"
season_year = "year in which the season starts"
game_type = "regular, play_in, playoffs or cup_final"
opponent_team_abbr = "the team it played"
home_game = "the team was at home (on a neutral floor: was named the home team)"
margin = "points by which it won (negative: lost), by the result"
has_team_box = "its line is in the team box; without it the totals of the box are NULL"
has_player_box = "the game has rows in the player box"
points = "points, by the team box"
fg_makes = "field goals made"
fg_attempts = "field goals attempted"
three_pt_makes = "threes made, by the box"
three_pt_attempts = "threes attempted, by the box"
ft_makes = "free throws made"
ft_attempts = "free throws attempted"
offensive_rebounds = "offensive rebounds, of players"
defensive_rebounds = "defensive rebounds, of players"
assists = "assists"
steals = "steals"
blocks = "blocks"
turnovers = "sum of its players' turnovers"
team_turnovers = "turnovers that the source counts beyond its players'; NULL if it has none"
personal_fouls = "personal fouls of players"
players_used = "players who played"
players_not_played = "players listed who did not play"
team_seconds = "seconds of all five places: 14400 + 1500 an overtime period"
overtime_periods = "overtime periods, by its players' seconds"
possessions = "own possessions: FGA + 0.44 FTA - offensive rebounds + turnovers"
game_possessions = "mean of both teams' possessions"
pace = "game possessions per 48 minutes"
has_shot_zones = "both teams' play-by-play agrees with the box in each of the seven shot invariants"
paint_makes = "made twos from 8 ft or nearer; this and the next eleven are NULL unless has_shot_zones"
paint_attempts = "twos from 8 ft or nearer"
mid_range_makes = "made twos from beyond 8 ft"
mid_range_attempts = "twos from beyond 8 ft"
three_makes = "made threes, by the events"
three_attempts = "threes, by the events"
unlocated_attempts = "twos of unknown distance"
assisted_fg_makes = "made shots with an assister"
unassisted_fg_makes = "made shots without one"
paint_blocks = "shots from 8 ft or nearer that it blocked"
mid_range_blocks = "twos from beyond 8 ft that it blocked"
three_pt_blocks = "threes that it blocked"
broken_shot_invariants = "comma-joined: zone_attempts, zone_makes, threes, assisted_and_unassisted, assists, blocks, event_points; '' if the team breaks none; NULL without play-by-play or box"
broken_score_invariants = "comma-joined: result_points, player_points (other than the team box says), seconds (over 15 off whole periods), periods (other than the line score has); '' if none"

[checks]
"two sides of one game" = "SELECT game_id FROM this GROUP BY game_id HAVING count(*) <> 2 OR sum(margin) <> 0 OR sum(CASE WHEN home_game THEN 1 ELSE 0 END) <> 1"
"possessions in range" = "SELECT * FROM this WHERE possessions NOT BETWEEN 40 AND 250 OR pace NOT BETWEEN 40 AND 180"
"zones only where proved" = "SELECT * FROM this WHERE has_shot_zones AND COALESCE(broken_shot_invariants, 'unknown') <> ''"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
game_type = "regular all season but for its end"
has_team_box = "true wherever the box is loaded"
has_player_box = "true wherever the box is loaded"
team_turnovers = "in few sources"
has_shot_zones = "true wherever the play-by-play is sound"
unlocated_attempts = "0 where the source's text gives every distance"
broken_shot_invariants = "'' wherever the play-by-play is sound"
broken_score_invariants = "'' wherever the sources agree"

[needs]
raw_play_by_play = ["paint_makes", "paint_attempts", "mid_range_makes", "mid_range_attempts", "three_makes", "three_attempts", "assisted_fg_makes", "unassisted_fg_makes", "paint_blocks", "mid_range_blocks", "three_pt_blocks"]
*/
WITH
sides AS (
  SELECT game_id, game_date, season, season_year, game_type, home_team_abbr AS team_abbr, away_team_abbr AS opponent_team_abbr, TRUE AS home_game,
    home_points AS result_points, home_margin AS margin, periods FROM final_games
  UNION ALL
  SELECT game_id, game_date, season, season_year, game_type, away_team_abbr, home_team_abbr, FALSE,
    away_points, 0 - home_margin, periods FROM final_games
),
player_sums AS (
  SELECT game_id, game_date, team_abbr,
    CAST(sum(seconds_played) AS INTEGER) AS seconds,
    CAST(sum(points) AS INTEGER) AS points,
    CAST(sum(turnovers) AS INTEGER) AS turnovers,
    CAST(count(CASE WHEN seconds_played > 0 THEN 1 END) AS INTEGER) AS players_used,
    CAST(count(CASE WHEN seconds_played > 0 THEN NULL ELSE 1 END) AS INTEGER) AS players_not_played
  FROM raw_player_box
  GROUP BY game_id, game_date, team_abbr
  HAVING count(CASE WHEN status <> 'inactive' THEN 1 END) > 0
),
event_sums AS (
  SELECT game_id, game_date, team_abbr,
    CAST(sum(event_points) AS INTEGER) AS points,
    CAST(sum(fg_makes) AS INTEGER) AS fg_makes,
    CAST(sum(paint_makes) AS INTEGER) AS paint_makes, CAST(sum(paint_attempts) AS INTEGER) AS paint_attempts,
    CAST(sum(mid_range_makes) AS INTEGER) AS mid_range_makes, CAST(sum(mid_range_attempts) AS INTEGER) AS mid_range_attempts,
    CAST(sum(three_makes) AS INTEGER) AS three_makes, CAST(sum(three_attempts) AS INTEGER) AS three_attempts,
    CAST(sum(unlocated_attempts) AS INTEGER) AS unlocated_attempts,
    CAST(sum(assisted_fg_makes) AS INTEGER) AS assisted_fg_makes, CAST(sum(unassisted_fg_makes) AS INTEGER) AS unassisted_fg_makes,
    CAST(sum(blocks) AS INTEGER) AS blocks,
    CAST(sum(paint_blocks) AS INTEGER) AS paint_blocks, CAST(sum(mid_range_blocks) AS INTEGER) AS mid_range_blocks,
    CAST(sum(three_pt_blocks) AS INTEGER) AS three_pt_blocks
  FROM player_shot_summary
  GROUP BY game_id, game_date, team_abbr
),
lines AS (
  SELECT s.*, b.game_id IS NOT NULL AS has_team_box, p.game_id IS NOT NULL AS has_player_box,
    b.points, b.fg_makes, b.fg_attempts, b.three_pt_makes, b.three_pt_attempts, b.ft_makes, b.ft_attempts,
    b.offensive_rebounds, b.defensive_rebounds, b.assists, b.steals, b.blocks, p.turnovers, b.team_turnovers, b.personal_fouls,
    p.players_used, p.players_not_played, p.seconds AS player_seconds, p.points AS player_points,
    CAST(round((p.seconds - regulation_team_seconds()) / CAST(overtime_team_seconds() AS DOUBLE)) AS INTEGER) AS overtime_periods,
    possessions_of(b.fg_attempts, b.ft_attempts, b.offensive_rebounds, p.turnovers) AS possessions,
    e.paint_makes, e.paint_attempts, e.mid_range_makes, e.mid_range_attempts, e.three_makes, e.three_attempts, e.unlocated_attempts,
    e.assisted_fg_makes, e.unassisted_fg_makes, e.paint_blocks, e.mid_range_blocks, e.three_pt_blocks,
    CASE WHEN b.game_id IS NOT NULL AND e.game_id IS NOT NULL THEN concat_ws(', ',
      CASE WHEN e.paint_attempts + e.mid_range_attempts + e.three_attempts + e.unlocated_attempts <> b.fg_attempts THEN 'zone_attempts' END,
      CASE WHEN e.paint_makes + e.mid_range_makes + e.three_makes <> b.fg_makes THEN 'zone_makes' END,
      CASE WHEN e.three_attempts <> b.three_pt_attempts OR e.three_makes <> b.three_pt_makes THEN 'threes' END,
      CASE WHEN e.assisted_fg_makes + e.unassisted_fg_makes <> b.fg_makes THEN 'assisted_and_unassisted' END,
      CASE WHEN e.assisted_fg_makes <> b.assists THEN 'assists' END,
      CASE WHEN e.blocks <> b.blocks THEN 'blocks' END,
      CASE WHEN e.points <> b.points THEN 'event_points' END) END AS broken_shot_invariants
  FROM sides s
  LEFT JOIN raw_team_box b ON b.game_id = s.game_id AND b.game_date = s.game_date AND b.team_abbr = s.team_abbr
  LEFT JOIN player_sums p ON p.game_id = s.game_id AND p.game_date = s.game_date AND p.team_abbr = s.team_abbr
  LEFT JOIN event_sums e ON e.game_id = s.game_id AND e.game_date = s.game_date AND e.team_abbr = s.team_abbr
),
-- Each side beside the other: shot zones count only where both teams' prove right.
games_seen_twice AS (
  SELECT t.*, t.has_team_box AND o.has_team_box AS game_has_team_box,
    regulation_team_seconds() + overtime_team_seconds() * t.overtime_periods AS team_seconds,
    (t.possessions + o.possessions) / 2e0 AS game_possessions,
    COALESCE(t.broken_shot_invariants = '' AND o.broken_shot_invariants = '', FALSE) AS has_shot_zones
  FROM lines t JOIN lines o ON o.game_id = t.game_id AND o.team_abbr = t.opponent_team_abbr
)
SELECT game_id, team_abbr, game_date, season, season_year, game_type, opponent_team_abbr, home_game, margin,
  game_has_team_box AS has_team_box, has_player_box,
  points, fg_makes, fg_attempts, three_pt_makes, three_pt_attempts, ft_makes, ft_attempts, offensive_rebounds, defensive_rebounds,
  assists, steals, blocks, turnovers, team_turnovers, personal_fouls, players_used, players_not_played, team_seconds, overtime_periods,
  possessions, game_possessions,
  pace_of(game_possessions, team_seconds) AS pace,
  has_shot_zones,
  CASE WHEN has_shot_zones THEN paint_makes END AS paint_makes,
  CASE WHEN has_shot_zones THEN paint_attempts END AS paint_attempts,
  CASE WHEN has_shot_zones THEN mid_range_makes END AS mid_range_makes,
  CASE WHEN has_shot_zones THEN mid_range_attempts END AS mid_range_attempts,
  CASE WHEN has_shot_zones THEN three_makes END AS three_makes,
  CASE WHEN has_shot_zones THEN three_attempts END AS three_attempts,
  CASE WHEN has_shot_zones THEN unlocated_attempts END AS unlocated_attempts,
  CASE WHEN has_shot_zones THEN assisted_fg_makes END AS assisted_fg_makes,
  CASE WHEN has_shot_zones THEN unassisted_fg_makes END AS unassisted_fg_makes,
  CASE WHEN has_shot_zones THEN paint_blocks END AS paint_blocks,
  CASE WHEN has_shot_zones THEN mid_range_blocks END AS mid_range_blocks,
  CASE WHEN has_shot_zones THEN three_pt_blocks END AS three_pt_blocks,
  broken_shot_invariants,
  concat_ws(', ',
    CASE WHEN result_points <> points THEN 'result_points' END,
    CASE WHEN player_points <> points THEN 'player_points' END,
    CASE WHEN abs(player_seconds - team_seconds) > 15 THEN 'seconds' END,
    CASE WHEN periods <> league_regulation_periods() + overtime_periods THEN 'periods' END) AS broken_score_invariants
FROM games_seen_twice
