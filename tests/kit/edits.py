"""Edits of a toy project at random, of its files and its pack; after each the warehouse is compared with one filled from scratch."""

import json
import random
import re
import shutil
import signal
import subprocess
import time

from tests.kit import scratch
from tests.kit.program import BACKCOURT

SEASONS = ["2021-22", "2022-23"]


class State:
    """All choices of a project; `write` makes its files of them."""

    def __init__(self):
        self.games = {s: [line.split(",") for line in scratch.GAMES[s].split()[1:]] for s in SEASONS}
        self.boxes = {s: [line.split(",") for line in scratch.BOXES[s].split()[1:]] for s in SEASONS}
        self.label = {s: s for s in SEASONS}
        self.gone = []          # files that are not there
        self.own = {}           # name: [game, points], results in the raw table's own shape
        self.seed = ["a", "b", "number"]
        self.points = self.player = 0   # types
        self.unit = "game_id"
        self.ahead = True
        self.better = self.no_box = self.start = self.view = self.swapped = self.wide = self.quoted = False
        self.macro = self.comment = self.note = self.expected = self.literal = self.alias = 0
        self.threshold = 900
        self.next_day = False
        self.block = False
        self.seasons = []

    def write(self, test):
        project = test.project
        shutil.rmtree(project / "data", ignore_errors=True)
        for s in SEASONS:
            for kind, rows, head in (("games", self.games[s], scratch.GAMES[s].split()[0]), ("box", self.boxes[s], scratch.BOXES[s].split()[0])):
                if f"{kind} {s}" not in self.gone:
                    test.put(f"data/{kind}_{self.label[s]}.csv", "\n".join([head] + [",".join(row) for row in rows]) + "\n")
        for name, (game, points) in self.own.items():
            scratch.own_results(project, name, game, points)
        a, b, kind = self.seed
        test.put("seeds/stars.csv", f"{a},{b}\n1,{'1' if kind == 'number' else 'true'}\n3,{'0' if kind == 'number' else 'false'}\n")
        self.write_pack(test)

    def write_pack(self, test):
        points, player = ["INTEGER", "DOUBLE"][self.points], ["BIGINT", "VARCHAR"][self.player]
        test.put("feeds.toml", test.base["feeds.toml"].replace('points = "INTEGER"\nminutes', f'points = "{points}"\nminutes').replace('player_id = "BIGINT"', f'player_id = "{player}"'))
        table = test.base["tables/raw_box.toml"].replace('points = { type = "INTEGER"', f'points = {{ type = "{points}"').replace('player_id = { type = "BIGINT"', f'player_id = {{ type = "{player}"')
        test.put("tables/raw_box.toml", table.replace('unit  = "game_id"', f'unit  = "{self.unit}"'))
        schedule = test.base["tables/raw_schedule.toml"]
        test.put("tables/raw_schedule.toml", schedule if self.ahead else re.sub("ahead = .*\n", "", schedule))
        better = '/* backcourt\nabout = "More points at home."\ntable = "raw_results"\nfeeds = ["games"]\nrank = 1\n*/\nSELECT game_id, game_date, home_points + 1 AS home_points, away_points, NULL AS dropped FROM games WHERE game_id <> \'G2\'\n'
        test.put("sources/better.sql", better if self.better else None)
        test.put("sources/box.sql", None if self.no_box else test.base["sources/box.sql"])
        name = '"bump"' if self.quoted else "bump"
        test.put("functions/duckdb.sql", test.base["functions/duckdb.sql"] + f"\nCREATE MACRO {name}(v) AS v + {self.macro};\nCREATE MACRO twice(v) AS bump(v) + bump(v);\n")
        toml = test.base["backcourt.toml"]
        if self.block:
            toml = toml.replace("[calendar]", '[policy]\non_missing_games = "block"\n\n[calendar]')
        if self.seasons:
            toml = toml.replace('name = "toy"', f'name = "toy"\nseasons = {json.dumps(self.seasons)}')
        test.put("backcourt.toml", toml)
        self.write_models(test)

    def write_models(self, test):
        x, y = ("y", "x") if self.swapped else ("x", "y")
        literal = ["'word'", "$$word$$", "$$WORD$$", "E'wo\\'rd'", "E'wo\\'RD'", "'word' /* a /* b */ c */", "'WORD'"][self.literal]
        beside = ["", "note = \"SELECT game_date, 'a' AS note FROM dates\"\n", "note = \"SELECT game_date, 'b' AS note FROM dates\"\n"][self.note]
        rows = ["", '[rows]\nexpected = "rows of raw_box"\n', '[rows]\nexpected = "SELECT game_date, 2 AS expected_rows FROM dates"\n'][self.expected if not self.next_day else 0]
        columns = f'game_id = "G."\nplayer_id = "P."\ngame_date = "D."\n{x} = "X."\n{y} = "Y."\nword = "W."\n'
        select = f"b.game_id, b.player_id, b.game_date, {'bump' if self.alias else 'BUMP'}(b.points) AS {x}, twice(b.points) AS {y}, {literal} AS word"
        if self.wide:
            columns, select = columns + 'z = "Z."\n', select + ", CAST(b.seconds_played AS BIGINT) AS z"
        date, window, key = "game_date", "same date", '"game_id", "player_id"'
        if self.next_day:
            date, window, key = "next_day", "1 days before", '"game_id", "player_id", "next_day"'
            columns, select = columns + 'next_day = "The day after."\n', select + ", b.game_date + 1 AS next_day"
        test.put("models/up.sql", f'/* backcourt\nabout = "Up."\ndate = "{date}"\nkey = [{key}]\n{beside}[reads]\nraw_box = "{window}"\n{rows}[columns]\n{columns}[checks]\n"few" = "SELECT * FROM this WHERE {x} > {self.threshold}"\n*/\n'
                 f"SELECT {select} -- {self.comment}\nFROM raw_box b JOIN dates d ON d.game_date = b.game_date{' + 1' if self.next_day else ''}\n")
        a, b, _ = self.seed
        test.put("models/down.sql", scratch.DOWN.replace('up = "season before"', 'up = "season before"\nstars = "whole"').replace("u.game_date", f"u.{date}").replace('total = ', 'n = "Of the seed."\ntotal = ').replace(
            "coalesce(", f"(SELECT count(*) FROM stars s WHERE s.{a} = 1) AS n, coalesce("))
        test.put("models/last.sql", '/* backcourt\nabout = "The total."\ndate = "game_date"\nkey = ["game_date"]\n' + ('materialized = "view"\n' if self.view else "") + '[reads]\ndown = "same date"\n[columns]\ngame_date = "D."\ntotal = "T."\n*/\nSELECT w.game_date, w.total FROM down w\n')
        test.put("models/start.sql", '/* backcourt\nabout = "Starts."\ndate = "game_date"\nkey = ["game_date"]\n[columns]\ngame_date = "D."\nseason = "S."\nseason_year = "Y."\nseason_start = "First."\n*/\nSELECT d.* FROM dates d\n' if self.start else None)


