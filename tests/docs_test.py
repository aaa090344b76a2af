"""The docs: what is made from the headers and the options is current, and every example in them parses."""

import json
import re
import subprocess
import tempfile
import tomllib
import unittest
from pathlib import Path

from tests.real import BACKCOURT, ROOT


class Docs(unittest.TestCase):
    def test_generated_pages_are_current(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([BACKCOURT, "--project", str(ROOT / "nba"), "docs", "--output", folder], check=True, capture_output=True)
            pages = sorted(path.name for path in Path(folder).iterdir())
            self.assertEqual(pages, ["commands.md", "data-dictionary.md", "graph.md", "json-output.md"])
            for name in pages:
                page = ROOT / "docs" / name
                self.assertTrue(page.exists() and page.read_text() == (Path(folder) / name).read_text(),
                                f"docs/{name} is not current: build/backcourt --project nba docs --output docs")

    def test_examples_parse(self):
        parsed = 0
        for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
            for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL):
                with self.subTest(page=page.name, example=text[:60]):
                    if language == "toml":
                        tomllib.loads(text)
                    elif language == "json":  # one document, or one a line
                        try:
                            json.loads(text)
                        except ValueError:
                            for line in text.splitlines():
                                json.loads(line)
                    elif text.startswith("/* backcourt\n"):
                        tomllib.loads(text.split("\n", 1)[1].split("*/", 1)[0])
                    else:
                        continue
                    parsed += 1
        self.assertGreater(parsed, 2)

    def test_links_lead_somewhere(self):
        followed = 0
        for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
            for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text()):
                if "://" not in target:
                    self.assertTrue((page.parent / target).exists(), f"{page.name}: {target}")
                    followed += 1
        self.assertGreater(followed, 0)


if __name__ == "__main__":
    unittest.main()
