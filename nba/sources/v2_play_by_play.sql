/* backcourt
about = "The league's play-by-play, version 2, with the places of shots where there is a shot chart."
table = "raw_play_by_play"
rank  = 10
feeds = ["play_by_play_v2"]
optional_feeds = ["shot_chart"]
reads = ["raw_schedule", "team_names"]
*/
WITH repeated AS (
  -- Rows that equal an earlier one of the game in every column; only rows with one number can.
  SELECT file, file_row
  FROM play_by_play_v2 SEMI JOIN (SELECT GAME_ID, EVENTNUM FROM play_by_play_v2 GROUP BY ALL HAVING count(*) > 1) USING (GAME_ID, EVENTNUM)
  QUALIFY row_number() OVER (
    PARTITION BY GAME_ID, EVENTNUM, EVENTMSGTYPE, EVENTMSGACTIONTYPE, PERIOD, WCTIMESTRING, PCTIMESTRING,
      HOMEDESCRIPTION, NEUTRALDESCRIPTION, VISITORDESCRIPTION, SCORE, SCOREMARGIN,
      PERSON1TYPE, PLAYER1_ID, PLAYER1_NAME, PLAYER1_TEAM_ID, PLAYER1_TEAM_ABBREVIATION,
      PERSON2TYPE, PLAYER2_ID, PLAYER2_NAME, PERSON3TYPE, PLAYER3_ID, PLAYER3_NAME
    ORDER BY file, file_row) > 1
),
places AS (
  SELECT GAME_ID, GAME_EVENT_ID, min_by(LOC_X, file_row) AS x, min_by(LOC_Y, file_row) AS y FROM shot_chart GROUP BY ALL
),
events AS (
  SELECT *, EVENTMSGTYPE IN (1, 2) AS is_shot, EVENTMSGTYPE = 3 AS is_throw,
    CASE WHEN EVENTMSGTYPE IN (1, 2, 3) THEN concat_ws(' ', HOMEDESCRIPTION, VISITORDESCRIPTION, NEUTRALDESCRIPTION) END AS words
  FROM play_by_play_v2
),
shots AS (
  SELECT file, file_row, if(contains(words, '3PT'), 3, 2) AS value,
    TRY_CAST(regexp_extract(words, '(\d+)''', 1) AS INTEGER) AS feet
  FROM events WHERE is_shot
),
throws AS (
  SELECT file, file_row, TRY_CAST(parts[1] AS INTEGER) AS ft_n, TRY_CAST(parts[2] AS INTEGER) AS ft_of
  FROM (SELECT file, file_row, regexp_extract_all(regexp_extract(words, '\d of \d'), '\d') AS parts FROM events
        WHERE is_throw AND NOT contains(words, 'Technical'))
)
SELECT e.GAME_ID AS game_id, s.game_date,
  row_number() OVER (PARTITION BY e.GAME_ID ORDER BY e.file, e.file_row) AS event_index,
  e.EVENTNUM AS event_num, e.PERIOD AS period, e.PCTIMESTRING AS seconds_left,
  CASE e.EVENTMSGTYPE
    WHEN 1 THEN 'field_goal' WHEN 2 THEN 'field_goal' WHEN 3 THEN 'free_throw' WHEN 4 THEN 'rebound' WHEN 5 THEN 'turnover'
    WHEN 6 THEN 'foul' WHEN 7 THEN 'violation' WHEN 8 THEN 'substitution' WHEN 9 THEN 'timeout' WHEN 10 THEN 'jump_ball'
    WHEN 11 THEN 'ejection' WHEN 12 THEN 'period_start' WHEN 13 THEN 'period_end' ELSE 'other' END AS event_type,
  CASE WHEN e.is_shot THEN e.EVENTMSGTYPE = 1 WHEN e.is_throw THEN NOT contains(e.words, 'MISS ') END AS made,
  CASE WHEN e.is_throw THEN 1 ELSE h.value END AS value,
  CASE WHEN h.value = 2 THEN coalesce(h.feet, 0) ELSE h.feet END AS distance_ft,
  CASE WHEN e.is_shot THEN p.x END AS x, CASE WHEN e.is_shot THEN p.y END AS y,
  coalesce(t.team_abbr, e.PLAYER1_TEAM_ABBREVIATION) AS team_abbr,
  CASE WHEN e.PLAYER1_NAME IS NOT NULL THEN e.PLAYER1_ID END AS player_id,
  CASE WHEN e.EVENTMSGTYPE = 1 THEN nullif(e.PLAYER2_ID, 0) END AS assist_player_id,
  CASE WHEN e.EVENTMSGTYPE = 2 THEN nullif(e.PLAYER3_ID, 0) END AS block_player_id,
  CASE WHEN e.EVENTMSGTYPE = 5 THEN nullif(e.PLAYER2_ID, 0) END AS steal_player_id,
  f.ft_n, f.ft_of,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN r.file_row IS NOT NULL THEN 'equal to an earlier row in every column' END AS dropped
FROM events e
LEFT JOIN raw_schedule s ON s.game_id = e.GAME_ID
LEFT JOIN repeated r ON r.file = e.file AND r.file_row = e.file_row
LEFT JOIN shots h ON h.file = e.file AND h.file_row = e.file_row
LEFT JOIN throws f ON f.file = e.file AND f.file_row = e.file_row
LEFT JOIN places p ON p.GAME_ID = e.GAME_ID AND p.GAME_EVENT_ID = e.EVENTNUM
LEFT JOIN team_names t ON t.name = coalesce(e.PLAYER1_TEAM_ABBREVIATION, CAST(e.PLAYER1_ID AS VARCHAR))
