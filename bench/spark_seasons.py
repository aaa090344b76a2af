#!/usr/bin/env python3
"""Whole seasons of the NBA in DuckDB and in Spark, compared key by key: make bench-spark

    bench/spark_seasons.py [SEASON ...]     default: both shipped ones, 2020-21 and 2021-22

Prints the seconds of each fill, the columns that are not the same to the last bit, with rows and the largest difference, and the
seconds of each table's batches in Spark. Exit code 1 where a difference is over 1e-9, or in a column that is not known for it. Spark
runs on a cluster of its own, two workers on this machine; with SPARK_FOLDER on that of `make spark-up`.
"""

import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT))

from tests.kit import engines  # noqa: E402
from tests.kit.lake import Lake  # noqa: E402

TIMEOUT = 6 * 3600


class Seasons(Lake):
    seasons = sys.argv[1:] or ["2020-21", "2021-22"]

    def runTest(self):
        for engine, seconds in engines.fill_both(self, self.seasons, timeout=TIMEOUT).items():
            print(f"{engine}: {', '.join(self.seasons)} in {seconds:.0f} s", flush=True)
        run = json.loads(self.run_in(self.folder / "spark", "runs", "--json"))[0]["run"]
        for table in sorted(json.loads(self.run_in(self.folder / "spark", "runs", str(run), "--json"))[0]["tables"], key=lambda table: -table["seconds"]):
            print(f"    {table['table']:<36} {table['seconds']:8.1f} s  {table['batches']:5} batches  {table['rows']:>12,} rows")
        found = engines.compare(self)
        for column, (rows, most) in sorted(found.items()):
            print(f"{column}: other in {rows:,} rows, by {most:.1e} at most")
        self.assertTrue(all(most <= 1e-9 for _, most in found.values()))
        self.assertLessEqual(set(found), engines.NOT_TO_THE_BIT)


if __name__ == "__main__":
    result = unittest.TextTestRunner().run(unittest.TestSuite([Seasons()]))
    sys.exit(not result.wasSuccessful())
