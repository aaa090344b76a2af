/* backcourt
about = "The league's play-by-play, version 2, with the places of shots where there is a shot chart."
table = "raw_play_by_play"
rank  = 10
feeds = ["play_by_play_v2"]
optional_feeds = ["shot_chart", "nba_shots"]
reads = ["raw_schedule", "team_names"]
by_unit = ["play_by_play_v2", "shot_chart", "raw_schedule"]
*/
WITH repeated AS (
  -- Rows that equal an earlier one of their game in every column; only rows of one number can.
  SELECT file, file_row
  FROM play_by_play_v2 SEMI JOIN (SELECT GAME_ID, EVENTNUM FROM play_by_play_v2 GROUP BY ALL HAVING count(*) > 1) USING (GAME_ID, EVENTNUM)
  QUALIFY row_number() OVER (
    PARTITION BY GAME_ID, EVENTNUM, EVENTMSGTYPE, EVENTMSGACTIONTYPE, PERIOD, WCTIMESTRING, PCTIMESTRING,
      HOMEDESCRIPTION, NEUTRALDESCRIPTION, VISITORDESCRIPTION, SCORE,
      PLAYER1_ID, PLAYER1_TEAM_ABBREVIATION, PLAYER2_ID, PLAYER3_ID
    ORDER BY file, file_row) > 1
),
-- Events of teams that do not play in a game: what a file has under its id is another game, all of it.
games_of_files AS (
  SELECT e.GAME_ID, e.file, min(e.file_row) AS first_row,
    coalesce(bool_or(e.PLAYER1_TEAM_ABBREVIATION NOT IN (s.home_team_abbr, s.away_team_abbr)), false) AS is_another
  FROM play_by_play_v2 e LEFT JOIN raw_schedule s ON s.game_id = e.GAME_ID
  GROUP BY e.GAME_ID, e.file
),
games AS (
  -- A game that stands in several files is taken from the first that holds it.
  SELECT * FROM games_of_files QUALIFY row_number() OVER (PARTITION BY GAME_ID ORDER BY is_another, file) = 1
),
places AS (
  SELECT GAME_ID, GAME_EVENT_ID, min_by(LOC_X, file_row) AS x, min_by(LOC_Y, file_row) AS y FROM shot_chart GROUP BY ALL
),
-- A bundle of shots without event numbers: its places are in tenths of a foot or in feet, from the hoop or
-- from the baseline (5.25 ft behind it), with either sign across the court. Which, the file's own distances
-- and sides tell; a file that agrees with none is refused.
readings AS (
  SELECT unnest([{'unit': 1, 'hoop': 0}, {'unit': 10, 'hoop': 0}, {'unit': 10, 'hoop': 5.25}], recursive := true)
),
shot_files AS (
  SELECT n.file, r.unit, r.hoop, if(avg(if(n.LOC_X > 0, 1, 0)) FILTER (WHERE n.ZONE_ABB IN ('L', 'LC')) > 0.5, -1, 1) AS side,
    avg(if(abs(sqrt(n.LOC_X * n.LOC_X + (n.LOC_Y - r.hoop) * (n.LOC_Y - r.hoop)) * r.unit / 10 - n.SHOT_DISTANCE) <= 1.05, 1, 0)) AS agreeing
  FROM nba_shots n, readings r
  GROUP BY n.file, r.unit, r.hoop
  QUALIFY row_number() OVER (PARTITION BY n.file ORDER BY agreeing DESC) = 1
),
clocked AS (
  SELECT n.GAME_ID, n.PLAYER_ID, n.QUARTER, n.MINS_LEFT * 60 + n.SECS_LEFT AS seconds_left,
    coalesce(n.EVENT_TYPE = 'Made Shot', lower(n.SHOT_MADE) IN ('true', '1')) AS made,
    row_number() OVER (PARTITION BY n.GAME_ID, n.PLAYER_ID, n.QUARTER, n.MINS_LEFT, n.SECS_LEFT, coalesce(n.EVENT_TYPE = 'Made Shot', lower(n.SHOT_MADE) IN ('true', '1'))
      ORDER BY n.SHOT_DISTANCE, n.file, n.file_row) AS nth,
    CAST(round(n.LOC_X * f.unit * f.side) AS INTEGER) AS x, CAST(round((n.LOC_Y - f.hoop) * f.unit) AS INTEGER) AS y
  FROM nba_shots n
  JOIN shot_files f ON f.file = n.file AND CASE WHEN f.agreeing < 0.98
    THEN error(concat(n.file, ': its distances agree with no unit of its places')) ELSE true END
),
clocked_events AS (
  SELECT e.file, e.file_row, c.x, c.y
  FROM (
    -- Of several shots of a player at one clock the file says which went in, and from how far; where it says neither, their order decides.
    SELECT file, file_row, GAME_ID, PLAYER1_ID, PERIOD, PCTIMESTRING, EVENTMSGTYPE = 1 AS made,
      row_number() OVER (PARTITION BY GAME_ID, PLAYER1_ID, PERIOD, PCTIMESTRING, h.knows, CASE WHEN h.knows THEN EVENTMSGTYPE END
        ORDER BY coalesce(TRY_CAST(regexp_extract(concat_ws(' ', HOMEDESCRIPTION, VISITORDESCRIPTION), '(\d+)''', 1) AS INTEGER), 0), file_row) AS nth
    FROM play_by_play_v2, (SELECT bool_and(made IS NOT NULL) AS knows FROM clocked) h WHERE EVENTMSGTYPE IN (1, 2) AND GAME_ID IN (SELECT GAME_ID FROM clocked)
  ) e
  JOIN clocked c ON c.GAME_ID = e.GAME_ID AND c.PLAYER_ID = e.PLAYER1_ID AND c.QUARTER = e.PERIOD AND c.seconds_left = e.PCTIMESTRING AND c.nth = e.nth
    AND coalesce(c.made = e.made, true)
),
teams AS (
  SELECT TRY_CAST(name AS BIGINT) AS team_id, team_abbr FROM team_names WHERE TRY_CAST(name AS BIGINT) IS NOT NULL
),
events AS (
  SELECT *, EVENTMSGTYPE IN (1, 2) AS is_shot, EVENTMSGTYPE = 3 AS is_throw,
    CASE WHEN EVENTMSGTYPE IN (1, 2, 3) THEN concat_ws(' ', HOMEDESCRIPTION, VISITORDESCRIPTION, NEUTRALDESCRIPTION) END AS words
  FROM play_by_play_v2
),
-- What stands in the text only: 3PT, the feet before the foot mark, MISS, and which throw it is of how many.
told AS (
  SELECT * EXCLUDE (HOMEDESCRIPTION, VISITORDESCRIPTION, NEUTRALDESCRIPTION, words),
    CASE WHEN is_shot THEN if(contains(words, '3PT'), 3, 2) WHEN is_throw THEN 1 END AS value,
    CASE WHEN is_shot THEN TRY_CAST(regexp_extract(words, '(\d+)''', 1) AS INTEGER) END AS feet,
    CASE WHEN is_shot THEN EVENTMSGTYPE = 1 WHEN is_throw THEN NOT contains(words, 'MISS ') END AS made,
    CASE WHEN is_throw AND NOT contains(words, 'Technical') THEN nullif(regexp_extract(words, '\d of \d'), '') END AS throw
  FROM events
)
SELECT e.GAME_ID AS game_id, s.game_date, e.file_row - g.first_row + 1 AS event_index,
  e.EVENTNUM AS event_num, e.PERIOD AS period, e.PCTIMESTRING AS seconds_left,
  CASE e.EVENTMSGTYPE
    WHEN 1 THEN 'field_goal' WHEN 2 THEN 'field_goal' WHEN 3 THEN 'free_throw' WHEN 4 THEN 'rebound' WHEN 5 THEN 'turnover'
    WHEN 6 THEN 'foul' WHEN 7 THEN 'violation' WHEN 8 THEN 'substitution' WHEN 9 THEN 'timeout' WHEN 10 THEN 'jump_ball'
    WHEN 11 THEN 'ejection' WHEN 12 THEN 'period_start' WHEN 13 THEN 'period_end' ELSE 'other' END AS event_type,
  e.made, e.value, CASE WHEN e.value = 2 THEN coalesce(e.feet, 0) ELSE e.feet END AS distance_ft,
  CASE WHEN e.is_shot THEN coalesce(p.x, c.x) END AS x, CASE WHEN e.is_shot THEN coalesce(p.y, c.y) END AS y,
  coalesce(e.PLAYER1_TEAM_ABBREVIATION, t.team_abbr) AS team_abbr,
  CASE WHEN e.PLAYER1_TEAM_ABBREVIATION IS NOT NULL THEN nullif(e.PLAYER1_ID, 0) END AS player_id,
  CASE WHEN e.EVENTMSGTYPE = 1 THEN nullif(e.PLAYER2_ID, 0) END AS assist_player_id,
  CASE WHEN e.EVENTMSGTYPE = 2 THEN nullif(e.PLAYER3_ID, 0) END AS block_player_id,
  CASE WHEN e.EVENTMSGTYPE = 5 THEN nullif(e.PLAYER2_ID, 0) END AS steal_player_id,
  CAST(e.throw[1] AS INTEGER) AS ft_n, CAST(e.throw[6] AS INTEGER) AS ft_of,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN e.file <> g.file THEN 'the game stands in another file too'
       WHEN g.is_another THEN 'event of another game under this id'
       WHEN r.file_row IS NOT NULL THEN 'equal to an earlier row in every column' END AS dropped
FROM told e
JOIN games g ON g.GAME_ID = e.GAME_ID
LEFT JOIN raw_schedule s ON s.game_id = e.GAME_ID
LEFT JOIN repeated r ON r.file = e.file AND r.file_row = e.file_row
LEFT JOIN places p ON p.GAME_ID = e.GAME_ID AND p.GAME_EVENT_ID = e.EVENTNUM
LEFT JOIN clocked_events c ON c.file = e.file AND c.file_row = e.file_row
LEFT JOIN teams t ON t.team_id = e.PLAYER1_ID
