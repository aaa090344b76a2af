"""`publish --to bigquery` against the emulator: the real service was not tried."""

import json
import subprocess
import unittest

from tests.kit.bigquery import ENVIRONMENT, BigQuery
from tests.kit.program import BACKCOURT
from tests.kit.servers import CLEAN
from tests.kit.toy import Toy

TABLES = ["player_games", "player_form", "recent_form"]


@unittest.skipUnless((ENVIRONMENT / "bin" / "local-bigquery").exists(), "the emulator needs Python 3.13: scripts/bootstrap.sh --tests installs it where that is")
class Published(Toy):
    @classmethod
    def setUpClass(cls):
        cls.service = BigQuery()
        cls.addClassCleanup(cls.service.close)

    def setUp(self):
        super().setUp()
        self.dataset = "d_" + self.id().split(".")[-1]
        path = self.project / "backcourt.toml"
        path.write_text(path.read_text() + f'\n[publish.bigquery]\nproject = "local"\ndataset = "{self.dataset}"\nprefix = "bc_"\nendpoint = "{self.service.endpoint}"\n')
        self.run_program("backfill")
        self.service.seen.clear()

    def publish(self, code=0, fault=None, *words):
        env = {**CLEAN, **({"BACKCOURT_FAULT": fault} if fault else {})}
        done = subprocess.run([BACKCOURT, "publish", "--to", "bigquery", "--json", *words], cwd=self.project, env=env, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)["written"] if code == 0 else done.stderr

    def count(self, table):
        return int(self.service.query(f"SELECT COUNT(*) FROM {self.dataset}.bc_{table}")[0][0])

    def total(self):
        return self.service.query(f"SELECT SUM(points) FROM {self.dataset}.bc_player_games")[0][0]

    def here(self):
        return str(self.query("SELECT sum(points) AS n FROM player_games")[0]["n"])

    def jobs(self):
        return [line for line in self.service.seen if line.startswith("POST") and "/jobs" in line]

    def correct(self, points):
        path = self.project / "data" / "box_2021-22.csv"
        lines = path.read_text().splitlines()
        lines[1] = f"G1,AAA,1,{points},36:10"
        path.write_text("\n".join(lines) + "\n")
        self.run_program("backfill")

    def test_first_load(self):
        self.assertEqual(len(self.publish()), 3)
        for table in TABLES:
            self.assertEqual(self.count(table), self.query(f"SELECT count(*) AS n FROM {table}")[0]["n"])
        self.assertEqual(self.total(), self.here())
        table = self.service.call(f"datasets/{self.dataset}/tables/bc_player_form")
        described = {field["name"]: (field["type"], field.get("description")) for field in table["schema"]["fields"]}
        self.assertEqual(described["points_avg"], ("FLOAT", "Points a game."))
        self.assertEqual(described["game_date"][0], "DATE")
        self.assertEqual(table["timePartitioning"]["field"], "game_date")
        self.assertEqual(table["clustering"]["fields"], ["player_id"])
        left = [one["tableReference"]["tableId"] for one in self.service.call(f"datasets/{self.dataset}/tables")["tables"]]
        self.assertEqual(sorted(left), ["bc_backcourt_cells", "bc_player_form", "bc_player_games", "bc_recent_form"])
        self.service.seen.clear()
        self.assertEqual(self.publish(), [])
        self.assertEqual(self.jobs(), [])

    def test_every_backfill_ends_with_it_where_the_project_says_so(self):
        path = self.project / "backcourt.toml"
        path.write_text(path.read_text() + "after_backfill = true\n")
        self.correct(44)
        self.assertEqual(self.total(), self.here())
        self.assertEqual(self.count("player_form"), self.query("SELECT count(*) AS n FROM player_form")[0]["n"])
        self.edit("data/box_2021-22.csv", "G1,AAA,1,44,", "G1,AAA,1,45,")
        report = json.loads(self.run_program("backfill", "--json").splitlines()[-1])
        self.assertIn("player_games: 1 date", report["published_to_bigquery"]["written"])
        self.assertEqual(self.total(), self.here())
        self.service.seen.clear()
        self.run_program("plan", "--diff")
        self.run_program("backfill", "--dry-run")
        self.assertEqual(self.service.seen, [])

    def test_a_backfill_that_cannot_publish_says_so_and_keeps_what_it_filled(self):
        path = self.project / "backcourt.toml"
        sound = path.read_text()
        path.write_text(sound.replace(self.service.endpoint, "http://127.0.0.1:1") + "after_backfill = true\n" + f'[publish]\nfolder = "{self.folder / "published"}"\n')
        self.edit("data/box_2021-22.csv", "G1,AAA,1,30,", "G1,AAA,1,44,")
        said = self.run_program("backfill", code=4)
        self.assertIn("is done, but nothing was published to BigQuery: ", said)
        self.assertTrue((self.folder / "published" / "manifest.json").exists())
        path.write_text(sound)
        self.assertEqual(self.query("SELECT points FROM player_games WHERE game_id = 'G1' AND player_id = 1")[0]["points"], 44)
        self.assertIn("player_games", "".join(self.publish()))
        self.assertEqual(self.total(), self.here())

    def test_of_a_correction_only_its_dates_move(self):
        self.publish()
        self.correct(44)
        written = self.publish()
        self.assertIn("player_games: 1 date", written)
        self.assertEqual(self.total(), self.here())
        self.correct(30)  # and back: the same change again is another job
        self.assertIn("player_games: 1 date", self.publish())
        self.correct(44)
        self.assertIn("player_games: 1 date", self.publish())
        self.assertEqual(self.total(), self.here())

    def test_killed_between_load_and_script(self):
        self.publish()
        before = self.total()
        self.correct(44)
        self.publish(-9, "publish-loaded:player_games kill")
        self.assertEqual(self.total(), before)
        self.service.seen.clear()
        self.publish()
        self.assertEqual(self.total(), self.here())

    def test_a_lost_answer(self):
        self.publish()
        self.correct(44)
        self.service.lose += ["_load", "_script"]
        self.publish()
        self.assertEqual(self.service.lose, [])
        self.assertEqual(self.total(), self.here())
        self.assertEqual(self.count("player_games"), 12)

    def test_an_error_in_the_script_changes_nothing(self):
        self.publish()
        before = self.total()
        self.correct(44)
        self.service.query(f"ALTER TABLE {self.dataset}.bc_backcourt_cells RENAME TO gone")
        self.service.query(f"CREATE VIEW {self.dataset}.bc_backcourt_cells AS SELECT * FROM {self.dataset}.gone")
        self.assertIn("failed: ", self.publish(4))
        self.assertEqual(self.total(), before)
        self.service.query(f"DROP VIEW {self.dataset}.bc_backcourt_cells")
        self.service.query(f"ALTER TABLE {self.dataset}.gone RENAME TO bc_backcourt_cells")
        self.publish()
        self.assertEqual(self.total(), self.here())

    def test_refusals(self):
        self.assertIn("two places", self.run_program("publish", "folder", "--to", "bigquery", code=1))
        self.edit("backcourt.toml", self.service.endpoint, "http://127.0.0.1:9")
        self.assertIn("is not reached", self.publish(4))
        self.edit("backcourt.toml", '"http://127.0.0.1:9"', '"https://127.0.0.1:9"')
        self.assertIn("no token", self.publish(4))


if __name__ == "__main__":
    unittest.main()
