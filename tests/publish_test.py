"""Readers of a published folder see one version of all tables, whatever happens to the publisher."""

import json
import os
import shutil
import subprocess
import sys
import time
import unittest
from datetime import date

from tests.kit.program import BACKCOURT
from tests.kit.toy import Toy
from tests.kit.wheel import wheelhouse

import duckdb  # noqa: E402

CORRECTIONS = 200
TABLES = ["player_form", "player_games", "recent_form"]


class Published(Toy):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "published"
        self.edit("backcourt.toml", "[data]", f'[publish]\nfolder = "{self.out}"\n\n[data]')

    def manifest(self):
        return json.loads((self.out / "manifest.json").read_text())

    def files(self):
        return {str(path.relative_to(self.out)) for path in (self.out / "files").rglob("*") if path.is_file()}

    def named(self, manifest=None):
        return {file["path"] for table in (manifest or self.manifest())["tables"].values() for file in table["files"]}

    def views(self):
        connection = duckdb.connect()
        connection.execute((self.out / "backcourt.sql").read_text())
        return connection

    def rows(self, of, table):
        return sorted(of.execute(f"SELECT * FROM {table}").fetchall())

    def stored(self, table):
        with duckdb.connect(str(self.project / "warehouse.duckdb"), read_only=True) as warehouse:
            return self.rows(warehouse, table)

    def correct(self, n):
        """Changes one value of the first date, on which all three tables stand."""
        path = self.project / "data" / "box_2021-22.csv"
        lines = path.read_text().splitlines()
        lines[1] = f"G1,AAA,1,{100 + n},36:10"
        path.write_text("\n".join(lines) + "\n")


class Contents(Published):
    def test_views_and_manifest_hold_what_the_warehouse_holds(self):
        text = self.run_program("backfill")
        self.assertIn(f"published to {self.out.resolve()}: version 1, complete through 2021-11-01, 3 files written", text)
        manifest, views = self.manifest(), self.views()
        self.assertEqual(sorted(manifest["tables"]), TABLES)
        for table in TABLES:
            self.assertEqual(self.rows(views, table), self.stored(table))
            told = manifest["tables"][table]
            self.assertEqual(told["rows"], len(self.stored(table)))
            self.assertEqual(sum(file["rows"] for file in told["files"]), told["rows"])
            described = [(name, kind) for name, kind, *_ in views.execute(f"DESCRIBE {table}").fetchall()]
            self.assertEqual([(column["name"], column["type"]) for column in told["columns"]], described)
        self.assertEqual(views.execute("SELECT version, complete_through FROM backcourt_version").fetchone(), (1, date(2021, 11, 1)))
        abouts = dict(views.execute("SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'player_form'").fetchall())
        self.assertEqual(abouts["points_avg"], "Points a game.")
        self.assertEqual(manifest["complete_through"], "2021-11-01")
        self.assertEqual(manifest["tables"]["player_form"]["complete_through"], "2021-11-01")

    def test_nothing_new_is_written_where_nothing_changed(self):
        self.run_program("backfill")
        before = {path: path.stat().st_mtime_ns for path in self.out.rglob("*") if path.is_file()}
        self.assertIn("version 1, complete through 2021-11-01, as it was", self.run_program("backfill"))
        self.assertEqual(before, {path: path.stat().st_mtime_ns for path in self.out.rglob("*") if path.is_file()})

    def test_only_season_files_that_changed_are_written(self):
        for name in ("box", "games"):
            text = (self.project / f"data/{name}_2021-22.csv").read_text()
            (self.project / f"data/{name}_2022-23.csv").write_text(text.replace("2021-1", "2022-1").replace("G", "H"))
        self.run_program("backfill")
        before = self.named()
        self.assertEqual(len(before), 6)
        self.correct(1)
        report = json.loads(self.run_program("backfill", "--json").splitlines()[-1])
        self.assertEqual(report["published"]["version"], 2)
        self.assertEqual({path.split("/")[-1][:7] for path in report["published"]["written"]}, {"2021-22"})
        self.assertEqual(self.named() - before, set(report["published"]["written"]))
        self.assertEqual(len(self.named() & before), 3)

    def test_two_versions_before_stay_and_all_of_ten_minutes(self):
        self.run_program("backfill")
        manifests = []
        for n in range(5):
            manifests.append(self.manifest())
            self.correct(n)
            if n == 4:
                self.assertEqual(len(list((self.out / "versions").iterdir())), 5)
                self.assertTrue(self.named(manifests[0]) <= self.files())
                for path in (self.out / "versions").iterdir():
                    os.utime(path, (time.time() - 700,) * 2)
            self.run_program("backfill")
        self.assertEqual(sorted(path.name for path in (self.out / "versions").iterdir()), ["000004.json", "000005.json", "000006.json"])
        kept = self.named() | self.named(manifests[-1]) | self.named(manifests[-2])
        self.assertEqual(self.files(), kept)
        self.assertFalse(self.named(manifests[0]) & kept)

    def test_a_dry_run_writes_nothing(self):
        self.run_program("backfill", "--dry-run")
        self.run_program("load")
        self.run_program("backfill", "--dry-run")
        self.assertFalse(self.out.exists())
        self.edit("backcourt.toml", str(self.out), str(self.folder / "other"))
        self.run_program("backfill")
        self.assertIn("would write files/player_form/2021-22-", self.run_program("publish", str(self.out), "--dry-run"))
        self.assertFalse(self.out.exists())


