"""A Spark cluster for the tests of a module, and projects whose rows are in it."""

import importlib.util
import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.kit.program import BACKCOURT, ROOT, TESTS

_spec = importlib.util.spec_from_file_location("spark", ROOT / "scripts" / "spark.py")
spark = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(spark)


class Lake(unittest.TestCase):
    """One cluster a process; a database a project."""

    cluster = None
    databases = 0

    @classmethod
    def setUpClass(cls):
        if Lake.cluster is None:
            folder = tempfile.mkdtemp(prefix="backcourt-spark-")
            Lake.cluster = spark.Cluster(folder)
            unittest.addModuleCleanup(cls.end_cluster)
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

    def put_in_lake(self, project, uri=None, database=None):
        Lake.databases += 1
        config = project / "backcourt.toml"
        config.write_text(config.read_text().replace("[warehouse]", f"""[warehouse]
engine = "spark"
uri = "{uri or self.cluster.uri}"
database = "{database or f'test{Lake.databases}'}\"""", 1))

    def run_in(self, project, *words, code=0, **more):
        done = subprocess.run([BACKCOURT, *words], cwd=project, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=900, **more)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout[-5000:]}\n{done.stderr[-5000:]}")
        return done.stdout if code == 0 else done.stdout + done.stderr

    def rows(self, project, sql):
        return [json.loads(line) for line in self.run_in(project, "query", sql, "--format", "json").splitlines()]
