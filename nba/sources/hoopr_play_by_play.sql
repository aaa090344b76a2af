/* backcourt
about = "The events of hoopR, its ids mapped by the user's crosswalk: who assists, blocks or steals is the second athlete, as the text says."
table = "raw_play_by_play"
rank  = 60
feeds = ["hoopr_play_by_play"]
optional_feeds = ["espn_crosswalk"]
reads = ["raw_schedule", "team_names"]
*/
WITH events AS (
  SELECT g.nba_id AS nba_game, p.nba_id AS player_id, q.nba_id AS second_id, h.*, lower(h.type_text) AS kind,
    coalesce(t.team_abbr, CASE h.team_id WHEN h.home_team_id THEN h.home_team_abbrev WHEN h.away_team_id THEN h.away_team_abbrev END) AS team,
    h.shooting_play AND NOT regexp_matches(lower(h.type_text), 'free ?throw') AS is_shot,
    -- Feet, from the hoop; a place that is not known is a number far outside.
    CASE WHEN abs(h.coordinate_x_raw) < 1000 THEN CAST(round((h.coordinate_x_raw - 25) * 10) AS INTEGER) END AS x,
    CASE WHEN abs(h.coordinate_y_raw) < 1000 THEN CAST(round(h.coordinate_y_raw * 10) AS INTEGER) END AS y,
    TRY_CAST(nullif(regexp_extract(h.text, '(\d+)-foot', 1), '') AS INTEGER) AS feet,
    nullif(regexp_extract(concat_ws(' ', h.type_text, h.text), '\d of \d'), '') AS throw
  FROM hoopr_play_by_play h
  JOIN (SELECT count(*) AS ids FROM espn_crosswalk) k ON has_crosswalk(k.ids)
  LEFT JOIN espn_crosswalk g ON g.kind = 'game' AND g.espn_id = h.game_id
  LEFT JOIN espn_crosswalk p ON p.kind = 'player' AND p.espn_id = h.athlete_id_1
  LEFT JOIN espn_crosswalk q ON q.kind = 'player' AND q.espn_id = h.athlete_id_2
  LEFT JOIN team_names t ON t.name = CASE h.team_id WHEN h.home_team_id THEN h.home_team_abbrev WHEN h.away_team_id THEN h.away_team_abbrev END
),
located AS (
  SELECT *, coalesce(feet, CAST(floor(sqrt(x * x + y * y) / 10 + 0.5) AS INTEGER)) AS distance_ft,
    CASE WHEN is_shot THEN 'field_goal' WHEN regexp_matches(kind, 'free ?throw') THEN 'free_throw'
      WHEN contains(kind, 'rebound') THEN 'rebound'
      WHEN contains(kind, 'turnover') OR kind IN ('traveling', 'palming', 'double dribble') THEN 'turnover'
      WHEN regexp_matches(kind, 'foul|charge|technical') THEN 'foul'
      WHEN contains(kind, 'substitution') THEN 'substitution'
      WHEN regexp_matches(kind, 'time ?out') THEN 'timeout'
      WHEN regexp_matches(kind, 'jump ?ball') THEN 'jump_ball'
      WHEN contains(kind, 'ejection') THEN 'ejection'
      WHEN regexp_matches(kind, 'violation|goaltending|kicked ball') THEN 'violation'
      WHEN contains(kind, 'start period') THEN 'period_start'
      WHEN contains(kind, 'end period') THEN 'period_end' ELSE 'other' END AS event_type
  FROM events
)
SELECT s.game_id, s.game_date, row_number() OVER (PARTITION BY e.game_id, e.file ORDER BY e.game_play_number, e.file_row) AS event_index,
  e.sequence_number AS event_num, e.period_number AS period, e.clock_display_value AS seconds_left, e.event_type,
  CASE WHEN e.event_type IN ('field_goal', 'free_throw') THEN e.scoring_play END AS made,
  -- Of a miss older files say its worth in words alone, and not of every kind of shot: there its distance decides.
  CASE WHEN e.event_type = 'free_throw' THEN 1 WHEN NOT e.is_shot THEN NULL
    WHEN e.scoring_play AND e.score_value IN (2, 3) THEN e.score_value
    WHEN e.points_attempted IN (2, 3) THEN e.points_attempted
    WHEN contains(e.text, 'three point') THEN 3
    WHEN regexp_matches(e.text, 'two point|jumper') OR regexp_matches(e.kind, 'layup|dunk|tip|hook') OR e.distance_ft < 22 THEN 2
    WHEN e.distance_ft >= ceil(league_three_point_arc() / 100e0) THEN 3 WHEN e.x IS NOT NULL THEN if(abs(e.x) >= league_three_point_corner() / 10e0, 3, 2) END AS value,
  CASE WHEN e.is_shot THEN e.distance_ft END AS distance_ft, CASE WHEN e.is_shot THEN e.x END AS x, CASE WHEN e.is_shot THEN e.y END AS y,
  e.team AS team_abbr, e.player_id,
  CASE WHEN e.is_shot AND e.scoring_play AND contains(e.text, ' assists)') THEN e.second_id END AS assist_player_id,
  CASE WHEN e.is_shot AND NOT e.scoring_play AND contains(e.text, ' blocks ') THEN e.second_id END AS block_player_id,
  CASE WHEN e.event_type = 'turnover' AND contains(e.text, ' steals)') THEN e.second_id END AS steal_player_id,
  CASE WHEN e.event_type = 'free_throw' AND NOT contains(e.kind, 'technical') THEN CAST(e.throw[1] AS INTEGER) END AS ft_n,
  CASE WHEN e.event_type = 'free_throw' AND NOT contains(e.kind, 'technical') THEN CAST(e.throw[6] AS INTEGER) END AS ft_of,
  CASE WHEN e.nba_game IS NULL THEN 'game not in the crosswalk'
       WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN coalesce(bool_or(e.team NOT IN (s.home_team_abbr, s.away_team_abbr)) OVER (PARTITION BY e.nba_game), false) THEN 'event of another game under this id'
       WHEN e.athlete_id_1 > 0 AND e.player_id IS NULL THEN 'player not in the crosswalk' END AS dropped
FROM located e
LEFT JOIN raw_schedule s ON CAST(s.game_id AS BIGINT) = e.nba_game
