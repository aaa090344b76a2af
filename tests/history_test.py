"""What the warehouse kept of what runs replaced: rows as of every earlier run to the bit, and what each run changed."""

import json
import random
import shutil
import subprocess
import unittest

from tests.kit.program import BACKCOURT
from tests.kit.season_slice import SeasonSlice
from tests.kit.toy import Toy

import duckdb  # noqa: E402

BOX = "data/box_2021-22.csv"
HASH = "count(*) AS n, CAST(coalesce(sum(hash(t)), 0) AS VARCHAR) AS h"


def tables_of(project):
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True) as warehouse:
        return [name for (name,) in warehouse.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY 1").fetchall()]


def state_of(project):
    """Rows and their hash, by table, read past the program; and the newest run."""
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True) as warehouse:
        state = {table: warehouse.execute(f"SELECT {HASH} FROM main.{table} t").fetchone() for table in tables_of(project)}
        return warehouse.execute("SELECT max(run) FROM backcourt.runs").fetchone()[0], state


class FiftyCorrections(unittest.TestCase):
    """One after the other, over twelve dates of the real season."""

    def setUp(self):
        self.season = SeasonSlice("2021-10-30")
        self.addCleanup(self.season.remove)
        self.random = random.Random(20211030)

    def one(self, sql):
        return self.random.choice(sorted(value for (value,) in self.season.rows.execute(sql).fetchall()))

    def correct(self):
        """A random edit of the files."""
        rows, game = self.season.rows, self.one("SELECT DISTINCT game_id FROM raw_player_box")
        kind = self.random.choice(["points", "points", "rebounds", "no events", "events", "injury", "player", "move"])
        if kind == "points":
            rows.execute("UPDATE raw_player_box SET points = points + 1 WHERE game_id = ? AND player_id = (SELECT max(player_id) FROM raw_player_box WHERE game_id = ? AND points IS NOT NULL)", [game, game])
        elif kind == "rebounds":
            rows.execute("UPDATE raw_team_box SET offensive_rebounds = offensive_rebounds + 1 WHERE game_id = ?", [game])
        elif kind == "no events":
            rows.execute("DELETE FROM raw_play_by_play WHERE game_id = ?", [game])
        elif kind == "events":
            rows.execute("UPDATE raw_play_by_play SET made = NOT made WHERE game_id = ? AND event_index % 50 = 7", [game])
        elif kind == "injury":
            rows.execute("DELETE FROM raw_injuries WHERE date = (SELECT max(date) FROM raw_injuries)")
        elif kind == "player":
            rows.execute("DELETE FROM raw_player_box WHERE game_id = ? AND player_id = (SELECT min(player_id) FROM raw_player_box WHERE game_id = ?)", [game, game])
        else:
            by = self.random.choice([1, 2])
            for table in ("raw_schedule", "raw_results", "raw_team_box", "raw_player_box", "raw_play_by_play", "raw_game_lines"):
                rows.execute(f"UPDATE {table} SET game_date = game_date + {by} WHERE game_id = ?", [game])
        self.season.write()
        return kind

    def fill(self):
        done = subprocess.run([BACKCOURT, "backfill", "all"], cwd=self.season.project, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
        self.assertIn(done.returncode, (0, 2, 3), done.stderr)

    def test_every_earlier_state_is_given_back_to_the_bit(self):
        self.fill()
        states = [state_of(self.season.project)]
        size = (self.season.project / "warehouse.duckdb").stat().st_size
        for _ in range(50):
            self.correct()
            self.fill()
            states.append(state_of(self.season.project))
        self.assertGreater(len({json.dumps(state, sort_keys=True) for _, state in states}), 30)
        for run, state in states:
            parts = [f"SELECT '{table}' AS name, {HASH} FROM as_of('{table}', {run}) t" for table in state]
            asked = self.season.run("query", " UNION ALL ".join(parts), "--format", "json")
            given = {row["name"]: (row["n"], row["h"]) for row in map(json.loads, asked.splitlines())}
            self.assertEqual({table for table in state if given[table] != state[table]}, set(), f"as of run {run}")
        self.assertLess((self.season.project / "warehouse.duckdb").stat().st_size - size, 50 * 2**20)


class Changes(Toy):
    def setUp(self):
        super().setUp()
        self.run_program("backfill")

    def state(self):
        return state_of(self.project)

    def check(self, *states):
        for run, state in states:
            given = {table: tuple(self.query(f"SELECT {HASH} FROM as_of('{table}', {run}) t")[0].values()) for table in state}
            self.assertEqual(given, state, f"as of run {run}")

    def diff(self, *words):
        report = json.loads(self.run_program("diff", *words, "--json"))
        return {table["table"]: table for table in report["tables"]}

    def test_a_value(self):
        before = self.state()
        self.edit(BOX, "G1,AAA,1,30,", "G1,AAA,1,37,")
        self.run_program("backfill")
        self.check(before, self.state())
        load, fill = before[0] + 1, before[0] + 2
        changed = self.diff(str(load))["raw_box"]
        self.assertEqual(changed["values"], [{"key": "game_id G1, player_id 1", "column": "points", "before": "30", "after": "37"}])
        changed = self.diff(str(fill))
        self.assertEqual(set(changed), {"player_games", "player_form", "recent_form"})
        form = changed["player_form"]
        self.assertEqual((form["dates"], form["changed"], form["added"], form["gone"], form["columns"]), (5, 5, 0, 0, {"points_avg": 5}))
        self.assertEqual(self.diff(str(fill), "player_games").keys(), {"player_games"})
        self.assertEqual(self.diff(), changed)
        text = self.run_program("diff", str(fill), "player_form")
        self.assertRegex(text, rf"^run {fill} \(backfill.*UTC\): \d+ cells filled")
        self.assertIn("player_form: 5 rows changed on 5 dates", text)
        self.assertIn("game_date 2021-10-20, player_id 1: points_avg 30.0 -> 37.0", text)

    def test_only_what_changed_is_kept(self):
        self.edit(BOX, "G1,AAA,1,30,", "G1,AAA,1,37,")
        self.run_program("backfill")
        with duckdb.connect(str(self.project / "warehouse.duckdb"), read_only=True) as warehouse:
            logged = {name: warehouse.execute(f'SELECT count(*) FROM history."{name}"').fetchone()[0] for (name,) in warehouse.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'history'").fetchall()}
        self.assertEqual({name: n for name, n in logged.items() if n}, {"raw_box": 2, "player_games": 2, "player_form": 10, "recent_form": 4})

    def test_rows_dates_and_files_that_come_and_go(self):
        states = [self.state()]
        lines = (self.project / BOX).read_text().splitlines(keepends=True)
        games = "data/games_2021-22.csv"
        schedule = (self.project / games).read_text()
        for boxes, words in ((lines[:2] + lines[3:], ()), (lines, ()), (lines[:-2], ()), (lines, ("--force",))):
            (self.project / BOX).write_text("".join(boxes))
            subprocess.run([BACKCOURT, "backfill", "all", *words], cwd=self.project, capture_output=True, stdin=subprocess.DEVNULL)
            states.append(self.state())
        (self.project / games).write_text(schedule.replace("2021-10-25", "2021-10-26"))
        subprocess.run([BACKCOURT, "backfill", "all"], cwd=self.project, capture_output=True, stdin=subprocess.DEVNULL)
        states.append(self.state())
        self.check(*states)

    def test_a_table_that_is_made_anew(self):
        before = self.state()
        model = "models/precompute/player_form.sql"
        text = (self.project / model).read_text()
        self.edit(BOX, "G1,AAA,1,30,", "G1,AAA,1,37,")
        self.run_program("backfill")
        corrected = self.state()
        changed = text.replace("points_avg", "points_mean")
        (self.project / model).write_text(changed)
        self.run_program("backfill")
        renamed = self.state()
        self.assertTrue(self.diff()["player_form"]["anew"])
        self.edit(BOX, "G1,AAA,1,37,", "G1,AAA,1,31,")
        self.run_program("backfill")
        self.check(before, corrected, renamed, self.state())
        self.assertEqual(self.query(f"SELECT points_avg FROM as_of('player_form', {before[0]}) WHERE game_date = DATE '2021-10-20' AND player_id = 1"), [{"points_avg": 30.0}])
        shown = json.loads(self.run_program("show", "player_form", "--as-of", str(renamed[0]), "--date", "2021-10-20", "--format", "json").splitlines()[0])
        self.assertEqual(shown["points_mean"], 37.0)

    def test_times_and_what_is_no_run(self):
        run, state = self.state()
        ended = self.query("SELECT CAST(max(ended_at) + INTERVAL 1 SECOND AS VARCHAR) AS at FROM backcourt.runs")[0]["at"]
        self.assertEqual(len(self.run_program("show", "player_form", "--as-of", ended, "--format", "json").splitlines()), state["player_form"][0])
        for words, said in (
            (("show", "player_form", "--as-of", "99"), "there is no run 99: the newest is 2"),
            (("show", "player_form", "--as-of", "1"), "player_form had no rows after run 1"),
            (("show", "player_form", "--as-of", "yesterday"), "neither a run's number nor a time"),
            (("show", "player_form", "--as-of", "2001-01-01"), "no run had ended by 2001-01-01"),
            (("show", "player_from", "--as-of", "2"), "player_form"),
            (("diff", "77"), "there is no run 77"),
            (("query", "FROM as_of('nothing', 2)"), "nothing"),
            (("query", "FROM as_of(player_form, 2)"), "as_of() takes a table and a run's number or a time\n  Try: as_of('TABLE', 11)"),
            (("query", "FROM as_of('player_form', -1)"), "as_of() takes a table and a run's number or a time"),
        ):
            self.assertIn(said, self.run_program(*words, code=1))

    def test_plan_and_what_if_change_nothing(self):
        before = self.state()
        stored = (self.project / "warehouse.duckdb").read_bytes()
        corrected = self.folder / "box_2021-22.csv"
        corrected.write_text((self.project / BOX).read_text().replace("G1,AAA,1,30,", "G1,AAA,1,37,"))
        tried = json.loads(self.run_program("load", "--what-if", str(corrected), "--json"))
        self.assertEqual(self.state(), before)
        self.assertEqual((self.project / "warehouse.duckdb").read_bytes(), stored)
        self.assertEqual({path.name for path in self.project.iterdir() if path.name.startswith("warehouse")}, {"warehouse.duckdb", "warehouse.duckdb.lock"})
        (self.project / BOX).write_text(corrected.read_text())
        self.run_program("load")
        planned = json.loads(self.run_program("plan", "--diff", "--json"))
        self.run_program("backfill")
        done = [*self.diff("3").values(), *self.diff("4").values()]
        self.assertEqual(tried["changes"], done)
        self.assertEqual(planned["changes"], list(self.diff("4").values()))

    def test_an_edited_model(self):
        model = "models/precompute/player_form.sql"
        text = (self.project / model).read_text()
        (self.project / model).write_text(text.replace("sum(p.points)", "max(p.points)"))
        self.assertNotEqual((self.project / model).read_text(), text)
        planned = json.loads(self.run_program("plan", "player_form", "--diff", "--json"))["changes"]
        self.assertEqual([table["table"] for table in planned], ["player_form"])
        self.run_program("backfill")
        self.assertEqual(planned, [self.diff()["player_form"]])

    def test_an_edited_model_against_what_is_stored(self):
        model = "models/precompute/player_form.sql"
        self.edit(BOX, "G1,AAA,1,30,", "G1,AAA,1,37,")
        self.run_program("load")  # its input is out of date, and stays as it is stored
        before = self.state()
        self.assertIn("the rows are the same", self.run_program("diff", "--model", "player_form"))
        self.edit(model, "sum(p.points)", "sum(p.points) + 1")
        report = json.loads(self.run_program("diff", "--model", "player_form", "--examples", "1", "--json"))
        self.assertEqual((report["run"], report["model"], report["failures"]), (None, "player_form", []))
        table, = report["tables"]
        self.assertEqual((table["table"], table["anew"], table["added"], table["gone"]), ("player_form", False, 0, 0))
        self.assertEqual(table["columns"], {"points_avg": table["changed"]})
        self.assertEqual(table["values"], [{"key": "game_date 2021-10-20, player_id 1", "column": "points_avg", "before": "30.0", "after": "31.0"}])
        one = json.loads(self.run_program("diff", "--model", "player_form", "--dates", "2021-10-20", "--json"))["tables"][0]
        self.assertEqual(one["dates"], 1)
        self.assertEqual(self.state(), before)
        for words, said in ((("--model", "player_from"), "player_form"), (("2", "--model", "player_form"), "a run and --model are two questions"), (("2", "--season", "2021-22"), "dates go with --model"),
                            (("--model", "raw_box"), "raw_box"), (("--model", "all"), "--model takes one table")):
            self.assertIn(said, self.run_program("diff", *words, code=1))
        (self.project / model).write_text((self.project / model).read_text() + "UNION ALL SELECT DATE '2021-10-20', 1, 5, 1.0\n")
        self.assertIn("player_form 2021-10-20 would fail", self.run_program("diff", "--model", "player_form", code=2))
        self.assertEqual(self.state(), before)

    def test_what_a_file_in_the_own_shape_of_a_raw_table_would_change(self):
        own = self.folder / "delivered" / "raw_box" / "season=2021-22" / "data.parquet"
        own.parent.mkdir(parents=True)
        with duckdb.connect(str(self.project / "warehouse.duckdb"), read_only=True) as warehouse:
            warehouse.execute(f"COPY (SELECT * REPLACE (points + 7 AS points) FROM main.raw_box WHERE points = 30) TO '{own}'")
        before = self.state()
        tried = json.loads(self.run_program("load", "--what-if", str(own), "--json"))
        self.assertEqual(self.state(), before)
        self.assertEqual({table["table"] for table in tried["changes"]}, {"raw_box", "player_games", "player_form", "recent_form"})
        shutil.copytree(self.folder / "delivered", self.project / "data", dirs_exist_ok=True)
        again = json.loads(self.run_program("load", "--what-if", str(own), "--json"))  # as a new version of the one that is there now
        self.assertEqual(again["changes"], tried["changes"])
        self.run_program("load")
        self.run_program("backfill")
        self.assertEqual(tried["changes"], [*self.diff("3").values(), *self.diff("4").values()])
        alone = own.rename(self.folder / "data.parquet")
        self.run_program("load", "--what-if", str(alone))  # of its name there is one
        (self.project / "data" / "raw_box" / "season=2020-21").mkdir()
        shutil.copy(alone, self.project / "data" / "raw_box" / "season=2020-21")
        self.assertIn("may stand for", self.run_program("load", "--what-if", str(alone), code=1))

    def test_an_edited_model_that_fails(self):
        model = "models/precompute/player_form.sql"
        text = (self.project / model).read_text()
        (self.project / model).write_text(text + "UNION ALL SELECT DATE '2021-10-20', 1, 5, 1.0\n")
        said = self.run_program("plan", "player_form", "--diff", code=2)
        self.assertIn("player_form 2021-10-20 would fail: check \"one row a key\" of player_form fails", said)
        corrected = self.folder / "box_2021-22.csv"
        corrected.write_text((self.project / BOX).read_text().replace("G1,AAA,1,30,", "G1,AAA,1,-3,"))
        (self.project / model).write_text(text)
        said = self.run_program("load", "--what-if", str(corrected), code=2)
        self.assertIn("player_games 2021-10-19 would fail: check \"points are not negative\"", said)
        self.assertIn("it takes no PATH", self.run_program("load", BOX, "--what-if", str(corrected), code=1))

    def test_what_is_no_file_of_the_data(self):
        other = self.folder / "other.csv"
        self.assertIn("is not a file", self.run_program("load", "--what-if", str(other), code=1))
        other.write_text("a,b\n1,2\n")
        self.assertIn("no feed takes a file named other.csv", self.run_program("load", "--what-if", str(other), code=1))

    def test_it_is_kept_as_long_as_the_project_says(self):
        for keep, there in (('"0 days"', False), ("0", False), ('"90 days"', True), ('"all"', True)):
            with self.subTest(keep=keep):
                toml = self.project / "backcourt.toml"
                toml.write_text(toml.read_text().split("[history]")[0] + f"[history]\nkeep = {keep}\n")
                points = random.Random(keep).randrange(1000)
                lines = (self.project / BOX).read_text().splitlines()
                lines[1] = f"G1,AAA,1,{points},36:10"
                (self.project / BOX).write_text("\n".join(lines) + "\n")
                before = self.state()
                self.run_program("backfill")
                if there:
                    self.check(before, self.state())
                else:
                    self.assertIn("the history reaches back to run", self.run_program("show", "player_form", "--as-of", str(before[0]), code=1))
                    self.check(self.state())
        toml.write_text(toml.read_text().replace('"all"', '"soon"'))
        self.assertIn("keep 'soon' is neither \"all\", 0 nor a time such as \"90 days\"", self.run_program("load", code=1))

    def test_old_history_goes(self):
        toml = self.project / "backcourt.toml"
        toml.write_text(toml.read_text() + '[history]\nkeep = "90 days"\n')
        old = self.state()
        self.edit(BOX, "G1,AAA,1,30,", "G1,AAA,1,37,")
        self.run_program("backfill")
        with duckdb.connect(str(self.project / "warehouse.duckdb")) as warehouse:
            warehouse.execute("UPDATE backcourt.runs SET started_at = started_at - INTERVAL 91 DAY, ended_at = ended_at - INTERVAL 91 DAY WHERE run <= 4")
        kept = self.state()
        self.edit(BOX, "G1,AAA,1,37,", "G1,AAA,1,31,")
        self.run_program("backfill")
        self.check(kept, self.state())
        self.assertIn("the history reaches back to run 4", self.run_program("show", "player_form", "--as-of", str(old[0]), code=1))
        self.assertIn("the history begins after run 4", self.run_program("diff", "3", code=1))


if __name__ == "__main__":
    unittest.main()
