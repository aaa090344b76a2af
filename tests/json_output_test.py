"""The JSON outputs are what docs/json-output.md shows: every key, every kind of value, and no other."""

import json
import re
import subprocess
import time
import unittest
from pathlib import Path

from tests.kit.program import BACKCOURT
from tests.kit.toy import Toy
from tests.kit.schedules import first_look, flat

ROOT = Path(__file__).resolve().parent.parent

PAGE = (ROOT / "docs" / "json-output.md").read_text()
REPORTS = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE.split("## Events")[0], re.M))
EVENTS = dict(re.findall(r"^\| `(\w+)` \| (.*?) \| .* \|$", PAGE.split("## Events")[1].split("## Objects")[0], re.M))
OBJECTS = {
    name: re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", text, re.M)
    for name, text in re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", PAGE.split("## Objects")[1], re.M | re.S)
}


def faults(value, type_text, path=""):
    """What of a value is not as the page says."""
    if type_text.endswith(", or null"):
        return [] if value is None else faults(value, type_text.removesuffix(", or null"), path)
    if type_text.startswith("list of "):
        if not isinstance(value, list):
            return [f"{path} is not a list"]
        return [f for item in value for f in faults(item, type_text.removeprefix("list of "), path + "[]")]
    if type_text.startswith("map of "):
        if not isinstance(value, dict):
            return [f"{path} is not an object"]
        return [f for item in value.values() for f in faults(item, type_text.removeprefix("map of "), path + "{}")]
    if reference := re.fullmatch(r"\[(\w+)\]\(#\w+\)", type_text):
        if not isinstance(value, dict):
            return [f"{path} is not an object"]
        fields = OBJECTS[reference[1]]
        optional = {name for name, _, about in fields if "only there" in about}
        known = {name for name, _, _ in fields}
        wrong = [f"{path}.{key} is not on the page" for key in set(value) - known]
        wrong += [f"{path}.{key} is missing" for key in known - optional - set(value)]
        return wrong + [f for name, kind, _ in fields if name in value for f in faults(value[name], kind, f"{path}.{name}")]
    kinds = {"true or false": bool, "integer": int, "number": (int, float), "text": str, "date": str, "any": object}
    right = isinstance(value, kinds[type_text]) and (type_text == "true or false" or not isinstance(value, bool))
    if type_text == "date":
        right = right and re.fullmatch(r"\d{4}-\d\d-\d\d", value)
    return [] if right else [f"{path} is {value!r}, not {type_text}"]


