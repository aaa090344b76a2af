/* backcourt
about = "A team and final game: each total of the team box is the sum over its players."
reads = ["raw_team_box", "raw_player_box"]
fix = "correct the boxes of the game"
*/
WITH
player_sums AS (
  SELECT game_id, team_abbr,
    sum(fg_makes) AS fg_makes,
    sum(fg_attempts) AS fg_attempts,
    sum(three_pt_makes) AS three_pt_makes,
    sum(three_pt_attempts) AS three_pt_attempts,
    sum(ft_makes) AS ft_makes,
    sum(ft_attempts) AS ft_attempts,
    sum(offensive_rebounds) AS offensive_rebounds,
    sum(defensive_rebounds) AS defensive_rebounds,
    sum(assists) AS assists,
    sum(steals) AS steals,
    sum(blocks) AS blocks,
    sum(turnovers) AS turnovers,
    sum(personal_fouls) AS personal_fouls,
    sum(points) AS points
  FROM raw_player_box
  GROUP BY game_id, team_abbr
)
SELECT b.game_date, concat_ws(' ', b.game_id, b.team_abbr) AS subject,
  NULLIF(concat_ws('; ',
    CASE WHEN b.fg_makes <> p.fg_makes THEN concat_ws(' ', 'fg_makes', CAST(b.fg_makes AS STRING), 'but players', CAST(p.fg_makes AS STRING)) END,
    CASE WHEN b.fg_attempts <> p.fg_attempts THEN concat_ws(' ', 'fg_attempts', CAST(b.fg_attempts AS STRING), 'but players', CAST(p.fg_attempts AS STRING)) END,
    CASE WHEN b.three_pt_makes <> p.three_pt_makes THEN concat_ws(' ', 'three_pt_makes', CAST(b.three_pt_makes AS STRING), 'but players', CAST(p.three_pt_makes AS STRING)) END,
    CASE WHEN b.three_pt_attempts <> p.three_pt_attempts THEN concat_ws(' ', 'three_pt_attempts', CAST(b.three_pt_attempts AS STRING), 'but players', CAST(p.three_pt_attempts AS STRING)) END,
    CASE WHEN b.ft_makes <> p.ft_makes THEN concat_ws(' ', 'ft_makes', CAST(b.ft_makes AS STRING), 'but players', CAST(p.ft_makes AS STRING)) END,
    CASE WHEN b.ft_attempts <> p.ft_attempts THEN concat_ws(' ', 'ft_attempts', CAST(b.ft_attempts AS STRING), 'but players', CAST(p.ft_attempts AS STRING)) END,
    CASE WHEN b.offensive_rebounds <> p.offensive_rebounds THEN concat_ws(' ', 'offensive_rebounds', CAST(b.offensive_rebounds AS STRING), 'but players', CAST(p.offensive_rebounds AS STRING)) END,
    CASE WHEN b.defensive_rebounds <> p.defensive_rebounds THEN concat_ws(' ', 'defensive_rebounds', CAST(b.defensive_rebounds AS STRING), 'but players', CAST(p.defensive_rebounds AS STRING)) END,
    CASE WHEN b.assists <> p.assists THEN concat_ws(' ', 'assists', CAST(b.assists AS STRING), 'but players', CAST(p.assists AS STRING)) END,
    CASE WHEN b.steals <> p.steals THEN concat_ws(' ', 'steals', CAST(b.steals AS STRING), 'but players', CAST(p.steals AS STRING)) END,
    CASE WHEN b.blocks <> p.blocks THEN concat_ws(' ', 'blocks', CAST(b.blocks AS STRING), 'but players', CAST(p.blocks AS STRING)) END,
    CASE WHEN b.turnovers <> p.turnovers THEN concat_ws(' ', 'turnovers', CAST(b.turnovers AS STRING), 'but players', CAST(p.turnovers AS STRING)) END,
    CASE WHEN b.personal_fouls <> p.personal_fouls THEN concat_ws(' ', 'personal_fouls', CAST(b.personal_fouls AS STRING), 'but players', CAST(p.personal_fouls AS STRING)) END,
    CASE WHEN b.points <> p.points THEN concat_ws(' ', 'points', CAST(b.points AS STRING), 'but players', CAST(p.points AS STRING)) END), '') AS what
FROM raw_team_box b
JOIN dates d ON d.game_date = b.game_date
JOIN player_sums p ON p.game_id = b.game_id AND p.team_abbr = b.team_abbr
