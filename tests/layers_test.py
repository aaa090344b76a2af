"""The check of the layers sees what breaks them."""
import pathlib, shutil, subprocess, sys, tempfile, unittest

ROOT = pathlib.Path(__file__).parent.parent


class LayersTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="backcourt-layers-"))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(ROOT / "src", self.folder / "src")

    def check(self, root):
        done = subprocess.run([sys.executable, ROOT / "scripts/check_layers.py", root], capture_output=True, text=True)
        return done.returncode, done.stdout

    def broken(self, file, line):
        """What the check says once `line` is added to a file."""
        with (self.folder / file).open("a") as out:
            out.write(line + "\n")
        code, said = self.check(self.folder)
        self.assertEqual(code, 1, said)
        self.assertEqual(said.count("\n"), 1, said)
        return said

    def test_the_source_keeps_the_rules(self):
        self.assertEqual(self.check(ROOT), (0, ""))

    def test_an_include_of_a_higher_layer(self):
        self.assertIn("src/plan/cells.h: plan may not include ledger",
                      self.broken("src/plan/cells.h", '#include "ledger/cells.h"'))

    def test_an_include_beside(self):
        self.assertIn("run may not include files", self.broken("src/run/runner.cc", '#include "files/files.h"'))

    def test_an_include_of_an_engine(self):
        for engine in ("duckdb", "spark"):
            with self.subTest(engine):
                self.setUp()
                self.assertIn(f"run may not include warehouse/{engine}", self.broken("src/run/runner.cc", f'#include "warehouse/{engine}/{engine}_warehouse.h"'))

    def test_a_folder_that_is_no_layer(self):
        (self.folder / "src/misc").mkdir()
        self.assertIn("src/misc is not a layer", self.broken("src/misc/all.h", "#pragma once"))

    def test_a_write_to_the_ledger(self):
        for statement in ("DELETE FROM backcourt.cells", "INSERT INTO wh.backcourt.runs VALUES (1)",
                          "UPDATE backcourt.models SET checks = ''", "CREATE TABLE IF NOT EXISTS backcourt.x (y INT)",
                          'INSERT INTO "\n    "backcourt.files VALUES (1)'):
            with self.subTest(statement):
                self.setUp()
                self.assertIn("only src/ledger writes", self.broken("src/load/loader.cc", f'auto sql = "{statement}";'))

    def test_sql_that_only_duckdb_knows(self):
        for sql in ("SELECT * FROM duckdb_tables()", "SELECT hash(x)", "COPY (FROM x) TO 'y'", "PRAGMA version",
                    "SELECT json_serialize_sql('')", "SET threads = 1", "CREATE OR REPLACE TEMP TABLE x AS FROM y"):
            with self.subTest(sql):
                self.setUp()
                self.assertIn("behind the seam", self.broken("src/proof/replay.cc", f'auto sql = "{sql}";'))
                self.setUp()
                with (self.folder / "src/load/loader.cc").open("a") as out:
                    out.write(f'auto sql = "{sql}";\n')
                self.assertEqual(self.check(self.folder), (0, ""))


if __name__ == "__main__":
    unittest.main()
