#!/usr/bin/env python3
"""What a season costs when there are few and when there are many: load, fill and memory of 1, 5 and 20 seasons, made of the two
that are shipped; then what a replay of verify costs.

    bench/growth.py [SEASONS ...]
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import league  # noqa: E402

PROGRAM = league.ROOT / "build" / "backcourt"
MOST = 1.15  # a season among many, to a season among few
MEMORY = 700
REPLAYS = 300


def run(folder, *words):
    """Seconds, seconds of processors and MB of a whole process."""
    begin = time.monotonic()
    process = subprocess.Popen([PROGRAM, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"backcourt {' '.join(words)} failed")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def figure(name, value, unit, limit):
    print(f"\t{name}\t{value:.3f}\t{unit}\t{limit}", flush=True)


def measure(seasons, folder):
    league.make(seasons, folder / "data")
    (folder / "backcourt.toml").write_text(f'[project]\npack = "{league.ROOT}/nba"\n[data]\nfolder = "data"\n')
    load = run(folder, "load")
    fill = run(folder, "backfill", "all", "--no-load")
    nothing = statistics.median(run(folder, "backfill", "all")[0] for _ in range(5))
    print(
        f"{seasons} season(s): load {load[0]:.1f} s and {load[2]:.0f} MB, fill {fill[0]:.1f} s and {fill[2]:.0f} MB; "
        f"a season {(load[0] + fill[0]) / seasons:.2f} s; nothing to do {nothing:.2f} s",
        flush=True,
    )
    return (load[0] + fill[0]) / seasons, max(load[2], fill[2])


def main():
    sizes = [int(word) for word in sys.argv[1:]] or [1, 5, 20]
    costs = {}
    for seasons in sizes:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="backcourt-bench-"))
        try:
            costs[seasons] = measure(seasons, folder)
            if seasons == sizes[0]:
                spent = run(folder, "verify", "--sample", str(REPLAYS))
                print(f"verify of {REPLAYS} cells: {spent[0]:.1f} s, {spent[1]:.1f} s of processors")
                figure("a replay of verify", 1000 * spent[1] / REPLAYS, "ms of a processor", 0)
        finally:
            shutil.rmtree(folder)
    for seasons in sizes[1:]:
        figure(f"a season among {seasons}", costs[seasons][0] / costs[sizes[0]][0], f"x among {sizes[0]}", MOST)
    figure("memory at any size", max(memory for _, memory in costs.values()), "MB", MEMORY)


if __name__ == "__main__":
    main()
