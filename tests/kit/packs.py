"""A toy project as a set of choices, from which its files are written; `EDITS` change one of them."""

import copy
import json
import random
import re
import tempfile
from functools import lru_cache
from pathlib import Path

from tests.kit import scratch
from tests.kit.program import TESTS

import duckdb  # noqa: E402

SEASONS = ["2021-22", "2022-23"]
TO_COME = "2098-99"
TOY = {
    str(path.relative_to(TESTS / "toy")): path.read_text()
    for path in (TESTS / "toy").rglob("*.*")
    if path.is_file()
}
RESULTS = "SELECT game_id, game_date, home_points + 1 AS home_points, away_points, NULL AS dropped FROM games"
LITERALS = [
    "'word'",
    "$$word$$",
    "$$WORD$$",
    "E'wo\\'rd'",
    "E'wo\\'RD'",
    "'word' /* a /* b */ c */",
    "'WORD'",
]
NOTES = [
    "",
    "note = \"SELECT game_date, 'a' AS note FROM dates\"\n",
    "note = \"SELECT game_date, 'b' AS note FROM dates\"\n",
]
ROWS = [
    "",
    '[rows]\nexpected = "rows of raw_box"\n',
    '[rows]\nexpected = "SELECT game_date, 2 AS expected_rows FROM dates"\n',
]


EXTRA_TABLE = """about = "Was a model."
key = ["game_id"]
grain = "date"
date = "game_date"
unit = "game_id"
[columns]
game_id = { type = "VARCHAR", about = "The game." }
game_date = { type = "DATE", about = "Its day." }
x = { type = "INTEGER", about = "Points." }
"""
EXTRA_SOURCE = """/* backcourt
about = "Results."
table = "extra"
feeds = ["games"]
*/
SELECT game_id, game_date, home_points AS x, NULL AS dropped FROM games WHERE game_id <> 'G2'
"""


def header(about, key, reads, columns, more="", rows="", checks=""):
    """The header of a model on game dates, or on another date that `more` names."""
    date = "" if "date = " in more else 'date = "game_date"\n'
    read = "".join(f"{table} = {json.dumps(windows)}\n" for table, windows in reads.items())
    told = "".join(f'{column} = "Column {column}."\n' for column in columns)
    first = f'/* backcourt\nabout = "{about}"\n{date}key = {json.dumps(key)}\n{more}'
    return first + (f"[reads]\n{read}" if read else "") + f"{rows}[columns]\n{told}{checks}*/\n"


@lru_cache(maxsize=256)
def parquet(select):
    """The bytes of a Parquet file of a query's rows."""
    with tempfile.TemporaryDirectory() as folder:
        duckdb.sql(f"COPY ({select}) TO '{folder}/a.parquet'")
        return (Path(folder) / "a.parquet").read_bytes()


