"""Files that a load knew and that are gone: what they gave stays, goes to others or is lost, and is told until it is back or forgotten."""

import json
import os
import shutil

from tests.kit.invented import Game, box_v3, game_log, schedule
from tests.kit.shapes import Shapes

import duckdb

GAMES = [Game("0022001050", "2021-05-14", "GSW", "NOP", 120, 110), Game("0022001051", "2021-05-14", "UTA", "WAS", 109, 93), Game("0022001060", "2021-05-15", "GSW", "UTA", 99, 90),
         Game("0022001061", "2021-05-16", "WAS", "NOP", 99, 90)]


class GoneFiles(Shapes):
    def test_a_data_folder_that_is_gone(self):
        self.put("leaguegamelog_2020-21.json", game_log(GAMES))
        self.load()
        self.data.rename(self.folder / "away")
        self.assertIn("is not there", self.run_program("load", code=4))
        (self.folder / "away").rename(self.data)
        self.load()
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_schedule"), [{"n": 4}])

    def test_a_data_folder_that_is_empty(self):
        log = self.put("leaguegamelog_2020-21.json", game_log(GAMES))
        self.load()
        for verb in ("load", "backfill"):  # as of a disk that is not mounted
            log.rename(self.folder / "away")
            self.assertIn("no file is left of 1 file that was loaded", self.run_program(verb, code=4))
            (self.folder / "away").rename(log)
            self.load()
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_schedule"), [{"n": 4}])
        log.unlink()
        self.run_program("forget", str(log))
        self.run_program("load")
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_schedule"), [{"n": 0}])

    def test_a_file_that_is_gone_is_reported_and_forgotten_on_request(self):
        self.put("leaguegamelog_2020-21.json", game_log(GAMES[:2]))
        path = self.put("leaguegamelog_2019-20.json", game_log([Game("0021900001", "2019-10-22", "GSW", "UTA")]))
        self.load()
        count = "SELECT season, count(*) AS n FROM raw_schedule GROUP BY 1 ORDER BY 1"
        self.assertEqual(len(self.query(count)), 2)
        self.assertIn("is still there", self.run_program("forget", str(path), code=1))
        path.unlink()
        for words in (("load",), ("status",), ("plan",), ("check",), ("doctor",)):
            self.assertIn(f"backcourt forget {path}", self.run_any(*words).stdout, words)
        self.assertEqual(len(self.query(count)), 2)
        self.run_program("forget", str(path))
        self.assertEqual(self.query(count), [{"season": "2020-21", "n": 2}])
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_player_box"), [{"n": 24}])
        self.assertNotIn("backcourt forget", self.run_program("load"))
        self.put("leaguegamelog_2018-19.json", game_log([Game("0021800001", "2018-10-22", "GSW", "UTA")]))
        self.assertIn("1 file is new", self.run_program("status"))
        self.assertIn("1 file is new", self.run_program("plan"))

    def test_one_of_several_files_that_is_gone_is_named(self):
        self.put("scheduleleaguev2_2020-21.json", schedule(GAMES, "2021-06-01T00:00:00Z", over="all"))
        paths = [self.put(f"boxscoretraditionalv3_{game.id}.json", box_v3(game)) for game in GAMES]
        self.load()
        paths[1].unlink()
        self.assertEqual((self.load()["lost"], self.load()["gone"]), ([str(paths[1])], []))
        self.assertEqual(self.query("SELECT count(DISTINCT game_id) AS n FROM raw_player_box"), [{"n": 3}])
        # It stays known until it is back, or nobody expects it.
        for words in (("load",), ("status",), ("plan",), ("check",), ("doctor",)):
            self.assertIn(f"backcourt forget {paths[1]}", self.run_any(*words).stdout, words)
        files = {file["path"]: file["state"] for feed in json.loads(self.run_program("files", "--json"))["feeds"] for file in feed["files"]}
        self.assertEqual([path for path, state in files.items() if state == "gone"], [str(paths[1].relative_to(self.folder))])
        paths[2].unlink()
        said = self.run_program("load")
        for path in paths[1:3]:
            self.assertIn(f"no longer there, and rows of it are gone: {path}; put it back, or `backcourt forget {path}`", said)
        self.run_program("forget", str(paths[1]))
        self.assertIn("forgotten already", self.run_program("forget", str(paths[1]), code=1))
        self.assertEqual(self.load()["lost"], [str(paths[2])])
        paths[2].write_text(json.dumps(box_v3(GAMES[2])))
        self.assertEqual((self.load()["lost"], self.load()["gone"]), ([], []))
        self.assertNotIn("backcourt forget", self.run_any("status").stdout)
        self.assertEqual(self.query("SELECT count(DISTINCT game_id) AS n FROM raw_player_box"), [{"n": 3}])
        # One whose game another file has is of no use.
        self.put("boxscoretraditionalv3_again.json", box_v3(GAMES[2]))
        self.load()
        paths[2].unlink()
        after = self.load()
        self.assertEqual((after["lost"], after["gone"]), ([], [str(paths[2])]))

    def test_one_of_the_raw_tables_own_files(self):
        self.put("leaguegamelog_2020-21.json", game_log(GAMES))
        self.load()
        rows = self.query("FROM raw_player_box ORDER BY ALL")
        self.run_program("export", str(self.folder.with_name(self.folder.name + "-raw")), "raw_player_box")
        self.addCleanup(shutil.rmtree, self.folder.with_name(self.folder.name + "-raw"), ignore_errors=True)
        season = self.data / "raw_player_box/season=2020-21"
        season.mkdir(parents=True)
        exported, = self.folder.with_name(self.folder.name + "-raw").glob("raw_player_box/*/*.parquet")
        with duckdb.connect() as connection:
            for name, of in (("a", "<"), ("b", ">=")):
                connection.execute(f"COPY (FROM read_parquet('{exported}', hive_partitioning=false) WHERE game_date {of} '2021-05-15') TO '{season}/{name}.parquet'")
        self.put("leaguegamelog_2020-21.json", game_log(GAMES, "T"))  # the teams' totals alone: players have no other file
        self.load()
        self.assertEqual(self.query("FROM raw_player_box ORDER BY ALL"), rows)
        half = season / "b.parquet"
        kept = half.read_bytes()
        half.unlink()
        for _ in range(3):
            self.assertEqual(self.load()["lost"], [str(half)])
        self.assertIn(f"backcourt forget {half}", self.run_any("status").stdout)
        half.write_bytes(kept)
        self.assertEqual(self.load()["lost"], [])
        self.assertEqual(self.query("FROM raw_player_box ORDER BY ALL"), rows)

    def test_a_moved_project_knows_its_files_again(self):
        self.put("leaguegamelog_2020-21.json", game_log(GAMES[:3]))
        self.put("boxes/boxscoretraditionalv3_0022001060.json", box_v3(GAMES[2]))
        self.load()
        before = self.query("SELECT source, season, identity IS NULL AS x, run FROM backcourt.sources ORDER BY 1, 2")

        def nothing_is_read():
            self.assertEqual(self.load()["files"], [])
            self.assertEqual(self.query("SELECT source, season, identity IS NULL AS x, run FROM backcourt.sources ORDER BY 1, 2"), before)
            self.assertIsNone(json.loads(self.run_program("load", "--json"))["run"])
            self.assertEqual(json.loads(self.run_program("load", "--json"))["vanished"], [])

        for path in self.data.rglob("*.json"):  # as a checkout or a copy without times leaves them
            os.utime(path, ns=(1, 1))
        nothing_is_read()
        other = self.folder.with_name(self.folder.name + "-moved")
        self.addCleanup(shutil.rmtree, other, ignore_errors=True)
        self.folder.rename(other)
        self.folder, self.data = other, other / "files"
        self.assertNotRegex(self.run_any("status").stdout, "new|gone")
        nothing_is_read()
        shutil.copytree(self.data, other / "data")  # the data folder alone, under another name
        shutil.rmtree(self.data)
        self.data = other / "data"
        text = (other / "backcourt.toml").read_text()
        (other / "backcourt.toml").write_text(text.replace('"files"', '"data"'))
        nothing_is_read()
        # One that differs in content is read, though its size is the same.
        path = self.data / "boxes/boxscoretraditionalv3_0022001060.json"
        path.write_bytes(path.read_bytes().replace(b'"plusMinusPoints": 0', b'"plusMinusPoints": 1', 1))
        self.assertIn(str(path), self.load()["files"])
