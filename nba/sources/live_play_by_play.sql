/* backcourt
about = "The league's live play-by-play: the assist, the block and the steal are on the row of the shot or turnover."
table = "raw_play_by_play"
rank  = 30
feeds = ["play_by_play_live"]
reads = ["raw_schedule"]
by_unit = ["play_by_play_live", "raw_schedule"]
*/
WITH games_of_files AS (
  SELECT a.game_id, a.file, coalesce(bool_or(a.teamTricode NOT IN (s.home_team_abbr, s.away_team_abbr)), false) AS is_another
  FROM play_by_play_live a LEFT JOIN raw_schedule s ON s.game_id = a.game_id
  GROUP BY a.game_id, a.file
),
games AS (
  SELECT * FROM games_of_files QUALIFY row_number() OVER (PARTITION BY game_id ORDER BY is_another, file) = 1
),
-- Corrections stand at the end of the file; their order number is their place in the game.
ordered AS (
  SELECT a.*, g.file AS served, g.is_another, lower(a.actionType) AS kind,
    row_number() OVER (PARTITION BY a.game_id, a.file ORDER BY a.orderNumber, a.file_row) AS event_index,
    lower(a.actionType) = 'freethrow' AND (contains(lower(coalesce(a.descriptor, '')), 'technical') OR contains(lower(a.description), 'technical')) AS is_technical
  FROM play_by_play_live a JOIN games g USING (game_id)
)
SELECT a.game_id, s.game_date, a.event_index, a.actionNumber AS event_num, a.period, a.clock AS seconds_left,
  CASE WHEN a.isFieldGoal THEN 'field_goal'
    WHEN a.kind IN ('rebound', 'turnover', 'foul', 'violation', 'substitution', 'timeout', 'ejection') THEN a.kind
    WHEN a.kind = 'freethrow' THEN 'free_throw' WHEN a.kind = 'jumpball' THEN 'jump_ball'
    WHEN a.kind = 'period' AND a.subType = 'start' THEN 'period_start' WHEN a.kind = 'period' AND a.subType = 'end' THEN 'period_end'
    ELSE 'other' END AS event_type,
  CASE WHEN a.isFieldGoal OR a.kind = 'freethrow' THEN a.shotResult = 'Made' END AS made,
  CASE WHEN a.isFieldGoal THEN if(a.kind = '3pt', 3, 2) WHEN a.kind = 'freethrow' THEN 1 END AS value,
  CASE WHEN a.isFieldGoal THEN CAST(floor(sqrt(power(a.xLegacy, 2) + power(a.yLegacy, 2)) / 10 + 0.5) AS INTEGER) END AS distance_ft,
  CASE WHEN a.isFieldGoal THEN a.xLegacy END AS x, CASE WHEN a.isFieldGoal THEN a.yLegacy END AS y,
  a.teamTricode AS team_abbr, nullif(a.personId, 0) AS player_id,
  CASE WHEN a.isFieldGoal AND a.shotResult = 'Made' THEN nullif(a.assistPersonId, 0) END AS assist_player_id,
  CASE WHEN a.isFieldGoal AND a.shotResult = 'Missed' THEN nullif(a.blockPersonId, 0) END AS block_player_id,
  CASE WHEN a.kind = 'turnover' THEN nullif(a.stealPersonId, 0) END AS steal_player_id,
  CASE WHEN a.kind = 'freethrow' AND NOT a.is_technical THEN TRY_CAST(regexp_extract(a.subType, '(\d) of \d', 1) AS INTEGER) END AS ft_n,
  CASE WHEN a.kind = 'freethrow' AND NOT a.is_technical THEN TRY_CAST(regexp_extract(a.subType, '\d of (\d)', 1) AS INTEGER) END AS ft_of,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN a.file <> a.served THEN 'the game stands in another file too'
       WHEN a.is_another THEN 'event of another game under this id' END AS dropped
FROM ordered a
LEFT JOIN raw_schedule s ON s.game_id = a.game_id
