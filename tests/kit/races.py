"""Two workers that make one table anew while its first batch fails, and another connection that looks on.

Whole runs of the program. A round begins with a filled warehouse. The model `up` gets a new column, and a
value that its check refuses. The run is held at a random point for a random time. Whatever happens, the
ledger agrees with the rows; with the value mended, all is as from scratch.
"""

import os
import random
import shutil
import subprocess
import time

from tests.kit.program import BACKCOURT
from tests.kit.scratch import BOXES, DOWN, UP, Scratch
from tests.kit.stored import difference, relations, stored

import duckdb  # noqa: E402

WIDER = UP.replace('x = "Points."', 'z = "One more."\nx = "Points."').replace(
    "b.points AS x", "b.points + 1 AS z, b.points AS x"
)
CHAIN = DOWN.replace("up", "down").replace("u.x", "u.total")
HELD = [
    "",
    "rows-deleted:up",
    "fill-commit:up",
    "fill-committed:up",
    "rows-deleted:down",
    "fill-committed:down",
]
BAD = [
    ("2021-22", "G1,AAA,1,30"),
    ("2021-22", "G2,DDD,4,25"),
    ("2021-22", "G4,AAA,1,28"),
    ("2022-23", "H1,AAA,1,33"),
]
# Dates of which the ledger says otherwise than the rows, or that two transactions at once would show half.
HOLES = """WITH here AS (
  SELECT 'up' AS name, game_date, count(*) AS n FROM up GROUP BY ALL
  UNION ALL SELECT 'down', game_date, count(*) FROM down GROUP BY ALL
)
SELECT c.table_name, c.slot, c.row_count, coalesce(h.n, 0) AS n FROM backcourt.cells c
LEFT JOIN here h ON h.name = c.table_name AND h.game_date = DATE '1970-01-01' + c.slot
WHERE c.table_name IN ('up', 'down') AND c.state IN ('fresh', 'empty', 'partial')
  AND c.row_count <> coalesce(h.n, 0)"""


class Races(Scratch):
    """`rounds` runs some, one after the other."""

    def runTest(self):
        pass

    def prepare(self):
        self.write("models/chain.sql", CHAIN)
        self.fill()
        shutil.copytree(self.project, self.folder / "before")
        self.write("models/up.sql", WIDER)
        _, _, self.expected = self.scratch()

    def holes(self):
        with duckdb.connect(str(self.project / "warehouse.duckdb"), read_only=True) as file:
            return file.execute(HOLES).fetchall()

    def change(self, sql):
        with duckdb.connect(str(self.project / "warehouse.duckdb")) as file:
            file.execute(sql)

    def fill_held(self, point, seconds):
        """A fill by two workers; the first at the point is held for a time, and another shell looks on."""
        file = self.folder / "held"
        env = {**os.environ, "BACKCOURT_FAULT": f"{point} wait {file}" if point else ""}
        process = subprocess.Popen(
            [BACKCOURT, "backfill", "all", "--parallel", "2"],
            cwd=self.project,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        while point and not file.exists() and process.poll() is None:
            time.sleep(0.005)
        time.sleep(seconds)
        code, seen = self.try_program("query", HOLES, "--format", "csv")
        file.unlink(missing_ok=True)
        said, _ = process.communicate(timeout=60)
        if code == 0:
            self.assertEqual(
                len(seen.splitlines()),
                1,
                f"another connection sees rows that the ledger does not know\n{seen}\n{said}",
            )
        else:
            self.assertIn(code, (2, 5), seen)  # the tables are not there yet, or the holder has just ended
        return process.returncode, said

    def round(self, seed):
        rng = random.Random(seed)
        point, (season, line) = rng.choice(HELD), rng.choice(BAD)
        self.addCleanup(shutil.rmtree, self.project, ignore_errors=True)
        shutil.rmtree(self.project)
        shutil.copytree(self.folder / "before", self.project)
        self.write("models/up.sql", WIDER)
        self.write(f"data/box_{season}.csv", BOXES[season].replace(line, line.rsplit(",", 1)[0] + ",950"))
        code, said = self.fill_held(point, rng.uniform(0, 0.15))
        told = f"round {seed}, held at '{point}', {line} is bad\n{said}"
        self.assertEqual(code, 2, told)
        self.assertEqual(self.holes(), [], told)
        self.write(f"data/box_{season}.csv", BOXES[season])
        self.fill("--parallel", "2")
        differs = difference(relations(self.project), stored(self.project), self.expected, {})
        self.assertIsNone(differs, f"{told}\n{differs}")

    def rounds(self, seeds):
        self.setUp()
        try:
            self.prepare()
            for seed in seeds:
                self.round(seed)
        finally:
            self.doCleanups()
