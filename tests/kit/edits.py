"""Edits of a toy project at random; after each the warehouse is compared with one filled from scratch.

A case is what the project begins as and a list of steps. A step is some edits (tests/kit/packs.py) and what
is done with the warehouse before the fill that is compared, such as a partial fill or one that is killed.
"""

import copy
import datetime
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
import tomllib
from pathlib import Path

from tests.kit.faults import FAULTS_LIBRARY
from tests.kit.packs import EDITS, Pack
from tests.kit.program import BACKCOURT
from tests.kit.stored import EPOCH, difference, relations, settled, stored

import duckdb  # noqa: E402

POINTS = ["load-write", "load-commit", "load-committed", "rows-deleted", "fill-commit", "fill-committed"]
OPERATIONS = 150  # of files, in a load and fill
DOCUMENTED = (0, 1, 2, 3, 4, 5, 130)
# What is done with the warehouse before the fill that is compared, and how often.
ACTS = {
    "nothing": 20,
    "two workers": 12,
    "kill at a point": 5,
    "kill at an operation": 4,
    "kill at a time": 3,
    "interrupt": 3,
    "part": 6,
    "no upstream": 2,
    "waive": 3,
    "force": 2,
    "load": 2,
    "saved plan": 3,
    "old plan": 2,
    "dry run": 1,
}
MEMORY = Path("/dev/shm")


class Differs(AssertionError):
    """The warehouse is not as one filled from scratch, or a command did what it must not."""


class Counts:
    """What a run of the fuzzer has done."""

    def __init__(self):
        self.steps = self.edits = self.filled = self.changed = self.cached = self.killed = 0
        self.acts, self.codes, self.seconds = {}, {}, {}

    def spend(self, what, begun):
        self.seconds[what] = self.seconds.get(what, 0) + time.monotonic() - begun

    def ratio(self):
        return self.filled / max(1, self.changed)


