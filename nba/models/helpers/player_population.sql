/* backcourt
about = "Who may play, as known before the game: each player of a team that plays on the date, where he stood in the team's last ten games, and his injury status."
helper = true
date = "game_date"
key = ["game_id", "player_id"]
cost = 4
empty = "no team that plays on the date has a game of this season before it"

[reads]
raw_schedule = "same date"
final_games = "season before"
raw_player_box = "season before"
raw_injuries = "730 days before"
raw_injury_reports = "same date"

[columns]
game_id = "the league's id of the game of the date, 10 characters"
player_id = "the league's id of the player"
game_date = "US Eastern date of the game, D"
season = "season of the game, as 2021-22"
season_year = "year in which the season starts"
team_abbr = "the player's team: that of his latest listing in the league before D"
player_name = "his name in his latest listing"
tipoff_utc = "scheduled start of the game, UTC"
team_games_before = "final games of the team this season before D; at least 1"
games_listed_last_10 = "games of the team's last 10 before D in whose box he is listed for it; 0..10"
games_played_last_10 = "games of the team's last 10 before D that he played for it; 0..10"
is_usual_starter = "he started at least half of the team's last 10 games before D (of all, if fewer), for it"
hundredths_used_last_10 = "100 x (FGA + 0.44 FTA + turnovers), his total in the games counted by games_played_last_10; whole, so that sums are exact"
games_since_team_change = "games he played for the team since he first came to it from another this season; NULL if he came from none"
has_injury_feed = "an injury report covers the team's game, or an injury row of this season is dated before D"
injury_status = "out, doubtful, questionable, probable or available: by the newest injury report before tip-off that his team had submitted to, available if it does not list him; without one his newest injury row before D, available if he played after it; NULL if none"

[checks]
"a usual starter was listed" = "SELECT * FROM this WHERE is_usual_starter AND games_listed_last_10 = 0"
"listed once in the last 5" = "SELECT * FROM this WHERE games_listed_last_10 NOT BETWEEN 1 AND least(10, team_games_before)"
"played only where listed" = "SELECT * FROM this WHERE games_played_last_10 NOT BETWEEN 0 AND games_listed_last_10"
"team change counts up" = "SELECT * FROM this WHERE games_since_team_change < 0"
"no status without the feed" = "SELECT * FROM this WHERE injury_status IS NOT NULL AND NOT has_injury_feed"
"known statuses" = "SELECT * FROM this WHERE injury_status NOT IN ('out', 'doubtful', 'questionable', 'probable', 'available')"

[may_be_constant]
season = "identifies the season"
season_year = "identifies the season"
games_since_team_change = "few have changed the team early in a season"
has_injury_feed = "true wherever the injury feed is loaded"

[needs]
"raw_injuries or raw_injury_reports" = ["injury_status"]
*/
WITH
-- A team's final games, numbered through the season, each the newest until the next one.
team_games AS (
  SELECT game_id, game_date, season_year, team_abbr,
    CAST(row_number() OVER in_order AS INTEGER) AS game_number,
    COALESCE(lead(game_date) OVER in_order, DATE '9999-12-31') AS next_date
  FROM (
    SELECT game_id, game_date, season_year, home_team_abbr AS team_abbr FROM final_games
    UNION ALL
    SELECT game_id, game_date, season_year, away_team_abbr FROM final_games
  ) s
  WINDOW in_order AS (PARTITION BY season_year, team_abbr ORDER BY game_date, game_id)
),
-- The teams that play on the dates, with the number of their newest final game.
today AS (
  SELECT s.game_id, d.game_date, d.season, d.season_year, d.season_start, s.team_abbr, s.tipoff_utc, g.game_number AS games_before
  FROM dates d
  JOIN (
    SELECT game_id, game_date, season_year, game_type, status, tipoff_utc, home_team_abbr AS team_abbr FROM raw_schedule
    UNION ALL
    SELECT game_id, game_date, season_year, game_type, status, tipoff_utc, away_team_abbr FROM raw_schedule
  ) s ON s.game_date = d.game_date AND s.season_year = d.season_year AND s.status = 'scheduled' AND tables_hold(s.game_type)
  JOIN team_games g ON g.season_year = s.season_year AND g.team_abbr = s.team_abbr AND g.game_date < d.game_date AND g.next_date >= d.game_date
),
-- The listings of all players whom one of those teams has listed.
listings AS (
  SELECT b.player_id, b.player_name, b.team_abbr, g.season_year, g.game_id, g.game_date, g.game_number,
    COALESCE(b.seconds_played, 0) > 0 AS played,
    COALESCE(b.is_starter, FALSE) AS started,
    hundredths_of_plays(b.fg_attempts, b.ft_attempts, b.turnovers) AS hundredths_used
  FROM raw_player_box b JOIN team_games g ON g.game_id = b.game_id AND g.team_abbr = b.team_abbr
  WHERE b.player_id IN (SELECT c.player_id FROM raw_player_box c JOIN today t ON t.team_abbr = c.team_abbr)
),
-- What a listing says of its player, true until his next one.
listing_steps AS (
  SELECT *,
    COALESCE(lead(game_date) OVER of_player, DATE '9999-12-31') AS next_listing_date,
    team_abbr <> lag(team_abbr) OVER of_player AS changed_team,
    max(CASE WHEN played THEN game_date END) OVER of_player AS last_played_date,
    CAST(count(CASE WHEN played THEN 1 END) OVER of_player_and_team AS INTEGER) AS games_played,
    max(game_number) OVER of_player_and_team AS team_game_listed
  FROM listings
  WINDOW
    of_player AS (PARTITION BY season_year, player_id ORDER BY game_date, game_id),
    of_player_and_team AS (PARTITION BY season_year, player_id, team_abbr ORDER BY game_date, game_id)
),
listing_states AS (
  SELECT *,
    games_played - min(CASE WHEN changed_team THEN games_played - CASE WHEN played THEN 1 ELSE 0 END END)
      OVER (PARTITION BY season_year, player_id, team_abbr ORDER BY game_date, game_id) AS games_since_team_change
  FROM listing_steps
),
-- The latest listing is with the team, and one of its last 5 games has him.
population AS (
  SELECT t.game_id, l.player_id, t.game_date, t.season, t.season_year, t.season_start, t.team_abbr, l.player_name, t.tipoff_utc,
    t.games_before, l.last_played_date, l.games_since_team_change
  FROM today t
  JOIN listing_states l ON l.season_year = t.season_year AND l.team_abbr = t.team_abbr
    AND l.team_game_listed BETWEEN t.games_before - 4 AND t.games_before
    AND l.game_date < t.game_date AND l.next_listing_date >= t.game_date
),
last_ten AS (
  SELECT p.game_id, p.player_id,
    CAST(count(*) AS INTEGER) AS listed,
    CAST(count(CASE WHEN l.played THEN 1 END) AS INTEGER) AS played,
    CAST(count(CASE WHEN l.started THEN 1 END) AS INTEGER) AS started,
    CAST(COALESCE(sum(CASE WHEN l.played THEN l.hundredths_used END), 0) AS INTEGER) AS hundredths_used
  FROM population p
  JOIN listings l ON l.season_year = p.season_year AND l.player_id = p.player_id AND l.team_abbr = p.team_abbr
    AND l.game_number BETWEEN p.games_before - 9 AND p.games_before
  GROUP BY p.game_id, p.player_id
),
-- Injury rows that count, each until the player's next one; of one date the last in file order.
injury_states AS (
  SELECT i.player_id, s.season_year, i.date AS status_date, i.status,
    COALESCE(lead(i.date) OVER (PARTITION BY s.season_year, i.player_id ORDER BY i.date, i.seq), DATE '9999-12-31') AS next_status_date
  FROM raw_injuries i
  JOIN (SELECT DISTINCT season, season_year, season_start FROM dates) s ON s.season = i.season
  WHERE i.date >= s.season_start OR (i.date >= add_days(s.season_start, -365)
    AND (i.status = 'available' OR (i.status = 'out' AND COALESCE(i.reason, '') NOT LIKE '%placed on IL%')))
),
injury_feeds AS (
  SELECT season, min(date) AS first_date FROM raw_injuries GROUP BY season
),
-- The league's reports of the date that were out before tip-off; where that is not known, before noon in the east of the States. The
-- newest to which a team had submitted its list serves it, whole.
serving_reports AS (
  SELECT g.game_id, g.team_abbr, max(r.report) AS report
  FROM (SELECT DISTINCT game_id, game_date, team_abbr, tipoff_utc FROM population) g
  JOIN (SELECT game_date, report, min(reported_at) AS reported_at FROM raw_injury_reports GROUP BY game_date, report) r
    ON r.game_date = g.game_date AND COALESCE(r.reported_at < COALESCE(g.tipoff_utc, eastern_noon(g.game_date)), TRUE)
  LEFT JOIN (SELECT DISTINCT game_date, report, team_abbr FROM raw_injury_reports WHERE player_id IS NULL) u
    ON u.game_date = r.game_date AND u.report = r.report AND u.team_abbr = g.team_abbr
  WHERE u.report IS NULL
  GROUP BY g.game_id, g.team_abbr
),
-- A player may have changed the team since: his row counts wherever it lists him, first that of his team, then the last.
reported AS (
  SELECT p.game_id, p.player_id, i.status,
    row_number() OVER (PARTITION BY p.game_id, p.player_id ORDER BY CASE WHEN i.team_abbr = p.team_abbr THEN 0 ELSE 1 END, i.seq DESC) AS place
  FROM population p
  JOIN serving_reports r ON r.game_id = p.game_id AND r.team_abbr = p.team_abbr
  JOIN raw_injury_reports i ON i.game_date = p.game_date AND i.report = r.report AND i.player_id = p.player_id
)
SELECT p.game_id, p.player_id, p.game_date, p.season, p.season_year, p.team_abbr, p.player_name, p.tipoff_utc,
  p.games_before AS team_games_before,
  t.listed AS games_listed_last_10,
  t.played AS games_played_last_10,
  2 * t.started >= least(10, p.games_before) AS is_usual_starter,
  t.hundredths_used AS hundredths_used_last_10,
  p.games_since_team_change,
  COALESCE(f.first_date < p.game_date, FALSE) OR r.report IS NOT NULL AS has_injury_feed,
  CASE WHEN r.report IS NOT NULL THEN COALESCE(n.status, 'available')
       WHEN p.last_played_date > i.status_date THEN 'available' ELSE i.status END AS injury_status
FROM population p
JOIN last_ten t ON t.game_id = p.game_id AND t.player_id = p.player_id
LEFT JOIN injury_feeds f ON f.season = p.season
LEFT JOIN serving_reports r ON r.game_id = p.game_id AND r.team_abbr = p.team_abbr
LEFT JOIN reported n ON n.game_id = p.game_id AND n.player_id = p.player_id AND n.place = 1
LEFT JOIN injury_states i ON i.player_id = p.player_id AND i.season_year = p.season_year
  AND i.status_date < p.game_date AND i.next_status_date >= p.game_date
