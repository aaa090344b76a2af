"""The JSON outputs are what docs/json-output.md shows: every key, every kind of value, and no other."""

import importlib.util
import json
import re
import subprocess
import sys
import time
import typing
import unittest
from pathlib import Path

from tests.cli_test import BACKCOURT, Toy
from tests.snapshots_test import first_look, flat

ROOT = Path(__file__).resolve().parent.parent

# Objects whose keys are names of tables, columns, states or months.
MAPS = {"columns", "counts", "models", "months", "raw", "states"}


def examples(heading):
    """The values of the JSON blocks of a section of the page."""
    page = (ROOT / "docs" / "json-output.md").read_text()
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.M | re.S)[1]
    values = []
    for block in re.findall(r"```json\n(.*?)```", section, re.S):
        try:
            values.append(json.loads(block))
        except json.JSONDecodeError:
            values += [json.loads(line) for line in block.splitlines()]
    return values


def shape(values):
    """Every path with the kinds of values that are found there; of an object, its keys."""
    found = {}

    def walk(path, value, name=""):
        kinds = found.setdefault(path, set())
        if isinstance(value, dict):
            if name in MAPS or (name == "tables" and "digest" in str(value)):
                kinds.add("map")
                for item in value.values():
                    walk(path + "{}", item)
                return
            event = f" {value['event']}" if "event" in value else ""
            kinds.add(", ".join(sorted(value)))
            for key, item in value.items():
                walk(f"{path}{event}.{key}", item, key)
        elif isinstance(value, list):
            kinds.add("list")
            for item in value:
                walk(path + "[]", item)
        else:
            kinds.add("null" if value is None else type(value).__name__.replace("int", "number").replace("float", "number"))

    for value in values:
        walk("", value)
    return found


