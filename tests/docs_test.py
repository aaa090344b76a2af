"""The docs: what is made from the headers and the options is current, and every example in them parses."""

import json
import re
import subprocess
import tempfile
import tomllib
import unittest
from pathlib import Path

from tests.kit.program import BACKCOURT, ROOT


class Docs(unittest.TestCase):
    def test_generated_pages_are_current(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([BACKCOURT, "--project", str(ROOT / "nba"), "docs", "--output", folder], check=True, capture_output=True)
            pages = sorted(path.name for path in Path(folder).iterdir())
            self.assertEqual(pages, ["api.md", "commands.md", "data-dictionary.md", "graph.md", "json-output.md"])
            for name in pages:
                page = ROOT / "docs" / name
                self.assertTrue(page.exists() and page.read_text() == (Path(folder) / name).read_text(),
                                f"docs/{name} is not current: build/backcourt --project nba docs --output docs")

    def test_temporary_tables_of_a_load_have_their_page(self):
        source = "".join(path.read_text() for path in sorted((ROOT / "src" / "load").glob("*.cc")))
        source = re.sub(r'"\s*\n\s*"', "", source)  # strings in several pieces
        made = re.findall(r"TEMP TABLE (\w*)", source)
        names = {name for name in made if name} | set(re.findall(r'Pour\([^;]*,\s*"(\w+)"\)', source))
        # Names that begin with a word: two statements make feed_FEED, one kept_FEED and one incoming_N.
        prefixes = {first or second for first, second in re.findall(r'Ident\("(\w+_)" \+|incoming = fmt::format\("(\w+_)', source)}
        self.assertEqual((made.count(""), prefixes), (4, {"feed_", "kept_", "incoming_"}))
        names |= prefixes
        page = (ROOT / "src" / "load" / "README.md").read_text()
        told = {re.sub(r"(FEED|N)$", "", name) for name in re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)}
        self.assertEqual(told, names)

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