class JsonOutput(Toy):
    def outputs(self, *words, code=0, cwd=None):
        """The documents that the program writes: one, or one a line."""
        done = subprocess.run([BACKCOURT, *words, "--json"], cwd=cwd or self.project, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()] if words[0] == "backfill" else [json.loads(done.stdout)]

    def assert_documented(self, command, values):
        """Each value is what the page says of the command's report; returns the paths that held something."""
        for value in values:
            self.assertEqual(faults(value, REPORTS[command]), [], value)

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
        self.assertEqual(found, [{"start_date": "2021-10-19", "end_date": "2021-10-21", "calendar_days": 3, "off_days": ["2021-10-21"],
                                  "game_dates": [{"game_date": "2021-10-19", "season": "2021-22", "games": 1}, {"game_date": "2021-10-20", "season": "2021-22", "games": 1}]}])
        league = self.league()
        self.outputs("load", cwd=league)
        known, = self.outputs("dates", "--as-of", "2021-08-20", cwd=league)
        self.assertEqual(set(known) - set(found[0]), {"as_of", "changed_at"})
        self.assertRegex(known["changed_at"], r"^2021-08-20 \d\d:\d\d:\d\d$")

    def test_plan(self):
        self.run_program("load")
        outputs = self.outputs("plan", "--allow-missing", "player_form:2021-10-19")
        *_, planned = self.outputs("backfill", "--dry-run")
        self.assertEqual((planned["event"], set(planned)), ("planned", {"event", "plan", "load"}))
        self.assertEqual(faults(planned["load"], "[LoadReport](#LoadReport)"), [])
        self.assertEqual(faults(planned["plan"], "[Plan](#Plan)"), [])
        self.assert_documented("plan", outputs)

    def test_backfill(self):
        outputs = self.outputs("backfill") + self.outputs("backfill")
        self.edit("models/precompute/recent_form.sql", "names him.\"\n", "names him.\"\n[checks]\nnone = \"SELECT * FROM this\"\n")
        outputs += self.outputs("backfill", code=2)
        self.edit("models/precompute/recent_form.sql", "[checks]\nnone = \"SELECT * FROM this\"\n", "")
        self.edit("data/box_2021-22.csv", "G3,AAA,1,31,35:00", "G3,AAA,1,31,34:00")
        outputs += self.outputs("backfill")
        self.break_a_check()
        outputs += self.outputs("backfill", code=2)
        self.edit("models/precompute/player_form.sql", "CAST(count(*) AS INTEGER)", "CAST('many' AS INTEGER)")
        self.edit("data/box_2021-22.csv", "G3,AAA,1,35", "G3,AAA,1,31")
        outputs += self.outputs("backfill", code=2)
        self.seen = {event["event"] for event in outputs}
        done = re.search(r"`done`: (\[\w+\]\(#\w+\)) with `exit`", REPORTS["backfill"])[1]
        for event in outputs:
            name = event.pop("event")
            if name == "done":
                self.assertIsInstance(event.pop("exit"), int)
            self.assertEqual(faults(event, done if name == "done" else EVENTS[name]), [], name)
        # No toy gives a retry: src/run/run_state_test.cc does.
        self.assertEqual(set(EVENTS) - {"retrying", "replayed", "written"}, {name for name in self.seen if name != "done"})

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

    def test_cells(self):
        outputs = self.outputs("cells")
        self.break_a_check()
        self.run_program("backfill", code=2)
        outputs += self.outputs("cells") + self.outputs("cells", "player_form", "--season", "2021-22")
        self.assert_documented("cells", outputs)
        for output in outputs:
            for table in output["tables"]:
                self.assertEqual({len(output["dates"])}, {len(table[column]) for column in ("states", "rows", "runs")}, table["table"])
                self.assertIn(len(table["causes"]), (0, len(output["dates"])))
                self.assertLessEqual(set(table["states"]), set(output["letters"]))
        failed = next(table for table in outputs[1]["tables"] if table["failures"])
        self.assertEqual(failed["states"].count("x"), len(failed["failures"]))

    def test_cell(self):
        self.run_program("load")
        outputs = self.outputs("cell", "player_form", "2021-10-25") + self.outputs("cell", "raw_box", "2021-10-19")
        self.assertEqual(outputs[0]["fix"]["command"], "backcourt backfill player_form --dates 2021-10-25")
        self.break_a_check()
        self.run_program("backfill", code=2)
        for table in ("player_games", "player_form", "recent_form"):
            for date in ("2021-10-19", "2021-10-22", "2021-11-03"):
                outputs += self.outputs("cell", table, date)
        self.assert_documented("cell", outputs)

    def test_graph_and_files(self):
        self.assert_documented("graph", self.outputs("graph"))
        outputs = self.outputs("files")
        self.run_program("backfill")
        (self.project / "data" / "other.csv").write_text("a,b\n1,2\n")
        outputs += self.outputs("files")
        (self.project / "data" / "box_2021-22.csv").unlink()
        outputs += self.outputs("files")
        self.assert_documented("files", outputs)
        states = [{file["state"] for feed in output["feeds"] for file in feed["files"]} for output in outputs]
        self.assertEqual(states, [{"new"}, {"loaded"}, {"loaded", "gone"}])
        self.assertEqual([kind["files"] for kind in outputs[1]["unread"]], [1])

    def test_accept(self):
        self.run_program("backfill")
        gap = next(gap for gap in self.outputs("check", code=2)[0]["gaps"] if gap["first_date"] and gap["dates"] == 1)
        self.assert_documented("accept", self.outputs("accept", gap["guard"], gap["first_date"], "--reason", 'it "stays" so'))
        accepted = json.loads(subprocess.run([BACKCOURT, "check", "--json"], cwd=self.project, capture_output=True, text=True).stdout)["accepted"]
        self.assertIn('it "stays" so', [one["reason"] for one in accepted])
        self.assertIn("finds no", self.run_program("accept", gap["guard"], "2030-01-01", "--reason", "x", code=1))
        self.assertIn("accepted already", self.run_program("accept", gap["guard"], gap["first_date"], "--reason", "x", code=1))

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
            rows = [json.loads(line) for line in text.splitlines()]
            self.assertEqual(rows, [{"game_id": "G2", "player_id": 3, "game_date": "2021-10-20", "points": 10}, {"game_id": "G2", "player_id": 4, "game_date": "2021-10-20", "points": 25}])
            self.assertEqual(list(rows[0]), ["game_id", "player_id", "game_date", "points"])

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
        self.assertEqual({finding["level"] for output in outputs for finding in output} & {"ok", "error"}, {"ok", "error"})

    def test_stop(self):
        self.assert_documented("stop", self.outputs("stop"))

    def test_every_command_with_json_is_on_the_page(self):
        commands = re.findall(r"^  (\w+) ", self.run_program("--help").split("Commands:")[1].split("Example:")[0], re.M)
        self.assertEqual(len(commands), len(set(commands)))
        self.assertEqual({command for command in commands if "--json" in self.run_program(command, "--help")}, set(REPORTS))

    def test_the_types_of_the_python_module_are_current(self):
        self.assertEqual((ROOT / "python" / "backcourt" / "outputs.py").read_text(), self.run_program("docs", "python"),
                         "build/backcourt --project nba docs python > python/backcourt/outputs.py")


if __name__ == "__main__":
    unittest.main()
