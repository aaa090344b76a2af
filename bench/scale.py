"""The NBA pack over synthetic leagues (bench/league.py): what 1, 10 and 100 seasons take in DuckDB and in Spark.

    bench/scale.py [--seasons 1 10] [--engine duckdb spark] [--memory 2GB] [--folder DIR]

For each engine and size: seconds of the load and of the fill, processor seconds and the largest memory of the program,
the most that it spilled, bytes of what is stored, the seconds of each table's batches. Spark runs on a cluster of its own,
two workers on this machine, whose processor seconds are told apart. Exit code 2 when DuckDB's processor seconds a season
grow by more than half from the smallest size to the largest, or its memory goes over the limit by more than a quarter:
seconds by the clock tell as much of what else the machine does.
"""

import argparse
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BACKCOURT = os.environ.get("BACKCOURT", str(ROOT / "build" / "backcourt"))
MOST_GROWTH = 1.5  # of the processor seconds a season
MOST_MEMORY = 1.25  # of the limit: the engine's does not count all of the program
UNITS = {"MB": 1e6, "GB": 1e9}
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT))

from bench import league  # noqa: E402


def size_of(path):
    return sum(file.stat().st_size for file in [path, *path.rglob("*")] if file.is_file()) if path.exists() else 0


class Spill:
    """The largest that a folder was while something ran."""

    def __init__(self, folder):
        self.folder, self.most, self.ended = folder, 0, threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self):
        while not self.ended.wait(0.2):
            try:
                self.most = max(self.most, size_of(self.folder))
            except OSError:
                pass  # a file went meanwhile

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def processor_seconds(cluster):
    """Of all processes of a cluster that run now."""
    ticks = 0
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(cluster.folder):
                ticks += sum(int(field) for field in (process / "stat").read_text().rsplit(")", 1)[1].split()[11:13])
        except OSError:
            pass  # another's, or gone
    return ticks / os.sysconf("SC_CLK_TCK")


def run(project, *words):
    """What the program prints, its seconds, processor seconds and largest memory in bytes."""
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([BACKCOURT, *words], cwd=project, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begun
        out.seek(0)
        said = out.read()
    if status:
        sys.exit(f"backcourt {' '.join(words)}: exit code {os.waitstatus_to_exitcode(status)}\n{said[-3000:]}")
    return said, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def measure(engine, seasons, data, folder, memory, cluster):
    """A fill from nothing; prints its figures, returns its processor seconds and the largest memory."""
    project = folder / f"{engine}-{seasons}"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir(parents=True)
    spark = f'engine = "spark"\nuri = "{cluster.uri}"\ndatabase = "seasons{seasons}"\n' if cluster else ""
    (project / "backcourt.toml").write_text(f'[project]\npack = "{ROOT}/nba"\n[data]\nfolder = "{data}"\n[warehouse]\nmemory_limit = "{memory}"\n{spark}')
    before = processor_seconds(cluster) if cluster else 0
    with Spill(project / "warehouse.duckdb.tmp") as spill:
        _, load, load_cpu, load_memory = run(project, "load")
        _, fill, fill_cpu, fill_memory = run(project, "backfill", "all", "--no-load")
    in_cluster = f" and {processor_seconds(cluster) - before:.0f} s in the cluster" if cluster else ""
    runs = json.loads(run(project, "runs", "--json")[0])
    tables = json.loads(run(project, "runs", str(runs[0]["run"]), "--json")[0])[0]["tables"]
    stored = size_of(project / "warehouse.duckdb") + (size_of(cluster.folder / "tables" / f"seasons{seasons}.db") if cluster else 0)
    rows = sum(table["rows"] for table in tables)
    most = max(load_memory, fill_memory)
    print(f"{engine}, {seasons} seasons: load {load:.0f} s, fill {fill:.0f} s ({(load + fill) / seasons:.1f} s a season); processor {load_cpu:.0f} + {fill_cpu:.0f} s{in_cluster}; "
          f"{sum(table['cells'] for table in tables):,} cells, {rows:,} rows; memory {most / 1e6:,.0f} MB, spilled {spill.most / 1e6:,.0f} MB; stored {stored / 1e6:,.0f} MB")
    for table in sorted(tables, key=lambda table: -table["seconds"]):
        print(f"    {table['table']:<36} {table['seconds']:8.1f} s  {table['batches']:5} batches  {table['rows']:>12,} rows")
    sys.stdout.flush()
    return load_cpu + fill_cpu, most


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seasons", type=int, nargs="+", default=[1, 10])
    words.add_argument("--engine", nargs="+", choices=["duckdb", "spark"], default=["duckdb", "spark"])
    words.add_argument("--memory", default="2GB", help="of the embedded engine, as 640MB or 2GB")
    words.add_argument("--folder", type=pathlib.Path, help="is kept; without it, all goes at the end")
    words = words.parse_args()
    folder = (words.folder or pathlib.Path(tempfile.mkdtemp(prefix="backcourt-scale-"))).resolve()
    limit = float(words.memory[:-2]) * UNITS[words.memory[-2:]]
    cluster, bad = None, False
    if "spark" in words.engine:
        spec = importlib.util.spec_from_file_location("spark", ROOT / "scripts" / "spark.py")
        spark = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(spark)
        cluster = spark.Cluster(folder / "cluster")
        cluster.up()
    try:
        for engine in words.engine:
            a_season = []
            for seasons in words.seasons:
                data = folder / f"league-{seasons}"
                if not data.exists():
                    league.make(seasons, data)
                seconds, most = measure(engine, seasons, data, folder, words.memory, cluster if engine == "spark" else None)
                a_season.append(seconds / seasons)
                bad = bad or (engine == "duckdb" and most > limit * MOST_MEMORY)
            bad = bad or (engine == "duckdb" and a_season[-1] > a_season[0] * MOST_GROWTH)
    finally:
        if cluster:
            cluster.down()
        if not words.folder:
            shutil.rmtree(folder)
    return 2 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
