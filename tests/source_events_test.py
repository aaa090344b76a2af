"""Play-by-play and shot charts in the shapes in which users have them."""

import csv
import io
import unittest

from tests.kit.shapes import Shapes, game, records, result_set, sample, schedule_of


class Events(Shapes):
    SHOTS = """SELECT event_num, period, seconds_left, event_type, made, value, team_abbr, player_id, assist_player_id, block_player_id
               FROM raw_play_by_play WHERE event_type = 'field_goal' ORDER BY event_num"""
    THROWS = """SELECT event_num, period, seconds_left, made, team_abbr, player_id, ft_n, ft_of FROM raw_play_by_play WHERE event_type = 'free_throw' ORDER BY event_num"""

    def test_versions_2_and_3_give_the_same_shots(self):
        schedule = {"scheduleleaguev2.json": schedule_of([game("0022200001", "2022-10-18", "BOS", "PHI")], "2022-23")}
        names = sorted({(a["personId"], a["playerName"], a["teamTricode"]) for a in sample("playbyplayv3_0022200001.json.gz")["game"]["actions"] if a["personId"] > 10 and a["teamTricode"]})
        box = {"boxscoretraditionalv3_0022200001.json": {"boxScoreTraditional": {"gameId": "0022200001", **{
            side: {"teamTricode": team, "players": [{"personId": i, "firstName": "", "familyName": n, "position": "", "comment": "", "statistics": {"minutes": "10:00", "points": 1}} for i, n, t in names if t == team]}
            for side, team in (("homeTeam", "BOS"), ("awayTeam", "PHI"))}}}}
        v2 = {**schedule, **box, "playbyplayv2_0022200001.json.gz": sample("playbyplayv2_0022200001.json.gz")}
        v3 = {**schedule, **box, "playbyplayv3/0022200001.json": sample("playbyplayv3_0022200001.json.gz")}
        shots = self.rows_of(v2, self.SHOTS)
        self.assertGreater(len(shots), 150)
        self.assertGreater(sum(s["assist_player_id"] is not None for s in shots), 30)
        self.assertGreater(sum(s["block_player_id"] is not None for s in shots), 3)
        throws = self.rows_of(v2, self.THROWS)
        self.assertEqual(self.rows_of(v3, self.SHOTS), shots)
        self.assertEqual(self.rows_of(v3, self.THROWS), throws)
        # A season file of nbastats has the same rows as CSV.
        lines = records(sample("playbyplayv2_0022200001.json.gz"), "PlayByPlay")
        text = io.StringIO()
        writer = csv.DictWriter(text, list(lines[0]))
        writer.writeheader()
        writer.writerows([{**line, "GAME_ID": int(line["GAME_ID"])} for line in lines])
        bundle = {**schedule, **box, "nbastats_2022.csv": text.getvalue().encode()}
        self.assertEqual(self.rows_of(bundle, self.SHOTS), shots)

    def test_live_events_add_up_to_the_box(self):
        self.put_sample("scheduleleaguev2_2024-25.json", "playbyplay_0022400561.json.gz", "boxscoretraditionalv2_0022400561.json.gz")
        self.load()
        self.assertEqual(self.query("""
            SELECT e.team_abbr, e.fga, e.fgm, e.threes, e.assists, e.blocks, e.points FROM (
              SELECT team_abbr, count(*) FILTER (WHERE event_type = 'field_goal') AS fga, count(*) FILTER (WHERE event_type = 'field_goal' AND made) AS fgm,
                count(*) FILTER (WHERE value = 3) AS threes, count(assist_player_id) AS assists, count(block_player_id) AS blocks, sum(value) FILTER (WHERE made) AS points
              FROM raw_play_by_play WHERE team_abbr IS NOT NULL GROUP BY 1) e
            JOIN raw_team_box t USING (team_abbr)
            WHERE t.fg_attempts = e.fga AND t.fg_makes = e.fgm AND t.three_pt_attempts = e.threes AND t.assists = e.assists AND t.points = e.points ORDER BY 1"""),
            [{"team_abbr": "NYK", "fga": 86, "fgm": 46, "threes": 37, "assists": 28, "blocks": 2, "points": 125}, {"team_abbr": "PHI", "fga": 92, "fgm": 46, "threes": 35, "assists": 27, "blocks": 3, "points": 119}])
        distances = self.query("SELECT distance_ft, x, y FROM raw_play_by_play WHERE event_type = 'field_goal' AND event_num = 17")
        self.assertEqual(distances, [{"distance_ft": 28, "x": -189, "y": 206}])

    def test_events_corrected_late_keep_their_place(self):
        live = sample("playbyplay_0022400561.json.gz")
        first = self.rows_of({"scheduleleaguev2_2024-25.json": sample("scheduleleaguev2_2024-25.json"), "playbyplay_0022400561.json": live}, "FROM raw_play_by_play ORDER BY event_index")
        live["game"]["actions"].append(live["game"]["actions"].pop(20))
        again = self.rows_of({"scheduleleaguev2_2024-25.json": sample("scheduleleaguev2_2024-25.json"), "playbyplay_0022400561.json": live}, "FROM raw_play_by_play ORDER BY event_index")
        self.assertEqual(first, again)

    def test_a_shot_chart_gives_places(self):
        chart = [{"GRID_TYPE": "Shot Chart Detail", "GAME_ID": "0022200001", "GAME_EVENT_ID": 7, "LOC_X": -12, "LOC_Y": 34}]
        self.put("scheduleleaguev2.json", schedule_of([game("0022200001", "2022-10-18", "BOS", "PHI")], "2022-23"))
        self.put_sample("playbyplayv2_0022200001.json.gz")
        self.put("shotchartdetail_0022200001.json", {"resource": "shotchartdetail", "resultSets": [result_set("Shot_Chart_Detail", chart)]})
        self.load()
        self.assertEqual(self.query("SELECT event_num, x, y FROM raw_play_by_play WHERE x IS NOT NULL"), [{"event_num": 7, "x": -12, "y": 34}])

    def test_a_season_of_one_source_beside_files_without_seasons_of_another(self):
        self.put("scheduleleaguev2_2022-23.json", schedule_of([game("0022200001", "2022-10-18", "BOS", "PHI")], "2022-23"))
        self.put("scheduleleaguev2_2024-25.json", schedule_of([game("0022400561", "2025-01-15", "PHI", "NYK")]))
        self.put("playbyplayv2.json", sample("playbyplayv2_0022200001.json.gz"))
        self.load()
        before = self.query("SELECT * FROM raw_play_by_play ORDER BY event_index")
        self.assertGreater(len(before), 300)
        self.put_sample("playbyplay_0022400561.json.gz")
        self.load()
        self.assertEqual(self.query("SELECT * FROM raw_play_by_play WHERE game_id = '0022200001' ORDER BY event_index"), before)


if __name__ == "__main__":
    unittest.main()
