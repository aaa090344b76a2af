"""The engine Spark, in short: its functions, every verb, a process killed at each step, a stop, a move there and back."""

import io
import json
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from tests.kit.lake import Lake, Session, ToyLake
from tests.kit.program import BACKCOURT, ROOT, TESTS

# Arguments of each function of the pack, as rows of VALUES.
TEXTS = ["'Luka Dončić'", "'O''Neale Jr.'", "'Dāvis Bertāns'", "''", "'Ömer Aşık 3'", "NULL"]
DATES = ["DATE '2021-11-07'", "DATE '2021-11-08'", "DATE '2022-03-13'", "DATE '2000-02-29'", "NULL"]
NUMBERS = ["0", "1", "7", "-3", "NULL"]
REALS = ["0e0", "1e0", "98.7654321e0", "-0.0000000005e0", "NULL"]


def square(first, second):
    return [[a, b] for a in first for b in second]


COUNTS = [["10", "4", "3"], ["0", "0", "0"], ["NULL", "4", "3"]]
SUMS = [["10", "187", "4200", "101234"], ["3", "30", "300", "3000"], ["2", "5", "13", "35"], ["1", "5", "25", "125"], ["NULL", "5", "25", "125"]]
CALLS = {
    "ratio": square(NUMBERS, NUMBERS) + square(REALS, ["3e0", "0e0"]),
    "days_between": square(DATES, DATES),
    "add_days": square(DATES, ["-1", "0", "365", "NULL"]),
    "exact": [[x] for x in REALS],
    "from_exact": [["98765432100"], ["-1"], ["NULL"]],
    "tables_hold": [["'regular'"], ["'preseason'"], ["NULL"]],
    "plays_of": COUNTS,
    "hundredths_of_plays": COUNTS,
    "possessions_of": [[*row, "2"] for row in COUNTS],
    "regulation_team_seconds": [[]],
    "overtime_team_seconds": [[]],
    "per_48_minutes": [[x] for x in REALS],
    "pace_of": [["101.3e0", "14400"], ["101.3e0", "0"], ["NULL", "14400"]],
    "usage_rate_of": [["20.5e0", "1800", "101.2e0", "2880e0"], ["20.5e0", "0", "101.2e0", "2880e0"]],
    "true_shooting_of": COUNTS,
    "effective_shooting_of": [["4", "1", "9"], ["0", "0", "0"], ["NULL", "1", "2"]],
    "spread_of_sums": [row[:3] for row in SUMS],
    "std_of_spread": [["10", "7031"], ["1", "0"], ["2", "0"], ["NULL", "3"]],
    "std_of_sums": [row[:3] for row in SUMS],
    "third_moment_of_sums": SUMS,
    "skewness_of_sums": [["10", "7031", "123456"], ["3", "0", "0"], ["5", "17", "-91"]],
    "slope_of_sums": [["10", "10", "187", "1100"], ["7", "12", "91", "800"], ["1", "3", "5", "15"]],
    "trend_of_sums": [["40", "50"], ["30", "60"], ["24", "60"], ["0", "60"], ["20", "60"]],
    "change_of_means": [["3", "60", "10", "150"], ["3", "36", "10", "100"], ["3", "33", "10", "100"], ["3", "21", "10", "100"], ["3", "27", "10", "100"]],
    "is_std_and_half_above": [["3", "90", "10", "187", "10", "7031"], ["3", "60", "10", "187", "10", "7031"]],
    "years_between": square(DATES[:3], DATES[:4]),
    "count_items": [["''"], ["'a'"], ["'a,b,c'"], ["NULL"]],
    "haversine_miles": [["37.768", "-122.388", "40.751", "-73.994"], ["37.768", "-122.388", "37.768", "-122.388"]],
    "utc_offset_hours": square(["'America/New_York'", "'America/Phoenix'", "'Europe/Paris'", "'America/St_Johns'"], DATES[:4]),
    "eastern_noon": [[d] for d in DATES],
    "player_lookup": [[t] for t in TEXTS],
}


def functions(file):
    return {name: text for name, text in re.findall(r"CREATE (?:MACRO|TEMPORARY FUNCTION) (\w+)\((.*?);\n", Path(file).read_text(), re.S)}


