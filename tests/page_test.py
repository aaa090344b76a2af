"""The page in a browser: tests/page/*.test.mjs, each file by node's test runner; scripts/page_bootstrap.sh --tests installs what they need."""

import os
import subprocess
import unittest

from tests.kit.program import BACKCOURT, ROOT


class Page(unittest.TestCase):
    """A method a file, so that what fails is named."""

    def run_file(self, name):
        done = subprocess.run([ROOT / "scripts/page_node", "--test", "--test-reporter", "spec", ROOT / "tests/page" / name], cwd=ROOT, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, env={**os.environ, "BACKCOURT": str(BACKCOURT)})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"pass [1-9]")

    def test_types(self):
        for words in (["page/build.mjs", "--types"], ["page/node_modules/typescript/bin/tsc", "--noEmit", "--project", "page"]):
            done = subprocess.run([ROOT / "scripts/page_node", *words], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


for file in sorted((ROOT / "tests/page").glob("*.test.mjs")):
    setattr(Page, f"test_{file.name.removesuffix('.test.mjs')}", lambda self, name=file.name: self.run_file(name))