class JsonOutput(Toy):
    def outputs(self, *words, code=0, cwd=None):
        """The documents that the program writes: one, or one a line."""
        done = subprocess.run([BACKCOURT, *words, "--json"], cwd=cwd or self.project, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()] if words[0] == "backfill" else [json.loads(done.stdout)]

    def assert_documented(self, heading, values):
        self.maxDiff = None
        self.assertEqual(shape(values), shape(examples(heading)))

    def break_a_check(self):
        self.edit("models/analytics/player_games.sql", "points < 0", "points > 31")
        self.edit("data/box_2021-22.csv", "G3,AAA,1,31", "G3,AAA,1,35")

    def league(self):
        """A project of the NBA pack with one snapshot of the schedule that serves and one that cannot be read."""
        project = self.folder / "league"
        looks = project / "data" / "schedule" / "2021-22"
        looks.mkdir(parents=True)
        (project / "backcourt.toml").write_text('[project]\npack = "nba"\n[data]\nfolder = "data"\n')
        (looks / "20210820T120000Z.json").write_bytes(flat(first_look().values()))
        (looks / "20210821T120000Z.json").write_bytes(b"<html>")
        return project

    def run_endlessly(self):
        """Starts a fill that stays at player_games until it is killed."""
        work = "(SELECT count(*) FROM {} WHERE {} = -1)".format(", ".join(f"raw_box g{i}" for i in range(20)), " + ".join(f"g{i}.points" for i in range(20)))
        self.edit("models/analytics/player_games.sql", "b.points\nFROM", f"b.points + {work} AS points\nFROM")
        running = subprocess.Popen([BACKCOURT, "backfill"], cwd=self.project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        for _ in range(600):
            if (status := self.outputs("status")[0])["running"]:
                return status
            time.sleep(0.05)
        self.fail("nothing runs")

    def test_load(self):
        box = self.project / "data" / "box_2021-22.csv"
        self.edit("data/box_2021-22.csv", "G6,CCC", "G9,CCC")
        outputs = self.outputs("load") + self.outputs("load")
        box.unlink()
        self.assert_documented("load", outputs + self.outputs("load") + self.outputs("load", cwd=self.league()))

    def test_dates(self):
        self.run_program("load")
        found = self.outputs("dates", "--start-date", "2021-10-19", "--end-date", "2021-10-21")
        self.assert_documented("dates", found)
        self.assertEqual(found, examples("dates"))
        league = self.league()
        self.outputs("load", cwd=league)
        known, = self.outputs("dates", "--as-of", "2021-08-20", cwd=league)
        self.assertEqual(set(known) - set(found[0]), {"as_of", "changed_at"})
        self.assertRegex(known["changed_at"], r"^2021-08-20 \d\d:\d\d:\d\d$")

    def test_plan(self):
        self.run_program("load")
        outputs = self.outputs("plan", "--allow-missing", "player_form:2021-10-19")
        loaded, planned = self.outputs("backfill", "--dry-run")
        self.assertEqual((loaded["event"], planned["event"], set(planned)), ("loaded", "planned", {"event", "plan"}))
        self.assert_documented("plan", [*outputs, planned["plan"]])

    def test_backfill(self):
        outputs = self.outputs("backfill") + self.outputs("backfill")
        self.edit("data/box_2021-22.csv", "G3,AAA,1,31,35:00", "G3,AAA,1,31,34:00")
        outputs += self.outputs("backfill")
        self.break_a_check()
        outputs += self.outputs("backfill", code=2)
        self.edit("models/precompute/player_form.sql", "CAST(count(*) AS INTEGER)", "CAST('many' AS INTEGER)")
        self.edit("data/box_2021-22.csv", "G3,AAA,1,35", "G3,AAA,1,31")
        outputs += self.outputs("backfill", code=2)
        documented = [event for event in examples("backfill") if event["event"] != "retrying"]  # which no toy gives; see tests/progress_test.cc
        for event in outputs + documented:
            if event["event"] == "loaded":
                self.assertEqual(set(event["report"]), set(examples("load")[0]))
                event["report"] = None
        self.maxDiff = None
        self.assertEqual(shape(outputs), shape(documented))

    def test_status(self):
        outputs = self.outputs("status")
        self.break_a_check()
        self.run_program("backfill", code=2)
        outputs += self.outputs("status")
        (self.project / "data" / "box_2021-22.csv").unlink()
        outputs += self.outputs("status")
        self.edit("models/precompute/recent_form.sql", "sum(p.points)", "sum(p.points) + 1")
        league = self.league()
        self.outputs("load", cwd=league)
        self.assert_documented("status", [*outputs, *self.outputs("status", cwd=league), self.run_endlessly()])

    def test_why(self):
        self.run_program("backfill")
        self.assert_documented("why", self.outputs("why", "player_form", "2021-11-01"))

    def test_runs(self):
        self.break_a_check()
        self.run_program("backfill", code=2)
        number = str(self.outputs("runs")[0][0]["run"])
        outputs = self.outputs("runs", number)
        self.run_endlessly()
        outputs += self.outputs("runs")
        self.assertEqual(outputs[-1][0]["outcome"], "running")
        self.assert_documented("runs", outputs)

    def test_query(self):
        self.run_program("backfill")
        sql = "SELECT * FROM player_games WHERE game_id = 'G2' ORDER BY player_id"
        lines = [self.run_program("query", sql, "--format", "json"), self.run_program("show", "player_games", "--date", "2021-10-20", "--format", "json")]
        for text in lines:
            self.assertEqual([json.loads(line) for line in text.splitlines()], examples("query"))
            self.assertEqual(list(json.loads(text.splitlines()[0])), list(examples("query")[0]))

    def test_verify(self):
        import duckdb

        self.run_program("backfill")
        with duckdb.connect(str(self.project / "warehouse.duckdb")) as connection:
            connection.execute("UPDATE recent_form SET points = points + 2, star = NOT star WHERE game_date = DATE '2021-10-22'")
        self.assert_documented("verify", self.outputs("verify", "--all", code=2))

    def test_check(self):
        self.run_program("backfill")
        outputs = self.outputs("check", code=2)  # of a game without a result
        self.edit("data/box_2021-22.csv", "G1,AAA,1,30,36:10\nG1,BBB,2,20,30:00\n", "")
        self.run_program("backfill")
        outputs += self.outputs("check", code=2)
        (self.project / "data" / "box_2021-22.csv").unlink()
        self.assert_documented("check", outputs + self.outputs("check", code=2))

    def test_export(self):
        self.run_program("backfill")
        outputs = self.outputs("export", str(self.folder / "out"), "player_games", "raw_box")
        self.assertEqual(outputs, [json.loads((self.folder / "out" / "manifest.json").read_text())])
        self.assert_documented("export", outputs)

    def test_doctor(self):
        outputs = self.outputs("doctor")
        self.edit("backcourt.toml", 'folder = "data"', 'folder = "nowhere"')
        outputs += self.outputs("doctor", code=1)
        self.assert_documented("doctor", outputs)
        levels = {finding["level"] for output in outputs for finding in output}
        self.assertEqual(levels, {finding["level"] for example in examples("doctor") for finding in example})

    def test_every_command_with_json_is_on_the_page(self):
        commands = re.findall(r"^  (\w+) ", self.run_program("--help").split("Commands:")[1].split("Example:")[0], re.M)
        self.assertEqual(len(commands), len(set(commands)))
        with_json = {command for command in commands if "--json" in self.run_program(command, "--help")}
        self.assertEqual(with_json | {"query"}, set(re.findall(r"^## (\w+)$", (ROOT / "docs" / "json-output.md").read_text(), re.M)))

    def test_the_types_of_the_python_module_have_the_same_keys(self):
        spec = importlib.util.spec_from_file_location("outputs", ROOT / "python" / "backcourt" / "outputs.py")
        outputs = importlib.util.module_from_spec(spec)
        sys.modules["outputs"] = outputs  # where type hints are looked up
        self.addCleanup(sys.modules.pop, "outputs")
        spec.loader.exec_module(outputs)

        def keys(hint, path, found):
            if typing.is_typeddict(hint):
                found[path] = set(hint.__annotations__)
                for key, inner in typing.get_type_hints(hint).items():
                    keys(inner, f"{path}.{key}", found)
            else:
                suffix = {list: "[]", dict: "{}"}.get(typing.get_origin(hint), "")
                for inner in typing.get_args(hint):
                    keys(inner, path + suffix, found)
            return found

        def documented(values):
            return {path: set(kind.split(", ")) for path, kinds in shape(values).items() for kind in kinds if ", " in kind}

        for heading, hint in [("load", outputs.LoadReport), ("status", outputs.Status)]:
            self.assertEqual(keys(hint, "", {}), documented(examples(heading)))
        for event in examples("backfill"):
            hint, = [hint for hint in typing.get_args(outputs.Event) if typing.get_args(typing.get_type_hints(hint)["event"]) == (event["event"],)]
            self.assertEqual(set(hint.__annotations__), set(event))


if __name__ == "__main__":
    unittest.main()
