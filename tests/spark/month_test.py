"""A month of the NBA's season 2021-22 in Spark and in DuckDB: the same rows, key by key."""

from tests.kit import engines
from tests.kit.lake import Lake

FIRST, LAST = "2021-10-19", "2021-11-18"
TIMEOUT = 3600  # a machine that does something else too


class Month(Lake):
    def test_every_table_is_that_of_duckdb(self):
        engines.fill_both(self, ["2021-22"], "--start-date", FIRST, "--end-date", LAST, timeout=TIMEOUT)
        found = engines.compare(self)
        self.assertTrue(all(most <= 1e-9 for _, most in found.values()), found)
        self.assertLessEqual(set(found), engines.NOT_TO_THE_BIT)
        self.run_in(self.folder / "spark", "verify", "--sample", "8", timeout=TIMEOUT)