def some_row(state, which, n):
    rows = getattr(state, which)[SEASONS[n % 2]]
    return rows, (n // 2) % len(rows) if rows else None


def edit_value(state, n):
    rows, i = some_row(state, "boxes", n)
    if i is not None:
        rows[i][3] = str(n % 41)


def bad_value(state, n):
    rows, i = some_row(state, "boxes", n)
    if i is not None:
        rows[i][3] = "950"


def drop_line(state, n):
    rows, i = some_row(state, "boxes", n)
    if i is not None and len(rows) > 2:
        rows.pop(i)


def drop_game(state, n):
    rows, i = some_row(state, "games", n)
    if i is not None and len(rows) > 2:
        rows.pop(i)


def move_date(state, n):
    rows, i = some_row(state, "games", n)
    if i is not None:
        rows[i][1] = rows[i][1][:8] + f"{15 + n % 14:02}"


def between_files(state, n):
    rows, i = some_row(state, "games", n)
    other = state.games[SEASONS[(n + 1) % 2]]
    if i is not None and len(rows) > 2 and all(row[0] != rows[i][0] for row in other):
        other.append(rows[i] if n % 3 else list(rows.pop(i)))


def restore(state, n):
    fresh = State()
    state.games[SEASONS[n % 2]], state.boxes[SEASONS[n % 2]] = fresh.games[SEASONS[n % 2]], fresh.boxes[SEASONS[n % 2]]


def rename_file(state, n):
    state.label["2022-23"] = ["2022-23", "2023-24"][n % 2]


def remove_file(state, n):
    name = f"{['games', 'box'][n % 2]} {SEASONS[n // 2 % 2]}"
    if name in state.gone:
        state.gone.remove(name)
    elif len(state.gone) < 1:
        state.gone.append(name)


def own_file(state, n):
    name = f"{'ab'[n % 2]}.parquet"
    if name in state.own:
        del state.own[name]
    else:
        state.own[name] = [["G1", "H1", "X1"][n % 3], n % 7]


def seed(state, n):
    state.seed = [["a", "b", "number"], ["b", "a", "number"], ["a", "c", "number"], ["a", "b", "truth"]][n % 4]


def seasons(state, n):
    state.seasons = [[], ["2022-23", "2023-24"], ["2021-22"], ["2021-22", "2022-23", "2023-24"]][n % 4]


def choose(name, *values):
    return lambda state, n: setattr(state, name, values[n % len(values)])


EDITS = {
    "edit_value": edit_value, "bad_value": bad_value, "drop_line": drop_line, "drop_game": drop_game, "move_date": move_date, "between_files": between_files, "restore": restore, "rename_file": rename_file,
    "remove_file": remove_file, "own_file": own_file, "seed": seed, "seasons": seasons, "points": choose("points", 0, 1), "player": choose("player", 0, 1), "unit": choose("unit", "game_id", "player_id"),
    "ahead": choose("ahead", True, False), "better": choose("better", False, True), "no_box": choose("no_box", False, True, False), "start": choose("start", False, True), "view": choose("view", False, True),
    "swapped": choose("swapped", False, True), "wide": choose("wide", False, True), "quoted": choose("quoted", False, True), "macro": choose("macro", 0, 1, 2), "comment": choose("comment", 0, 1, 2),
    "note": choose("note", 0, 1, 2), "expected": choose("expected", 0, 1, 2), "literal": choose("literal", 0, 1, 2, 3, 4, 5, 6), "alias": choose("alias", 0, 1), "threshold": choose("threshold", 900, 900, 20),
    "next_day": choose("next_day", False, False, True), "block": choose("block", False, True, False),
}
# What is done with the warehouse before the fill that is compared.
ACTS = ["partial", "no_upstream", "kill", "two_workers", "plan", "load", "force", "nothing"]


class Fuzz(scratch.Scratch):
    def runTest(self):
        pass

    def start(self):
        self.setUp()
        self.base = {name: (self.project / name).read_text() for name in ("feeds.toml", "backcourt.toml", "tables/raw_box.toml", "tables/raw_schedule.toml", "sources/box.sql", "functions/duckdb.sql")}
        self.state = State()
        self.filled = 0

    def put(self, name, text):
        path = self.project / name
        if text is None:
            path.unlink(missing_ok=True)
        elif not path.exists() or path.read_text() != text:
            self.write(name, text)

    def act(self, act, n):
        if act == "partial":
            self.try_program("backfill", ["up", "down", "last"][n % 3] if not (self.state.view and n % 3 == 2) else "up", "--end-date", "2021-10-22", "--yes")
        elif act == "no_upstream":
            self.try_program("backfill", "down", "--no-upstream", "--yes")
        elif act == "force":
            self.try_program("backfill", "up", "--season", "2021-22", "--force", "--yes")
        elif act == "load":
            self.try_program("load", "--yes")
        elif act == "plan":
            self.try_program("load", "--yes")
            self.try_program("plan", "--save", "plan.json")
            self.try_program("backfill", "--plan", "plan.json")
        elif act == "kill":
            process = subprocess.Popen([BACKCOURT, "backfill", "all", "--yes"], cwd=self.project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            time.sleep(0.02 + (n % 17) / 60)
            process.send_signal(signal.SIGKILL if n % 2 else signal.SIGINT)
            process.wait()

    def forget(self):
        """Files that are gone are told; a warehouse from scratch does not know them."""
        code, said = self.try_program("load", "--yes")
        for path in re.findall(r"no longer there: (\S+);", said):
            self.try_program("forget", path)

    def step(self, name, n, act):
        if name:
            EDITS[name](self.state, n)
        self.state.write(self)
        self.act(act, n)
        if self.state.gone or self.state.own or name in ("own_file", "remove_file", "rename_file"):
            self.forget()
        said = self.assert_same("--yes", "--parallel", "2" if act == "two_workers" else "1")
        found = re.search(r"([\d,]+) cells filled", said)
        self.filled += int(found[1].replace(",", "")) if found else 0


def run(steps, progress=None):
    """The failure of a list of steps, or None."""
    fuzz = Fuzz()
    fuzz.start()
    try:
        fuzz.step(None, 0, "nothing")
        for i, (name, n, act) in enumerate(steps):
            try:
                fuzz.step(name, n, act)
            except AssertionError as error:
                return i, str(error)
            if progress:
                progress(i)
        return None
    finally:
        fuzz.doCleanups()


def shrink(steps):
    """Leaves steps out as long as some comparison still fails."""
    size = max(1, len(steps) // 2)
    while size:
        begin = 0
        while begin < len(steps):
            fewer = steps[:begin] + steps[begin + size:]
            failure = run(fewer) if fewer else None
            if failure:
                steps = fewer[:failure[0] + 1]
            else:
                begin += size
        size //= 2
    return steps


def draw(seed, steps):
    rng = random.Random(seed)
    return [[rng.choice(sorted(EDITS)), rng.randrange(1000), rng.choice(ACTS)] for _ in range(steps)]
