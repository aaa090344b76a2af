"""The schedule service: snapshots of the league's schedule are kept, judged and answered from as of a date."""

import json
import random
import shutil
import unittest

from tests.kit import servers
from tests.kit.program import ROOT
from tests.kit.remote import Remote
from tests.kit.schedules import SEASON, first_look, flat, game, nested


class Looks(Remote):
    """A project of the NBA pack with nothing but snapshots of the schedule."""

    def setUp(self):
        super().setUp()
        shutil.rmtree(self.project)  # what lies beside backcourt.toml would stand over the pack
        self.project.mkdir()
        (self.project / "backcourt.toml").write_text(f'[project]\npack = "{ROOT / "nba"}"\n[data]\nfolder = "data"\n')
        (self.project / "data").mkdir()

    def put(self, time, data, season=SEASON):
        path = self.project / "data" / "schedule" / season / f"{time}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def dates(self, *words):
        return [one["game_date"] for one in json.loads(self.run_program("dates", "--json", *words))["game_dates"]]

    def looks(self):
        """Three looks at a schedule: as published; one game over; another over and a third moved."""
        games = first_look()
        self.put("20210820T120000Z", flat(games.values()))
        games[1] = game(1, "2021-10-19", "BOS", "NYK", final=True)
        self.put("20211020T120000Z", nested(games.values()))
        games[2] = game(2, "2021-10-21", "LAL", "GSW", final=True)
        games[3] = game(3, "2021-10-26", "BOS", "LAL")
        self.put("20211022T160000Z", nested(games.values(), wrapped=False))
        return games

    def dates_after_load(self):
        self.run_program("load")
        return self.dates()


