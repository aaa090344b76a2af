"""The wheel: made, installed into a fresh environment without the network, and used as its users do."""

import csv
import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from unittest import mock

from tests.kit.program import ROOT
from tests.kit.wheel import installed, run

HERE = ROOT / "tests"

# Joins without an end: whoever fills this is at it until it is interrupted.
ENDLESS = "(SELECT d.*, (SELECT count(*) FROM {} WHERE {} = -d.season_year) AS work FROM dates d) d".format(
    ", ".join(f"player_games g{i}" for i in range(14)), " + ".join(f"g{i}.points" for i in range(14)))


def setUpModule():
    global FOLDER, VENV, WHEEL, INSTALLED, backcourt
    FOLDER = Path(tempfile.mkdtemp(prefix="backcourt-"))
    unittest.addModuleCleanup(shutil.rmtree, FOLDER, ignore_errors=True)
    made = installed()
    WHEEL, VENV, INSTALLED, backcourt = made.wheel, made.python.parents[1], made.packages, made.module


def command(*words, code=0, **more):
    done = subprocess.run([VENV / "bin" / "backcourt", *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, **more)
    if done.returncode != code:
        raise AssertionError(f"{words}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


class Wheel(unittest.TestCase):
    def test_the_tag_names_the_glibc_that_its_parts_need(self):
        needed = set()
        parts = [path for path in INSTALLED.glob("backcourt*/**/*") if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]
        self.assertLessEqual({"backcourt", "libduckdb.so", "excel.duckdb_extension"}, {path.name for path in parts})
        for path in parts:
            needed |= {int(minor) for minor in re.findall(r"GLIBC_2\.(\d+)", run("objdump", "-T", path))}
        tag = re.fullmatch(r"backcourt-[\d.]+-py3-none-manylinux_2_(\d+)_x86_64\.whl", WHEEL.name)
        self.assertGreaterEqual(int(tag[1]), max(needed))

    def test_the_program_uses_nothing_that_may_be_missing_on_a_linux(self):
        found = run("ldd", INSTALLED / "backcourt" / "program" / "backcourt")
        for line in found.splitlines():
            if "=>" in line and not re.match(r"\s*(libc|libm|libgcc_s|libstdc\+\+|libdl|libpthread|libresolv|librt|libz)\.so", line):
                self.assertIn(str(INSTALLED), line)
        notices = {path.name for path in (INSTALLED / "backcourt" / "program" / "licenses").iterdir()}
        self.assertLessEqual({"duckdb", "libarchive-dev", "libfmt9", "libxxhash0", "libcli11-dev", "nlohmann-json3-dev", "adbc_driver_manager", "nanoarrow", "flatcc", "duckdb_extension_excel", "duckdb_extension_httpfs"}, notices)
        if (INSTALLED / "backcourt" / "program" / "lib" / "libadbc_driver_spark.so").exists():
            modules = (INSTALLED / "backcourt" / "program" / "licenses" / "adbc_driver_spark" / "modules.txt").read_text()
            self.assertRegex(modules, r"(?m)^google.golang.org/grpc v\S+ h1:")

    def test_version_and_licence_are_those_of_the_source_tree(self):
        version = (ROOT / "VERSION").read_text().strip()
        self.assertEqual(backcourt.__version__, version)
        self.assertEqual(WHEEL.name.split("-")[1], version)
        licence, = INSTALLED.glob("backcourt-*.dist-info/licenses/LICENSE")
        self.assertEqual(licence.read_text(), (ROOT / "LICENSE").read_text())

    def test_the_command_works_from_any_folder_with_the_pack_by_name(self):
        self.assertIn("Exit codes", command("--help", cwd="/"))
        project = FOLDER / "by-name"
        project.mkdir()
        (project / "backcourt.toml").write_text('[project]\npack = "nba"\n')
        self.assertIn("## player_game_summary", command("docs", cwd=project))
        self.assertEqual([path.name for path in project.iterdir()], ["backcourt.toml"])
        (project / "backcourt.toml").write_text('[project]\npack = "nab"\n')
        self.assertIn('Try: pack = "nba"', command("docs", cwd=project, code=1))

    def test_no_warehouse_of_the_source_tree_is_inside(self):
        self.assertEqual(list((INSTALLED / "backcourt").rglob("warehouse*")), [])

    def test_types(self):
        client = FOLDER / "client.py"
        client.write_text("from datetime import date\nfrom typing import assert_type\nimport backcourt\n"
                          "project = backcourt.Project('x')\n"
                          "assert_type(project.dates(date(2021, 1, 1), '2021-02-01', types=['regular']), list[date])\n"
                          "assert_type(backcourt.get_game_dates_for_range('2021-01-01', '2021-02-01'), list[date])\n"
                          "assert_type(project.status()['seasons'][0]['tables'][0]['months']['2021-11']['done'], int)\n"
                          "assert_type(project.backfill('all', progress=lambda event: print(event['event']))['rows'], int)\n"
                          "project.dates(start=3)  # wrong on purpose\n")
        installed().mypy(ROOT / "python" / "backcourt", ROOT / "python" / "hatch_build.py")
        said = installed().mypy(client, code=1)
        self.assertIn("Found 1 error", said)
        self.assertIn("client.py:9", said)

    def test_the_page_shows_what_happens(self):
        project = FOLDER / "page"
        project.mkdir()
        (project / "backcourt.toml").write_text(f'[project]\npack = "nba"\nseasons = ["2021-22"]\n[data]\nfolder = "{ROOT}/data"\n')
        run(VENV / "bin" / "python", "-m", "doctest", "-o", "ELLIPSIS", "-o", "NORMALIZE_WHITESPACE", ROOT / "docs" / "python.md", cwd=project,
            env={**os.environ, "PYTHONPATH": str(ROOT / "build" / "deps" / "python")})


class Toy(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="backcourt-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        shutil.copytree(HERE / "toy", self.folder, dirs_exist_ok=True)
        self.project = backcourt.Project(self.folder)

    def edit(self, name, old, new):
        path = self.folder / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))

    def rows(self, name):
        with (self.folder / "data" / f"{name}_2021-22.csv").open() as file:
            return list(csv.DictReader(file))


class Module(Toy):
    def test_dates(self):
        self.project.load()
        all_dates = sorted({date.fromisoformat(game["game_date"]) for game in self.rows("games")})
        self.assertEqual(self.project.dates(), all_dates)
        self.assertEqual(self.project.dates(season="2021-22"), all_dates)
        some = [day for day in all_dates if date(2021, 10, 20) <= day <= date(2021, 10, 25)]
        self.assertEqual(len(some), 3)
        for start, end in [("2021-10-20", "2021-10-25"), (date(2021, 10, 20), date(2021, 10, 25)), (datetime(2021, 10, 20, 19), datetime(2021, 10, 25, 22))]:
            self.assertEqual(backcourt.get_game_dates_for_range(start, end, project=self.folder), some)
        for types, found in [("regular,playoffs", some), (["regular", "playoffs"], some), (["preseason"], [])]:
            self.assertEqual(backcourt.get_game_dates_for_range("2021-10-20", "2021-10-25", types, self.folder), found)
        self.assertEqual(self.project.dates("2021-10-23", "2021-10-24"), [])

    def test_the_nearest_project_serves_a_call_without_one(self):
        self.project.load()
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.folder / "models")
        self.assertEqual(backcourt.get_game_dates_for_range("2021-10-19", "2021-10-19"), [date(2021, 10, 19)])
        os.chdir("/")
        with self.assertRaisesRegex(backcourt.UsageError, "no backcourt.toml"):
            backcourt.get_game_dates_for_range("2021-10-19", "2021-10-19")

    def test_a_table_is_arrow_in_order_of_date_and_key(self):
        import pyarrow

        self.project.backfill()
        games = {game["game_id"]: date.fromisoformat(game["game_date"]) for game in self.rows("games")}
        expected = sorted((games[row["game_id"]], int(row["player_id"]), int(row["points"])) for row in self.rows("box") if row["minutes"])
        table = self.project.table("player_games")
        self.assertEqual(table.schema.field("game_date").type, pyarrow.date32())
        self.assertEqual(table.schema.field("points").type, pyarrow.int32())
        found = list(zip(*(table.column(name).to_pylist() for name in ("game_date", "player_id", "points"))))
        self.assertEqual(sorted(found), expected)
        self.assertEqual([row[0] for row in found], sorted(row[0] for row in found))
        some = self.project.table("player_games", "2021-10-20", date(2021, 10, 22))
        self.assertEqual(sorted(zip(*(some.column(name).to_pylist() for name in ("game_date", "player_id", "points")))),
                         [row for row in expected if date(2021, 10, 20) <= row[0] <= date(2021, 10, 22)])
        self.assertEqual(self.project.table("player_games", "2021-12-01").num_rows, 0)
        self.assertEqual(self.project.query("SELECT 1 AS one, NULL::VARCHAR AS none, DATE '2021-12-01' AS day").to_pylist(), [{"one": 1, "none": None, "day": date(2021, 12, 1)}])

    def test_the_table_goes_on_to_duckdb(self):
        import duckdb

        self.project.backfill()
        games = self.project.table("player_games")
        self.assertEqual(duckdb.sql("SELECT sum(points) FROM games").fetchall(), [(sum(games.column("points").to_pylist()),)])

    def test_a_load_a_fill_and_the_status(self):
        report = self.project.load()
        self.assertEqual({table["table"]: table["rows"] for table in report["tables"]}["raw_box"], len(self.rows("box")))
        self.assertIsNone(self.project.load()["run"])
        self.assertEqual(self.project.load(self.folder / "data" / "box_2021-22.csv")["files"], [str(self.folder / "data" / "box_2021-22.csv")])
        self.assertEqual(self.project.status()["next_command"], "backcourt backfill all")
        done = self.project.backfill("player_games", start="2021-10-19", end="2021-10-20")
        self.assertEqual((done["outcome"], done["filled"], done["failed"]), ("done", 2, 0))
        table = self.project.status(season="2021-22")["seasons"][0]["tables"][0]
        self.assertEqual((table["table"], table["done"], table["states"]), ("player_games", 2, {"unproved": 2, "missing": 4}))
        self.assertEqual(self.project.backfill("player_games", dates=[date(2021, 10, 22), "2021-10-25"], load=False)["filled"], 2)
        self.assertEqual(self.project.backfill(season="2021-22", parallel=1)["filled"], 14)
        self.assertIsNone(self.project.backfill()["run"])
        self.assertEqual(self.project.backfill("player_form", force=True)["filled"], 6)

    def test_progress(self):
        events = []
        done = self.project.backfill(progress=events.append)
        self.assertEqual([event["event"] for event in events if event["event"] != "reading"][0], "loaded")
        self.assertEqual(events[-1], done)
        filled = [event for event in events if event["event"] == "filled"]
        self.assertEqual((sum(event["cells"] for event in filled), sum(event["rows"] for event in filled)), (done["filled"], done["rows"]))
        self.assertEqual(done["filled"], 18)

    def test_without_pyarrow_the_rest_works(self):
        code = "import sys; sys.modules['pyarrow'] = None; import backcourt; p = backcourt.Project(); p.load(); print(len(p.dates()))\ntry: p.table('raw_box')\nexcept ImportError as error: print(error)"
        self.assertEqual(run(VENV / "bin" / "python", "-c", code, cwd=self.folder), "6\ntables come as Arrow: pip install 'backcourt[arrow]'\n")


    def test_the_program_uses_certifi(self):
        (self.folder / "certifi.py").write_text("def where():\n    return '/of/certifi.pem'\n")
        code = "from backcourt import _program; print(_program.environment().get('BACKCOURT_CERTIFICATES'))"
        self.assertEqual(run(VENV / "bin" / "python", "-c", code, cwd=self.folder), "/of/certifi.pem\n")
        self.assertEqual(run(VENV / "bin" / "python", "-c", code, cwd=self.folder, env={**os.environ, "BACKCOURT_CERTIFICATES": "own.pem"}), "own.pem\n")
        (self.folder / "certifi.py").unlink()
        self.assertEqual(run(VENV / "bin" / "python", "-c", code, cwd=self.folder), "None\n")


