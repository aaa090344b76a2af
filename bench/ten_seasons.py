"""Ten seasons of 17 tables, filled with tiny rows: what `cells` takes and weighs, and what the page does with them.

    bench/ten_seasons.py [FOLDER]       FOLDER: where the project is kept; without one it is thrown away

Prints how long the command and the API take for `cells` and how large the answer is, then the first paint and the longest frames and tasks of
the season view while 50 events a second come in (tests/page/bench.mjs, three times). 2 when one takes over 50 ms.
"""

import datetime
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BACKCOURT = os.environ.get("BACKCOURT", str(ROOT / "build" / "backcourt"))
SEASONS, DATES, TABLES, TIMES = range(2012, 2022), 213, 17, 3


def write_project(folder):
    """The toy league, longer and wider."""
    shutil.copytree(ROOT / "tests" / "toy", folder)
    for file in (folder / "data").iterdir():
        file.unlink()
    for year in SEASONS:
        season, games, boxes = f"{year}-{(year + 1) % 100:02}", [], []
        for i in range(DATES):
            date = datetime.date(year, 10, 19) + datetime.timedelta(days=i + i // 30)
            home, away = ("AAA", "BBB") if i % 2 else ("CCC", "DDD")
            games.append(f"{year}{i:03},{date},{home},{away},100,90")
            boxes += [f"{year}{i:03},{team},{player},30,36:10" for player, team in enumerate((home, away), 1 + i % 2 * 2)]
        (folder / f"data/games_{season}.csv").write_text("game_id,game_date,home,away,home_points,away_points\n" + "\n".join(games) + "\n")
        (folder / f"data/box_{season}.csv").write_text("game_id,team,player_id,points,minutes\n" + "\n".join(boxes) + "\n")
    recent = folder / "models/precompute/recent_form.sql"
    tables = len(list(folder.glob("tables/*.toml"))) + len(list(folder.glob("models/*/*.sql")))
    for n in range(TABLES - tables):
        (recent.parent / f"recent_form_{n}.sql").write_text(recent.read_text())


def timed(call, pause=0.0):
    seconds = []
    for _ in range(TIMES):
        time.sleep(pause)
        begun = time.monotonic()
        answer = call()
        seconds.append(time.monotonic() - begun)
    return f"{statistics.median(seconds) * 1000:.0f} ms (worst {max(seconds) * 1000:.0f})", answer


def ask(url, verb):
    request = urllib.request.Request(f"{url}/api/v1/{verb}", b"{}", {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def main(kept=None):
    folder = pathlib.Path(kept or tempfile.mkdtemp(prefix="backcourt-")) / "ten_seasons"
    write_project(folder)
    begun = time.monotonic()
    filled = subprocess.run([BACKCOURT, "backfill", "all"], cwd=folder, capture_output=True, text=True, check=True).stdout
    print(f"{filled.splitlines()[-1]}; with the load {time.monotonic() - begun:.1f} s")
    spent, _ = timed(lambda: subprocess.run([BACKCOURT, "cells", "--json"], cwd=folder, capture_output=True, check=True))
    print(f"`cells --json`: {spent}")
    server = subprocess.Popen([BACKCOURT, "serve", "--port", "0"], cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        url = re.search(r"http://[^\s/]+", server.stdout.readline())[0]
        spent, answer = timed(lambda: ask(url, "cells"), pause=2.1)  # past the age of an answer that is kept
        cells = json.loads(answer)
        print(f"/api/v1/cells: {spent}, {len(answer) / 1e6:.2f} MB, {len(cells['tables'])} tables x {len(cells['dates'])} dates")
        pages = [subprocess.run([ROOT / "scripts/page_node", ROOT / "tests/page/bench.mjs"], env={**os.environ, "PAGE_URL": url}).returncode for _ in range(TIMES)]
    finally:
        server.terminate()
        server.wait()
        if not kept:
            shutil.rmtree(folder.parent)
    return max(pages)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
