"""A league of any number of seasons up to 100, made of the two that are shipped.

    bench/league.py SEASONS FOLDER

Each season is a real one, 2021-22 and 2020-21 by turns, moved back by whole weeks to a year of its own: its games, boxes,
events, lines and injuries keep what belongs together. Every two seasons have players of their own, so that n seasons have n
times the games, the events and (but for those who stay a year) the players. FOLDER then is the [data] folder of a project.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "build" / "deps" / "python"))

MOST = 100  # a game's id has two digits for the year
NEWEST = 2021
PLAYERS_APART = 10**15  # ids of one pair of seasons to those of the next
WEEK = 7


def label(year):
    return f"{year}-{(year + 1) % 100:02}"


def moved(column, kind, year, days, pair):
    """A column of a table as it is in the season of a year."""
    if column == "game_id":
        return f"substr(game_id, 1, 3) || '{year % 100:02}' || substr(game_id, 6)"
    if column == "season":
        return f"'{label(year)}'"
    if column == "season_year":
        return f"CAST({year} AS {kind})"
    if column.endswith("player_id"):
        return f"CASE WHEN {column} < 0 THEN {column} - {pair * PLAYERS_APART} ELSE {column} + {pair * PLAYERS_APART} END"
    if kind in ("DATE", "TIMESTAMP"):
        return f"CAST({column} - INTERVAL {days} DAY AS {kind})"
    return column


def make(seasons, folder):
    import duckdb

    rows = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
    folder = pathlib.Path(folder)
    for source in sorted((ROOT / "data").glob("raw_*")):
        if (source / "data.parquet").exists():  # of no season
            (folder / source.name).mkdir(parents=True, exist_ok=True)
            rows.execute(f"COPY (SELECT * REPLACE (DATE '1900-01-01' AS valid_from) FROM '{source}/data.parquet') TO '{folder}/{source.name}/data.parquet'")
            continue
        for back in range(seasons):
            pair, year = back // 2, NEWEST - back
            days = round(2 * pair * 365.25 / WEEK) * WEEK
            file = source / f"season={label(NEWEST - back % 2)}" / "data.parquet"
            columns = rows.execute(f"DESCRIBE FROM read_parquet('{file}', hive_partitioning = false)").fetchall()
            select = ", ".join(f"{moved(name, kind, year, days, pair)} AS {name}" for name, kind, *_ in columns)
            out = folder / source.name / f"season={label(year)}"
            out.mkdir(parents=True, exist_ok=True)
            rows.execute(f"COPY (SELECT {select} FROM read_parquet('{file}', hive_partitioning = false)) TO '{out}/data.parquet' (COMPRESSION zstd)")


if __name__ == "__main__":
    if len(sys.argv) != 3 or not 1 <= int(sys.argv[1]) <= MOST:
        sys.exit(__doc__)
    make(int(sys.argv[1]), sys.argv[2])