class Refusals(Published):
    def test_a_folder_of_other_files(self):
        self.out.mkdir()
        (self.out / "thesis.txt").write_text("mine")
        text = self.run_program("backfill", code=1)
        self.assertIn("run 2 is done, but nothing was published to the folder: ", text)
        self.assertIn("thesis.txt is not of a published folder", text)
        self.assertEqual([path.name for path in self.out.iterdir()], ["thesis.txt"])
        self.assertEqual(len(self.stored("player_games")), 12)

    def test_what_a_killed_publication_left_is_no_other_file(self):
        self.run_program("backfill")
        for left in ("manifest.json.tmp", "backcourt.sql.tmp", "versions/000002.json.tmp", "files/player_form/x.parquet.new"):
            (self.out / left).write_text("{")
        self.correct(1)
        self.assertIn("version 2", self.run_program("backfill"))
        self.assertFalse([path for path in self.out.rglob("*") if path.suffix in (".tmp", ".new")])

    def test_a_manifest_of_an_export(self):
        self.run_program("backfill")
        shutil.rmtree(self.out)
        self.run_program("export", str(self.out))
        self.assertRegex(self.run_program("publish", code=1), "(player_form|player_games|recent_form|manifest.json) is not of a published folder")
        for table in TABLES:
            shutil.rmtree(self.out / table)
        self.assertIn("manifest.json is not of a published folder", self.run_program("publish", code=1))

    def test_a_folder_of_the_project(self):
        self.run_program("backfill")
        self.assertIn("is in the project", self.run_program("publish", "tables", code=1))

    def test_an_address_that_is_no_store(self):
        for address in ("ftp://host/tables", "https://host/tables"):
            self.assertIn(f"{address} cannot be written to", self.run_program("publish", address, code=1))
        self.assertIn("s3://lake/tables is not a folder of this machine", self.run_program("export", "s3://lake/tables", code=1))

    def test_no_folder_at_all(self):
        self.edit("backcourt.toml", f'[publish]\nfolder = "{self.out}"\n', "")
        self.run_program("backfill")
        self.assertIn("folder under [publish]", self.run_program("publish", code=1))


READER = """
import json, os, sys, duckdb
out, seen, reads, parent = sys.argv[1], set(), 0, os.getppid()
while os.getppid() == parent and not os.path.exists(os.path.join(out, "..", "enough")):
    connection = duckdb.connect()
    if len(sys.argv) > 2:  # by the manifest, the columns of pyarrow
        import pyarrow.parquet
        manifest = json.load(open(os.path.join(out, "manifest.json")))
        version = manifest["version"]
        for table, told in manifest["tables"].items():
            rows = pyarrow.concat_tables(pyarrow.parquet.read_table(os.path.join(out, file["path"])) for file in told["files"])
            connection.register(table, rows)
    else:
        connection.execute(open(os.path.join(out, "backcourt.sql")).read())
        version, = connection.execute("SELECT version FROM backcourt_version").fetchone()
    # The corrected value, by three ways: itself, the average of his only game, the sum of three days.
    points = connection.execute(\"\"\"SELECT
        (SELECT points FROM player_games WHERE game_id = 'G1' AND player_id = 1),
        (SELECT points_avg FROM player_form WHERE game_date = '2021-10-20' AND player_id = 1),
        (SELECT points FROM recent_form WHERE game_date = '2021-10-20' AND player_id = 1)\"\"\").fetchone()
    assert len(set(map(float, points))) == 1, points
    seen.add(version)
    reads += 1
print(json.dumps({"reads": reads, "versions": len(seen)}))
"""


class Readers(Published):
    def test_a_reader_never_sees_a_mixture(self):
        self.run_program("backfill")
        arrow = self.folder / "arrow"
        with wheelhouse() as house:
            subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action", "ignore", "--no-compile", "--no-index",
                            "--find-links", house, "--target", arrow, "pyarrow"], check=True)
        running = [subprocess.Popen([sys.executable, "-c", READER, str(self.out), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                    env={**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(arrow)])}) for words in ([], ["pyarrow"])]
        try:
            for n in range(CORRECTIONS):
                self.correct(n)
                self.run_program("backfill")
        finally:
            (self.folder / "enough").touch()
        for reader in running:
            out, err = reader.communicate(timeout=60)
            self.assertEqual(reader.returncode, 0, err)
            told = json.loads(out)
            self.assertGreater(told["versions"], 2)
        self.assertEqual(self.manifest()["version"], CORRECTIONS + 1)


class Kills(Published):
    POINTS = [*(f"publish-file:{table}" for table in TABLES), "publish-version", "publish-views", "publish-manifest"]

    def test_killed_anywhere_the_old_or_the_new_version_stands(self):
        self.run_program("backfill")
        for n, point in enumerate(self.POINTS):
            with self.subTest(point=point):
                old = self.rows(self.views(), "player_games")
                self.correct(n)
                killed = subprocess.run([BACKCOURT, "backfill"], cwd=self.project, capture_output=True, env={**os.environ, "BACKCOURT_FAULT": f"{point} kill"})
                self.assertEqual(killed.returncode, -9)
                new = self.stored("player_games")
                self.assertNotEqual(old, new)
                self.assertEqual(self.rows(self.views(), "player_games"), new if point in ("publish-views", "publish-manifest") else old)
                self.assertTrue(self.named() <= self.files())
                self.run_program("publish")
                self.assertEqual(self.rows(self.views(), "player_games"), new)
                self.assertFalse([path for path in self.files() if path.endswith(".new")])


if __name__ == "__main__":
    unittest.main()
