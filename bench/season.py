"""A season as it grows: 2021-22 day by day, each day's files cut at its date, and `backfill` after each.

Prints what a day costs, and whether the end equals a fill from scratch. `bench/season.py [DAYS] [PROGRAM]`: 60 days,
and the program of this build.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT), str(ROOT / "build" / "deps" / "python")]

from tests.kit.season_slice import DATED, SeasonSlice  # noqa: E402

MOST_CELLS = 40  # filled on a day


def cut(season, date):
    """The files of a day: what was played by then."""
    for table, column in DATED.items():
        season.rows.execute(f"CREATE OR REPLACE TABLE main.{table} AS FROM saved.{table} WHERE {column} <= DATE '{date}'")
    season.write()


def backfill(program, season):
    begun = time.monotonic()
    done = subprocess.run([program, "backfill", "all", "--json"], cwd=season.project, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    seconds = time.monotonic() - begun
    events = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode:
        sys.exit(f"exit code {done.returncode}\n{done.stderr}")
    loaded = next(event for event in events if event["event"] == "loaded")
    return seconds, loaded["report"]["seconds"], events[-1]["filled"], events[-1]["rows"]


def rows_of(season):
    """Rows and their hash, by table."""
    import duckdb

    with duckdb.connect(str(season.project / "warehouse.duckdb"), read_only=True) as warehouse:
        tables = [name for name, in warehouse.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY 1").fetchall()]
        return {table: warehouse.execute(f"SELECT count(*), sum(hash(t)) FROM main.{table} t").fetchone() for table in tables}


def main(days=60, program=str(ROOT / "build" / "backcourt")):
    season = SeasonSlice("2022-12-31", whole_schedule=True)
    season.save()
    dates = [date for date, in season.rows.execute("SELECT DISTINCT game_date FROM saved.raw_results ORDER BY 1").fetchall()][:days]
    figures = []
    for date in dates:
        cut(season, date)
        figures.append(backfill(program, season))
    print(f"{'days':>8} {'s a day':>8} {'of it load':>10} {'cells':>6} {'at most':>8} {'rows':>9}   (medians)")
    for first in range(0, len(figures), 20):
        part = figures[first:first + 20]
        seconds, load, cells, rows = (statistics.median(column) for column in zip(*part))
        print(f"{first + 1:>3} to {first + len(part):>2} {seconds:>8.2f} {load:>10.2f} {cells:>6.0f} {max(f[2] for f in part[first == 0:]):>8} {rows:>9.0f}")
    grown = rows_of(season)
    (season.project / "warehouse.duckdb").unlink()
    backfill(program, season)
    scratch = rows_of(season)
    differ = sorted(table for table in grown.keys() | scratch.keys() if grown.get(table) != scratch.get(table))
    print("the end equals a fill from scratch" if not differ else f"other rows than from scratch: {', '.join(differ)}")
    most = max(f[2] for f in figures[1:])
    print(f"cells a day: at most {most}, limit {MOST_CELLS}")
    season.remove()
    return int(bool(differ) or most > MOST_CELLS)


if __name__ == "__main__":
    sys.exit(main(*(int(sys.argv[1]),) if len(sys.argv) > 1 else (), *sys.argv[2:3]))