class Pack:
    """All choices of a project."""

    def __init__(self):
        self.games = {s: [line.split(",") for line in scratch.GAMES[s].split()[1:]] for s in SEASONS}
        self.boxes = {s: [line.split(",") for line in scratch.BOXES[s].split()[1:]] for s in SEASONS}
        self.label = {s: s for s in SEASONS}
        self.played = None  # of the four games to come, how many have a result; None: no such season
        self.gone = []  # files that are not there
        self.own = {}  # name: [game, points], results in the raw table's own shape
        self.yearly = {}  # season: a number, of a raw table with one cell a season
        self.seed = ["a", "b", "number"]
        self.star = 1
        self.points = self.player = 0  # types
        self.unit, self.key, self.date = "game_id", ["game_id", "player_id"], "game_date"
        self.ahead = True
        self.folder, self.box_path, self.reorder, self.touched = "data", "", False, 0
        self.better = self.no_box = self.second = self.prefer = self.by_unit = self.late_type = False
        self.start = self.view = self.swapped = self.wide = self.quoted = self.next_day = self.helper = False
        self.macro = self.comment = self.note = self.expected = self.literal = self.alias = self.empty = 0
        self.threshold = 900
        self.extra = None  # a table that is in turn a model, a raw table, a seed and a view
        self.models = {}  # further models, by name: see `model_of`
        self.block = self.all_ahead = False
        self.types = ["regular"]
        self.threads = 1
        self.seasons = []

    def files(self):
        """The project's files by path, texts or bytes."""
        files = {
            "seeds/stars.csv": self.seed_text(),
            "sources/schedule.sql": TOY["sources/schedule.sql"],
            "sources/results.sql": TOY["sources/results.sql"],
            **self.data(),
        }
        if self.late_type:
            files["sources/schedule.sql"] = files["sources/schedule.sql"].replace(
                "'regular' AS game_type",
                "CASE WHEN day(game_date) > 22 THEN 'late' ELSE 'regular' END AS game_type",
            )
        files |= self.declared() | self.sources()
        name = '"bump"' if self.quoted else "bump"
        files["functions/duckdb.sql"] = (
            TOY["functions/duckdb.sql"]
            + f"\nCREATE MACRO {name}(v) AS v + {self.macro};\nCREATE MACRO twice(v) AS bump(v) + bump(v);\n"
        )
        files["backcourt.toml"] = self.config()
        files |= {f"models/{name}.sql": text for name, text in self.model_texts().items()}
        files |= self.files_of_extra()
        return files

    def data(self):
        files = {}
        for s in SEASONS:
            for kind, rows, head in (
                ("games", self.games[s], scratch.GAMES[s].split()[0]),
                ("box", self.boxes[s], scratch.BOXES[s].split()[0]),
            ):
                lines = [head.split(","), *rows]
                if self.reorder and kind == "box":
                    lines = [line[::-1] for line in lines]
                if f"{kind} {s}" not in self.gone:
                    path = self.box_path if kind == "box" else ""
                    files[f"{self.folder}/{path}{kind}_{self.label[s]}.csv"] = (
                        "\n".join(",".join(line) for line in lines) + "\n"
                    )
        if self.played is not None:
            teams, points = ["CCC,DDD", "AAA,BBB"], [",", "90,80"]
            games = [f"F{i},2098-10-{19 + i},{teams[i % 2]},{points[i < self.played]}" for i in range(4)]
            files[f"{self.folder}/games_{TO_COME}.csv"] = (
                "\n".join([scratch.GAMES["2021-22"].split()[0], *games]) + "\n"
            )
        for name, (game, points) in self.own.items():
            day = "2022-10-18" if game.startswith("H") else "2021-10-19"
            files[f"{self.folder}/raw_results/{name}"] = parquet(
                f"SELECT '{game}' AS game_id, DATE '{day}' AS game_date, "
                f"{points}::INTEGER AS home_points, 0::INTEGER AS away_points"
            )
        for season, n in self.yearly.items():
            files[f"{self.folder}/raw_x/season={season}/a.parquet"] = parquet(
                f"SELECT '{season}' AS season, {n}::INTEGER AS n"
            )
        return files

    def seed_text(self):
        a, b, kind = self.seed
        yes, no = ("1", "0") if kind == "number" else ("true", "false")
        return f"{a},{b}\n{self.star},{yes}\n3,{no}\n"

    def declared(self):
        points, player = ["INTEGER", "DOUBLE"][self.points], ["BIGINT", "VARCHAR"][self.player]
        table = (
            TOY["tables/raw_box.toml"]
            .replace('points = { type = "INTEGER"', f'points = {{ type = "{points}"')
            .replace('player_id = { type = "BIGINT"', f'player_id = {{ type = "{player}"')
        )
        table = (
            table.replace('unit  = "game_id"', f'unit  = "{self.unit}"')
            .replace('["game_id", "player_id"]', json.dumps(self.key))
            .replace('date  = "game_date"', f'date  = "{self.date}"')
        )
        if self.date == "d2":
            table += 'd2 = { type = "DATE", about = "The day after." }\n'
        feeds = (
            TOY["feeds.toml"]
            .replace('points = "INTEGER"\nminutes', f'points = "{points}"\nminutes')
            .replace('player_id = "BIGINT"', f'player_id = "{player}"')
        )
        schedule = TOY["tables/raw_schedule.toml"]
        files = {
            "feeds.toml": feeds,
            "tables/raw_box.toml": table,
            "tables/raw_results.toml": TOY["tables/raw_results.toml"],
            "tables/raw_schedule.toml": schedule if self.ahead else re.sub("ahead = .*\n", "", schedule),
        }
        if self.yearly:
            files["tables/raw_x.toml"] = (
                'about = "Something a season."\nkey = ["season"]\ngrain = "season"\n[columns]\n'
                'season = { type = "VARCHAR", about = "It." }\n'
                'n = { type = "INTEGER", about = "A number." }\n'
            )
        return files

    def sources(self):
        files = {}
        if not self.no_box:
            box = TOY["sources/box.sql"]
            if self.date == "d2":
                box = box.replace("s.game_date, b.team", "s.game_date, s.game_date + 1 AS d2, b.team")
            if self.by_unit:
                box = box.replace(
                    'reads = ["raw_schedule"]', 'reads = ["raw_schedule"]\nby_unit = ["box", "raw_schedule"]'
                )
            files["sources/box.sql"] = box
            if self.second:  # only the first game of a season, and with more points
                files["sources/box_again.sql"] = (
                    box.replace('about = "', 'rank = -1\nabout = "').replace(
                        "b.points,", "b.points + 1 AS points,"
                    )
                    + "WHERE b.game_id IN ('G1', 'H1')\n"
                )
        if self.better:
            files["sources/better.sql"] = (
                '/* backcourt\nabout = "More points at home."\n'
                'table = "raw_results"\nfeeds = ["games"]\nrank = 1\n*/\n'
                f"{RESULTS} WHERE home_points IS NOT NULL AND game_id <> 'G2'\n"
            )
        return files

    def config(self):
        toml = (
            TOY["backcourt.toml"]
            .replace('folder = "data"', f'folder = "{self.folder}"')
            .replace('types    = ["regular"]', f"types    = {json.dumps(self.types)}")
        )
        policy = ['on_missing_games = "block"\n'] * self.block + ['ahead = "all"\n'] * self.all_ahead
        toml = toml.replace("[calendar]", ("[policy]\n" + "".join(policy) if policy else "") + "\n[calendar]")
        if self.seasons:
            toml = toml.replace('name = "toy"', f'name = "toy"\nseasons = {json.dumps(self.seasons)}')
        if self.threads:
            toml = toml.replace("[warehouse]", f"[warehouse]\nthreads = {self.threads}")
        if self.prefer:
            toml += '\n[sources]\nprefer = ["results"]\n'
        if self.box_path:
            toml += f'\n[feeds]\nbox = "{self.box_path}box_{{season}}.csv"\n'
        return toml

    def model_texts(self):
        texts = {"up": self.up(), "down": self.down()}
        texts["last"] = (
            header(
                "The total.",
                ["game_date"],
                {"down": "same date"},
                ["game_date", "total"],
                'materialized = "view"\n' if self.view else "",
            )
            + "SELECT w.game_date, w.total FROM down w\n"
        )
        if self.start:
            texts["start"] = (
                header("Starts.", ["game_date"], {}, ["game_date", "season", "season_year", "season_start"])
                + "SELECT d.* FROM dates d\n"
            )
        for name, model in self.models.items():
            texts[name] = self.model_text(name, model)
        if self.extra in ("model", "view"):
            view = 'materialized = "view"\n' if self.extra == "view" else ""
            texts["extra"] = (
                header(
                    "Results again.",
                    ["game_id"],
                    {"raw_results": "same date"},
                    ["game_id", "game_date", "x"],
                    view,
                )
                + "SELECT r.game_id, r.game_date, r.home_points AS x FROM raw_results r\n"
            )
        return texts

    def files_of_extra(self):
        if self.extra == "seed":
            return {"seeds/extra.csv": "game_id,x\nG1,1\n"}
        if self.extra == "raw":
            return {"tables/extra.toml": EXTRA_TABLE, "sources/extra.sql": EXTRA_SOURCE}
        return {}

    def up(self):
        x, y = ("y", "x") if self.swapped else ("x", "y")
        columns = ["game_id", "player_id", "game_date", x, y, "word"]
        bump, word = "bump" if self.alias else "BUMP", LITERALS[self.literal]
        select = f"b.game_id, b.player_id, b.{self.date} AS game_date"
        select += f", {bump}(b.points) AS {x}, twice(b.points) AS {y}, {word} AS word"
        if self.wide:
            columns, select = columns + ["z"], select + ", CAST(b.seconds_played AS BIGINT) AS z"
        more, window, key, day = NOTES[self.note], "same date", ["game_id", "player_id"], ""
        if self.next_day:
            more, window, key, day = (
                more + 'date = "next_day"\n',
                "1 days before",
                ["game_id", "player_id", "next_day"],
                " + 1",
            )
            columns, select = columns + ["next_day"], select + f", b.{self.date} + 1 AS next_day"
        if self.helper:
            more += "helper = true\n"
        if self.empty:
            more += f'empty = "{["", "no box", "no line"][self.empty]}"\n'
        checks = f'[checks]\n"few" = "SELECT * FROM this WHERE {x} > {self.threshold}"\n'
        rows = ROWS[self.expected if not self.next_day else 0]
        text = header("Up.", key, {"raw_box": window}, columns, more, rows, checks) + f"SELECT {select}"
        return f"{text} -- {self.comment}\nFROM raw_box b JOIN dates d ON d.game_date = b.{self.date}{day}\n"

    def date_of_up(self):
        return "next_day" if self.next_day else "game_date"

    def down(self):
        a, date = self.seed[0], self.date_of_up()
        return header(
            "The sum of x before a date.",
            ["game_date"],
            {"up": "season before", "stars": "whole"},
            ["game_date", "n", "total"],
        ) + (
            f"SELECT d.game_date, (SELECT count(*) FROM stars s WHERE s.{a} = 1) AS n,\n"
            "  coalesce(CAST(sum(u.x) AS BIGINT), 0) AS total\n"
            f"FROM dates d LEFT JOIN up u ON u.{date} < d.game_date AND u.{date} >= d.season_start\n"
            "GROUP BY d.game_date\n"
        )

    def model_text(self, name, model):
        """The text of a further model: sums and counts of its inputs over their windows."""
        if model["games"]:
            return self.games_text(model)
        reads, parts = {}, []
        for table, windows in model["reads"]:
            if (table.startswith("m") and table not in self.models) or (table == "raw_x" and not self.yearly):
                table, windows = "up", ["same date"]
            if not self.ahead:
                windows = ["season before" if window == "season ahead" else window for window in windows]
            if table in reads:
                continue
            reads[table] = windows[0] if len(windows) == 1 else windows
            column = {
                "raw_box": "points",
                "raw_results": "home_points",
                "raw_schedule": "season_year",
                "up": "x",
                "down": "total",
                "raw_x": "n",
                "stars": self.seed[0],
            }.get(table, "v")
            parts.append(
                (table, column, " OR ".join(f"({self.condition(table, window)})" for window in windows))
            )
        counts = " + ".join(f"(SELECT count(*) FROM {table} t WHERE {where})" for table, _, where in parts)
        sums = " + ".join(
            f"coalesce((SELECT sum(CAST(t.{column} AS BIGINT)) FROM {table} t WHERE {where}), 0)"
            for table, column, where in parts
        )
        value = [
            f"CAST(({sums}) * {model['factor']} AS BIGINT)",
            f"CAST(bump({sums}) AS BIGINT)",
            f"CAST({sums} AS DECIMAL(18, 1))",
        ][model["form"]]
        more = f'empty = "{model["empty"]}"\n' if model["empty"] else ""
        more += (
            f"note = \"SELECT game_date, '{model['note']}' AS note FROM dates\"\n" if model["note"] else ""
        )
        checks = f'[checks]\n"few" = "SELECT * FROM this WHERE v > {model["limit"]}"\n'
        text = header("A sum.", ["game_date"], reads, ["game_date", "n", "v"], more, checks=checks)
        body = f"SELECT d.game_date, {counts} AS n, {value} AS v FROM dates d"
        if model["broken"]:
            wrong = f"CASE WHEN w.n = {model['broken']} THEN CAST('many' || w.n AS BIGINT) ELSE w.v END"
            body = f"SELECT w.game_date, w.n, {wrong} AS v FROM ({body}) w"
        if model["empty"]:
            body = f"SELECT w.game_date, w.n, w.v FROM ({body}) w WHERE w.n > 0"
        return text + body + "\n"

    def condition(self, table, window):
        date = "t." + {"up": self.date_of_up(), "raw_box": self.date}.get(table, "game_date")
        if window == "whole":
            return "true"
        if window == "same season":
            return "t.season = d.season"
        if window == "same date":
            return f"{date} = d.game_date"
        if window == "season before":
            return f"{date} < d.game_date AND {date} >= d.season_start"
        if window == "season ahead":
            return "t.game_date > d.game_date AND t.season = d.season AND t.game_type = 'regular'"
        return f"{date} < d.game_date AND {date} >= d.game_date - {int(window.split()[0])}"

    def games_text(self, model):
        """Points of the last games of the teams that play on a date."""
        n = model["games"]
        reads = {"raw_schedule": ["same date", f"{n} games before"], "raw_results": f"{n} games before"}
        return (
            header("Points of the last games.", ["game_date"], reads, ["game_date", "n", "v"])
            + f"""WITH sides AS (
  SELECT s.game_id, s.game_date, s.season, unnest([s.home_team_abbr, s.away_team_abbr]) AS team
  FROM raw_schedule s WHERE s.game_type = 'regular'
), before AS (
  SELECT d.game_date, p.team, r.home_points,
    rank() OVER (PARTITION BY d.game_date, p.team ORDER BY g.game_date DESC) AS place
  FROM dates d JOIN (SELECT DISTINCT game_date, team FROM sides) p ON p.game_date = d.game_date
  JOIN sides g ON g.team = p.team AND g.season = d.season AND g.game_date < d.game_date
  JOIN raw_results r ON r.game_id = g.game_id AND r.game_date = g.game_date
)
SELECT d.game_date, count(b.team) AS n, CAST(coalesce(sum(b.home_points), 0) AS BIGINT) AS v
FROM dates d LEFT JOIN before b ON b.game_date = d.game_date AND b.place <= {n} GROUP BY d.game_date
"""
        )


