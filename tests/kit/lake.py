"""A Spark cluster for the tests of a process, and projects whose rows are in it."""

import atexit
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tests.kit.program import BACKCOURT, ROOT, TESTS

_spec = importlib.util.spec_from_file_location("spark", ROOT / "scripts" / "spark.py")
spark = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(spark)


class Lake(unittest.TestCase):
    """One cluster a process; a database a project. With SPARK_FOLDER the cluster of `make spark-up` there, which stays."""

    cluster = None
    databases = 0

    @classmethod
    def setUpClass(cls):
        if Lake.cluster is None:
            kept = os.environ.get("SPARK_FOLDER")
            Lake.cluster = spark.Cluster(kept or tempfile.mkdtemp(prefix="backcourt-spark-"))
            if not kept:
                atexit.register(cls.end_cluster)
            Lake.cluster.up()

    @staticmethod
    def end_cluster():
        cluster, Lake.cluster = Lake.cluster, None
        cluster.down()
        shutil.rmtree(cluster.folder, ignore_errors=True)

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="backcourt-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def project(self, name="toy", uri=None, database=None):
        """A copy of a folder of the tests, in the lake."""
        project = self.folder / f"{name}-spark-{Lake.databases}"
        shutil.copytree(TESTS / name, project)
        self.put_in_lake(project, uri, database)
        return project

    @staticmethod
    def own_name(what):
        return f"{what}{os.getpid()}_{Lake.databases}"

    def put_in_lake(self, project, uri=None, database=None):
        Lake.databases += 1
        config = project / "backcourt.toml"
        config.write_text(config.read_text().replace("[warehouse]", f"""[warehouse]
engine = "spark"
uri = "{uri or self.cluster.uri}"
database = "{database or self.own_name('test')}\"""", 1))

    def ask(self, *statements):
        """Statements of somebody else in the cluster, in one session; the rows of the last."""
        with Session(self.cluster.uri) as session:
            return [session.ask(sql) for sql in statements][-1]

    def run_in(self, project, *words, code=0, timeout=900, **more):
        done = subprocess.run([BACKCOURT, *words], cwd=project, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout, **more)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout[-5000:]}\n{done.stderr[-5000:]}")
        return done.stdout if code == 0 else done.stdout + done.stderr

    def rows(self, project, sql):
        return [json.loads(line) for line in self.run_in(project, "query", sql, "--format", "json").splitlines()]


class Session:
    """Somebody else's in the cluster."""

    def __init__(self, uri):
        import adbc_driver_manager as adbc

        self.adbc = adbc
        self.database = adbc.AdbcDatabase(driver=str(Path(BACKCOURT).parent / "lib" / "libadbc_driver_spark.so"), entrypoint="AdbcDriverInit", uri=uri)
        self.connection = adbc.AdbcConnection(self.database)

    def ask(self, sql):
        import polars

        with self.adbc.AdbcStatement(self.connection) as statement:
            statement.set_sql_query(sql)
            return polars.DataFrame(Stream(statement.execute_query()[0])).rows()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.database.close()


class Stream:
    """Rows as they come, for polars."""

    def __init__(self, rows):
        self.rows = rows

    def __arrow_c_stream__(self, requested_schema=None):
        return self.rows.__arrow_c_stream__(requested_schema)


TABLES = ("player_games", "player_form", "recent_form")


class ToyLake(Lake):
    """A toy project in the lake, and one in DuckDB to compare it with."""

    def setUp(self):
        super().setUp()
        self.toy = self.project()

    def duckdb(self):
        if not hasattr(self, "_duckdb"):
            self._duckdb = self.folder / "toy-duckdb"
            shutil.copytree(TESTS / "toy", self._duckdb)
            self.run_in(self._duckdb, "backfill", "all")
        return self._duckdb

    def assert_same(self, project=None, tables=TABLES):
        for table in tables:
            sql = f"SELECT * FROM {table} ORDER BY 1, 2"
            self.assertEqual(self.rows(project or self.toy, sql), self.rows(self.duckdb(), sql), table)
        if 'engine = "spark"' in ((project or self.toy) / "backcourt.toml").read_text():
            self.assertEqual(self.rows(project or self.toy, "SELECT count(*) AS n FROM backcourt.lake_intents"), [{"n": 0}])

    def start(self, *words, fault="", project=None):
        return subprocess.Popen([BACKCOURT, *words], cwd=project or self.toy, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env={**os.environ, **({"BACKCOURT_FAULT": fault} if fault else {})})

    def wait_for(self, file):
        until = time.monotonic() + 300
        while not file.exists():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)

    def end(self, process, code=0):
        said = process.communicate(timeout=900)[0]
        self.assertEqual(process.returncode, code, said)
        return said

    def held(self, step, **more):
        """A backfill that waits at a step, and the file that holds it."""
        project, flag = self.project(**more), self.folder / "held"
        process = self.start("backfill", "player_games", fault=f"{step}:player_games wait {flag}", project=project)
        self.wait_for(flag)
        return project, process, flag

    def assert_goes_on(self, step, filled):
        """A backfill that is killed at a step is gone on with by the next. A batch of one date comes before one of five: what is in
        the lake is not filled again."""
        project = self.project()
        self.end(self.start("backfill", "player_games", fault=f"{step} kill", project=project), -signal.SIGKILL)
        self.assertIn(f"{filled} cells filled", self.run_in(project, "backfill", "player_games"))
        self.assert_same(project, ["player_games"])
