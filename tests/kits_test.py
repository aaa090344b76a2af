"""What tests share is in tests/kit: no test file takes anything from another, so that each can be changed alone."""

import ast
import unittest

from tests.kit.program import TESTS


def imported(path):
    """The modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield node.module or ""


class Kits(unittest.TestCase):
    def test_no_test_file_imports_another(self):
        tests = {path.stem for path in TESTS.glob("*_test.py")}
        self.assertGreater(len(tests), 30)
        for path in sorted(TESTS.rglob("*.py")):
            taken = {part for name in imported(path) for part in name.split(".")} & tests
            self.assertEqual(taken, set(), f"{path.relative_to(TESTS)} imports {taken}: move what they share to tests/kit")


if __name__ == "__main__":
    unittest.main()
