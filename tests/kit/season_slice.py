"""A project over some weeks of the shipped 2021-22 season, whose raw rows a test may change before they are loaded."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.kit.program import BACKCOURT, ROOT  # before DuckDB: it says where that is

import duckdb  # noqa: E402

SEASON = "2021-22"
DATED = {"raw_results": "game_date", "raw_team_box": "game_date", "raw_player_box": "game_date", "raw_play_by_play": "game_date", "raw_game_lines": "game_date",
         "raw_injuries": "date"}


class SeasonSlice:
    """Raw tables in `rows`, a DuckDB connection: change them by SQL, then write() what changed. Results, boxes and
    events reach to `last`; the schedule is the whole season's, or ends there too."""

    def __init__(self, last, whole_schedule=False):
        self.folder = Path(tempfile.mkdtemp(prefix="backcourt-"))
        self.project = self.folder / "project"
        self.project.mkdir()
        (self.project / "backcourt.toml").write_text(f'[project]\npack = "{ROOT / "nba"}"\n[data]\nfolder = "{self.folder / "data"}"\n')
        self.rows = duckdb.connect()
        self.written = {}
        dates = dict(DATED) if whole_schedule else {**DATED, "raw_schedule": "game_date"}
        for source in sorted((ROOT / "data").glob("raw_*")):
            file = next(iter(source.glob(f"season={SEASON}/*.parquet")), source / "data.parquet")
            where = f"WHERE {dates[source.name]} <= DATE '{last}'" if source.name in dates else ""
            self.rows.execute(f"CREATE TABLE {source.name} AS SELECT * FROM read_parquet('{file}', hive_partitioning = false) {where}")
        self.write()

    def remove(self):
        self.rows.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def state(self, table):
        return self.rows.execute(f"SELECT count(*), sum(hash(t)) FROM {table} t").fetchone()

    def write(self):
        """Writes the tables that are another than when they were last written."""
        changed = []
        for (table,) in self.rows.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY 1").fetchall():
            if self.written.get(table) == self.state(table):
                continue
            self.written[table] = self.state(table)
            changed.append(table)
            folder = self.folder / "data" / table / ("" if table == "raw_arenas" else f"season={SEASON}")
            folder.mkdir(parents=True, exist_ok=True)
            self.rows.execute(f"COPY {table} TO '{folder / 'data.parquet'}' (FORMAT parquet)")
        return changed

    def save(self):
        """Keeps the rows as they are, for back()."""
        self.rows.execute("CREATE SCHEMA IF NOT EXISTS saved")
        for table in self.written:
            self.rows.execute(f"CREATE OR REPLACE TABLE saved.{table} AS FROM main.{table}")

    def back(self):
        for table in self.written:
            self.rows.execute(f"CREATE OR REPLACE TABLE main.{table} AS FROM saved.{table}")

    def run(self, *words, code=0):
        done = subprocess.run([BACKCOURT, *words], cwd=self.project, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
        if done.returncode != code:
            raise AssertionError(f"{words}: exit code {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def table(self, name, where="true"):
        """Rows of a stored table, as dictionaries."""
        return [json.loads(line) for line in self.run("query", f"SELECT * FROM {name} WHERE {where}", "--format", "json").splitlines()]

    def change_stored(self, sql):
        """Changes the warehouse behind the program's back."""
        with duckdb.connect(str(self.project / "warehouse.duckdb")) as connection:
            connection.execute(sql)