class Errors(Toy):
    def test_every_exit_code_has_its_exception(self):
        codes = {int(code) for code in re.findall(r"^ +(\d+)  ", command("--help").split("Exit codes:")[1], re.M)}
        self.assertEqual(set(importlib.import_module("backcourt.errors").BY_EXIT_CODE) | {0}, codes)

    def test_usage(self):
        self.project.load()
        for call, said in [(lambda: self.project.table("player_gams"), "'player_gams' is not a table\n  Try: player_games"),
                           (lambda: self.project.table("player_games"), "has not been filled yet"),
                           (lambda: self.project.table("raw_box", "2021-10-20", "2021-10-19"), "is after"),
                           (lambda: self.project.dates("2021-02-30"), "no such day"),
                           (lambda: self.project.dates(types="regulr"), "'regulr' is not a type of game"),
                           (lambda: self.project.query("DELETE FROM player_games"), "only reads"),
                           (lambda: backcourt.Project(self.folder / "nowhere").status(), "nowhere")]:
            with self.assertRaises(backcourt.UsageError) as caught:
                call()
            self.assertIn(said, str(caught.exception))
            self.assertEqual(caught.exception.exit_code, 1)

    def test_cells_failed(self):
        self.edit("models/analytics/player_games.sql", "points < 0", "points > 31")
        self.edit("data/box_2021-22.csv", "G1,AAA,1,30", "G1,AAA,1,32")
        with self.assertRaises(backcourt.CellsFailed) as caught:
            self.project.backfill()
        self.assertIn('player_games 2021-10-19: check "points are not negative"', str(caught.exception))
        self.assertEqual(caught.exception.exit_code, 2)
        self.assertEqual(caught.exception.report["failed"], 1)
        self.assertGreater(caught.exception.report["filled"], 0)
        problem = self.project.status()["problems"][0]
        self.assertEqual((problem["state"], problem["table"], problem["dates"], problem["first_date"]), ("failed", "player_games", 1, "2021-10-19"))

    def test_cells_blocked(self):
        self.project.backfill("player_games", end="2021-10-19")
        with self.assertRaises(backcourt.CellsBlocked) as caught:
            self.project.backfill("player_form", upstream=False)
        self.assertIn("player_form from 2021-10-22: waits for player_games 2021-10-20", str(caught.exception))
        self.assertEqual((caught.exception.exit_code, caught.exception.report["outcome"]), (3, "blocked"))
        self.assertGreater(self.project.backfill("player_form", upstream=False, allow_missing=["player_games"])["filled"], 0)

    def test_source_unreachable(self):
        self.project.load()
        self.edit("data/box_2021-22.csv", "G3,CCC,3,12", "G3,CCC,3,twelve")
        for call in (self.project.load, self.project.backfill):
            with self.assertRaisesRegex(backcourt.SourceUnreachable, "row 6, column points: 'twelve' is not a whole number") as caught:
                call()
            self.assertEqual(caught.exception.exit_code, 4)

    def test_warehouse_busy(self):
        (self.folder / "warehouse.duckdb").write_bytes(b"a letter to my grandmother, rather long")
        with self.assertRaisesRegex(backcourt.WarehouseBusy, "is not a warehouse") as caught:
            self.project.status()
        self.assertEqual(caught.exception.exit_code, 5)

    def test_all_are_errors_of_the_module(self):
        for error in (backcourt.UsageError, backcourt.CellsFailed, backcourt.CellsBlocked, backcourt.SourceUnreachable, backcourt.WarehouseBusy, backcourt.Interrupted):
            self.assertTrue(issubclass(error, backcourt.BackcourtError))


