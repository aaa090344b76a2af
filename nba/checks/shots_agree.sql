/* backcourt
about = "A team and game with play-by-play: the seven shot invariants, the events against the team box. A game that breaks one has no shot zones."
reads = ["player_shot_summary", "raw_play_by_play", "raw_team_box"]
fix = "correct the play-by-play of the game; until then it has no shot zones"
*/
WITH
event_sums AS (
  SELECT e.game_id, e.game_date, e.team_abbr,
    sum(e.paint_attempts + e.mid_range_attempts + e.three_attempts + e.unlocated_attempts) AS attempts,
    sum(e.paint_makes + e.mid_range_makes + e.three_makes) AS makes,
    sum(e.three_attempts) AS three_attempts, sum(e.three_makes) AS three_makes,
    sum(e.assisted_fg_makes) AS assisted, sum(e.assisted_fg_makes + e.unassisted_fg_makes) AS assisted_and_not,
    sum(e.blocks) AS blocks, sum(e.event_points) AS points
  FROM player_shot_summary e JOIN dates d ON d.game_date = e.game_date
  GROUP BY e.game_id, e.game_date, e.team_abbr
)
SELECT e.game_date, concat_ws(' ', e.game_id, e.team_abbr) AS subject,
  NULLIF(concat_ws('; ',
    CASE WHEN e.attempts <> b.fg_attempts THEN concat_ws(' ', 'attempts', CAST(e.attempts AS STRING), 'but FGA', CAST(b.fg_attempts AS STRING)) END,
    CASE WHEN e.makes <> b.fg_makes THEN concat_ws(' ', 'located makes', CAST(e.makes AS STRING), 'but FGM', CAST(b.fg_makes AS STRING)) END,
    CASE WHEN e.three_attempts <> b.three_pt_attempts THEN concat_ws(' ', 'threes', CAST(e.three_attempts AS STRING), 'but 3PA', CAST(b.three_pt_attempts AS STRING)) END,
    CASE WHEN e.three_makes <> b.three_pt_makes THEN concat_ws(' ', 'threes made', CAST(e.three_makes AS STRING), 'but 3PM', CAST(b.three_pt_makes AS STRING)) END,
    CASE WHEN e.assisted_and_not <> b.fg_makes THEN concat_ws(' ', 'assisted and unassisted makes', CAST(e.assisted_and_not AS STRING), 'but FGM', CAST(b.fg_makes AS STRING)) END,
    CASE WHEN e.assisted <> b.assists THEN concat_ws(' ', 'assisted makes', CAST(e.assisted AS STRING), 'but assists', CAST(b.assists AS STRING)) END,
    CASE WHEN e.blocks <> b.blocks THEN concat_ws(' ', 'blocks', CAST(e.blocks AS STRING), 'but blocks of the box', CAST(b.blocks AS STRING)) END,
    CASE WHEN e.points <> b.points THEN concat_ws(' ', 'points of the events', CAST(e.points AS STRING), 'but points', CAST(b.points AS STRING)) END), '') AS what
FROM event_sums e
JOIN raw_team_box b ON b.game_id = e.game_id AND b.team_abbr = e.team_abbr