class Fuzz:
    """One project and its warehouse. `known` keeps what fills from scratch gave, by the project's files."""

    def __init__(self, counts, known):
        self.counts, self.known = counts, known
        self.home = Path(
            tempfile.mkdtemp(prefix="backcourt-edits-", dir=MEMORY if MEMORY.is_dir() else None)
        ).resolve()
        self.project = self.home / "toy"
        self.project.mkdir()
        self.pack, self.whole, self.history = Pack(), Pack(), []
        self.code, self.refused = 0, False  # of the last step
        self.written, self.touched, self.vanished = {}, 0, False
        self.good = {}  # what was stored after the last step
        self.made = {}  # by cell, what it was last made from
        self.filled = 0  # cells, by the ledger

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)

    # The files.

    def write(self):
        """Brings the files up to the pack; one that goes and comes elsewhere with its content is renamed."""
        files = {
            name: text.encode() if isinstance(text, str) else text for name, text in self.pack.files().items()
        }
        gone = {name: content for name, content in self.written.items() if name not in files}
        for name, content in files.items():
            path = self.project / name
            if self.written.get(name) == content:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            before = next((old for old in gone if name not in self.written and gone[old] == content), None)
            if before:
                (self.project / before).rename(path)
                del gone[before]
            else:
                path.write_bytes(content)
        for name in gone:
            (self.project / name).unlink()
        self.vanished = any("/" in name and name.endswith((".csv", ".parquet")) for name in gone)
        if self.pack.touched != self.touched:
            for path in self.project.glob(f"{self.pack.folder}/*.csv"):
                path.touch()
        self.written, self.touched = files, self.pack.touched

    # The program.

    def program(self, *words, cwd=None, env=None):
        """Exit code and all that was said."""
        begun = time.monotonic()
        done = subprocess.run(
            [BACKCOURT, *words],
            cwd=cwd or self.project,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
            env=env,
        )
        self.counts.spend(f"{words[0]}{' from scratch' if cwd else ''}", begun)
        said = done.stdout + done.stderr
        self.counts.killed += done.returncode == -signal.SIGKILL
        if done.returncode not in DOCUMENTED and not (env and done.returncode == -signal.SIGKILL):
            raise Differs(f"{words}: exit {done.returncode}\n{said}")
        return done.returncode, said

    def act(self, act, n):
        models = sorted(self.pack.model_texts())
        table = models[n % len(models)]
        if act == "kill at a point":
            point = POINTS[n % len(POINTS)]
            self.program(
                "backfill",
                "all",
                "--yes",
                env={
                    **os.environ,
                    "BACKCOURT_FAULT": f"{point}:{table} kill"
                    if n % 5 == 0 and point.startswith("fill")
                    else f"{point} kill",
                },
            )
        elif act == "kill at an operation":
            self.program(
                "backfill",
                "all",
                "--yes",
                env={
                    **os.environ,
                    "LD_PRELOAD": FAULTS_LIBRARY,
                    "FAULTS": f"kill {1 + n % OPERATIONS}",
                    "FAULTS_FOLDER": f"{self.project}/",
                },
            )
        elif act in ("kill at a time", "interrupt"):
            process = subprocess.Popen(
                [BACKCOURT, "backfill", "all", "--yes"],
                cwd=self.project,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
            )
            time.sleep(0.02 + n % 100 / 300)
            process.send_signal(signal.SIGINT if act == "interrupt" else signal.SIGKILL)
            code = process.wait(60)
            self.counts.killed += code in (-signal.SIGKILL, -signal.SIGINT, 130)
            if code not in (*DOCUMENTED, -signal.SIGKILL, -signal.SIGINT) or (
                act == "interrupt" and code == -signal.SIGKILL
            ):
                raise Differs(f"{act}: exit {code}")
        elif act == "part":
            dates = [
                ("--end-date", "2021-10-22"),
                ("--season", "2022-23"),
                ("--start-date", "2021-10-20", "--end-date", "2022-10-20"),
                ("--dates", "2021-10-20"),
            ][n // 7 % 4]
            self.program("backfill", table, *dates, "--yes")
        elif act == "no upstream":
            self.program("backfill", table, "--no-upstream", "--yes")
        elif act == "waive":
            self.program("backfill", table, "--allow-missing", ["up", "down", "raw_box"][n // 7 % 3], "--yes")
        elif act == "force":
            self.program("backfill", table, "--season", "2021-22", "--force", "--yes")
        elif act == "load":
            self.program("load", "--yes")
        elif act == "saved plan":
            self.program("load", "--yes")
            self.program("plan", "--save", "../plan.json")
            self.program("backfill", "--plan", "../plan.json")
        elif act == "old plan":
            self.program("plan", "--save", "../plan.json")
            self.program("load", "--yes")
            self.program("backfill", "--plan", "../plan.json")
        elif act == "dry run":
            self.program("backfill", "all", "--dry-run", "--yes")
        elif act == "tamper":  # what a test of this finds
            with duckdb.connect(str(self.project / "warehouse.duckdb")) as file:
                file.execute("UPDATE up SET game_id = game_id || '!' WHERE game_id = 'G3'")

    def filled_by_now(self):
        if not (self.project / "warehouse.duckdb").exists():
            return 0
        with duckdb.connect(
            str(self.project / "warehouse.duckdb"), read_only=True, config={"threads": 1}
        ) as file:
            return file.execute("SELECT coalesce(sum(cells), 0) FROM backcourt.batches").fetchone()[0]

    def forget(self, said):
        """Forgets the files that are told to be gone: a warehouse from scratch does not know them."""
        gone = re.findall(r"no longer there[^:]*: (\S+);", said)
        for path in gone:
            self.program("forget", path)
        return bool(gone)

    def fill(self, *words):
        if self.vanished:
            self.forget(self.program("load", "--yes")[1])
        code, said = self.program("backfill", "all", "--yes", *words)
        if self.forget(said):  # of files that an earlier load did not get to
            code, said = self.program("backfill", "all", "--yes", *words)
            if "no longer there" in said:
                raise Differs(f"forgotten, and told again\n{said}")
        return code, said

    def from_scratch(self, *words):
        """Exit code, what was said and the state of a new warehouse of the same folder."""
        key = hashlib.sha256(repr((sorted(self.written.items()), words)).encode()).digest()
        if key in self.known:
            self.counts.cached += 1
            return self.known[key]
        other = self.home / "scratch"
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(self.project, other, ignore=shutil.ignore_patterns("warehouse.duckdb*"))
        code, said = self.program("backfill", "all", *words, cwd=other)
        if len(self.known) > 3000:
            del self.known[next(iter(self.known))]
        self.known[key] = code, said, stored(other) if (other / "warehouse.duckdb").exists() else {}
        return self.known[key]

    def to_do(self, code):
        """The slots of a plan by table, and by its exit code whether there is one."""
        planned, said = self.program("plan", "--json")
        if planned:
            if code == 0:
                raise Differs(f"plan: exit {planned}\n{said}")
            return {}
        slots = {}
        for batch in json.loads(said[: said.rindex("}") + 1])["batches"]:
            days = {datetime.date.fromisoformat(cell["date"]).toordinal() - EPOCH for cell in batch["cells"]}
            slots.setdefault(batch["table"], set()).update(days)
        return slots

    # One step.

    def step(self, edits, act, n):
        for name, number in edits:
            if name == "back":  # to what it was some steps ago
                self.pack = copy.deepcopy(self.history[-1 - number % min(8, len(self.history))])
            elif name == "mend":  # to what was filled without an error
                if self.refused or (self.code and number % 2):
                    self.pack = copy.deepcopy(self.whole)
            else:
                EDITS[name](self.pack, number)
        self.history.append(copy.deepcopy(self.pack))
        self.write()
        self.act(act, n)
        forced = self.filled_by_now() - self.filled if act == "force" else 0
        code, said = self.fill("--parallel", "2" if act == "two workers" else "1")
        begun = time.monotonic()
        here = stored(self.project) if (self.project / "warehouse.duckdb").exists() else {}
        self.counts.spend("reading", begun)
        self.refused = self.compare(code, said, here)
        self.code, self.whole = code, self.whole if code else copy.deepcopy(self.pack)
        self.count(here, forced)
        self.good = here
        self.counts.steps += 1
        self.counts.edits += len(edits)
        for table, key in ((self.counts.acts, act), (self.counts.codes, code)):
            table[key] = table.get(key, 0) + 1

    def compare(self, code, said, here):
        """Whether the project was refused: then all stays as it was."""
        theirs, said_there, expected = self.from_scratch()
        both = f"{said}\n--- from scratch\n{said_there}"
        to_do = self.to_do(code)
        if code != theirs:
            raise Differs(f"exit code {code}, from scratch {theirs}\n{both}")
        if code == 0 and to_do:
            raise Differs(f"the plan is not empty: {to_do}\n{both}")
        names = relations(self.project)
        raw = {name: date for name, date in names.items() if not date}
        if theirs in (1, 4) and not any(
            isinstance(table, tuple) and table and table[1] for name, table in expected.items() if name in raw
        ):
            if differs := difference({name: None for name in raw if name in self.good}, here, self.good, {}):
                raise Differs(f"a load that was refused changed {differs}\n{both}")
            return True
        only = {}
        if theirs == 1:  # no game date is left
            names = raw
        elif theirs:  # where some cells are not done, and it is said, those that are done in both
            only = {
                name: settled(expected, name) - to_do.get(name, set()) for name, date in names.items() if date
            }
        differs = difference(names, here, expected, only)
        if differs and self.pack.played is not None and not theirs:
            differs = self.difference_ahead(names, here, expected)
        if differs:
            raise Differs(f"{differs}\n{both}")
        return False

    def difference_ahead(self, names, here, expected):
        """Rows behind the horizon may stay while they are what their inputs say."""
        models = {name: date for name, date in names.items() if date}
        due = {name: settled(expected, name) for name in models}
        if differs := difference(names, here, expected, due):
            return differs
        rest = {name: settled(here, name) - due[name] for name in models}
        differs = difference(models, here, self.from_scratch("--ahead", "all")[2], rest)
        return differs and f"behind the horizon: {differs}"

    # What was filled, against what had to be.

    def count(self, here, forced):
        """Counts the cells that were filled, and those that are made from something else than they were."""
        begun = time.monotonic()
        if not here:
            return
        filled = self.filled_by_now()
        made = self.made_from(here)
        changed = sum(self.made.get(cell) != what for cell, what in made.items())
        # What failed or is blocked keeps what it was made from; what is gone does not.
        self.made = {cell: what for cell, what in self.made.items() if cell in here} | made
        self.counts.filled += filled - self.filled - forced
        self.counts.changed += changed
        self.filled = filled
        self.counts.spend("counting", begun)

    def made_from(self, state):
        """What each cell is made from: its model, its date and the rows of its inputs in its windows."""
        if not isinstance(state.get("raw_schedule"), tuple):
            return {}
        names, made = relations(self.project), {}
        calendar = Dates(state, self.pack.types)
        rows = {
            name: slots_of(
                state, name, date or {"raw_box": self.pack.date, "raw_x": "season"}.get(name, "game_date")
            )
            for name, date in names.items()
            if isinstance(state.get(name), tuple)
        }
        for name, text in self.pack.model_texts().items():
            header, body = text.removeprefix("/* backcourt\n").split("*/\n", 1)
            header = tomllib.loads(header)
            header.pop("checks", None)
            header["columns"] = list(header["columns"])
            body = re.sub(" -- .*", "", body).replace("BUMP(", "bump(")
            functions = self.pack.macro if re.search(r"\b(bump|twice)\(", body) else None
            names_start = "season_start" in body or "d.*" in body
            for slot in settled(state, name):
                if slot not in calendar.season_of:
                    continue
                season = calendar.season_of[slot]
                inputs = []
                for table, windows in sorted(header.get("reads", {}).items()):
                    seen = set()
                    for window in [windows] if isinstance(windows, str) else windows:
                        seen |= {
                            (at, window == "season ahead")
                            for at in calendar.window(window, slot, rows.get(table, {}))
                        }
                    schema = state[table][0] if isinstance(state.get(table), tuple) else None
                    inputs.append(
                        (
                            table,
                            schema,
                            sorted(
                                (
                                    at,
                                    ahead,
                                    ahead_of(rows[table][at], self.pack.ahead) if ahead else rows[table][at],
                                )
                                for at, ahead in seen
                            ),
                        )
                    )
                what = (
                    header,
                    body,
                    functions,
                    season,
                    calendar.first[season] if names_start else None,
                    inputs,
                    state[name, slot][3],
                )
                made[name, slot] = hashlib.sha256(repr(what).encode()).digest()
        return made


def slots_of(state, name, date):
    """The rows of a table by slot, as texts."""
    columns, rows = state[name]
    at = next((i for i, (column, _) in enumerate(columns) if column == date), None)  # None of a seed
    found = {}
    for row in rows:
        day = None if at is None else row[at]
        slot = 0 if day is None else int(day[:4]) if isinstance(day, str) else day.toordinal() - EPOCH
        found.setdefault(slot, []).append(repr(row))
    return found


def ahead_of(rows, told):
    return [row for row in rows if told and "'regular'" in row]


class Dates:
    """Game dates, seasons and windows, worked out apart from the program."""

    def __init__(self, state, types):
        at = {column: i for i, (column, _) in enumerate(state["raw_schedule"][0])}
        final = (
            {row[0] for row in state["raw_results"][1]}
            if isinstance(state.get("raw_results"), tuple)
            else set()
        )
        votes, self.teams, self.final = {}, {}, {}
        for row in state["raw_schedule"][1]:
            if row[at["game_type"]] not in types or not row[at["game_date"]]:
                continue
            slot, season = row[at["game_date"]].toordinal() - EPOCH, row[at["season_year"]]
            votes.setdefault(slot, []).append(season)
            for team in (row[at["home_team_abbr"]], row[at["away_team_abbr"]]):
                self.teams.setdefault(slot, set()).add(team)
                if row[at["game_id"]] in final:
                    self.final.setdefault((season, team), []).append(slot)
        self.season_of = {
            slot: max(sorted(set(seasons)), key=seasons.count) for slot, seasons in votes.items()
        }
        self.first, self.last = {}, {}
        for slot in sorted(self.season_of):
            self.first.setdefault(self.season_of[slot], slot)
            self.last[self.season_of[slot]] = slot

    def window(self, window, slot, slots):
        """Those of an input's slots that a window of a date holds."""
        season = self.season_of[slot]
        first, last = {
            "whole": (0, 0),
            "same season": (season, season),
            "same date": (slot, slot),
            "season before": (self.first[season], slot - 1),
            "season ahead": (slot + 1, self.last[season]),
        }.get(window, (slot, slot - 1))
        if window.endswith(" days before"):
            first = slot - int(window.split()[0])
        elif window.endswith(" games before"):
            for team in self.teams[slot]:
                before = sorted(day for day in self.final.get((season, team), []) if day < slot)
                first = min([first, *before[-int(window.split()[0]) :]])
        return [at for at in slots if first <= at <= last]


def run(case, counts=None, known=None, progress=None):
    """The failure of a case, as its step and what differs; None if nothing does."""
    fuzz = Fuzz(counts or Counts(), {} if known is None else known)
    try:
        for i, (edits, act, n) in enumerate([[case["start"], "nothing", 0], *case["steps"]]):
            try:
                fuzz.step(edits, act, n)
            except (Differs, subprocess.TimeoutExpired, duckdb.Error) as error:
                return i, f"{type(error).__name__}: {error}"
            if progress:
                progress()
        if not fuzz.code:
            code, said = fuzz.program("verify", "--all")
            if code and "no filled cell" not in said:
                return len(case["steps"]), f"verify --all: exit {code}\n{said}"
        return None
    finally:
        fuzz.close()


def shrink(case, limit=600):
    """Leaves out steps, edits and acts while some comparison still fails; ends after `limit` seconds."""
    known, end = {}, time.monotonic() + limit

    def fails(smaller):
        return time.monotonic() < end and run(smaller, known=known) is not None

    def fewer(items, rebuild):
        size = max(1, len(items) // 2)
        while size:
            at = 0
            while at < len(items):
                less = items[:at] + items[at + size :]
                if fails(rebuild(less)):
                    items = less
                else:
                    at += size
            size //= 2
        return items

    start, steps = case["start"], case["steps"]
    steps = fewer(steps, lambda less: {"start": start, "steps": less})
    start = fewer(start, lambda less: {"start": less, "steps": steps})
    for i in range(len(steps)):

        def at(step):
            return {"start": start, "steps": steps[:i] + [step] + steps[i + 1 :]}

        edits, act, n = steps[i]
        edits = fewer(edits, lambda less: at([less, act, n]))
        if act != "nothing" and fails(at([edits, "nothing", 0])):
            act, n = "nothing", 0
        steps[i] = [edits, act, n]
    return {"start": start, "steps": steps}


def draw(seed, steps):
    """A case at random."""
    rng = random.Random(seed)
    names, acts = sorted(EDITS), sorted(ACTS)

    def edit():
        return (
            ["back", rng.randrange(1000)] if rng.random() < 0.2 else [rng.choice(names), rng.randrange(1000)]
        )

    def edits(number):
        return [["mend", rng.randrange(1000)]] * (rng.random() < 0.5) + [edit() for _ in range(number)]

    return {
        "start": [[rng.choice(names), rng.randrange(1000)] for _ in range(rng.randrange(16))],
        "steps": [
            [
                edits(rng.choice([1, 1, 1, 2, 3])),
                rng.choices(acts, [ACTS[act] for act in acts])[0],
                rng.randrange(1000),
            ]
            for _ in range(steps)
        ],
    }