class Functions(Lake):
    def test_functions_give_the_same_values_in_both_engines(self):
        in_spark = functions(ROOT / "nba/functions/spark.sql")
        self.assertEqual(set(in_spark) - set(CALLS), {"null_names"}, "whose argument is a struct: month_test.py compares what it gives")
        for engine in ("duckdb", "spark"):
            (self.folder / engine).mkdir()
            (self.folder / engine / "backcourt.toml").write_text(f'[project]\nname = "nba"\npack = "{ROOT}/nba"\n[warehouse]\npath = "warehouse.duckdb"\n[data]\nfolder = "data"\n')
        self.put_in_lake(self.folder / "spark")
        self.run_in(self.project(), "load")  # a query has a minute, which the first statement of a cluster may take
        texts = ("tables_hold", "is_std_and_half_above", "add_days", "eastern_noon", "player_lookup")
        calls = {f"{name}_{i}": f"CAST({name}({', '.join(row)}) AS {'STRING' if name in texts else 'DOUBLE'})" for name, rows in CALLS.items() for i, row in enumerate(rows)}
        duckdb, lake, names = {}, {}, list(calls)
        for some in (names[i:i + 20] for i in range(0, len(names), 20)):
            sql = "SELECT " + ", ".join(f"{calls[name]} AS {name}" for name in some)
            for engine, values in (("duckdb", duckdb), ("spark", lake)):
                values.update(self.rows(self.folder / engine, sql)[0])
        for name, call in calls.items():
            if isinstance(duckdb[name], float) and lake[name] is not None:  # trigonometry is not the same to the bit in all libraries
                self.assertAlmostEqual(duckdb[name], lake[name], delta=1e-9 * max(1, abs(duckdb[name])), msg=call)
            else:
                self.assertEqual(duckdb[name], lake[name], call)

    def test_every_function_that_models_and_checks_call_is_there(self):
        known, lake = functions(ROOT / "nba/functions/duckdb.sql"), functions(ROOT / "nba/functions/spark.sql")
        called = set()
        for file in [*ROOT.glob("nba/models/*/*.sql"), *ROOT.glob("nba/checks/*.sql")]:
            called |= {name for name in known if re.search(rf"\b{name}\(", file.read_text())}
        self.assertEqual(called - set(lake), set())
        features = re.search(r"struct_pack\((.*?)\n    \) AS features", (ROOT / "nba/models/precompute/ml_feature_store_v2.sql").read_text(), re.S)[1]
        self.assertEqual(re.findall(r"(\w+): DOUBLE", lake["null_names"]), re.findall(r"(\w+) :=", features))