# Rows enough for many batches, more than a pipe holds and more than a server keeps unsent.
MANY = 1_000_000


class Streams(Toy):
    """Rows come as an Arrow stream: from the program, or through it from the process that holds the warehouse."""

    def setUp(self):
        super().setUp()
        self.project.load()

    def served(self):
        server = subprocess.Popen([VENV / "bin" / "backcourt", "serve", "--port", "0"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(server.communicate)
        self.addCleanup(server.terminate)
        self.assertIn("http://", server.stdout.readline())
        return server

    def test_types_and_values(self):
        wanted = {"b": ("bool", True), "i": ("int64", 2**40), "h": ("double", float(2**100)), "d": ("decimal128(5, 2)", Decimal("1.25")), "f": ("float", 0.5), "t": ("string", "Jokić"), "e": ("string", "b"),
                  "day": ("date32[day]", date(2021, 12, 1)), "at": ("timestamp[us]", datetime(2021, 12, 1, 19, 30)), "bytes": ("binary", b"\x00\xff"), "list": ("list<l: int32>", [1, None]),
                  "pair": ("struct<x: int32, y: string>", {"x": 1, "y": "q"}), "none": ("int32", None)}
        sql = """SELECT true AS b, (2 ** 40)::BIGINT AS i, (2 ** 100)::HUGEINT AS h, 1.25::DECIMAL(5, 2) AS d, 0.5::FLOAT AS f, 'Jokić' AS t, 'b'::ENUM('a', 'b') AS e,
                 DATE '2021-12-01' AS day, TIMESTAMP '2021-12-01 19:30:00' AS at, '\\x00\\xFF'::BLOB AS bytes, [1, NULL]::INT[] AS list, {'x': 1::INT, 'y': 'q'} AS pair, NULL::INT AS none"""
        alone = self.project.query(sql)
        self.assertEqual({field.name: (str(field.type), alone.column(field.name)[0].as_py()) for field in alone.schema}, wanted)
        self.served()
        self.assertTrue(self.project.query(sql).equals(alone))

    def test_many_rows_and_none(self):
        sql = f"SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'row ' || i END AS t FROM range({MANY}) r(i)"
        for holder in (False, True):
            if holder:
                self.served()
            rows = self.project.query(sql)
            self.assertEqual((rows.num_rows, rows.column("t").null_count), (MANY, MANY // 3 + 1))
            self.assertEqual(sum(rows.column("i").to_pylist()), MANY * (MANY - 1) // 2)
            none = self.project.query(sql + " WHERE i < 0")
            self.assertEqual((none.num_rows, none.schema), (0, rows.schema))

    def test_an_error_amid_the_rows_is_an_error(self):
        late = f"SELECT CASE WHEN i = {MANY - 1} THEN error('too late') ELSE i END AS i FROM range({MANY}) r(i)"
        for holder in (False, True):
            if holder:
                self.served()
            with self.assertRaisesRegex(backcourt.UsageError, "too late"):
                self.project.query(late)
        self.assertEqual(self.project.query("SELECT 1 AS one").to_pylist(), [{"one": 1}])

    def test_a_holder_that_dies_amid_the_rows(self):
        server = self.served()
        program = subprocess.Popen([VENV / "bin" / "backcourt", "query", "FROM range(100000000)", "--format", "arrow"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(len(program.stdout.read(1 << 20)), 1 << 20)
        server.kill()
        rest, said = program.communicate(timeout=60)
        self.assertEqual(program.returncode, 130)
        self.assertIn(b"ended amid its answer", said)
        import pyarrow.ipc

        server, opened = self.served(), pyarrow.ipc.open_stream

        def open_and_kill(output):
            rows = opened(output)
            server.kill()
            return rows

        with mock.patch("pyarrow.ipc.open_stream", open_and_kill), self.assertRaisesRegex(backcourt.Interrupted, "ended amid its answer"):
            self.project.query("FROM range(100000000)")

    def test_a_reader_that_goes_ends_its_query(self):
        server = self.served()
        program = subprocess.Popen([VENV / "bin" / "backcourt", "query", "FROM range(100000000000)", "--format", "arrow"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        program.stdout.read(1 << 20)
        program.kill()
        program.communicate()
        until = time.monotonic() + 20  # a query that nobody ends goes on for a minute
        while (busy := self.works(server.pid)) > 0.2:
            self.assertLess(time.monotonic(), until, f"the server was busy for {busy} of a second")
        self.assertEqual(self.project.query("SELECT count(*) AS n FROM raw_box").to_pylist(), [{"n": len(self.rows("box"))}])

    @staticmethod
    def works(pid):
        """Seconds of processors that a process takes within one."""
        def so_far():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        begin = so_far()
        time.sleep(1)
        return so_far() - begin

    def test_the_program_writes_a_stream_to_its_output_alone(self):
        said = command("query", "SELECT 1", "--format", "arrow", "--output", "x", cwd=self.folder, code=1)
        self.assertIn("> FILE", said)
        self.assertEqual(list(self.folder.glob("x*")), [])


class WhileItFills(Toy):
    def setUp(self):
        super().setUp()
        self.edit("models/precompute/recent_form.sql", "FROM dates d", f"FROM {ENDLESS}")

    def holder(self):
        return json.loads((self.folder / "warehouse.duckdb.lock").read_text())["process"]

    def test_readers_are_answered_and_an_interrupted_fill_says_so(self):
        reached, ended = threading.Event(), []

        def note(event):
            if event["event"] == "filled" and event["table"] == "player_games":
                reached.set()

        def fill():
            try:
                self.project.backfill(progress=note)
            except BaseException as error:
                ended.append(error)

        filling = threading.Thread(target=fill)
        filling.start()
        try:
            self.assertTrue(reached.wait(60))
            reader = backcourt.Project(self.folder)
            self.assertGreater(reader.table("player_games").num_rows, 0)
            self.assertEqual(reader.query("SELECT count(*) AS n FROM raw_schedule").to_pylist(), [{"n": len(self.rows("games"))}])
            self.assertEqual(len(reader.dates()), 6)
            running = reader.status()["running"]
            self.assertIn("recent_form", [table["table"] for table in running["tables"]])
            with self.assertRaisesRegex(backcourt.WarehouseBusy, f"held by process {self.holder()}, which runs `backcourt"):
                reader.backfill()
            self.assertTrue(filling.is_alive())
        finally:
            os.kill(self.holder(), signal.SIGINT)
            filling.join(60)
        self.assertIsInstance(ended[0], backcourt.Interrupted)
        self.assertEqual((ended[0].exit_code, ended[0].report["outcome"]), (130, "interrupted"))
        self.assertIsNone(self.project.status()["running"])

    def test_an_exception_of_the_caller_ends_the_fill(self):
        for error in (KeyboardInterrupt, ZeroDivisionError):
            def note(event, error=error):
                raise error

            with self.assertRaises(error):
                self.project.backfill(progress=note)
            self.assertIsNone(self.project.status()["running"])
        self.edit("models/precompute/recent_form.sql", f"FROM {ENDLESS}", "FROM dates d")
        self.project.backfill()
        self.assertEqual(self.project.status()["next_command"], "")


if __name__ == "__main__":
    unittest.main()
