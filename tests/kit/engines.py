"""The NBA's pack over the shipped seasons in DuckDB and in Spark, and what is not the same in both, key by key."""

import re
import time

from tests.kit.program import ROOT

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


def fill_both(lake, seasons, *dates, timeout):
    """A project in each engine, in the folder of a test of the lake; the seconds of each fill."""
    seconds = {}
    for engine in ("duckdb", "spark"):
        project = lake.folder / engine
        project.mkdir()
        named = ", ".join(f'"{season}"' for season in seasons)
        (project / "backcourt.toml").write_text(
            f'[project]\nname = "nba"\npack = "{ROOT}/nba"\nseasons = [{named}]\n[warehouse]\npath = "warehouse.duckdb"\n[data]\nfolder = "{ROOT}/data"\n')
        if engine == "spark":
            lake.put_in_lake(project)
        begun = time.monotonic()
        lake.run_in(project, "backfill", *(dates or ["all"]), timeout=timeout)
        seconds[engine] = time.monotonic() - begun
    return seconds


def compare(lake):
    """Every table of both projects; by table.column, in how many rows it differs and by how much at most."""
    differing = {}
    for table, key in models().items():
        files = [lake.folder / f"{table}-{engine}.parquet" for engine in ("spark", "duckdb")]
        for engine, file in zip(("spark", "duckdb"), files):
            lake.run_in(lake.folder / engine, "query", f"SELECT * FROM {table}", "--format", "parquet", "--output", str(file))
        differing |= {f"{table}.{column}": found for column, found in differences(*files, key).items()}
    return differing


def differences(here, there, key):
    """Of two sets of Parquet files with rows of one key: by column, rows that are not the same and the largest difference."""
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