class Toy(ToyLake):
    def test_verbs_and_a_correction(self):
        (self.toy / "seeds/tipoffs.csv").write_text("game_id,tipoff\nG1,2021-10-19 19:00:00\n")
        self.run_in(self.toy, "backfill", "all")
        self.assert_same()
        measured = self.measured_costs()
        self.assertEqual(self.rows(self.toy, "SELECT * FROM tipoffs"), [{"game_id": "G1", "tipoff": "2021-10-19 19:00:00"}])
        self.assertIn("nothing to do", self.run_in(self.toy, "plan"))
        self.assertIn("fresh", self.run_in(self.toy, "status"))
        self.assertIn("fresh", self.run_in(self.toy, "why", "player_form", "2021-10-22"))
        checked = [re.search(r"\d+ checks on \d+ items", self.run_in(project, "check", code=2))[0] for project in (self.toy, self.duckdb())]
        self.assertEqual(*checked)  # the toy lacks a result
        self.run_in(self.toy, "verify", "--sample", "6")
        self.run_in(self.toy, "export", str(self.folder / "out"))
        import duckdb
        exported = duckdb.sql(f"SELECT count(*) FROM '{self.folder}/out/player_form/**/*.parquet'").fetchone()[0]
        rows = self.rows(self.toy, "SELECT * FROM player_form ORDER BY ALL")
        self.assertEqual(exported, len(rows))
        import polars
        stream = subprocess.run([BACKCOURT, "query", "SELECT * FROM player_form ORDER BY ALL", "--format", "arrow"], cwd=self.toy, capture_output=True, stdin=subprocess.DEVNULL, timeout=300, check=True).stdout
        self.assertEqual([{**row, "game_date": str(row["game_date"])} for row in polars.read_ipc_stream(io.BytesIO(stream)).to_dicts()], rows)
        for project in (self.toy, self.duckdb()):
            self.correct(project, 99)
        filled = [re.search(r"(\d+) cells filled", self.run_in(project, "backfill", "all"))[1] for project in (self.toy, self.duckdb())]
        self.assertEqual(*filled)
        self.assert_same()
        self.assertNotEqual(self.measured_costs(), measured)

    def measured_costs(self):
        """What publications taught of this lake; batch_costs_test.cc: that the next plan goes by it."""
        costs = json.loads(self.rows(self.toy, "SELECT value FROM backcourt.meta WHERE name = 'lake_costs'")[0]["value"])
        self.assertGreater(costs["statement"], 0)
        self.assertGreater(costs["publication"], costs["statement"])
        self.assertNotEqual(costs, {"statement": 0.05, "publication": 2})
        return costs

    @staticmethod
    def correct(project, points):
        """The last line of the boxes has other points."""
        box = project / "data/box_2021-22.csv"
        box.write_text(re.sub(r"\d+,([\d:]+)\n$", rf"{points},\1\n", box.read_text()))

    def test_serve_and_daily(self):
        server = self.start("serve", "--port", "0")
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        url = re.search(r"http://[^\s/]+", server.stdout.readline())[0]

        self.assertIn("18 cells filled", self.run_in(self.toy, "backfill", "all"))  # the server does what other shells ask
        asked = urllib.request.Request(f"{url}/api/v1/query", b'{"sql": "SELECT count(*) AS n FROM player_games"}', {"Content-Type": "application/json"})
        self.assertEqual(json.loads(urllib.request.urlopen(asked, timeout=300).read())["rows"], [["12"]])
        self.assert_same()
        server.send_signal(signal.SIGTERM)
        self.end(server, 130)
        self.correct(self.toy, 98)
        self.correct(self.duckdb(), 98)
        self.run_in(self.duckdb(), "backfill", "all")
        self.run_in(self.toy, "daily", "--force")
        self.assert_same()

    def test_moves_to_spark_and_back(self):
        project = self.folder / "moving"
        shutil.copytree(TESTS / "toy", project)
        self.run_in(project, "backfill", "all")
        self.duckdb()
        Lake.databases += 1
        places = [(self.cluster.uri, "--database", self.own_name("moved")), (str(project / "back.duckdb"),)]
        for points, place in zip((97, 96), places):
            report = json.loads(self.run_in(project, "migrate", "--json", "--to", *place))
            self.assertEqual({table["table"]: (table["rows"], table["cells"]) for table in report["tables"]}, {"player_games": (12, 6), "player_form": (18, 6), "recent_form": (12, 6)})
            self.assertEqual(report["left"], [])
            self.assertIn("nothing to do", self.run_in(project, "plan"))
            self.assert_same(project)
            self.run_in(project, "verify", "--sample", "6")
            for one in (project, self.duckdb()):
                self.correct(one, points)
            filled = [re.search(r"(\d+) cells filled", self.run_in(one, "backfill", "all"))[1] for one in (project, self.duckdb())]
            self.assertEqual(*filled)
            self.assert_same(project)
        self.assertNotIn("spark", (project / "backcourt.toml").read_text())
        config = project / "backcourt.toml"
        config.write_text(config.read_text().replace("back.duckdb", "warehouse-spark.duckdb"))
        self.assertIn("are in Spark", self.run_in(project, "plan", code=1))
        self.put_in_lake(project)
        config.write_text(config.read_text().replace("warehouse-spark.duckdb", "warehouse.duckdb"))
        self.assertIn("are in that file", self.run_in(project, "plan", code=1))

    def test_killed_at_each_step(self):
        for step, filled in (("lake-staged", 6), ("lake-intended", 6), ("lake-written", 5), ("lake-told", 5)):
            with self.subTest(step):
                self.assert_goes_on(step, filled)

    def test_another_ledger_is_refused(self):
        self.run_in(self.toy, "load")
        database = re.search(r'database = "(\w+)"', (self.toy / "backcourt.toml").read_text())[1]
        other = self.project(database=database)
        self.assertIn("is filled by another warehouse", self.run_in(other, "load", code=5))

    def test_a_stop_ends_what_runs_on_the_server(self):
        self.run_in(self.toy, "load")
        process = self.start("query", "SELECT count(*) FROM range(0, 1000000000000) a WHERE hash(a.id) = 7")
        self.wait_until_busy()
        self.assertIsNone(process.poll())
        with Session(self.cluster.uri) as session:
            session.ask("SELECT 1")
            begun = time.monotonic()
            session.ask("SELECT 1")
            limit = 2 + 4 * (time.monotonic() - begun)  # 2 s where the machine has time: four small statements take 0.2 s then
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        self.end(process, 130)
        ended = time.monotonic() - begun
        while self.ticks_in(0.5) >= 10:
            self.assertLess(time.monotonic() - begun, limit, "its tasks still run on the workers")
        self.assertLess(ended, limit)
        print(f"stopped after {ended:.2f} s, gone after {time.monotonic() - begun:.2f} s (of {limit:.2f} s)")

    def wait_until_busy(self):
        until = time.monotonic() + 100
        while self.ticks_in(2) < 20:
            self.assertLess(time.monotonic(), until, "the query never ran on the workers")

    def ticks_in(self, seconds):
        """What the executors of the cluster compute in some seconds, in hundredths of a second."""
        before = self.executor_ticks()
        time.sleep(seconds)
        return self.executor_ticks() - before

    def executor_ticks(self):
        ticks = 0
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (process / "cwd").readlink().is_relative_to(self.cluster.folder / "work"):
                    fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
                    ticks += int(fields[11]) + int(fields[12])
            except OSError:
                pass
        return ticks
