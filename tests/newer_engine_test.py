"""A newer DuckDB opens a warehouse as the pinned one left it: nothing turns stale, the same is filled. And back again."""

import json
import shutil
import unittest

from tests.kit.real import BACKCOURT, ROOT, Project, rewrite, temporary_folder, to_be_changed

NEWER = ROOT / "build" / "deps" / "npm" / "node_modules" / "newer" / "libduckdb.so"
BOXES = "raw_player_box/season=2021-22/data.parquet"


def with_newer_engine():
    """A copy of the program with the newer engine beside it."""
    folder = temporary_folder()
    (folder / "lib").mkdir()
    (folder / "lib" / NEWER.name).symlink_to(NEWER)
    return shutil.copy(BACKCOURT, folder)


class NewerEngine(unittest.TestCase):
    def setUp(self):
        self.project = to_be_changed(self)
        self.newer = with_newer_engine()

    def version(self):
        return json.loads(self.project.run("query", "SELECT version() AS v", "--format", "json"))["v"]

    def correct(self):
        """Another value of one player on one date; returns what the run made again, and all digests after it."""
        file = self.project.folder / "data" / BOXES
        rewrite(file, file, "SELECT * REPLACE (CASE WHEN game_id = '0022100320' AND points = (SELECT max(points) FROM rows WHERE game_id = '0022100320') THEN points + 1 ELSE points END AS points) FROM rows")
        self.project.run("load")
        done = self.project.backfill()
        self.assertEqual(done["outcome"], "done")
        self.assertGreater(done["filled"], 100)
        return done["filled"], done["kept"], self.project.digests()

    def as_filled(self):
        shutil.copy2(ROOT / "data" / BOXES, self.project.folder / "data" / BOXES)
        shutil.copyfile(self.project.folder / "as_filled.duckdb", self.project.warehouse)

    def assert_nothing_to_do(self):
        self.assertEqual(self.project.plan()[1]["batches"], [])
        self.assertEqual(self.project.backfill()["filled"], 0)
        self.assertIn("all agree to the bit", self.project.run("verify"))

    def test_there_and_back(self):
        pinned = self.version()
        corrected = self.correct()
        self.as_filled()

        self.project.program = self.newer
        self.assertGreater(self.version(), pinned)
        self.assert_nothing_to_do()
        self.assertEqual(self.correct(), corrected)
        self.assert_nothing_to_do()

        self.project.program = BACKCOURT
        self.assertEqual(self.version(), pinned)
        self.assert_nothing_to_do()
        self.assertEqual(self.project.digests(), corrected[2])

    def test_filled_from_scratch_it_holds_the_same(self):
        scratch = Project(temporary_folder(), pack=self.project.folder / "nba", data=self.project.folder / "data")
        scratch.program = self.newer
        scratch.run("backfill")
        self.assertEqual(scratch.digests(), self.project.digests())


if __name__ == "__main__":
    unittest.main()
