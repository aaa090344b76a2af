"""Other people's folders of files: several sources in one place, and what doctor says of them."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

from tests.kit.shapes import Shapes, csv_of, game, records, sample, schedule_of


class Bundles(Shapes):
    def shots(self, unit):
        """Shots of the sample game as a season file has them, with places that its own events name."""
        rows = []
        for line in records(sample("playbyplayv2_0022200001.json.gz"), "PlayByPlay"):
            words = line["HOMEDESCRIPTION"] or line["VISITORDESCRIPTION"] or ""
            if line["EVENTMSGTYPE"] in (1, 2) and "' " in words:
                minutes, seconds = line["PCTIMESTRING"].split(":")
                feet = int(words.split("'")[0].split(" ")[-1])
                place = {"tenths": (-10 * feet, 0), "feet": (-feet, 0), "baseline": (feet, 5.25), "wrong": (feet * 3.28, 0)}[unit]
                rows.append({"SEASON_1": 2023, "PLAYER_ID": line["PLAYER1_ID"], "GAME_ID": "22200001", "ZONE_ABB": "L", "LOC_X": place[0], "LOC_Y": place[1],
                             "SHOT_DISTANCE": feet, "QUARTER": line["PERIOD"], "MINS_LEFT": minutes, "SECS_LEFT": seconds})
        return rows

    def test_shots_in_feet_or_tenths(self):
        files = {"scheduleleaguev2.json": schedule_of([game("0022200001", "2022-10-18", "BOS", "PHI")], "2022-23"), "playbyplayv2_0022200001.json.gz": sample("playbyplayv2_0022200001.json.gz")}
        sql = "SELECT event_num, x, y, distance_ft FROM raw_play_by_play WHERE x IS NOT NULL ORDER BY event_num"
        rows = self.rows_of({**files, "NBA_2023_Shots.csv": csv_of(self.shots("tenths"))}, sql)
        self.assertEqual(len(rows), len(self.shots("tenths")))
        self.assertTrue(all(row["x"] == -10 * row["distance_ft"] and row["y"] == 0 for row in rows))
        for unit in ("feet", "baseline"):
            self.assertEqual(self.rows_of({**files, "NBA_2023_Shots.csv": csv_of(self.shots(unit))}, sql), rows, unit)
        self.put("NBA_2023_Shots.csv", csv_of(self.shots("wrong")))
        self.assertIn("NBA_2023_Shots.csv: its distances agree with no unit of its places", self.run_program("load", code=4))

    def test_hoopr_needs_a_crosswalk(self):
        import duckdb

        self.put("scheduleleaguev2.json", schedule_of([game("0022400561", "2025-01-15", "PHI", "NYK")]))
        numbers = "0 AS field_goals_made, 0 AS field_goals_attempted, 0 AS three_point_field_goals_made, 0 AS three_point_field_goals_attempted, 0 AS free_throws_made, 0 AS free_throws_attempted, " \
                  "0 AS offensive_rebounds, 0 AS defensive_rebounds, 0 AS assists, 0 AS steals, 0 AS blocks, 2 AS turnovers, 0 AS fouls"
        duckdb.sql(f"""COPY (SELECT 401705 AS game_id, id AS athlete_id, name AS athlete_display_name, team AS team_abbreviation, minutes, {numbers}, points, plus AS plus_minus, false AS starter, minutes IS NULL AS did_not_play, NULL AS reason
            FROM (VALUES (11, 'Josh Hart', 'NY', 49.0, 10, '+10'), (12, 'Matt Ryan', 'NY', NULL, NULL, NULL), (13, 'Paul George', 'PHI', 43.0, 26, '-4'), (14, 'Un Known', 'PHI', 5.0, 2, '0')) t(id, name, team, minutes, points, plus))
            TO '{self.data}/player_box_2025.parquet'""")
        self.assertIn("put a file espn_crosswalk.csv (kind, espn_id, nba_id) beside them", self.run_program("load", code=4))
        self.put("espn_crosswalk.csv", b"kind,espn_id,nba_id\ngame,401705,22400561\nplayer,11,1628404\nplayer,12,1630346\nplayer,13,202331\n")
        report = self.load()
        self.assertEqual([tuple(row.values()) for row in self.query("SELECT game_id, team_abbr, player_id, status, seconds_played, points, plus_minus FROM raw_player_box ORDER BY player_id")],
                         [("0022400561", "PHI", 202331, "played", 2580, 26, -4), ("0022400561", "NYK", 1628404, "played", 2940, 10, 10), ("0022400561", "NYK", 1630346, "dnp", None, None, None)])
        self.assertIn("player not in the crosswalk", json.dumps(report["dropped"]))
        self.assertEqual(self.query("SELECT team_abbr, points, turnovers FROM raw_team_box ORDER BY 1"), [{"team_abbr": "NYK", "points": 10, "turnovers": 4}, {"team_abbr": "PHI", "points": 28, "turnovers": 4}])

    def test_tables_in_their_own_shape_ask_for_no_feed(self):
        day = schedule_of([game("0022400561", "2025-01-15", "PHI", "NYK")])
        self.put("scheduleleaguev2_2024-25.json", day)
        self.put_sample("boxscoretraditionalv2_0022400561.json.gz")
        self.load()
        tables = ("raw_schedule", "raw_player_box", "raw_team_box", "raw_results", "raw_rosters", "raw_players")
        rows = {table: self.query(f"FROM {table} ORDER BY ALL") for table in tables}
        own = Path(tempfile.mkdtemp(prefix="backcourt-own-"))
        self.addCleanup(shutil.rmtree, own, ignore_errors=True)
        self.run_program("export", str(own), *tables)

        shutil.rmtree(self.data)
        shutil.copytree(own, self.data)
        (self.folder / "warehouse.duckdb").unlink()
        report = self.load()
        self.assertEqual({table: self.query(f"FROM {table} ORDER BY ALL") for table in tables}, rows)
        self.assertEqual({a["table"] for a in report["absent"]}, {"raw_arenas", "raw_game_lines", "raw_injuries", "raw_injury_reports", "raw_play_by_play", "raw_player_props", "raw_schedule_history"})
        self.assertEqual(report["dropped"], [])

        # Without rosters and players of their own they are made of the boxes.
        shutil.rmtree(self.data / "raw_rosters")
        shutil.rmtree(self.data / "raw_players")
        (self.folder / "warehouse.duckdb").unlink()
        self.load()
        self.assertEqual({table: self.query(f"FROM {table} ORDER BY ALL") for table in tables}, rows)

    def test_doctor_names_the_feed_of_a_folder(self):
        self.put("mine/games/1.json.gz", sample("boxscoretraditionalv2_0022400561.json.gz"))
        self.put("mine/plays.csv", csv_of(records(sample("playbyplayv2_0022200001.json.gz"), "PlayByPlay")))
        self.put("mine/other/readme.json", {"a": 1})
        self.run_program("load")
        out = self.run_program("doctor")
        self.assertIn("1.json.gz has the shape of box_v2", out)
        self.assertIn(f'box_v2 = "{self.data}/mine/games/*.json.gz"', out)
        self.assertIn("plays.csv has the shape of play_by_play_v2", out)
        self.assertIn("readme.json has the shape of none", out)
        self.configure('[feeds]\nbox_v2 = "files/mine/games/*.json.gz"\n')
        out = self.run_program("doctor")
        self.assertIn("feed box_v2: 1 file for", out)
        self.assertIn("read by league_player_box.sql, league_results.sql, league_team_box.sql", out)
        self.assertNotIn("1.json.gz has the shape", out)


if __name__ == "__main__":
    unittest.main()