def model_of(rng, name):
    """A further model; it reads only those of lower names, so that there is no circle."""
    inputs = [
        "raw_box",
        "raw_results",
        "raw_schedule",
        "up",
        "down",
        "raw_x",
        "stars",
        *[f"m{i}" for i in range(int(name[1:]))],
    ]
    reads = []
    for table in rng.sample(inputs, rng.choice([1, 1, 2])):
        windows = ["same date", "season before", "1 days before", "3 days before", "400 days before"] + [
            "season ahead"
        ] * 3 * (table == "raw_schedule")
        reads.append(
            [
                table,
                {"stars": ["whole"], "raw_x": ["same season"]}.get(table)
                or rng.sample(windows, rng.choice([1, 1, 2])),
            ]
        )
    return {
        "reads": reads,
        "form": rng.randrange(3),
        "factor": rng.choice([1, 1, 2]),
        "limit": rng.choice([100000, 100000, 100000, 5000, 60]),
        "empty": rng.choice(["", "", "none", "nothing"]),
        "note": rng.choice(["", "", "a", "b"]),
        "broken": rng.choice([0, 0, 0, 2, 3]),
        "games": rng.choice([0, 0, 0, 0, 1, 2]),
    }


def some_row(pack, which, n):
    rows = getattr(pack, which)[SEASONS[n % 2]]
    return rows, (n // 2) % len(rows) if rows else None


def edit_value(pack, n):
    rows, i = some_row(pack, "boxes", n)
    if i is not None:
        rows[i][3] = f"{n % 41}.5" if pack.points and n % 3 == 0 else str(n % 41)


def swap_values(pack, n):
    rows, i = some_row(pack, "boxes", n)
    if i is not None:
        j = (i + 1 + n // 7) % len(rows)
        rows[i][3], rows[j][3] = rows[j][3], rows[i][3]


def edit_player(pack, n):
    rows, i = some_row(pack, "boxes", n)
    if i is not None:
        rows[i][2] = "p65" if pack.player and n % 3 == 0 else str(5 + n % 5)


def bad_value(pack, n):
    rows, i = some_row(pack, "boxes", n)
    if i is not None:
        rows[i][3] = "950"


def unreadable(pack, n):
    rows, i = some_row(pack, "boxes", n)
    if i is not None and n % 3 == 0:
        rows[i][3] = "many"


def drop_line(pack, n):
    rows, i = some_row(pack, "boxes", n)
    if i is not None and len(rows) > 2:
        rows.pop(i)


def double_line(pack, n):
    rows, i = some_row(pack, "boxes", n)
    if i is not None and n % 3 == 0:
        rows.append(list(rows[i]))


def drop_game(pack, n):
    rows, i = some_row(pack, "games", n)
    if i is not None and len(rows) > 2:
        rows.pop(i)


def add_game(pack, n):
    s = SEASONS[n % 2]
    game, day = f"{'GH'[n % 2]}{5 + n % 3}", 15 + n % 14
    if all(row[0] != game for row in pack.games[s]) and len(pack.games[s]) < 7:
        pack.games[s].append([game, f"{s[:4]}-10-{day}", "AAA", "CCC", "91", "81"])
        pack.boxes[s] += [[game, "AAA", "1", str(n % 30), "20:00"], [game, "CCC", "3", "7", "30:00"]][
            : 1 + n // 2 % 2
        ]


def move_date(pack, n):
    rows, i = some_row(pack, "games", n)
    if i is not None:
        rows[i][1] = rows[i][1][:8] + f"{15 + n % 14:02}"


def unplay(pack, n):
    rows, i = some_row(pack, "games", n)
    if i is not None:
        rows[i][4:] = ["", ""] if rows[i][4] else ["93", "92"]


def between_files(pack, n):
    which = ["games", "boxes"][n // 2 % 2]
    rows, i = some_row(pack, which, n)
    other = getattr(pack, which)[SEASONS[(n + 1) % 2]]
    if i is not None and len(rows) > 2 and all(row[0] != rows[i][0] for row in other):
        other.append(list(rows[i]) if n % 3 else rows.pop(i))


def restore(pack, n):
    fresh, s = Pack(), SEASONS[n % 2]
    pack.games[s], pack.boxes[s] = fresh.games[s], fresh.boxes[s]


def rename_file(pack, n):
    first, second = SEASONS
    pack.label = [
        {first: first, second: second},
        {first: first, second: "2023-24"},
        {first: second, second: first},
    ][n % 3]


def remove_file(pack, n):
    name = f"{['games', 'box'][n % 2]} {SEASONS[n // 2 % 2]}"
    if name in pack.gone:
        pack.gone.remove(name)
    elif not pack.gone:
        pack.gone.append(name)


def toggled(table, key, value):
    if key in table:
        del table[key]
    else:
        table[key] = value


def own_file(pack, n):
    toggled(pack.own, f"{'ab'[n % 2]}.parquet", [["G1", "H1", "X1"][n % 3], n % 7])


def yearly(pack, n):
    toggled(pack.yearly, SEASONS[n % 2], n % 5)


def seed(pack, n):
    pack.seed = [["a", "b", "number"], ["b", "a", "number"], ["a", "c", "number"], ["a", "b", "truth"]][n % 4]


def seasons(pack, n):
    pack.seasons = [
        [],
        ["2022-23", "2023-24", TO_COME],
        ["2021-22"],
        ["2021-22", "2022-23", "2023-24", TO_COME],
    ][n % 4]


def model(pack, n):
    name = f"m{n % 3}"
    if name in pack.models and n % 5 == 0:
        del pack.models[name]
    else:
        pack.models[name] = model_of(random.Random(n), name)


def part_of_model(pack, n):
    """One property of a further model becomes that of another."""
    names = sorted(pack.models)
    if names:
        name = names[n % len(names)]
        part = ["reads", "form", "factor", "limit", "empty", "note", "broken", "games"][n // 3 % 8]
        pack.models[name][part] = model_of(random.Random(n), name)[part]


def choose(name, *values):
    return lambda pack, n: setattr(pack, name, copy.deepcopy(values[n % len(values)]))


EDITS = {
    "add_game": add_game,
    "bad_value": bad_value,
    "between_files": between_files,
    "double_line": double_line,
    "drop_game": drop_game,
    "drop_line": drop_line,
    "edit_player": edit_player,
    "edit_value": edit_value,
    "model": model,
    "move_date": move_date,
    "own_file": own_file,
    "part_of_model": part_of_model,
    "remove_file": remove_file,
    "rename_file": rename_file,
    "restore": restore,
    "seasons": seasons,
    "seed": seed,
    "swap_values": swap_values,
    "unplay": unplay,
    "unreadable": unreadable,
    "yearly": yearly,
    "ahead": choose("ahead", True, False),
    "alias": choose("alias", 0, 1),
    "all_ahead": choose("all_ahead", False, True),
    "better": choose("better", False, True),
    "block": choose("block", False, True, False),
    "box_path": choose("box_path", "", "boxes/"),
    "by_unit": choose("by_unit", False, True),
    "comment": choose("comment", 0, 1, 2),
    "date": choose("date", "game_date", "game_date", "d2"),
    "empty": choose("empty", 0, 1, 2),
    "expected": choose("expected", 0, 1, 2),
    "extra": choose("extra", None, "model", "raw", "seed", "view"),
    "folder": choose("folder", "data", "data", "files"),
    "helper": choose("helper", False, True),
    "key": choose(
        "key",
        ["game_id", "player_id"],
        ["game_id", "player_id"],
        ["player_id", "game_id"],
        ["game_id", "player_id"],
        ["game_id"],
    ),
    "late_type": choose("late_type", False, True),
    "literal": choose("literal", *range(len(LITERALS))),
    "macro": choose("macro", 0, 1, 2),
    "next_day": choose("next_day", False, False, True),
    "no_box": choose("no_box", False, True, False),
    "note": choose("note", 0, 1, 2),
    "played": choose("played", None, 0, 1, 2, 4),
    "player": choose("player", 0, 1),
    "points": choose("points", 0, 1),
    "prefer": choose("prefer", False, True),
    "quoted": choose("quoted", False, True),
    "reorder": choose("reorder", False, True),
    "second": choose("second", False, True),
    "star": choose("star", 1, 2),
    "start": choose("start", False, True),
    "swapped": choose("swapped", False, True),
    "threads": choose("threads", 1, 1, 2),
    "threshold": choose("threshold", 900, 900, 20),
    "touched": lambda pack, n: setattr(pack, "touched", pack.touched + 1),
    "types": choose(
        "types", ["regular"], ["regular", "late"], ["regular"], ["late", "regular"], ["late"], ["playoffs"]
    ),
    "unit": choose("unit", "game_id", "player_id"),
    "view": choose("view", False, True),
    "wide": choose("wide", False, True),
}
