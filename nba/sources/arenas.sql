/* backcourt
about = "The teams' arenas, with the clocks of their places."
table = "raw_arenas"
rank  = 10
feeds = ["arenas"]
reads = ["arena_time_zones", "team_names"]
*/
SELECT coalesce(t.team_abbr, a.team) AS team_abbr, DATE '1946-01-01' AS valid_from, DATE '9999-12-31' AS valid_to,
  a.lat AS latitude, a.lon AS longitude, z.time_zone, NULL AS dropped
FROM arenas a
LEFT JOIN team_names t ON t.name = a.team
LEFT JOIN arena_time_zones z ON z.team_abbr = coalesce(t.team_abbr, a.team)
