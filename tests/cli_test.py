"""The program as its users run it, on a toy league: outputs, exit codes, corrections, other shells."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from tests.kit.program import BACKCOURT, TESTS
from tests.kit.toy import Toy


class Commands(Toy):
    def test_fills_and_then_has_nothing_to_do(self):
        out = self.run_program("backfill", "all")
        self.assertIn("6 game dates", out)
        self.assertIn("18 cells filled (42 rows)", out)
        self.assertIn("nothing to do: all of it is fresh", self.run_program("backfill"))
        self.assertIn("all agree to the bit", self.run_program("verify", "--all"))

    def test_the_first_date_of_a_new_warehouse_can_be_filled_alone(self):
        self.run_program("load")
        self.assertIn("1 cell filled (0 rows)", self.run_program("backfill", "player_form", "--dates", "2021-10-19"))
        self.assertIn("2 cells filled (2 rows)", self.run_program("backfill", "--dates", "2021-10-19"))
        self.assertIn("15 cells filled", self.run_program("backfill"))
        self.assertIn("all agree to the bit", self.run_program("verify", "--all"))

    def test_help_teaches_every_command(self):
        for command in "load dates plan backfill status why runs show query stop check verify export docs doctor".split():
            out = self.run_program(command, "--help")
            self.assertIn("Example:\n  backcourt " + command, out)
        self.assertIn("Exit codes", self.run_program("--help"))

    def test_version_is_that_of_the_project(self):
        self.assertEqual(self.run_program("--version"), f"backcourt {(TESTS.parent / 'VERSION').read_text().strip()}\n")

    def test_bad_command_lines_name_the_nearest(self):
        self.run_program("backfill")
        for words, said in [(["backfil"], "backcourt backfill"), (["plan", "player_fom"], "player_form"), (["plan", "--sason", "x"], "--season"),
                            (["plan", "--season", "2020-21"], "one of 2021-22"), (["plan", "--start-date", "2021-02-30"], "no such day"), (["plan", "raw_box"], "backcourt load"),
                            (["plan", "--start-date", "2021-11-03", "--end-date", "2021-10-01"], "--start-date 2021-10-01 --end-date 2021-11-03"),
                            (["plan", "--dates", "2021-10-19", "--season", "2021-22"], "more than one way"), (["backfill", "--no-resume"], "--force"),
                            (["backfill", "--skip-preflight"], "--allow-missing"), (["show", "player_gams"], "player_games"), (["show", "player_form", "--date", "2021-10-25", "--end-date", "2021-10-26"], "more than one way"),
                            (["show", "stars", "--start-date", "2021-10-25"], "has no dates"), (["plan", "--no-load"], "has no option --no-load"), (["show", "player_form", "--dat", "2021-10-25"], "Try: --date"), (["show", "player_form", "--format", "cvs"], "csv"),
                            (["why", "player_form", "2021-10-23"], "not a game date"), (["query", "DELETE FROM player_form"], "only reads"),
                            (["query", "SELECT * FROM read_csv('/etc/passwd')"], "refused"), (["query", "SELECT * FROM '/etc/passwd'"], "refused"),
                            (["query", "COPY player_form TO '/tmp/x'"], "refused"), (["runs", "99"], "no run 99"), (["backfill", "--allow-missing", "nothing"], "--allow-missing")]:
            self.assertIn(said, self.run_program(*words, code=1), words)

    def test_a_range_without_game_dates_is_said_and_done(self):
        self.run_program("load")
        out = self.run_program("backfill", "--start-date", "2021-10-23", "--end-date", "2021-10-24")
        self.assertIn("0 game dates out of 2 calendar days (2 off-days skipped: 2021-10-23, 2021-10-24)", out)
        self.assertIn("nothing to do", out)

    def test_dates_as_json(self):
        self.run_program("load")
        dates = json.loads(self.run_program("dates", "--start-date", "2021-10-19", "--end-date", "2021-10-22", "--json"))
        self.assertEqual(dates, {"start_date": "2021-10-19", "end_date": "2021-10-22", "calendar_days": 4, "off_days": ["2021-10-21"],
                                 "game_dates": [{"game_date": "2021-10-19", "season": "2021-22", "games": 1}, {"game_date": "2021-10-20", "season": "2021-22", "games": 1},
                                                {"game_date": "2021-10-22", "season": "2021-22", "games": 2}]})

    def test_status_shows_what_is_done_and_what_is_next(self):
        self.assertIn("next: backcourt load", self.run_program("status"))
        self.run_program("load")
        self.assertIn("next: backcourt backfill all", self.run_program("status"))
        self.run_program("backfill", "player_games", "--end-date", "2021-10-22")
        status = json.loads(self.run_program("status", "--json"))
        table = status["seasons"][0]["tables"][0]
        self.assertEqual((table["table"], table["done"], table["total"]), ("player_games", 3, 6))
        self.assertEqual(table["months"], {"2021-10": {"done": 3, "total": 4}, "2021-11": {"done": 0, "total": 2}})
        self.assertIn("| player_games | 3/4 | 0/2 | 3/6 | 3 missing |", self.run_program("status", "--markdown"))

    def test_works_from_any_folder_of_the_project(self):
        self.run_program("load", cwd=self.project / "models" / "analytics")
        self.run_program("--project", str(self.project), "status", cwd=self.folder)
        self.assertIn("no backcourt.toml", self.run_program("status", code=1, cwd=self.folder))

    def test_the_history_has_what_was_stored(self):
        self.run_program("backfill")
        (run,) = json.loads(self.run_program("runs", "2", "--json"))
        stored = self.query("SELECT table_name AS t, count(*) AS cells, sum(row_count) AS n FROM backcourt.cells WHERE run = 2 GROUP BY 1 ORDER BY 1")
        self.assertEqual([(t["table"], t["cells"], t["rows"]) for t in sorted(run["tables"], key=lambda t: t["table"])], [(row["t"], row["cells"], row["n"]) for row in stored])
        self.assertRegex(run["summary"], r"^run 2: 18 cells filled \(42 rows\) in \d")
        self.assertLessEqual(sum(t["seconds"] for t in run["tables"]), 2 * run["seconds"] + 0.1)  # measured, two side by side

    def test_shows_and_queries_in_every_format(self):
        self.run_program("backfill")
        self.assertEqual(self.query("SELECT points FROM player_games WHERE game_id = 'G1' ORDER BY 1"), [{"points": 20}, {"points": 30}])
        self.assertEqual(self.run_program("query", "SELECT 1 AS a, 'x,\"y' AS b, NULL AS c", "--format", "csv"), 'a,b,c\n1,"x,""y",\n')
        self.assertIn("points_avg", self.run_program("show", "player_form", "--date", "2021-10-25"))
        out = self.folder / "form.parquet"
        self.run_program("query", "FROM player_form", "--format", "parquet", "--output", str(out))
        self.assertEqual(out.read_bytes()[:4], b"PAR1")

    def test_export_writes_a_season_a_file_and_a_manifest(self):
        self.run_program("backfill")
        for _ in range(2):
            self.run_program("export", str(self.folder / "out"), "--raw")
        manifest = json.loads((self.folder / "out" / "manifest.json").read_text())
        self.assertEqual(manifest["tables"]["player_games"]["rows"], 12)
        for table in manifest["tables"].values():
            for file in table["files"]:
                self.assertTrue((self.folder / "out" / file["path"]).exists())
        self.assertEqual([p.name for p in (self.folder / "out").iterdir() if p.name.startswith(".")], [])

    def test_an_exported_folder_loads_as_it_is(self):
        self.run_program("backfill")
        before = self.digests()
        self.run_program("export", str(self.folder / "out"), "raw_schedule", "raw_results", "raw_box")
        (self.project / "warehouse.duckdb").unlink()
        self.edit("backcourt.toml", 'folder = "data"', f'folder = "{self.folder}/out"')
        self.assertNotIn("no feed takes", self.run_program("load"))  # nor is its manifest a file that nobody reads
        self.run_program("backfill")
        self.assertEqual(self.digests(), before)

    def test_a_saved_plan_runs_or_is_refused(self):
        self.run_program("load")
        plan = str(self.folder / "plan.json")
        self.run_program("plan", "--season", "2021-22", "--save", plan)
        self.assertIn("18 cells filled", self.run_program("backfill", "--plan", plan))
        self.assertIn("moved on", self.run_program("backfill", "--plan", plan, code=1))
        Path(plan).write_text("{}")
        self.assertIn("is not a plan", self.run_program("backfill", "--plan", plan, code=1))


class Corrections(Toy):
    def fill_from_scratch(self):
        """The digests of the same files filled into a new warehouse."""
        other = self.folder / "other"
        shutil.copytree(self.project, other, ignore=shutil.ignore_patterns("warehouse*"))
        done = subprocess.run([BACKCOURT, "backfill"], cwd=other, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        sql = "SELECT table_name, slot, digest FROM backcourt.cells WHERE row_count > 0 ORDER BY 1, 2"
        lines = subprocess.run([BACKCOURT, "query", sql, "--format", "json"], cwd=other, capture_output=True, text=True).stdout
        shutil.rmtree(other)
        return [json.loads(line) for line in lines.splitlines()]

    def correct(self, old, new, name="data/box_2021-22.csv"):
        self.edit(name, old, new)
        out = self.run_program("backfill")
        self.assertEqual(self.digests(), self.fill_from_scratch())
        self.assertIn("all agree to the bit", self.run_program("verify", "--all"))
        return out

    def test_points_of_one_player(self):
        self.run_program("backfill")
        self.edit("data/box_2021-22.csv", "G3,AAA,1,31", "G3,AAA,1,35")
        self.run_program("load")
        plan = json.loads(self.run_program("plan", "--json"))
        self.assertEqual(plan["counts"], {"stale": 1, "may change": 4})
        self.assertIn("5 cells filled", self.correct("G3,AAA,1,35", "G3,AAA,1,36"))

    def test_what_no_model_reads_stops_early(self):
        self.run_program("backfill")
        self.assertIn("1 cell filled (4 rows)", self.correct("G3,AAA,1,31,35:00", "G3,AAA,1,31,34:00"))

    def test_a_moved_game(self):
        self.run_program("backfill")
        self.correct("G2,2021-10-20", "G2,2021-10-28", "data/games_2021-22.csv")
        dates = [d["game_date"] for d in json.loads(self.run_program("dates", "--json"))["game_dates"]]
        self.assertEqual(("2021-10-20" in dates, "2021-10-28" in dates), (False, True))

    def test_a_late_game_and_one_taken_out(self):
        games, box = self.project / "data" / "games_2021-22.csv", self.project / "data" / "box_2021-22.csv"
        self.run_program("backfill")
        with games.open("a") as file:
            file.write("G8,2021-10-23,AAA,DDD,1,2\n")
        self.correct("G6,BBB,2,15,28:00\n", "G6,BBB,2,15,28:00\nG8,DDD,4,2,10:00\n")
        games.write_text("".join(line for line in games.read_text().splitlines(True) if not line.startswith("G5")))
        box.write_text("".join(line for line in box.read_text().splitlines(True) if not line.startswith("G5")))
        self.correct("G8,DDD,4,2", "G8,DDD,4,3")

    def test_an_edited_model_stales_itself_and_what_reads_it(self):
        self.run_program("backfill")
        self.edit("models/precompute/recent_form.sql", "sum(p.points)", "sum(p.points) + 1")
        self.assertEqual({b["table"] for b in json.loads(self.run_program("plan", "--json"))["batches"]}, {"recent_form"})
        self.assertIn("6 cells filled", self.correct("+ 1", "+ 2", "models/precompute/recent_form.sql"))
        self.edit("models/precompute/recent_form.sql", "SELECT d.game_date", "-- why not\nSELECT   d.game_date")
        self.assertIn("nothing to do", self.run_program("plan"))

    def test_what_may_be_read_ahead_is_a_part_of_who_reads_ahead(self):
        (self.project / "models/precompute/games_ahead.sql").write_text(
            '/* backcourt\nabout = "Games to come."\ndate = "game_date"\nkey = ["game_date"]\n[reads]\nraw_schedule = "season ahead"\n[columns]\ngame_date = "The date."\ngames = "Games after it."\n*/\n'
            "SELECT d.game_date, CAST(count(s.game_id) AS INTEGER) AS games FROM dates d LEFT JOIN raw_schedule s ON s.game_date > d.game_date GROUP BY d.game_date\n")
        self.run_program("backfill")
        self.assertEqual(self.query("SELECT max(games) AS n FROM games_ahead"), [{"n": 6}])
        self.edit("tables/raw_schedule.toml", "game_type = 'regular'", "game_type = 'regular' AND home_team_abbr <> 'BBB'")
        self.assertEqual({b["table"] for b in json.loads(self.run_program("plan", "--json"))["batches"]}, {"games_ahead"})
        self.correct("<> 'BBB'", "<> 'AAA'", "tables/raw_schedule.toml")
        self.assertEqual(self.query("SELECT max(games) AS n FROM games_ahead"), [{"n": 4}])

    def test_a_new_column_makes_the_table_again(self):
        self.run_program("backfill")
        self.edit("models/analytics/player_games.sql", 'points = "Points."', 'points = "Points."\nteam_abbr = "His team."')
        self.correct("b.points\nFROM", "b.points, b.team_abbr\nFROM", "models/analytics/player_games.sql")
        self.assertEqual(self.query("SELECT count(DISTINCT team_abbr) AS n FROM player_games"), [{"n": 4}])

    def test_a_changed_seed_stales_what_reads_it(self):
        self.run_program("backfill")
        self.correct("1,leads the league", "1,leads the league\n4,is tall", "seeds/stars.csv")

    def test_changed_checks_run_alone(self):
        self.run_program("backfill")
        self.edit("models/analytics/player_games.sql", "points < 0", "points > 31")
        self.edit("data/box_2021-22.csv", "G1,AAA,1,30", "G1,AAA,1,32")
        out = self.run_program("backfill", code=2)
        self.assertIn('check "points are not negative" of player_games fails on 1 row', out)
        status = self.run_program("status")
        self.assertIn("failed player_games: 1 date from 2021-10-19", status)
        self.assertIn("blocked player_form", status)
        self.edit("data/box_2021-22.csv", "G1,AAA,1,32", "G1,AAA,1,30")
        self.run_program("backfill")
        self.assertNotIn("failed", self.run_program("status"))

    def test_a_file_is_named_as_the_project_names_it_wherever_that_is(self):
        self.run_program("load")
        self.assertIn(", from data/box_2021-22.csv", self.run_program("why", "raw_box", "2021-10-20"))
        self.assertIn("data/box_2021-22.csv (", self.run_program("files", "box"))
        (self.project / "data").rename(self.folder / "files")
        self.edit("backcourt.toml", 'folder = "data"', 'folder = "../files"')
        self.run_program("load")
        self.assertIn("  loaded      box_2021-22.csv (", self.run_program("files", "box"))
        self.assertIn("file read", self.run_program("load", "box_2021-22.csv"))  # a name that it gave
        self.edit("../files/box_2021-22.csv", "36:10", "36:70")
        self.assertIn("backcourt: box_2021-22.csv: row 1", self.run_program("load", code=4))
        self.assertIn("box_2021-22.csv: row 1", self.run_program("runs", "3"))
        self.assertNotIn(str(self.folder), self.run_program("runs", "3"))

    def test_why_ends_at_the_file(self):
        self.run_program("backfill")
        self.edit("data/box_2021-22.csv", "G3,AAA,1,31", "G3,AAA,1,35")
        self.run_program("load")
        chain = json.loads(self.run_program("why", "player_form", "2021-11-01", "--json"))
        self.assertEqual([(link["table"], link["date"]) for link in chain], [("player_form", "2021-11-01"), ("player_games", "2021-10-22"), ("raw_box", "2021-10-22")])
        self.assertIn("box_2021-22.csv", chain[-1]["because"])


class DryRun(Toy):
    """What would be is told, and nothing is written."""

    def tables(self, text):
        """The tables and batches that a text tells, without the seconds."""
        return [re.sub(r" *~?[\d.]+ s\b.*", "", line) for line in text.splitlines() if re.match(r"(raw_|player_|recent_)", line)]

    def test_no_warehouse_is_made(self):
        would = self.run_program("backfill", "--dry-run")
        self.assertIn("raw_box              2021-22          12      6        12", would)
        self.assertIn("18 cells in 6 batches: 18 missing", would)
        self.assertIn("3 files read", self.run_program("load", "--dry-run"))
        self.assertEqual(list(self.project.glob("warehouse.duckdb*")), [self.project / "warehouse.duckdb.lock"])
        self.run_program("load")
        self.assertEqual(self.tables(self.run_program("plan")), [line for line in self.tables(would) if not line.startswith("raw_")])

    def test_it_shows_what_the_load_and_the_fill_then_do(self):
        self.run_program("backfill")
        self.edit("data/box_2021-22.csv", "G1,AAA,1,30", "G1,AAA,1,29")
        before = (self.project / "warehouse.duckdb").read_bytes()
        load, would = self.run_program("load", "--dry-run"), self.run_program("backfill", "--dry-run")
        self.assertEqual((self.project / "warehouse.duckdb").read_bytes(), before)
        self.assertIn("1 file read, 1 raw cell changed", load)
        self.assertTrue(load.endswith("dry run: nothing was kept\n") and would.endswith("dry run: nothing was kept\n"))
        self.assertEqual(self.tables(load) + self.tables(self.run_program("load") and self.run_program("plan")), self.tables(would))

    def test_without_a_look_at_the_files(self):
        self.run_program("backfill")
        self.edit("data/box_2021-22.csv", "G1,AAA,1,30", "G1,AAA,1,29")
        self.assertIn("nothing to do", self.run_program("backfill", "--dry-run", "--no-load"))

    def test_what_a_load_would_ask_for_a_dry_run_asks_for_too(self):
        self.run_program("backfill")
        self.edit("backcourt.toml", "[project]", '[project]\nseasons = ["2022-23"]')
        self.assertIn("the load would ask first: [project] seasons leaves out 2021-22: 7 games of it would leave the warehouse", self.run_program("load", "--dry-run"))
        self.assertNotIn("would ask", self.run_program("load", "--dry-run", "--yes"))
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_schedule"), [{"n": 7}])

    def test_a_bad_file_is_refused_as_by_load(self):
        self.run_program("backfill")
        self.edit("data/box_2021-22.csv", "G1,AAA,1,30", "G1,AAA,1,thirty")
        before = (self.project / "warehouse.duckdb").read_bytes()
        refused = self.run_program("backfill", "--dry-run", code=4)
        self.assertEqual((self.project / "warehouse.duckdb").read_bytes(), before)
        self.assertEqual(refused, self.run_program("load", code=4))


class BadInput(Toy):
    def assert_refused(self, name, old, new, *said):
        self.run_program("load")
        before = self.digests()
        self.edit(name, old, new)
        out = self.run_program("load", code=4)
        for part in said:
            self.assertIn(part, out)
        self.assertEqual(self.digests(), before)  # the last good state stays

    def test_a_value_that_does_not_parse(self):
        self.assert_refused("data/box_2021-22.csv", "G3,CCC,3,12", "G3,CCC,3,twelve", "box_2021-22.csv: row 6, column points: 'twelve' is not a whole number")

    def test_minutes_that_are_none(self):
        self.assert_refused("data/box_2021-22.csv", "36:10", "36:70", "row 1, column minutes: '36:70' is not MM:SS")

    def test_a_missing_column(self):
        self.assert_refused("data/box_2021-22.csv", "points,", "", "box_2021-22.csv")

    def test_a_renamed_column(self):
        self.assert_refused("data/box_2021-22.csv", ",points,", ",pts,", "has no column 'points'", "pts")

    def test_two_rows_with_one_key(self):
        self.edit("data/box_2021-22.csv", "G1,AAA,1,30,36:10", "G1,AAA,1,30,36:10\nG1,AAA,1,31,36:10")
        self.assertIn("rows 1 and 2 have one key (game_id=G1, player_id=1)", self.run_program("load"))
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_box WHERE game_id = 'G1' AND player_id = 1"), [{"n": 0}])
        self.assertGreater(json.loads(self.run_program("backfill", "all", "--json").splitlines()[-1])["partial"], 0)
        # Of rows that are equal one stays, and nothing is wrong with it.
        self.edit("data/box_2021-22.csv", "G1,AAA,1,31,36:10", "G1,AAA,1,30,36:10")
        said = self.run_program("load")
        self.assertIn("1 row, equal to another row in every column", said)
        self.assertNotIn("have one key", said)
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_box WHERE game_id = 'G1' AND player_id = 1"), [{"n": 1}])

    def test_a_broken_line(self):
        self.assert_refused("data/box_2021-22.csv", "G1,BBB,2,20,30:00", "G1,BBB", "Line: 3", "G1,BBB")

    def test_not_a_warehouse_stays_untouched(self):
        path = self.project / "warehouse.duckdb"
        path.write_bytes(b"a letter to my grandmother, rather long")
        self.assertIn("is not a warehouse", self.run_program("status", code=5))
        self.assertEqual(path.read_bytes(), b"a letter to my grandmother, rather long")

    def test_a_newer_format_stays_untouched(self):
        import duckdb

        self.run_program("load")
        path = self.project / "warehouse.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute("UPDATE backcourt.meta SET value = '99' WHERE name = 'format'")
        before = path.read_bytes()
        self.assertIn("made by a newer version", self.run_program("backfill", code=5))
        self.assertEqual(path.read_bytes(), before)

    def test_another_duckdb_file_stays_untouched(self):
        import duckdb

        path = self.project / "warehouse.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE TABLE mine AS SELECT 1 AS a")
        before = path.read_bytes()
        self.assertIn("not a warehouse of Backcourt", self.run_program("load", code=5))
        self.assertEqual(path.read_bytes(), before)

    def test_another_duckdb_file_with_a_log_of_changes_stays_untouched(self):
        path = self.project / "warehouse.duckdb"
        code = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute('CREATE TABLE mine AS SELECT 1 AS a'); os._exit(0)"
        subprocess.run([sys.executable, "-c", code, str(path)], check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
        log = path.with_name(path.name + ".wal")
        before = path.read_bytes(), log.read_bytes()
        self.assertIn("not a warehouse of Backcourt", self.run_program("load", code=5))
        self.assertEqual((path.read_bytes(), log.read_bytes()), before)

    def test_a_foreign_reader_is_named(self):
        self.run_program("load")
        code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
        reader = subprocess.Popen([sys.executable, "-c", code, str(self.project / "warehouse.duckdb")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                  env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
        self.addCleanup(reader.stdout.close)
        self.assertEqual(reader.stdout.readline(), "open\n")
        out = self.run_program("status", code=5)
        self.assertIn(f"PID {reader.pid}", out)
        self.assertIn("close it there", out)
        reader.communicate("")

    def test_a_model_that_names_what_it_did_not_declare(self):
        self.run_program("load")
        good = (self.project / "models/precompute/player_form.sql").read_text()
        for body, said in [("SELECT * FROM raw_box", "'raw_box' is not declared"), ("SELECT * FROM main.player_games", "qualified name"),
                           ("SELECT * FROM read_csv('x')", "table function"), ("SELECT random() AS r FROM player_games", "random() gives another value"),
                           ("SELECT current_date AS r FROM player_games", "another value"), ("SELEC 1", "player_form.sql:")]:
            (self.project / "models/precompute/player_form.sql").write_text(good[: good.index("*/") + 2] + "\n" + body + "\n")
            out = self.run_program("backfill", code=1)
            self.assertIn(said, out)
            self.assertIn(f"player_form.sql:{good[: good.index('*/')].count(chr(10)) + 2}", out)


class Vanished(Toy):
    def test_files_of_a_folder_that_moved_are_known_again(self):
        self.run_program("load")
        (self.project / "data").rename(self.project / "moved")
        self.edit("backcourt.toml", 'folder = "data"', 'folder = "moved"')
        for _ in range(2):
            self.assertEqual(self.run_program("load"), "nothing to load: the files are as they were\n")
        self.edit("moved/box_2021-22.csv", "G1,AAA,1,30", "G1,AAA,1,29")
        self.assertIn("1 file read, 1 raw cell changed", self.run_program("load"))

    def test_rows_of_files_that_are_gone_stay_and_five_of_them_are_named(self):
        for year in range(2003, 2011):
            header = (self.project / "data" / "box_2021-22.csv").read_text().splitlines()[0]
            season = f"{year}-{(year + 1) % 100:02}"
            (self.project / "data" / f"box_{season}.csv").write_text(f"{header}\nG{year},AAA,1,30,36:10\n")
            (self.project / "data" / f"games_{season}.csv").write_text(f"game_id,game_date,home,away,home_points,away_points\nG{year},{year}-11-01,AAA,BBB,90,80\n")
        self.run_program("load")
        rows = self.query("SELECT count(*) AS n FROM raw_box")
        for year in range(2003, 2011):
            for kind in ("box", "games"):
                (self.project / "data" / f"{kind}_{year}-{(year + 1) % 100:02}.csv").unlink()
        for _ in range(2):
            lines = [line for line in self.run_program("load").splitlines() if line.startswith("no longer there")]
            self.assertEqual(len(lines), 6)
            self.assertEqual(lines[-1], "no longer there: and 11 more")
        self.assertEqual(self.query("SELECT count(*) AS n FROM raw_box"), rows)

    def test_a_table_whose_file_is_gone_is_not_empty(self):
        self.run_program("backfill")
        path = self.project / "data" / "box_2021-22.csv"
        path.unlink()
        self.run_program("backfill")
        for words, code in ((["status"], 0), (["check", "--all"], 2)):  # 2: a game of the toy has no result
            with self.subTest(words=words):
                out = self.run_program(*words, code=code)
                self.assertIn(f"gone since it was loaded: {path}; put it back, or `backcourt forget {path}`", out)
                self.assertNotIn("raw_box is empty", out)
        self.assertEqual(json.loads(self.run_program("check", "--json", code=2))["files"]["vanished"], [str(path)])
        self.run_program("forget", str(path))
        self.assertIn("No files for box: raw_box is empty", self.run_program("status"))

    def test_files_that_are_gone_and_of_which_nothing_is_left_are_named_once(self):
        path = self.project / "data" / "box_2003-04.csv"
        path.write_text((self.project / "data" / "box_2021-22.csv").read_text().splitlines()[0] + "\nG2003,AAA,1,30,36:10\n")
        self.run_program("load", code=4)  # its game is in no schedule
        path.unlink()
        self.assertIn(f"gone: {path}", self.run_program("load"))
        self.assertEqual(self.run_program("load"), "nothing to load: the files are as they were\n")


class OtherShells(Toy):
    SLOW = "FROM (SELECT d.*, (SELECT count(*) FROM (SELECT unnest(range(1000000)) AS i) a, (SELECT unnest(range(1000000)) AS i) b WHERE a.i * b.i = -d.season_year) AS work FROM dates d) d JOIN"

    def setUp(self):
        super().setUp()
        self.run_program("load")

    def start(self, *words, held=None):
        """A backfill that is at work on recent_form: computing it, or held before its commit."""
        fault = f"fill-commit:recent_form wait {held}" if held else ""
        running = subprocess.Popen([BACKCOURT, "backfill", *words], cwd=self.project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "BACKCOURT_FAULT": fault})
        self.addCleanup(running.stdout.close)
        self.addCleanup(running.stderr.close)
        self.addCleanup(running.kill)
        for _ in range(600):
            self.assertIsNone(running.poll(), "it ended before anybody could look on")
            now = json.loads(self.run_program("status", "--json"))["running"]
            tables = {table["table"]: table for table in now["tables"]} if now else {}
            filled = all(tables[name]["done"] == 6 for name in tables if name == "player_games")
            if now and filled and tables["recent_form"]["running"] and (not held or held.exists()):
                return running
            time.sleep(0.05)
        self.fail("it never came to recent_form")

    def test_readers_are_answered_while_it_fills(self):
        held = self.folder / "held"
        running = self.start(held=held)
        self.assertIn("player_games", self.run_program("status"))
        self.assertIn("recent_form", self.run_program("plan"))
        self.assertEqual(self.query("SELECT count(*) AS n FROM player_games"), [{"n": 12}])
        self.assertIn("player_form", self.run_program("why", "player_form", "2021-10-25"))
        refused = self.run_program("backfill", code=5)
        self.assertIn(f"process {running.pid}", refused)
        self.assertIn("status --watch", refused)
        self.assertIn("after its running batches", self.run_program("stop"))
        held.unlink()
        self.assertEqual(running.wait(60), 130)
        self.assertNotEqual(self.query("SELECT * FROM recent_form"), [])  # the batch that ran was finished

    def test_an_export_beside_a_fill_outlives_the_fill(self):
        self.run_program("backfill")
        self.slow("FROM dates d JOIN", self.SLOW.replace("1000000", "4000"))
        written = self.folder / "written"
        fill = subprocess.Popen([BACKCOURT, "backfill"], cwd=self.project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env={**os.environ, "BACKCOURT_FAULT": f"export-written wait {written}"})
        self.addCleanup(fill.kill)
        self.addCleanup(fill.stdout.close)
        while json.loads(self.run_program("status", "--json"))["running"] is None:
            self.assertIsNone(fill.poll(), "it ended before anybody could look on")
        out = self.folder / "out"
        export = subprocess.Popen([BACKCOURT, "export", str(out)], cwd=self.project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(export.kill)
        self.addCleanup(export.stdout.close)
        while not written.exists():
            self.assertIsNone(export.poll(), export.stdout.read() if export.poll() else "the fill ended before the export began")
            time.sleep(0.02)
        end = time.monotonic() + 120
        while list(self.project.glob("*.sock")):  # nobody else is answered once the fill has ended
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
        written.unlink()
        said = export.stdout.read()
        self.assertEqual(export.wait(60), 0, said)
        self.assertIn(f"written to {out}", said)
        self.assertEqual(json.loads((out / "manifest.json").read_text())["tables"]["recent_form"]["rows"], 12)
        self.assertEqual(fill.wait(60), 0)

    def slow(self, old, new):
        self.edit("models/precompute/recent_form.sql", old, new)

    def test_paths_count_from_the_folder_of_the_shell_that_asks(self):
        running = self.start(held=self.folder / "held")
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        ask = ["--project", str(self.project)]
        self.run_program(*ask, "export", "out", "raw_box", cwd=elsewhere)
        self.run_program(*ask, "plan", "--save", "plan.json", cwd=elsewhere)
        self.run_program(*ask, "query", "FROM raw_box", "--format", "csv", "--output=box.csv", cwd=elsewhere)
        self.assertEqual({path.name for path in elsewhere.iterdir()}, {"out", "plan.json", "box.csv"})
        self.assertEqual((elsewhere / "box.csv").read_text().count("\n"), 13)
        self.assertTrue((elsewhere / "out" / "raw_box" / "season=2021-22" / "data.parquet").exists())
        running.kill()
        running.wait(10)

    def test_interrupt_ends_within_two_seconds_and_the_next_run_goes_on(self):
        self.slow("FROM dates d JOIN", self.SLOW)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            running = self.start()
            begun = time.time()
            running.send_signal(number)
            self.assertEqual(running.wait(10), 130)
            self.assertLess(time.time() - begun, 2)
            self.assertEqual(json.loads(self.run_program("runs", "--json"))[0]["outcome"], "interrupted")
        self.slow(self.SLOW, "FROM dates d JOIN")
        self.run_program("backfill")
        self.assertIn("all agree", self.run_program("verify", "--all"))

    def test_a_second_interrupt_ends_at_once(self):
        held = self.folder / "held"
        running = self.start(held=held)  # where the first one cannot end it
        running.send_signal(signal.SIGINT)
        with self.assertRaises(subprocess.TimeoutExpired):
            running.wait(0.5)
        running.send_signal(signal.SIGINT)
        self.assertEqual(running.wait(10), 130)
        self.run_program("backfill")
        self.assertIn("all agree", self.run_program("verify", "--all"))

    def test_a_killed_one_is_taken_over_from_at_once(self):
        self.slow("FROM dates d JOIN", self.SLOW)
        running = self.start()
        running.send_signal(signal.SIGKILL)
        running.wait(10)
        self.run_program("status")
        self.run_program("backfill", "player_form")
        self.assertIn("all agree", self.run_program("verify", "--all"))

    def test_detached_it_outlives_the_shell(self):
        out = self.run_program("backfill", "--detach")
        run = re.search(r"run (\d+) continues in the background \(pid \d+\); its log: ", out).group(1)
        for _ in range(300):
            if json.loads(self.run_program("status", "--json"))["next_command"] == "":
                break
            time.sleep(0.1)
        runs = json.loads(self.run_program("runs", "--json"))
        self.assertEqual((runs[0]["outcome"], str(runs[0]["run"])), ("done", run))
        self.assertIn("cells filled", self.run_program("runs", str(runs[0]["run"]), "--log"))

    def test_what_is_detached_and_ends_at_once_says_so(self):
        self.assertIn("'nonsense' is not a table", self.run_program("backfill", "nonsense", "--detach", code=1))
        self.assertIn("2030-31", self.run_program("backfill", "--detach", "--season", "2030-31", code=1))
        self.run_program("backfill")
        self.assertIn("nothing to do", self.run_program("backfill", "--detach"))
        for process in range(1000, 1030):
            (self.project / f"warehouse.duckdb.{process}.log").touch()
        self.run_program("backfill", "--detach")
        self.assertEqual(len(list(self.project.glob("warehouse.duckdb.*.log"))), 20)

    def test_another_one_that_holds_the_warehouse_is_named_before_the_shell_goes_on(self):
        self.slow("FROM dates d JOIN", self.SLOW)
        running = self.start()
        self.assertIn(str(running.pid), self.run_program("backfill", "player_form", "--detach", code=5))
        running.send_signal(signal.SIGKILL)
        running.wait(10)

    def test_a_forced_fill_that_was_interrupted_is_reported_by_the_next_one(self):
        self.run_program("backfill")
        self.slow("FROM dates d JOIN", self.SLOW)
        running = self.start("--force")
        running.send_signal(signal.SIGHUP)
        self.assertEqual(running.wait(20), 130)
        out = self.run_program("backfill", "player_games")
        self.assertIn("`backcourt backfill --force", out)


if __name__ == "__main__":
    unittest.main()
