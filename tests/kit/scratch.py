"""A toy league of two seasons, and the comparison of a warehouse with one filled from scratch out of the same folder."""

import datetime
import json
import shutil
import subprocess

import duckdb

from tests.kit.program import BACKCOURT
from tests.kit.stored import EPOCH, difference, relations, settled, stored
from tests.kit.toy import Toy

GAMES = {
    "2021-22": """game_id,game_date,home,away,home_points,away_points
G1,2021-10-19,AAA,BBB,100,90
G2,2021-10-20,CCC,DDD,80,95
G3,2021-10-22,AAA,CCC,99,98
G4,2021-10-25,DDD,AAA,77,78
""",
    "2022-23": """game_id,game_date,home,away,home_points,away_points
H1,2022-10-18,AAA,BBB,88,90
H2,2022-10-19,CCC,DDD,81,95
H3,2022-10-21,AAA,CCC,91,98
H4,2022-10-24,DDD,AAA,79,78
""",
}
BOXES = {
    "2021-22": """game_id,team,player_id,points,minutes
G1,AAA,1,30,36:10
G1,BBB,2,20,30:00
G2,CCC,3,10,12:34
G2,DDD,4,25,40:00
G3,AAA,1,31,35:00
G3,CCC,3,12,20:00
G4,DDD,4,18,25:00
G4,AAA,1,28,38:00
""",
    "2022-23": """game_id,team,player_id,points,minutes
H1,AAA,1,33,36:10
H1,BBB,2,21,30:00
H2,CCC,3,11,12:34
H2,DDD,4,26,40:00
H3,AAA,1,32,35:00
H3,CCC,3,13,20:00
H4,DDD,4,19,25:00
H4,AAA,1,29,38:00
""",
}
UP = '''/* backcourt
about = "Players' points, and ten times as many."
date  = "game_date"
key   = ["game_id", "player_id"]
[reads]
raw_box = "same date"
[columns]
game_id = "The game."
player_id = "The player."
game_date = "Its day."
x = "Points."
y = "Ten times the points."
[checks]
"not too many" = "SELECT * FROM this WHERE x > 900"
*/
SELECT b.game_id, b.player_id, b.game_date, b.points AS x, b.points * 10 AS y
FROM raw_box b JOIN dates d ON d.game_date = b.game_date
'''
DOWN = '''/* backcourt
about = "The sum of x before a date."
date  = "game_date"
key   = ["game_date"]
[reads]
up = "season before"
[columns]
game_date = "The date."
total = "The sum."
*/
SELECT d.game_date, coalesce(CAST(sum(u.x) AS BIGINT), 0) AS total
FROM dates d LEFT JOIN up u ON u.game_date < d.game_date AND u.game_date >= d.season_start
GROUP BY d.game_date
'''


def own_results(project, name, game, points):
    """A file of results in the raw table's own shape."""
    (project / "data/raw_results").mkdir(parents=True, exist_ok=True)
    day = "2022-10-18" if game.startswith("H") else "2021-10-19"
    duckdb.sql(f"COPY (SELECT '{game}' AS game_id, DATE '{day}' AS game_date, {points}::INTEGER AS home_points, 0::INTEGER AS away_points) TO '{project}/data/raw_results/{name}'")


class Scratch(Toy):
    """Models `up` (of each box line) and `down` (of `up` before a date); `stars` is a seed that nobody reads yet."""

    def setUp(self):
        super().setUp()
        for folder in ("models", "data"):
            shutil.rmtree(self.project / folder)
        for season in GAMES:
            self.write(f"data/games_{season}.csv", GAMES[season])
            self.write(f"data/box_{season}.csv", BOXES[season])
        self.write("models/up.sql", UP)
        self.write("models/down.sql", DOWN)
        self.write("seeds/stars.csv", "a,b\n1,2\n3,4\n")

    def write(self, name, text):
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def remove(self, name):
        (self.project / name).unlink()

    def try_program(self, *words, cwd=None):
        """Exit code and all that was said."""
        done = subprocess.run([BACKCOURT, *words], cwd=cwd or self.project, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def fill(self, *words, code=0):
        return self.run_program("backfill", "all", *words, code=code)

    def scratch(self, words=("backfill", "all")):
        """Exit code and state of a new warehouse of the same folder."""
        other = self.folder / "scratch"
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(self.project, other, ignore=shutil.ignore_patterns("warehouse.duckdb*"))
        code, said = self.try_program(*words, cwd=other)
        return code, said, stored(other) if (other / "warehouse.duckdb").exists() else {}

    def to_do(self):
        """The slots of a plan by table."""
        slots = {}
        for batch in json.loads(self.run_program("plan", "--json"))["batches"]:
            slots.setdefault(batch["table"], set()).update(datetime.date.fromisoformat(cell["date"]).toordinal() - EPOCH for cell in batch["cells"])
        return slots

    def assert_same(self, *words, code=None):
        """Fills, and compares with a fill from scratch: rows, columns, types, cells and the exit code."""
        mine, said = self.try_program("backfill", "all", *words)
        theirs, said_there, expected = self.scratch()
        self.assertEqual(mine, theirs, f"exit codes\n{said}\n--- scratch\n{said_there}")
        if code is not None:
            self.assertEqual(mine, code, said)
        if mine == 0:
            self.assertIn("nothing to do", self.run_program("plan"), said)
        to_do, names = self.to_do() if theirs in (2, 3) else {}, relations(self.project)
        if theirs == 1:  # no game date is left
            names = {name: date for name, date in names.items() if not date}
        only = {}  # where some cells are not done, and it is said, those that are done in both
        if theirs:
            only = {name: settled(expected, name) - to_do.get(name, set()) for name, date in names.items() if date}
        differs = difference(names, stored(self.project), expected, only)
        self.assertIsNone(differs, f"{differs}\n{said}\n--- scratch\n{said_there}")
        return said