class Schedule(Looks):
    def test_dates_as_they_stand_and_as_they_were_known(self):
        self.looks()
        self.load()
        self.assertEqual(self.dates(), ["2021-10-19", "2021-10-21", "2021-10-25", "2021-10-26", "2021-12-10"])
        self.assertEqual(self.dates("--as-of", "2021-10-21"), ["2021-10-19", "2021-10-21", "2021-10-23", "2021-10-25", "2021-12-10"])
        self.assertEqual(self.dates("--as-of", "2021-10-22"), self.dates())
        self.assertEqual(self.dates("--types", "preseason,all_star"), ["2021-10-05", "2022-02-20"])
        self.assertIn("as known on 2021-10-21: the schedule had last changed at 2021-08-20 12:00:00 UTC", self.run_program("dates", "--as-of", "2021-10-21"))
        self.assertIn("no schedule was seen up to 2021-08-19", self.run_program("dates", "--as-of", "2021-08-19", code=1))

    def test_a_project_without_snapshots_says_so(self):
        (self.project / "data" / "scheduleleaguev2_2021-22.json").write_bytes(nested(first_look().values()))
        self.load()
        self.assertIn("no snapshots of the schedule are kept", self.run_program("dates", "--as-of", "2021-10-21", code=1))

    def context(self):
        self.run_program("backfill", "upcoming_team_game_context")
        rows = self.rows("SELECT game_date, team_abbr, next_game_days_rest AS rest, games_in_next_7_days AS week FROM upcoming_team_game_context WHERE game_date < '2021-10-25' ORDER BY 1, 2")
        return {(row["game_date"], row["team_abbr"]): (row["rest"], row["week"]) for row in rows}

    def test_what_lies_ahead_is_read_as_it_was_known_before_the_date(self):
        games = self.looks()
        known = self.context()
        self.assertEqual(known["2021-10-19", "BOS"], (3, 1))  # the game that was moved on the 22nd stood on the 23rd
        self.assertEqual(known["2021-10-21", "LAL"], (1, 1))
        self.assertIn("all agree to the bit", self.run_program("verify", "--all"))
        (self.project / "warehouse.duckdb").unlink()
        for path in (self.project / "data" / "schedule" / SEASON).iterdir():
            path.unlink()
        (self.project / "data" / "scheduleleaguev2_2021-22.json").write_bytes(nested(games.values()))
        as_it_stands = self.context()
        self.assertEqual(as_it_stands["2021-10-19", "BOS"], (6, 1))
        self.assertEqual(as_it_stands["2021-10-21", "LAL"], (4, 1))

    def test_a_look_that_changes_nothing_stales_nothing(self):
        games = self.looks()
        self.context()
        self.put("20211023T120000Z", nested(games.values()))
        self.assertEqual(self.load()["changed_cells"], 0)
        self.assertIn("nothing to do", self.run_program("backfill", "upcoming_team_game_context"))
        self.assertIsNone(self.load()["run"])

    def test_a_later_look_changes_only_later_dates(self):
        games = self.looks()
        before = self.context()
        sql = "SELECT slot, digest FROM backcourt.cells WHERE table_name = 'upcoming_team_game_context' AND slot <= DATE '2021-10-21' - DATE '1970-01-01' ORDER BY 1"
        digests = self.rows(sql)
        self.assertEqual(len(digests), 2)
        games[8] = game(8, "2021-10-24", "NYK", "BOS")
        self.put("20211022T230000Z", nested(games.values()))
        after = self.context()
        self.assertEqual(self.rows(sql), digests)
        self.assertEqual({key: after[key] for key in before}, before)
        self.assertEqual(after["2021-10-24", "NYK"], (0, 1))

    def test_a_snapshot_that_comes_late_gives_what_it_would_have_given(self):
        games = self.looks()
        self.put("20210901T120000Z", flat([*games.values(), game(9, "2021-11-01", "BOS", "GSW")]))
        late = self.project / "data" / "schedule" / SEASON / "20210901T120000Z.json"
        sql = "SELECT table_name, slot, digest FROM backcourt.cells WHERE row_count > 0 ORDER BY 1, 2"
        self.load()
        whole = self.rows(sql)
        (self.project / "warehouse.duckdb").unlink()
        aside = late.rename(self.folder / "late.json")
        self.load()
        self.assertNotEqual(self.rows(sql), whole)
        aside.rename(late)
        self.load()
        self.assertEqual(self.rows(sql), whole)
        late.unlink()  # what was seen stays known
        self.load()
        self.assertEqual(self.rows(sql), whole)

    def test_bad_snapshots_are_quarantined_and_the_last_good_one_serves(self):
        games = self.looks()
        before = self.dates_after_load()
        bad = {
            "20211023T000000Z": (nested(games.values())[:-40], "it holds no JSON"),
            "20211023T010000Z": (b"<!DOCTYPE html><html>Access Denied</html>", "holds no JSON"),
            "20211023T020000Z": (b"", "it is empty"),
            "20211023T030000Z": (nested([g for n, g in games.items() if n != 1]), "1 row is missing that was settled before, as game_id=0022100001"),
            "20211023T040000Z": (json.dumps({"games": []}).encode(), "it holds no rows"),
            "20211023T050000Z": (flat([{**games[1], "gameId": "0022000001"}]), "1 rows do not belong in it"),
            "20211023T060000Z": (flat([*games.values(), games[1]]), "a key stands in it twice: game_id=0022100001"),
            "20211023T070000Z": (json.dumps({"error": "limit"}).encode(), "holds JSON, but not that of feed"),
            "20211023T080000Z": (flat([*games.values(), {**game(8, "2021-11-05", "BOS", "NYK"), "gameDateEst": "soon"}]), "column game_date: 'soon'"),
        }
        for time, (data, _) in bad.items():
            self.put(time, data)
        self.assertEqual(self.dates_after_load(), before)
        for command in ["status"], ["doctor"]:
            out = self.run_program(*command)
            self.assertRegex(out, r"schedule_snapshots 2021-22: served by the snapshot of 2021-10-22 16:00:00 UTC \([0-9,]+ days old\), .*/20211022T160000Z.json")
            for time, (_, problem) in bad.items():
                self.assertRegex(out, f"quarantined schedule_snapshots .*/{time}.json: .*{problem}".replace("(", r"\("))
        gaps = [gap for gap in json.loads(self.run_program("check", "--season", SEASON, "--json", code=2))["gaps"] if gap["guard"] == "snapshots"]
        self.assertEqual({gap["subject"][-21:-5] for gap in gaps}, set(bad))
        self.assertEqual({one["path"][-21:-5] for one in json.loads(self.run_program("status", "--json"))["snapshots"] if one["problem"]}, set(bad))
        games[4] = game(4, "2021-10-27", "NYK", "GSW")
        self.put("20211023T030000Z", nested(games.values()))  # mended
        self.assertIn("2021-10-27", self.dates_after_load())

    def test_games_are_postponed_cancelled_added_and_withdrawn(self):
        games = first_look()
        self.put("20210820", flat(games.values()))
        games[3] = {**games[3], "postponedStatus": "Y", "gameStatusText": "PPD"}
        games[4] = {**games[4], "gameStatusText": "Cancelled"}
        games[8] = game(8, "2021-11-02", "GSW", "NYK")
        games[9] = game(101, "2022-04-24", "BOS", "NYK", prefix="004", ifNecessary=True)
        del games[5]
        self.put("20211018", nested(games.values()))
        self.assertEqual(self.dates_after_load(), ["2021-10-19", "2021-10-21", "2021-11-02"])
        statuses = {row["status"] for row in self.rows("SELECT status FROM raw_schedule_history WHERE seen_date = '2021-10-18'")}
        self.assertEqual(statuses, {"postponed", "cancelled", "scheduled", "if_necessary", "withdrawn"})
        games[9] = {**games[9], "ifNecessary": False}
        games[3] = game(3, "2021-11-09", "BOS", "LAL")
        self.put("20211019", nested(games.values()))
        self.assertEqual(self.dates_after_load(), ["2021-10-19", "2021-10-21", "2021-11-02", "2021-11-09", "2022-04-24"])


