"""A cell with all that made it in one file, made again from that file alone."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.kit.program import BACKCOURT
from tests.kit.real import filled
from tests.kit.toy import Toy

import duckdb  # noqa: E402


class Bundle(Toy):
    def setUp(self):
        super().setUp()
        self.run_program("backfill")

    def replay(self, file, code=0):
        with tempfile.TemporaryDirectory() as empty:  # no project is above it
            done = subprocess.run([BACKCOURT, "replay", str(file), "--json"], cwd=empty, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def test_each_table_s_last_date(self):
        for table in ("player_games", "player_form"):
            report = json.loads(self.run_program("bundle", table, "2021-11-01", "--output", f"{table}.bundle", "--json"))
            again = self.replay(self.project / f"{table}.bundle")
            digest = self.query(f"SELECT digest FROM backcourt.cells WHERE table_name = '{table}' AND slot = DATE '2021-11-01' - DATE '1970-01-01'")[0]["digest"]
            self.assertEqual((again["same"], again["rows"], again["digest"], again["replayed"]), (True, report["rows"], digest, digest))
            self.assertEqual(report["digest"], digest)

    def test_inputs_are_cut_to_their_windows(self):
        report = json.loads(self.run_program("bundle", "player_form", "2021-10-22", "--output", "one.bundle", "--json"))
        self.assertEqual(report["inputs"], {"player_games": self.query("SELECT count(*) AS n FROM player_games WHERE game_date < DATE '2021-10-22'")[0]["n"]})
        with duckdb.connect(str(self.project / "one.bundle"), read_only=True) as file:
            self.assertEqual(file.execute("SELECT max(game_date) < DATE '2021-10-22' FROM inputs.player_games").fetchone(), (True,))

    def test_another_result_is_shown(self):
        self.run_program("bundle", "player_form", "2021-10-22", "--output", "one.bundle")
        with duckdb.connect(str(self.project / "one.bundle")) as file:
            file.execute("UPDATE inputs.player_games SET points = points + 1 WHERE player_id = 1")
        again = self.replay(self.project / "one.bundle", code=2)
        self.assertEqual((again["same"], again["differing"]), (False, ["points_avg"]))

    def test_what_cannot_be_written(self):
        for _ in range(2):  # the second finds nothing left of the first
            self.assertIn("cannot be written", self.run_program("bundle", "player_form", "2021-10-22", "--output", "nowhere/one.bundle", code=1))
        self.run_program("bundle", "player_form", "2021-10-22", cwd=self.project / "data")
        self.assertTrue((self.project / "player_form-2021-10-22.bundle").exists())

    def test_the_sql_of_a_file_reaches_no_other_file(self):
        self.run_program("bundle", "player_form", "2021-10-22", "--output", "one.bundle")
        with duckdb.connect(str(self.project / "one.bundle")) as file:
            file.execute("UPDATE facts SET value = 'SELECT * FROM read_text(''/etc/hostname'')' WHERE name = 'sql'")
        self.assertIn("disabled", self.replay(self.project / "one.bundle", code=2))

    def test_a_cell_that_is_not_as_its_inputs_make_it(self):
        self.edit("data/box_2021-22.csv", "G1,AAA,1,30,", "G1,AAA,1,37,")
        self.run_program("load")
        self.assertIn("player_games 2021-10-19 is stale", self.run_program("bundle", "player_games", "2021-10-19", code=1))
        self.assertIn("2021-10-23 is not a game date", self.run_program("bundle", "player_games", "2021-10-23", code=1))
        self.assertFalse(list(self.project.glob("*.bundle*")))

    def test_what_is_no_bundle(self):
        self.assertIn("there is no such file", self.replay(self.folder / "none.bundle", code=1))
        (self.folder / "text.bundle").write_text("text\n" * 100)
        self.assertIn("is not a bundle of a cell", self.replay(self.folder / "text.bundle", code=1))
        self.assertIn("is not a bundle of a cell", self.replay(self.project / "warehouse.duckdb", code=1))


class OfTheSeason(unittest.TestCase):
    def test_every_table_of_a_date(self):
        project = filled()
        with tempfile.TemporaryDirectory() as folder:
            for table in ["player_game_summary", "upcoming_player_game_context", "team_defense_zone_analysis", "player_composite_factors", "player_daily_cache", "ml_feature_store_v2"]:
                file = Path(folder) / f"{table}.bundle"
                project.run("bundle", table, "2022-01-14", "--output", str(file))
                done = subprocess.run([BACKCOURT, "replay", str(file), "--json"], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
                self.assertEqual((done.returncode, json.loads(done.stdout)["same"]), (0, True), table)


if __name__ == "__main__":
    unittest.main()
