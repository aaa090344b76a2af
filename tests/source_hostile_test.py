"""Responses that are damaged, or none at all: read or refused, never half of each."""

import json
import random
import shutil
import subprocess
import unittest

from tests.kit.program import BACKCOURT
from tests.kit.shapes import PACK, Shapes, game, result_set, sample, schedule_of


class HostileInput(Shapes):
    def setUp(self):
        super().setUp()
        self.put("scheduleleaguev2_2024-25.json", schedule_of([game("0022400561", "2025-01-15", "PHI", "NYK"), game("0022400500", "2025-01-07", "PHI", "NYK")]))
        self.put_sample("boxscoretraditionalv2_0022400561.json.gz")
        self.name = "boxscoretraditionalv2_0022400500.json"
        self.good = json.dumps(sample("boxscoretraditionalv2_0022400561.json.gz")).replace("0022400561", "0022400500").encode()

    def refused(self, data, *said, name=None):
        self.load()
        before = self.query("SELECT table_name, slot, digest FROM backcourt.cells ORDER BY 1, 2")
        self.put(name or self.name, data)
        out = self.run_program("load", code=4)
        for part in (name or self.name, *said):
            self.assertIn(part, out)
        self.assertEqual(self.query("SELECT table_name, slot, digest FROM backcourt.cells ORDER BY 1, 2"), before)

    def test_truncated(self):
        self.refused(self.good[: len(self.good) // 2], "holds no JSON", "unexpected end of data")

    def test_truncated_gzip(self):
        path = self.put(self.name + ".gz", self.good)
        whole = path.read_bytes()
        path.unlink()
        self.load()
        path.write_bytes(whole[: len(whole) // 2])
        self.assertIn(self.name + ".gz", self.run_program("load", code=4))

    def test_empty(self):
        self.refused(b"", "is empty")

    def test_the_blocking_page(self):
        self.refused(b"<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY>You don't have permission</BODY></HTML>", "holds no JSON", "<HTML><HEAD><TITLE>Access Denied")

    def test_latin_1(self):
        self.refused(self.good.replace(b"Josh Hart", "Joßé Hart".encode("latin-1")), "holds no JSON", "invalid UTF-8")

    def test_values_that_read_like_errors_of_the_engine(self):
        for value in ("Interrupted", "FATAL Error", "No space left on device"):
            outcome = {"name": "Over", "price": value, "point": 200.5}
            event = {"commence_time": "2025-01-16T00:00:00Z", "home_team": "a", "away_team": "b", "bookmakers": [{"key": "c", "markets": [{"key": "totals", "outcomes": [outcome]}]}]}
            self.put("odds_api.json", {"timestamp": "2025-01-15T12:00:00Z", "data": event})
            self.assertIn(f"odds_api.json: row 1, column price: '{value}' is not a number", self.run_program("load", code=4))

    def test_points_of_a_period_that_are_none(self):
        lines = [{"GAME_ID": "0022400500", "TEAM_ID": 1, "TEAM_ABBREVIATION": team, "PTS_QTR1": 30.0, "PTS_QTR2": points, "PTS": 100} for team, points in (("PHI", 20), ("NYK", 20.5))]
        summary = {"resultSets": [result_set("GameSummary", [{"GAME_ID": "0022400500", "GAME_STATUS_ID": 3}]), result_set("LineScore", lines), result_set("InactivePlayers", lines)]}
        self.put("boxscoresummaryv2_0022400500.json", summary)
        self.assertIn("boxscoresummaryv2_0022400500.json: row 2, column line: '30.0,20.5,", self.run_program("load", code=4))

    def test_a_row_without_its_key_is_dropped(self):
        rows = [{"GAME_ID": "0022400561", "PLAYER_ID": 7, "FIRST_NAME": "No", "LAST_NAME": "Body", "TEAM_ABBREVIATION": None}]
        lines = [{"GAME_ID": "0022400561", "TEAM_ID": 1, "TEAM_ABBREVIATION": "PHI", "PTS": 100}]
        self.put("boxscoresummaryv2_0022400561.json", {"resultSets": [result_set("GameSummary", [{"GAME_ID": "0022400561", "GAME_STATUS_ID": 3}]), result_set("LineScore", lines), result_set("InactivePlayers", rows)]})
        dropped = [d for d in self.load()["dropped"] if d["reason"].startswith("row without")]
        self.assertEqual([(d["table"], d["reason"], d["rows"]) for d in dropped], [("raw_rosters", "row without team_abbr", 1)])
        self.assertEqual(self.query("SELECT * FROM raw_rosters WHERE player_id = 7"), [])

    def test_a_place_far_off_the_court(self):
        action = {"actionNumber": 1, "orderNumber": 1, "clock": "PT11M00.00S", "period": 1, "teamTricode": "NYK", "personId": 1, "isFieldGoal": 1, "xLegacy": 100_000, "yLegacy": 0}
        self.put("playbyplay_0022400500.json", {"game": {"gameId": "0022400500", "actions": [action]}})
        self.load()
        self.assertEqual(self.query("SELECT distance_ft FROM raw_play_by_play"), [{"distance_ft": 10_000}])

    def test_a_source_that_fails_names_what_is_new(self):
        shutil.copytree(PACK, self.folder / "pack", ignore=shutil.ignore_patterns("warehouse*"))
        source = self.folder / "pack/sources/live_play_by_play.sql"
        source.write_text(source.read_text().replace("a.period,", "if(a.period = 99, error('no such period'), a.period) AS period,"))
        self.configure()
        config = self.folder / "backcourt.toml"
        config.write_text(config.read_text().replace(PACK, "pack"))
        self.put_sample("playbyplay_0022400561.json.gz")
        self.load()
        live = sample("playbyplay_0022400561.json.gz")
        live["game"]["actions"][3]["period"] = 99
        self.put("playbyplay_0022400500.json", json.loads(json.dumps(live).replace("0022400561", "0022400500")))
        out = self.run_program("load", code=4)
        self.assertIn("no such period", out)
        self.assertIn(f"look at what is new since the last load: files/playbyplay_0022400500.json; nothing was loaded", out)

    def test_another_answer(self):
        self.refused({"message": "too many requests"}, "holds JSON, but not that of feed box_v2")

    def test_a_list_in_place_of_an_object(self):
        self.refused([1, 2, 3], "holds JSON, but not that of feed box_v2")

    def test_a_mark_before_the_first_byte_is_no_part(self):
        self.put(self.name, b"\xef\xbb\xbf" + self.good)
        self.load()
        self.assertEqual(self.query("SELECT count(DISTINCT game_id) AS n FROM raw_player_box"), [{"n": 2}])

    def test_nan_is_nothing(self):
        box = json.loads(self.good)
        lines = next(s for s in box["resultSets"] if s["name"] == "PlayerStats")
        lines["rowSet"][0][-1] = float("nan")
        self.put(self.name, box)
        self.load()
        self.assertEqual(self.query("SELECT plus_minus, points FROM raw_player_box WHERE game_id = '0022400500' AND player_id = 1628404"), [{"plus_minus": None, "points": 10}])

    def test_whatever_comes_is_read_or_refused(self):
        """Seeded damage: bytes cut, flipped and repeated, values of other types; the program reads or refuses, and what is refused changes nothing."""
        self.load()
        chance = random.Random(7)
        outcomes = set()
        strange = [None, True, -1, 1e308, "", "NaN", "\u0000", [], {}, [[]], {"name": "PlayerStats"}, "x" * 5000, float("nan"), float("inf")]
        for _ in range(20):
            data = bytearray(self.good)
            kind = chance.randrange(4)
            if kind == 0:
                del data[chance.randrange(len(data)):]
            elif kind == 1:
                for _ in range(chance.randrange(1, 4)):
                    data[chance.randrange(len(data))] = chance.randrange(256)
            elif kind == 2:
                at = chance.randrange(len(data))
                data[at:at] = data[at : at + chance.randrange(200)]
            else:
                box = json.loads(self.good)
                found = chance.choice(box["resultSets"])
                if chance.random() < 0.3:
                    found[chance.choice(list(found))] = chance.choice(strange)
                else:
                    row = chance.choice(found["rowSet"])
                    row[chance.randrange(len(row))] = chance.choice(strange)
                data = json.dumps(box).encode()
            before = self.query("SELECT table_name, slot, digest FROM backcourt.cells ORDER BY 1, 2")
            self.put(self.name, bytes(data))
            done = subprocess.run([BACKCOURT, "load"], cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
            self.assertIn(done.returncode, (0, 4), f"{bytes(data)[:300]}\n{done.stdout}\n{done.stderr}")
            outcomes.add(done.returncode)
            if done.returncode == 4:
                self.assertIn(self.name, done.stderr)
                self.assertEqual(self.query("SELECT table_name, slot, digest FROM backcourt.cells ORDER BY 1, 2"), before)
        self.assertEqual(outcomes, {0, 4})

    def test_an_answer_without_games_is_none(self):
        box = json.loads(self.good)
        for found in box["resultSets"]:
            found["rowSet"] = []
        self.put(self.name, box)
        self.load()
        self.assertEqual(self.query("SELECT count(DISTINCT game_id) AS n FROM raw_player_box"), [{"n": 1}])


if __name__ == "__main__":
    unittest.main()