def mutate(random, data):
    """A document with one thing wrong: its bytes, or a value somewhere in it."""
    kind = random.randrange(4)
    if kind == 0:
        at = random.randrange(len(data))
        return data[:at] + bytes([random.randrange(256)]) + data[at + 1:]
    if kind == 1:
        return data[:random.randrange(len(data))]
    document = json.loads(data)
    places = []

    def walk(node):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], (dict, list)):
                walk(node[key])
    walk(document)
    node, key = random.choice(places)
    if kind == 2 and isinstance(node, dict):
        del node[key]
    else:
        node[key] = random.choice([None, "", "x", -1, 10**30, 1.5, True, [], {}, [[]], {"a": None}, "2021-02-30", "99/99/9999", "\u0000", "\ud800", float("nan"), node[key]])
    return json.dumps(document).encode("utf-8", "surrogatepass")


class HostileSchedule(Looks):
    def test_whatever_a_snapshot_holds_it_is_read_or_quarantined(self):
        games = self.looks()
        self.load()
        seeds = 150
        for seed in range(seeds):
            data = random.Random(seed).choice([flat, nested])(games.values())
            self.put(f"202111{1 + seed // 24:02}T{seed % 24:02}0000Z", mutate(random.Random(seed), data))
        extremes = [b"[" * 100_000, b'{"games":' * 5_000, b"\xef\xbb\xbf" + flat(games.values()), b"\xff\xfe\x00", flat(games.values()) * 2,
                    flat([{**games[1], "arenaName": "Pala\u00e7o"}]).decode("unicode_escape").encode("latin-1"), b'{"games":[' + b"null," * 1000 + b"null]}"]
        for i, data in enumerate(extremes):
            self.put(f"20211201T{i:02}0000Z", data)
        self.run_program("load")
        told = json.loads(self.run_program("status", "--json"))["snapshots"]
        kept = self.rows("SELECT count(*) AS n, count(*) FILTER (WHERE problem <> '') AS bad FROM backcourt.snapshots")[0]
        self.assertEqual(kept["n"], seeds + len(extremes) + 3)
        self.assertEqual(len([one for one in told if one["problem"]]), kept["bad"])
        self.assertGreater(kept["bad"], seeds // 3)
        self.assertLess(kept["bad"], seeds)
        self.assertIn("2021-10-21", self.dates())
        self.assertIsNone(self.load()["run"])


class RemoteSchedule(Looks):
    """The same snapshots in a bucket."""

    @classmethod
    def setUpClass(cls):
        cls.s3 = servers.S3()
        cls.addClassCleanup(cls.s3.stop)

    def setUp(self):
        super().setUp()
        self.environment.update(self.s3.environment())
        config = self.project / "backcourt.toml"
        config.write_text(config.read_text() + f'[feeds]\nschedule_snapshots = "s3://lake/schedule/{{season}}/*.json"\n[stores]\ns3_endpoint = "{self.s3.url}"\ntimeout = 2\nretries = 0\n')

    def put(self, time, data, season=SEASON):
        self.s3.put(f"schedule/{season}/{time}.json", data)

    def test_a_schedule_that_changes_between_two_loads_and_a_store_that_goes(self):
        games = self.looks()
        before = self.dates_after_load()
        self.assertIn("2021-10-23", self.dates("--as-of", "2021-10-21"))
        games[4] = game(4, "2021-10-27", "NYK", "GSW")
        self.put("20211024T120000Z", nested(games.values()))
        report = self.load()
        self.assertEqual(report["files"], [f"s3://lake/schedule/{SEASON}/20211024T120000Z.json"])
        after = self.dates()
        self.assertEqual(set(before) ^ set(after), {"2021-10-25", "2021-10-27"})
        config = self.project / "backcourt.toml"
        config.write_text(config.read_text().replace(self.s3.url, "http://127.0.0.1:1"))
        for command in "load", "backfill":
            self.assertIn("refuses the connection", self.run_program(command, code=4))
        self.assertEqual(self.dates(), after)
        self.assertIn("served by the snapshot of 2021-10-24 12:00:00 UTC", self.run_program("status"))


if __name__ == "__main__":
    unittest.main()
