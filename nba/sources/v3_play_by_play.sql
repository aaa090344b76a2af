/* backcourt
about = "The league's play-by-play, version 3: shots carry their places, blocks and steals are rows of their own, assists are in the text."
table = "raw_play_by_play"
rank  = 20
feeds = ["play_by_play_v3"]
reads = ["raw_schedule", "raw_player_box", "team_names"]
by_unit = ["play_by_play_v3", "raw_schedule", "raw_player_box"]
*/
WITH actions AS (
  SELECT * EXCLUDE (actionType, subType), lower(trim(actionType)) AS kind, lower(trim(subType)) AS subkind,
    CASE WHEN contains(description, ' AST)') THEN regexp_extract(description, '\(([^()]+) \d+ AST\)', 1) END AS assister,
    CASE WHEN lower(trim(actionType)) = 'free throw' AND NOT contains(description, 'Technical')
      THEN nullif(regexp_extract(description, '\d of \d'), '') END AS throw
  FROM play_by_play_v3
),
-- Events of teams that do not play in a game: what a file has under its id is another game, all of it.
games_of_files AS (
  SELECT a.game_id, a.file, min(a.file_row) AS first_row,
    coalesce(bool_or(a.teamTricode NOT IN (s.home_team_abbr, s.away_team_abbr)), false) AS is_another
  FROM play_by_play_v3 a LEFT JOIN raw_schedule s ON s.game_id = a.game_id
  GROUP BY a.game_id, a.file
),
games AS (
  -- A game that stands in several files is taken from the first that holds it.
  SELECT * FROM games_of_files QUALIFY row_number() OVER (PARTITION BY game_id ORDER BY is_another, file) = 1
),
teams AS (
  SELECT TRY_CAST(name AS BIGINT) AS team_id, team_abbr FROM team_names WHERE TRY_CAST(name AS BIGINT) IS NOT NULL
),
-- Rows that equal an earlier one of their game in every column; only rows of one number and text can.
repeated AS (
  SELECT file, file_row
  FROM play_by_play_v3 SEMI JOIN (SELECT game_id, actionNumber, description FROM play_by_play_v3 GROUP BY ALL HAVING count(*) > 1)
    USING (game_id, actionNumber, description)
  QUALIFY row_number() OVER (
    PARTITION BY game_id, actionNumber, actionId, clock, period, teamId, teamTricode, personId, playerName, playerNameI,
      xLegacy, yLegacy, shotDistance, shotResult, isFieldGoal, description, actionType, subType
    ORDER BY file, file_row) > 1
),
-- A block or a steal has the number of its shot or turnover.
helpers AS (
  SELECT game_id, actionNumber,
    min(personId) FILTER (WHERE contains(description, ' BLOCK (')) AS block_player_id,
    min(personId) FILTER (WHERE contains(description, ' STEAL (')) AS steal_player_id
  FROM play_by_play_v3
  WHERE actionType IS NULL
  GROUP BY game_id, actionNumber
),
-- The name by which texts call a player, from rows where he acts alone; a substitution's row is that of who goes out.
called AS (
  SELECT DISTINCT game_id, teamTricode AS team, personId AS player_id,
    CASE WHEN starts_with(description, 'SUB: ') THEN split_part(description, ' FOR ', 2)
         ELSE regexp_extract(description, '^(?:MISS )?(.+?) (?:REBOUND \(|BLOCK \(|STEAL \(|Free Throw |\d+'' )', 1) END AS name
  FROM play_by_play_v3
  WHERE teamTricode IS NOT NULL AND personId > 0
),
assists AS (
  SELECT DISTINCT game_id, teamTricode AS team, assister AS name FROM actions WHERE assister IS NOT NULL
),
in_game AS (
  SELECT game_id, team, name, min(player_id) AS player_id FROM called GROUP BY ALL HAVING count(DISTINCT player_id) = 1
),
in_box AS (
  -- 'Jal. Williams' is who begins with Jal and ends with Williams; 'Williams Jr.' he of that suffix, if one of two has it.
  SELECT a.game_id, a.team, a.name,
    CASE WHEN count(DISTINCT b.player_id) = 1 THEN min(b.player_id)
         WHEN count(DISTINCT b.player_id) FILTER (WHERE ends_with(player_lookup(b.player_name), player_lookup(a.last))) = 1
         THEN min(b.player_id) FILTER (WHERE ends_with(player_lookup(b.player_name), player_lookup(a.last))) END AS player_id
  FROM (SELECT game_id, team, name, if(contains(name, '. '), split_part(name, '. ', 1), '') AS first,
          if(contains(name, '. '), split_part(name, '. ', 2), name) AS last FROM assists) a
  JOIN raw_player_box b ON b.game_id = a.game_id AND b.team_abbr = a.team AND b.status = 'played'
   AND starts_with(player_lookup(b.player_name), player_lookup(a.first))
   AND ends_with(lookup_without_suffix(b.player_name), lookup_without_suffix(a.last))
  GROUP BY a.game_id, a.team, a.name
),
assisters AS (
  SELECT a.game_id, a.team, a.name, coalesce(g.player_id, b.player_id) AS player_id
  FROM assists a
  LEFT JOIN in_game g ON g.game_id = a.game_id AND g.team = a.team AND g.name = a.name
  LEFT JOIN in_box b ON b.game_id = a.game_id AND b.team = a.team AND b.name = a.name
)
SELECT a.game_id, s.game_date, a.file_row - g.first_row + 1 AS event_index,
  a.actionNumber AS event_num, a.period, a.clock AS seconds_left,
  CASE WHEN a.isFieldGoal THEN 'field_goal'
    WHEN a.kind IN ('rebound', 'turnover', 'foul', 'violation', 'substitution', 'timeout', 'ejection') THEN a.kind
    WHEN a.kind = 'free throw' THEN 'free_throw' WHEN a.kind = 'jump ball' THEN 'jump_ball'
    WHEN a.kind = 'period' AND a.subkind = 'start' THEN 'period_start'
    WHEN a.kind = 'period' AND a.subkind = 'end' THEN 'period_end' ELSE 'other' END AS event_type,
  CASE WHEN a.isFieldGoal THEN a.shotResult = 'Made' WHEN a.kind = 'free throw' THEN NOT starts_with(a.description, 'MISS ') END AS made,
  CASE WHEN a.isFieldGoal THEN if(contains(a.description, '3PT'), 3, 2) WHEN a.kind = 'free throw' THEN 1 END AS value,
  CASE WHEN a.isFieldGoal THEN coalesce(CAST(floor(sqrt(power(a.xLegacy, 2) + power(a.yLegacy, 2)) / 10 + 0.5) AS INTEGER), a.shotDistance) END AS distance_ft,
  CASE WHEN a.isFieldGoal THEN a.xLegacy END AS x, CASE WHEN a.isFieldGoal THEN a.yLegacy END AS y,
  coalesce(a.teamTricode, t.team_abbr) AS team_abbr,
  CASE WHEN a.teamTricode IS NOT NULL THEN nullif(a.personId, 0) END AS player_id,
  CASE WHEN a.isFieldGoal AND a.shotResult = 'Made' THEN n.player_id END AS assist_player_id,
  CASE WHEN a.isFieldGoal AND a.shotResult = 'Missed' THEN h.block_player_id END AS block_player_id,
  CASE WHEN a.kind = 'turnover' THEN h.steal_player_id END AS steal_player_id,
  CAST(a.throw[1] AS INTEGER) AS ft_n, CAST(a.throw[6] AS INTEGER) AS ft_of,
  CASE WHEN s.game_id IS NULL THEN 'game not in the schedule'
       WHEN a.file <> g.file THEN 'the game stands in another file too'
       WHEN g.is_another THEN 'event of another game under this id'
       WHEN r.file_row IS NOT NULL THEN 'equal to an earlier row in every column' END AS dropped
FROM actions a
JOIN games g ON g.game_id = a.game_id
LEFT JOIN raw_schedule s ON s.game_id = a.game_id
LEFT JOIN repeated r ON r.file = a.file AND r.file_row = a.file_row
LEFT JOIN helpers h ON h.game_id = a.game_id AND h.actionNumber = a.actionNumber
LEFT JOIN assisters n ON n.game_id = a.game_id AND n.team = a.teamTricode AND n.name = a.assister
LEFT JOIN teams t ON t.team_id = a.personId
