"""A fresh copy of the toy project whose data is elsewhere: in a bucket, or on a web server."""

import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.kit import servers
from tests.kit.program import BACKCOURT, TESTS


class Remote(unittest.TestCase):
    """A fresh copy of the toy project whose data is elsewhere."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="backcourt-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.project = self.folder / "toy"
        shutil.copytree(TESTS / "toy", self.project, ignore=shutil.ignore_patterns("data"))
        self.environment = {"HOME": str(self.folder)}
        self.said = ""  # all that the program ever said

    def configure(self, data, *stores):
        text = (TESTS / "toy" / "backcourt.toml").read_text().replace('folder = "data"', f'folder = "{data}"')
        (self.project / "backcourt.toml").write_text(text + "\n[stores]\ntimeout = 2\nretries = 2\n" + "".join(line + "\n" for line in stores))

    def run_program(self, *words, code=0):
        done = subprocess.run([BACKCOURT, *words], cwd=self.project, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, env={**servers.CLEAN, **self.environment})
        self.said += done.stdout + done.stderr
        if code is not None:
            self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}")
        return done.stdout if code == 0 else done.stdout + done.stderr

    def load(self):
        return json.loads(self.run_program("load", "--json"))

    def rows(self, sql):
        return [json.loads(line) for line in self.run_program("query", sql, "--format", "json").splitlines()]
