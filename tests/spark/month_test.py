"""A month of the NBA's season 2021-22 in Spark and in DuckDB: the same rows, key by key."""

import re

from tests.kit.lake import Lake
from tests.kit.program import ROOT

FIRST, LAST = "2021-10-19", "2021-11-18"
# Columns that are not the same to the last bit: sines are of another library, and a number of more than 53 bits becomes a
# DOUBLE by another rounding.
NOT_TO_THE_BIT = {
    *(f"upcoming_player_game_context.opponent_{what}_last_10_std" for what in ("pace", "off_rating", "def_rating", "ft_rate_allowed", "rebounding_rate")),
    *(f"upcoming_team_game_context.{column}" for column in ("travel_miles", "travel_miles_last_14_days")),
    "ml_feature_store_v2.travel_miles",
}


def models():
    """By name, the key of each model that makes a table."""
    keys = {}
    for file in sorted(ROOT.glob("nba/models/*/*.sql")):
        text = file.read_text()
        if 'materialized = "view"' not in text:
            keys[file.stem] = re.findall(r'"(\w+)"', re.search(r"^key *= *\[(.*?)\]", text, re.M)[1])
    return keys


def differences(here, there, key):
    """Of two files of Parquet with rows of one key: by column, rows that are not the same and the largest difference."""
    import duckdb
    db = duckdb.connect()
    one, other = f"'{here}'", f"'{there}'"
    if db.sql(f"SELECT count(*) FROM {one}").fetchone() != db.sql(f"SELECT count(*) FROM {other}").fetchone():
        return {"rows": (db.sql(f"SELECT count(*) FROM {one}").fetchone()[0], db.sql(f"SELECT count(*) FROM {other}").fetchone()[0])}
    found = {}
    joined = f"{one} a FULL JOIN {other} b ON " + " AND ".join(f"a.{column} IS NOT DISTINCT FROM b.{column}" for column in key)
    for column in db.sql(f"SELECT * FROM {one} LIMIT 0").columns:
        n, most = db.sql(f"""SELECT count(*), max(coalesce(abs(TRY_CAST(CAST(a.{column} AS VARCHAR) AS DOUBLE) - TRY_CAST(CAST(b.{column} AS VARCHAR) AS DOUBLE))
                                    / greatest(1, abs(TRY_CAST(CAST(a.{column} AS VARCHAR) AS DOUBLE))), 1e9))
                             FROM {joined} WHERE a.{column} IS DISTINCT FROM b.{column}""").fetchone()
        if n:
            found[column] = (n, most)
    return found


class Month(Lake):
    def test_every_table_is_that_of_duckdb(self):
        for engine in ("duckdb", "spark"):
            (self.folder / engine).mkdir()
            (self.folder / engine / "backcourt.toml").write_text(
                f'[project]\nname = "nba"\npack = "{ROOT}/nba"\nseasons = ["2021-22"]\n[warehouse]\npath = "warehouse.duckdb"\n[data]\nfolder = "{ROOT}/data"\n')
        self.put_in_lake(self.folder / "spark")
        for engine in ("duckdb", "spark"):
            self.run_in(self.folder / engine, "backfill", "--start-date", FIRST, "--end-date", LAST)
        for table, key in models().items():
            for engine in ("duckdb", "spark"):
                self.run_in(self.folder / engine, "query", f"SELECT * FROM {table}", "--format", "parquet", "--output", str(self.folder / f"{table}-{engine}.parquet"))
            found = differences(self.folder / f"{table}-spark.parquet", self.folder / f"{table}-duckdb.parquet", key)
            self.assertTrue(all(most <= 1e-9 for _, most in found.values()), f"{table}: {found}")
            self.assertLessEqual({f"{table}.{column}" for column in found}, NOT_TO_THE_BIT)
        self.run_in(self.folder / "spark", "verify", "--sample", "8")
