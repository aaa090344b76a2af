/* backcourt
about = "What is known of a team before its game of the date: rest, schedule load, record, travel, betting lines and absences."
date = "game_date"
key = ["game_id", "team_abbr"]
cost = 3

[reads]
raw_schedule = ["season before", "same date", "season ahead"]
raw_schedule_history = "as known before D"
final_games = "season before"
raw_arenas = "whole"
displaced_homes = "whole"
raw_game_lines = "same date"
raw_injuries = "730 days before"
raw_injury_reports = "same date"
player_population = "same date"

[rows]
expected = """
SELECT d.game_date, 2 * count(s.game_id) AS expected_rows
FROM dates d LEFT JOIN raw_schedule s ON s.game_date = d.game_date AND s.season_year = d.season_year
  AND s.status = 'scheduled' AND s.home_team_abbr IS NOT NULL AND s.away_team_abbr IS NOT NULL AND tables_hold(s.game_type)
GROUP BY d.game_date"""
keys = """
SELECT s.game_date, s.game_id, CASE side.n WHEN 1 THEN s.home_team_abbr ELSE s.away_team_abbr END AS team_abbr
FROM dates d
JOIN raw_schedule s ON s.game_date = d.game_date AND s.season_year = d.season_year
  AND s.status = 'scheduled' AND s.home_team_abbr IS NOT NULL AND s.away_team_abbr IS NOT NULL AND tables_hold(s.game_type)
CROSS JOIN (VALUES (1), (2)) AS side(n)"""

[columns]
game_id = "the league's id of the game, 10 characters"
team_abbr = "the team, by the league's tricode"
game_date = "US Eastern date of the game, D"
season = "season of the game, as 2021-22"
season_year = "year in which the season starts"
game_type = "regular, play_in, playoffs or cup_final"
opponent_team_abbr = "the team it plays"
home_game = "the team is at home (on a neutral floor: is named the home team)"
neutral_site = "the floor is neither team's"
season_phase = "early: within 42 days of the season's first regular-season date; late: within 42 days of its last, as scheduled (by the newest schedule snapshot seen before D, where there is one); mid: between; on other games play_in or playoffs"
days_since_last_game = "days from the team's previous game of the season to D; 1.. ; NULL in its first game"
team_days_rest = "full days off between the two: days_since_last_game - 1; 0 = back-to-back; NULL in its first game"
is_back_to_back = "the team also played the day before D; false in its first game"
games_in_last_7_days = "games the team played in the 7 days before D; 0..7"
games_in_last_14_days = "games the team played in the 14 days before D; 0..14"
back_to_backs_last_14_days = "times it played on two days running, both within the 14 days before D"
game_number_in_season = "1 for the team's first game of the season, counted over all game types"
next_game_days_rest = "full days off until the team's next regular-season game, as known before D where there are snapshots; NULL if none, and in play-in and playoffs"
games_in_next_7_days = "regular-season games scheduled for the team in the 7 days after D, as known before D where there are snapshots; NULL in play-in and playoffs"
opponent_days_rest = "team_days_rest of the opponent; NULL in the first game of either"
rest_difference = "team_days_rest - opponent_days_rest; positive = more rested"
wins_entering = "games the team won this season before D, all game types"
losses_entering = "games it lost this season before D, all game types"
win_pct_entering = "wins_entering over games played; 0..1; NULL in its first game"
win_streak_entering = "newest games in a row that it won; 0 after a loss"
loss_streak_entering = "newest games in a row that it lost; 0 after a win"
last_game_margin = "points by which it won (negative: lost) its previous game; NULL in its first game"
last_game_result = "W or L, of its previous game; NULL in its first game"
travel_miles = "great-circle miles from the place of its previous game to this one's; NULL in its first game, or if a place is not known"
travel_miles_last_14_days = "great-circle miles of its trips to the games it played in the 14 days before D; a trip of unknown length counts 0"
time_zones_crossed = "hours between the clocks of those two places on D; NULL where travel_miles is"
consecutive_road_games = "games in a row away from home, today's counted; 0 at home"
game_spread = "closing spread from the team's side, points; negative = favoured; NULL without game lines"
opening_spread = "opening spread from the team's side, points; NULL without game lines"
spread_movement = "game_spread - opening_spread, points; NULL without game lines"
game_total = "closing total of both teams' points; NULL without game lines"
opening_total = "opening total of both teams' points; NULL without game lines"
total_movement = "game_total - opening_total, points; NULL without game lines"
implied_team_total = "points that the lines give the team: (game_total - game_spread) / 2; NULL without game lines"
players_out_count = "players of the team's population (see upcoming_player_game_context) whose injury status is out or doubtful; NULL without the injury feed"
starters_out_count = "those of them who started at least half of the team's last 10 games; NULL without the injury feed"
questionable_players_count = "players of the population whose injury status is questionable; NULL without the injury feed"

[checks]
"two sides of one game" = "SELECT game_id FROM this GROUP BY game_id HAVING count(*) <> 2 OR sum(CASE WHEN home_game THEN 1 ELSE 0 END) <> 1"
"rest of the sides mirrors" = "SELECT game_id FROM this GROUP BY game_id HAVING sum(rest_difference) <> 0"
"spreads of the sides mirror" = "SELECT game_id FROM this GROUP BY game_id HAVING sum(game_spread) <> 0 OR sum(opening_spread) <> 0"
"rest is not negative" = "SELECT * FROM this WHERE team_days_rest < 0 OR days_since_last_game < 1 OR next_game_days_rest < 0"
"counts in range" = "SELECT * FROM this WHERE games_in_last_7_days NOT BETWEEN 0 AND 7 OR games_in_last_14_days NOT BETWEEN games_in_last_7_days AND 14 OR back_to_backs_last_14_days NOT BETWEEN 0 AND 13 OR games_in_next_7_days NOT BETWEEN 0 AND 7"
"record adds up" = "SELECT * FROM this WHERE wins_entering + losses_entering <> game_number_in_season - 1 OR win_pct_entering NOT BETWEEN 0 AND 1"
"first game" = "SELECT * FROM this WHERE (game_number_in_season = 1) <> (last_game_result IS NULL) OR (game_number_in_season = 1) <> (team_days_rest IS NULL)"
"one streak at a time" = "SELECT * FROM this WHERE win_streak_entering > 0 AND loss_streak_entering > 0"
"streak agrees with result" = "SELECT * FROM this WHERE (last_game_result = 'W') <> (win_streak_entering > 0) OR (last_game_margin > 0) <> (last_game_result = 'W')"
"miles in range" = "SELECT * FROM this WHERE travel_miles NOT BETWEEN 0 AND 12500 OR travel_miles_last_14_days NOT BETWEEN 0 AND 60000 OR time_zones_crossed NOT BETWEEN 0 AND 24"
"no road trip at home" = "SELECT * FROM this WHERE home_game <> (consecutive_road_games = 0)"
"lines in range" = "SELECT * FROM this WHERE game_spread NOT BETWEEN -60 AND 60 OR game_total NOT BETWEEN 100 AND 400 OR implied_team_total NOT BETWEEN 40 AND 220"
"absences in range" = "SELECT * FROM this WHERE starters_out_count NOT BETWEEN 0 AND players_out_count OR questionable_players_count < 0"
"known phases" = "SELECT * FROM this WHERE season_phase NOT IN ('early', 'mid', 'late', 'play_in', 'playoffs')"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
game_type = "regular all season but for its end"
neutral_site = "few games a season"
season_phase = "a phase lasts longer than a month"
questionable_players_count = "transactions do not list the questionable"

[needs]
raw_arenas = ["travel_miles", "travel_miles_last_14_days", "time_zones_crossed"]
raw_game_lines = ["game_spread", "opening_spread", "spread_movement", "game_total", "opening_total", "total_movement", "implied_team_total"]
"raw_injuries or raw_injury_reports" = ["players_out_count", "starters_out_count", "questionable_players_count"]
*/
WITH
-- What is over counts, whatever the schedule says of it; only what is scheduled is to come.
games AS (
  SELECT s.*, f.game_id IS NOT NULL AS is_final, f.home_margin
  FROM raw_schedule s LEFT JOIN final_games f ON f.game_id = s.game_id
  WHERE (s.status = 'scheduled' OR f.game_id IS NOT NULL) AND tables_hold(s.game_type)
    AND s.home_team_abbr IS NOT NULL AND s.away_team_abbr IS NOT NULL
),
-- The regular season as the newest snapshot seen before each date has it. Where there is none,
-- the schedule as it stands now must do.
known_games AS (
  SELECT as_of, game_date, game_type, home_team_abbr, away_team_abbr, status
  FROM (
    SELECT d.game_date AS as_of, h.*, row_number() OVER (PARTITION BY d.game_date, h.game_id ORDER BY h.seen_at DESC) AS newest
    FROM dates d JOIN raw_schedule_history h ON h.season_year = d.season_year AND h.seen_date < d.game_date
  ) h
  WHERE newest = 1 AND game_type = 'regular'
),
known_spans AS (
  SELECT as_of, min(CASE WHEN status = 'scheduled' THEN game_date END) AS first_date, max(CASE WHEN status = 'scheduled' THEN game_date END) AS last_date
  FROM known_games GROUP BY as_of
),
known_ahead AS (
  SELECT as_of, team_abbr, min(game_date) AS next_game_date,
    CAST(count(CASE WHEN days_between(as_of, game_date) <= 7 THEN 1 END) AS INTEGER) AS games_in_next_7_days
  FROM (
    SELECT as_of, game_date, status, home_team_abbr AS team_abbr FROM known_games
    UNION ALL
    SELECT as_of, game_date, status, away_team_abbr FROM known_games
  ) k
  WHERE status = 'scheduled' AND game_date > as_of
  GROUP BY as_of, team_abbr
),
season_spans AS (
  SELECT season_year, min(game_date) AS first_date, max(game_date) AS last_date
  FROM games WHERE game_type = 'regular' AND status = 'scheduled' GROUP BY season_year
),
-- Where a game is played: a displaced home goes before the arena, and also has a place for a neutral floor.
possible_places AS (
  SELECT g.game_id, CASE WHEN h.team_abbr = '*' THEN 2 ELSE 1 END AS preference, h.valid_from, h.latitude, h.longitude, h.time_zone
  FROM games g JOIN displaced_homes h ON h.team_abbr IN (g.home_team_abbr, '*') AND g.game_date BETWEEN h.valid_from AND h.valid_to
  UNION ALL
  SELECT g.game_id, 3, a.valid_from, a.latitude, a.longitude, a.time_zone
  FROM games g JOIN raw_arenas a ON a.team_abbr = g.home_team_abbr AND g.game_date BETWEEN a.valid_from AND a.valid_to
  WHERE NOT COALESCE(g.neutral_site, FALSE)
),
places AS (
  SELECT game_id, latitude, longitude, time_zone
  FROM (SELECT *, row_number() OVER (PARTITION BY game_id ORDER BY preference, valid_from DESC) AS choice FROM possible_places) p
  WHERE choice = 1
),
sides AS (
  SELECT game_id, game_date, season_year, game_type, home_team_abbr AS team_abbr, away_team_abbr AS opponent_team_abbr,
    TRUE AS home_game, status = 'scheduled' AS is_scheduled, neutral_site, tipoff_utc, is_final, home_margin AS margin FROM games
  UNION ALL
  SELECT game_id, game_date, season_year, game_type, away_team_abbr, home_team_abbr,
    FALSE, status = 'scheduled', neutral_site, tipoff_utc, is_final, 0 - home_margin FROM games
),
-- A team's final games in order, each with the trip that led to it ...
finals AS (
  SELECT s.*, p.latitude, p.longitude, p.time_zone,
    CAST(row_number() OVER in_order AS INTEGER) AS game_number,
    days_between(lag(s.game_date) OVER in_order, s.game_date) AS days_since_last_game,
    haversine_miles(lag(p.latitude) OVER in_order, lag(p.longitude) OVER in_order, p.latitude, p.longitude) AS travel_miles
  FROM sides s LEFT JOIN places p ON p.game_id = s.game_id
  WHERE s.is_final
  WINDOW in_order AS (PARTITION BY s.season_year, s.team_abbr ORDER BY s.game_date, s.game_id)
),
-- ... and how the team stood after it.
standings AS (
  SELECT season_year, team_abbr, game_number, game_date, margin, latitude, longitude, time_zone,
    CAST(count(CASE WHEN margin > 0 THEN 1 END) OVER so_far AS INTEGER) AS wins,
    game_number - COALESCE(max(CASE WHEN margin < 0 THEN game_number END) OVER so_far, 0) AS win_streak,
    game_number - COALESCE(max(CASE WHEN margin > 0 THEN game_number END) OVER so_far, 0) AS loss_streak,
    game_number - COALESCE(max(CASE WHEN home_game THEN game_number END) OVER so_far, 0) AS road_streak
  FROM finals
  WINDOW so_far AS (PARTITION BY season_year, team_abbr ORDER BY game_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
-- Counts around each game's date by day: no frame holds the date itself, and results are read only backwards.
-- A second night within 13 days had its first within 14.
schedule_load AS (
  SELECT s.*,
    CAST(count(f.game_id) OVER all_before AS INTEGER) AS games_before,
    CAST(count(f.game_id) OVER last_7_days AS INTEGER) AS games_in_last_7_days,
    CAST(count(f.game_id) OVER last_14_days AS INTEGER) AS games_in_last_14_days,
    CAST(count(CASE WHEN f.days_since_last_game = 1 THEN 1 END) OVER last_13_days AS INTEGER) AS back_to_backs_last_14_days,
    from_exact(COALESCE(sum(exact(f.travel_miles)) OVER last_14_days, 0)) AS travel_miles_last_14_days,
    min(CASE WHEN s.is_scheduled AND s.game_type = 'regular' THEN s.game_date END) OVER all_after AS next_game_date,
    CAST(count(CASE WHEN s.is_scheduled AND s.game_type = 'regular' THEN 1 END) OVER next_7_days AS INTEGER) AS games_in_next_7_days
  FROM (SELECT *, days_between(DATE '1946-01-01', game_date) AS day FROM sides) s
  LEFT JOIN finals f ON f.game_id = s.game_id AND f.team_abbr = s.team_abbr
  WINDOW
    all_before AS (PARTITION BY s.season_year, s.team_abbr ORDER BY s.day RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
    last_7_days AS (PARTITION BY s.season_year, s.team_abbr ORDER BY s.day RANGE BETWEEN 7 PRECEDING AND 1 PRECEDING),
    last_14_days AS (PARTITION BY s.season_year, s.team_abbr ORDER BY s.day RANGE BETWEEN 14 PRECEDING AND 1 PRECEDING),
    last_13_days AS (PARTITION BY s.season_year, s.team_abbr ORDER BY s.day RANGE BETWEEN 13 PRECEDING AND 1 PRECEDING),
    all_after AS (PARTITION BY s.season_year, s.team_abbr ORDER BY s.day RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING),
    next_7_days AS (PARTITION BY s.season_year, s.team_abbr ORDER BY s.day RANGE BETWEEN 1 FOLLOWING AND 7 FOLLOWING)
),
today AS (
  SELECT l.*, d.season, days_between(g.game_date, l.game_date) AS days_since_last_game,
    g.wins, g.win_streak, g.loss_streak, g.road_streak, g.margin AS last_game_margin,
    haversine_miles(g.latitude, g.longitude, p.latitude, p.longitude) AS travel_miles,
    abs(utc_offset_hours(p.time_zone, l.game_date) - utc_offset_hours(g.time_zone, l.game_date)) AS time_zones_crossed
  FROM dates d
  JOIN schedule_load l ON l.game_date = d.game_date AND l.season_year = d.season_year AND l.is_scheduled
  LEFT JOIN standings g ON g.season_year = l.season_year AND g.team_abbr = l.team_abbr AND g.game_number = l.games_before
  LEFT JOIN places p ON p.game_id = l.game_id
),
-- The newest lines before tip-off, of any book; where that is not known, before the date itself began (UTC).
lines AS (
  SELECT game_id, opening_spread, closing_spread, opening_total, closing_total
  FROM (
    SELECT l.*, row_number() OVER (PARTITION BY l.game_id ORDER BY l.captured_at DESC, l.book) AS newest
    FROM raw_game_lines l JOIN games g ON g.game_id = l.game_id AND l.captured_at < COALESCE(g.tipoff_utc, CAST(g.game_date AS TIMESTAMP))
  ) l
  WHERE newest = 1
),
team_lines AS (
  SELECT t.game_id, t.team_abbr,
    CASE WHEN t.home_game THEN l.closing_spread ELSE 0 - l.closing_spread END AS game_spread,
    CASE WHEN t.home_game THEN l.opening_spread ELSE 0 - l.opening_spread END AS opening_spread,
    l.closing_total AS game_total, l.opening_total
  FROM today t JOIN lines l ON l.game_id = t.game_id
),
absences AS (
  SELECT game_id, team_abbr,
    CAST(count(CASE WHEN injury_status IN ('out', 'doubtful') THEN 1 END) AS INTEGER) AS players_out,
    CAST(count(CASE WHEN injury_status IN ('out', 'doubtful') AND is_usual_starter THEN 1 END) AS INTEGER) AS starters_out,
    CAST(count(CASE WHEN injury_status = 'questionable' THEN 1 END) AS INTEGER) AS players_questionable
  FROM player_population GROUP BY game_id, team_abbr
),
-- Whether anything is known of injuries: by a report of the date before tip-off to which the team had submitted its list (see
-- player_population), or by an injury row of the season before D.
reported_teams AS (
  SELECT DISTINCT g.game_id, g.team_abbr
  FROM (SELECT t.game_id, t.game_date, t.team_abbr, s.tipoff_utc FROM today t JOIN raw_schedule s ON s.game_id = t.game_id) g
  JOIN (SELECT game_date, report, min(reported_at) AS reported_at FROM raw_injury_reports GROUP BY game_date, report) r
    ON r.game_date = g.game_date AND COALESCE(r.reported_at < COALESCE(g.tipoff_utc, eastern_noon(g.game_date)), TRUE)
  LEFT JOIN (SELECT DISTINCT game_date, report, team_abbr FROM raw_injury_reports WHERE player_id IS NULL) u
    ON u.game_date = r.game_date AND u.report = r.report AND u.team_abbr = g.team_abbr
  WHERE u.report IS NULL
),
injury_feeds AS (
  SELECT season, min(date) AS first_date FROM raw_injuries GROUP BY season
)
SELECT t.game_id, t.team_abbr, t.game_date, t.season, t.season_year, t.game_type, t.opponent_team_abbr, t.home_game, t.neutral_site,
  CASE
    WHEN t.game_type IN ('play_in', 'playoffs') THEN t.game_type
    WHEN t.game_date < add_days(COALESCE(k.first_date, s.first_date), 42) THEN 'early'
    WHEN t.game_date > add_days(COALESCE(k.last_date, s.last_date), -42) THEN 'late'
    ELSE 'mid'
  END AS season_phase,
  t.days_since_last_game,
  t.days_since_last_game - 1 AS team_days_rest,
  COALESCE(t.days_since_last_game = 1, FALSE) AS is_back_to_back,
  t.games_in_last_7_days, t.games_in_last_14_days, t.back_to_backs_last_14_days,
  t.games_before + 1 AS game_number_in_season,
  CASE WHEN t.game_type NOT IN ('play_in', 'playoffs') THEN
    days_between(t.game_date, CASE WHEN k.as_of IS NULL THEN t.next_game_date ELSE n.next_game_date END) - 1 END AS next_game_days_rest,
  CASE WHEN t.game_type NOT IN ('play_in', 'playoffs') THEN
    CASE WHEN k.as_of IS NULL THEN t.games_in_next_7_days ELSE COALESCE(n.games_in_next_7_days, 0) END END AS games_in_next_7_days,
  CASE WHEN t.days_since_last_game IS NOT NULL THEN o.days_since_last_game - 1 END AS opponent_days_rest,
  t.days_since_last_game - o.days_since_last_game AS rest_difference,
  COALESCE(t.wins, 0) AS wins_entering,
  t.games_before - COALESCE(t.wins, 0) AS losses_entering,
  ratio(t.wins, t.games_before) AS win_pct_entering,
  COALESCE(t.win_streak, 0) AS win_streak_entering,
  COALESCE(t.loss_streak, 0) AS loss_streak_entering,
  t.last_game_margin,
  CASE WHEN t.last_game_margin > 0 THEN 'W' WHEN t.last_game_margin < 0 THEN 'L' END AS last_game_result,
  t.travel_miles, t.travel_miles_last_14_days, t.time_zones_crossed,
  CASE WHEN t.home_game THEN 0 ELSE COALESCE(t.road_streak, 0) + 1 END AS consecutive_road_games,
  l.game_spread, l.opening_spread, l.game_spread - l.opening_spread AS spread_movement,
  l.game_total, l.opening_total, l.game_total - l.opening_total AS total_movement,
  (l.game_total - l.game_spread) / 2e0 AS implied_team_total,
  CASE WHEN f.first_date < t.game_date OR i.game_id IS NOT NULL THEN COALESCE(a.players_out, 0) END AS players_out_count,
  CASE WHEN f.first_date < t.game_date OR i.game_id IS NOT NULL THEN COALESCE(a.starters_out, 0) END AS starters_out_count,
  CASE WHEN f.first_date < t.game_date OR i.game_id IS NOT NULL THEN COALESCE(a.players_questionable, 0) END AS questionable_players_count
FROM today t
JOIN today o ON o.game_id = t.game_id AND o.team_abbr = t.opponent_team_abbr
LEFT JOIN known_spans k ON k.as_of = t.game_date
LEFT JOIN known_ahead n ON n.as_of = t.game_date AND n.team_abbr = t.team_abbr
LEFT JOIN season_spans s ON s.season_year = t.season_year
LEFT JOIN team_lines l ON l.game_id = t.game_id AND l.team_abbr = t.team_abbr
LEFT JOIN absences a ON a.game_id = t.game_id AND a.team_abbr = t.team_abbr
LEFT JOIN injury_feeds f ON f.season = t.season
LEFT JOIN reported_teams i ON i.game_id = t.game_id AND i.team_abbr = t.team_abbr
