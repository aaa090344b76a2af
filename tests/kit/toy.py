"""A fresh copy of the toy league's project for each test, and the program run in it."""

import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.kit.program import BACKCOURT, TESTS


class Toy(unittest.TestCase):
    """A fresh copy of the toy project for every test."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="backcourt-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.project = self.folder / "toy"
        shutil.copytree(TESTS / "toy", self.project)

    def run_program(self, *words, code=0, cwd=None):
        done = subprocess.run([BACKCOURT, *words], cwd=cwd or self.project, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}")
        return done.stdout if code == 0 else done.stdout + done.stderr

    def query(self, sql):
        return [json.loads(line) for line in self.run_program("query", sql, "--format", "json").splitlines()]

    def edit(self, name, old, new):
        path = self.project / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))

    def digests(self):
        return self.query("SELECT table_name, slot, digest FROM backcourt.cells WHERE row_count > 0 ORDER BY 1, 2")
