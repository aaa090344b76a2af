"""The two shipped seasons for tests on real data: filled once a test run, given back as they were to each test that changes them."""

import atexit
import datetime
import functools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.kit.program import BACKCOURT, ROOT  # before DuckDB: it says where that is

import duckdb  # noqa: E402

EPOCH = datetime.date(1970, 1, 1)
day = datetime.date.fromisoformat


class Project:
    """A project folder and the program run in it."""

    def __init__(self, folder, pack=ROOT / "nba", data="data", lines=()):
        self.program = BACKCOURT
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.warehouse = self.folder / "warehouse.duckdb"
        text = [f'[project]\npack = "{pack}"', *lines, f'[data]\nfolder = "{data}"\n']
        (self.folder / "backcourt.toml").write_text("\n".join(text))

    def run(self, *words, code=0):
        """What the program prints; its exit code must be `code`."""
        done = subprocess.run([self.program, *words], cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
        if done.returncode != code:
            raise AssertionError(f"{words}: exit code {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}")
        return done.stdout if code == 0 else done.stdout + done.stderr

    def plan(self, *words):
        """State by (table, date) of every cell that a run would look at, and the plan itself."""
        plan = json.loads(self.run("plan", *words, "--json"))
        return {(batch["table"], cell["date"]): cell["because"] for batch in plan["batches"] for cell in batch["cells"]}, plan

    def backfill(self, *words):
        """The last event of a run."""
        return json.loads(self.run("backfill", *words, "--json").splitlines()[-1])

    def connect(self, read_only=True):
        return duckdb.connect(str(self.warehouse), read_only=read_only)

    def rows(self, sql, *values):
        with self.connect() as connection:
            return connection.execute(sql, list(values)).fetchall()

    def digests(self, until=None):
        """(table, date) -> digest of every cell with rows, or of those up to a date."""
        rows = self.rows("SELECT table_name, slot, digest FROM backcourt.cells WHERE row_count > 0")
        return {(table, EPOCH + datetime.timedelta(slot)): digest for table, slot, digest in rows if until is None or EPOCH + datetime.timedelta(slot) <= until}


def temporary_folder():
    folder = Path(tempfile.mkdtemp(prefix="backcourt-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def filled():
    """The shipped seasons in a project with a pack and data of its own, loaded and filled. Only to be read."""
    folder = temporary_folder()
    shutil.copytree(ROOT / "nba", folder / "nba", ignore=shutil.ignore_patterns("warehouse*"))
    shutil.copytree(ROOT / "data", folder / "data")
    project = Project(folder, pack="nba")
    project.run("load")
    project.run("backfill", "all")
    shutil.copyfile(project.warehouse, folder / "as_filled.duckdb")
    return project


def to_be_changed(test):
    """The same project for a test that changes it: files and warehouse are as they were when the test ends."""
    project = filled()

    def restore():
        for name in ("nba", "data"):
            shutil.rmtree(project.folder / name)
            shutil.copytree(ROOT / name, project.folder / name, ignore=shutil.ignore_patterns("warehouse*"))
        project.warehouse.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        shutil.copyfile(project.folder / "as_filled.duckdb", project.warehouse)

    test.addCleanup(restore)
    return project


def known_by(folder, until, season="2021-22", without_box=()):
    """Makes a data folder of what was known of a season after a date: the schedule of its regular season, and nothing later else; some games' boxes may lack."""
    for source in sorted((ROOT / "data").glob("raw_*/*.parquet")) + sorted((ROOT / "data").glob(f"raw_*/season={season}/*.parquet")):
        table = source.relative_to(ROOT / "data").parts[0]
        target = folder / source.relative_to(ROOT / "data")
        target.parent.mkdir(parents=True, exist_ok=True)
        date = {"raw_injuries": "date"}.get(table, "game_date")
        conditions = [f"{date} <= DATE '{until}'"] if table not in ("raw_schedule", "raw_players", "raw_rosters", "raw_arenas") else []
        if table == "raw_schedule":
            conditions = [f"(game_type = 'regular' OR game_date <= DATE '{until}')"]
        if table in ("raw_player_box", "raw_team_box"):
            conditions += [f"game_id <> '{game}'" for game in without_box]
        rewrite(source, target, f"SELECT * FROM rows WHERE {' AND '.join(conditions)}" if conditions else "SELECT * FROM rows")
    return folder


def rewrite(source, target, sql):
    """Writes a Parquet file anew from a query over its `rows`."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW rows AS SELECT * FROM read_parquet('{source}', hive_partitioning = false)")
        connection.execute(f"COPY ({sql}) TO '{target}.new' (FORMAT parquet, COMPRESSION zstd)")
    os.replace(f"{target}.new", target)
