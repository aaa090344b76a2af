"""What analysts and modellers use of the Python module: tables with their meanings, bound values, training sets; and examples/."""

import functools
import importlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from contextlib import redirect_stderr
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from unittest import mock

from tests.kit.program import BACKCOURT, DEPS, ROOT
from tests.kit.season_slice import SeasonSlice
from tests.kit.wheel import installed

import duckdb  # noqa: E402

HOSTILE = ["'", "''", "'; DROP TABLE raw_box; --", "\\", "\\'", "a\\' OR 1=1 --", "$$", "$a$", "?", ":name", "--", "/*", "*/", "\n", "\r\n-- x", "Dončić", "日本", "😀", "", " ", '"', '""', "%s", "{0}", "NULL",
           "\x01", "E'\\''", "1) OR (1=1", "\u2019", "\ufeff", "-- \n'"]


def setUpModule():
    global backcourt, PACKAGES
    backcourt, PACKAGES = installed().module, installed().packages


def imported(name):
    return importlib.import_module(f"backcourt.{name}")


class Toy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="backcourt-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        shutil.copytree(ROOT / "tests" / "toy", cls.folder, dirs_exist_ok=True)
        cls.project = backcourt.Project(cls.folder)
        cls.project.backfill()

    def refused(self, said, call, *words, **more):
        with self.assertRaises(backcourt.UsageError) as caught:
            call(*words, **more)
        self.assertIn(said, str(caught.exception))


class Bind(unittest.TestCase):
    """Parameters, against what the engine itself says of its literals and comments."""

    def setUp(self):
        self.bind = imported("_sql").bind
        self.engine = duckdb.connect()
        self.addCleanup(self.engine.close)

    def back(self, sql, params):
        return self.engine.execute(self.bind(sql, params)).fetchall()

    def test_a_value_comes_back_as_it_was(self):
        values = [*HOSTILE, None, True, False, 0, -1, 7, 2**63, -2**100, 0.1, -0.0, 1e300, 5e-324, float("inf"), float("-inf"), Decimal("1.10"), Decimal("-0.005"), Decimal("1E+3"), Decimal("0"),
                  date(2021, 12, 1), datetime(2021, 12, 1, 19, 30, 1, 5), date(1, 1, 1), [1, 2], ["a'b", None], []]
        for value in values:
            for sql, params in [("SELECT ?", [value]), ("SELECT :name", {"name": value})]:
                with self.subTest(value=value, sql=sql):
                    found = self.back(sql, params)[0][0]
                    self.assertEqual((type(found), found, repr(found) if isinstance(value, float) else ""), (type(value), value, repr(value) if isinstance(value, float) else ""))
        for nan in (float("nan"), Decimal("nan")):
            self.assertEqual(repr(self.back("SELECT ?", [nan])), "[(nan,)]")
        self.assertEqual(self.back("SELECT ?", [Decimal("-inf")]), [(float("-inf"),)])
        self.assertEqual(self.back("SELECT epoch(?)", [datetime(2021, 12, 1, tzinfo=timezone.utc)]), [(1638316800.0,)])

    def test_the_type_is_the_values(self):
        for value, kind in [("1", "VARCHAR"), (1, "INTEGER"), (1.0, "DOUBLE"), (True, "BOOLEAN"), (Decimal("1.10"), "DECIMAL(3,2)"), (date(2021, 12, 1), "DATE"), (datetime(2021, 12, 1), "TIMESTAMP")]:
            self.assertEqual(self.back("SELECT typeof(?)", [value]), [(kind,)])

    def test_no_text_is_more_than_a_value_anywhere(self):
        for text in HOSTILE:
            for sql in ["SELECT ?", "SELECT E?", "SELECT ?::VARCHAR", "SELECT coalesce(?,'')", "SELECT (?)--end", "SELECT/**/?", "SELECT ?;"]:
                with self.subTest(sql=sql, text=text):
                    try:
                        found = self.back(sql, [text])
                    except duckdb.Error:
                        self.assertEqual(sql, "SELECT E?")  # a prefix of strings becomes no prefix of this one
                        continue
                    self.assertEqual(found, [(text,)])

    def test_marks_in_quotes_and_comments_are_none(self):
        for sql, want in [("SELECT '?', ?", ("?", 5)), ("SELECT ':name', ?", (":name", 5)), ('SELECT 1 AS "?", ?', (1, 5)), ("SELECT E'\\'?', ?", ("'?", 5)), ("SELECT $$?$$, ?", ("?", 5)),
                          ("SELECT $q$ $$ ? $q$, ?", (" $$ ? ", 5)), ("SELECT 1 /* ? /* ? */ ? */, ?", (1, 5)), ("SELECT 1 -- ?\n, ?", (1, 5)), ("SELECT 'it''s ?', ?", ("it's ?", 5)),
                          ("SELECT 2-?, 1", (-3, 1)), ("SELECT \"a\"\"?\", ? FROM (SELECT 3 AS \"a\"\"?\")", (3, 5))]:
            with self.subTest(sql):
                self.assertEqual(self.back(sql, [5]), [want])
        self.assertEqual(self.back("SELECT 3-?", [-1]), [(4,)])  # not a comment
        for sql, want in [("SELECT '7'::INT + :n", (8,)), ("SELECT ([4, 5, 6])[1:2], :n", ([4, 5], 1)), ("SELECT {'k':1}.k + :n", (2,)), ("SELECT :n+:n", (2,)), ("SELECT 2>:n", (True,)),
                          ("SELECT ([4, 5])[i:i], :n FROM (SELECT 1 AS i)", ([4], 1))]:
            with self.subTest(sql):
                self.assertEqual(self.back(sql, {"n": 1}), [want])

    def test_random_texts_stay_values(self):
        draw = random.Random(3)
        for _ in range(3000):
            text = "".join(draw.choice("'\"\\$?:-/*;\n)(aE ") for _ in range(draw.randrange(12)))
            other = draw.randrange(-5, 5)
            self.assertEqual(self.back("SELECT ?, ? /* ? */", [text, other]), [(text, other)])

    def test_what_does_not_fit_is_refused(self):
        for sql, params, said in [("SELECT ?", [], "has 1 `?`"), ("SELECT 1", [1], "has 0 `?`"), ("SELECT '?'", [1], "has 0 `?`"), ("SELECT :a", {}, "no value for `:a`"), ("SELECT 1", {"a": 1}, "no `:a`"),
                                  ("SELECT ?", {"a": 1}, "has a `?`"), ("SELECT :a", [1], "has no names"), ("SELECT ?", "a", "is a text"), ("SELECT ?", [b"a"], "is a bytes"), ("SELECT ?", [object()], "is a object"),
                                  ("SELECT ?", ["a\0b"], "NUL"), ("SELECT ?", ["\ud800"], "not Unicode"), ("SELECT ?", [2**127], "largest integer"),
                                  ("SELECT ?", [Decimal("1e40")], "38 digits"), ("SELECT ?", [{"a": 1}], "is a dict")]:
            with self.subTest(sql=sql, params=params):
                with self.assertRaises(backcourt.UsageError) as caught:
                    self.bind(sql, params)
                self.assertIn(said, str(caught.exception))
        self.assertEqual(self.bind("SELECT ?, :a", None), "SELECT ?, :a")


class Tables(Toy):
    def test_query_binds(self):
        for text in HOSTILE:
            with self.subTest(text):
                found = self.project.query("SELECT ? AS text, count(*) AS rows FROM raw_box WHERE team_abbr = ?", [text, text])
                self.assertEqual(found.to_pylist(), [{"text": text, "rows": 0}])
        self.assertGreater(self.project.query("SELECT * FROM raw_box").num_rows, 0)
        self.assertEqual(self.project.query("-- a comment first\nSELECT :a + :b AS sum", {"a": 1, "b": -2}).to_pylist(), [{"sum": -1}])

    def test_the_list_of_tables(self):
        tables = self.project.tables()
        self.assertEqual({table.name for table in tables}, {"player_games", "player_form", "recent_form", "raw_schedule", "raw_results", "raw_box"})
        self.assertEqual(next(table for table in tables if table.name == "raw_box").key, "game_id, player_id")
        self.assertIn("player_games  ", repr(tables))
        self.assertEqual(list(tables.to_pandas().columns), ["name", "kind", "key", "about"])

    def test_a_description_is_of_the_header_and_the_warehouse(self):
        games = self.project.describe("player_games")
        rows = self.project.table("player_games")
        self.assertEqual([column.name for column in games.columns], rows.schema.names)
        self.assertEqual((games.kind, games.date, games.column("points").type), ("public", "game_date", "INTEGER"))
        text = (self.folder / "models/analytics/player_games.sql").read_text()
        for column in games.columns:
            self.assertIn(f'"{column.meaning}"', text)
        self.assertEqual([(read.table, read.window) for read in games.reads], re.findall(r'^(\w+) = "([^"]*)"', text.split("[reads]")[1].split("[")[0], re.M))
        frame = games.to_pandas()
        self.assertEqual(list(frame.columns), ["name", "type", "meaning"])
        self.assertEqual(len(frame), len(games.columns))
        self.assertEqual(json.loads(json.dumps(games.to_dict()))["reads"][0]["window"], games.reads[0].window)
        self.assertIn("points", repr(games))
        self.assertEqual(self.project.describe("raw_box").column("points").meaning, "Points.")
        self.assertEqual(self.project.describe("raw_box").date, "game_date")
        self.assertEqual([column.name for column in self.project.describe("stars").columns], self.project.table("stars").schema.names)
        self.refused("'player_gams' is not a table\n  Try: player_games", self.project.describe, "player_gams")

    def test_fields_carry_type_and_meaning(self):
        rows = self.project.table("player_games", columns=["points", "game_date"])
        self.assertEqual(rows.schema.names, ["points", "game_date"])
        self.assertEqual(rows.schema.field("points").metadata, {b"type": b"INTEGER", b"meaning": self.project.describe("player_games").column("points").meaning.encode()})
        self.assertEqual(rows.schema.metadata[b"backcourt.table"], b"player_games")
        self.assertEqual(rows.schema.metadata[b"backcourt.program"].decode(), backcourt.__version__)

    def test_rows_are_chosen(self):
        everything = self.project.table("player_games").to_pylist()
        for more, want in [({"where": "points >= ? AND game_id <> ?", "params": [20, "it's"]}, [row for row in everything if row["points"] >= 20]),
                           ({"where": "points >= 20 -- the best"}, [row for row in everything if row["points"] >= 20]),
                           ({"where": "points < :low OR points > :high", "params": {"low": 5, "high": 25}}, [row for row in everything if row["points"] < 5 or row["points"] > 25]),
                           ({"season": "2021-22"}, everything),
                           ({"start": "2021-10-22", "end": date(2021, 10, 22), "where": "true OR true"}, [row for row in everything if row["game_date"] == date(2021, 10, 22)]),
                           ({"end": datetime(2021, 10, 20, 23)}, [row for row in everything if row["game_date"] <= date(2021, 10, 20)])]:
            with self.subTest(more):
                self.assertEqual(self.project.table("player_games", **more).to_pylist(), want)
                self.assertTrue(want)
        for said, more in [("no column 'pionts'\n  Try: points", {"columns": ["pionts"]}), ("columns is empty", {"columns": []}), ("params without where", {"params": [1]}),
                           ("start='2021-10-22' is after end='2021-10-20'", {"start": "2021-10-22", "end": "2021-10-20"}), ("start='2021-02-30' is not a date", {"start": "2021-02-30"}),
                           ("no season '2031-32'", {"season": "2031-32"}), ("has no dates", {"start": "2021-10-20", "name": "stars"}), ("pionts", {"where": "pionts > 1"})]:
            with self.subTest(more):
                self.refused(said, self.project.table, **{"name": "player_games", **more})

    def test_every_verb(self):
        self.assertEqual(self.project.plan()["cells"], 0)
        self.assertEqual(self.project.plan("player_games", start="2021-10-19", end="2021-10-20", force=True, upstream=False)["cells"], 2)
        self.assertIs(self.project.check()["complete"], json.loads(self.run_command("check", "--json"))["complete"])
        report = self.project.verify(all_cells=True)
        self.assertEqual((report["cells"], report["mismatching_cells"]), (18 + self.raw_cells(), 0))
        self.assertEqual(self.project.verify("player_games", sample=3)["cells"], 3)
        self.assertEqual([link["table"] for link in self.project.why("player_form", date(2021, 10, 22))][0], "player_form")
        self.assertEqual([run["run"] for run in self.project.runs()][0], self.project.runs()[0]["run"])
        self.assertEqual(self.project.run(self.project.runs()[0]["run"])["failures"], [])
        self.assertEqual(self.project.stop()["stopped"], [])
        self.assertIn("ok", {finding["level"] for finding in self.project.doctor()})
        self.assertEqual(self.project.lint()["problems"], [])
        self.assertEqual(self.project.test()["failures"], [])
        self.assertIn("## player_games", self.project.docs())
        folder = self.folder.with_name(self.folder.name + "-export")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.project.export(folder, "player_games")
        self.assertEqual(duckdb.sql(f"SELECT count(*) FROM '{folder}/player_games/**/*.parquet'").fetchall(), [(self.project.table("player_games").num_rows,)])
        published = folder / "published"
        self.assertEqual(self.project.publish(published)["version"], 1)
        self.assertEqual(self.project.publish(published, dry_run=True)["written"], [])
        self.assertTrue((published / "manifest.json").exists())
        self.assertEqual(repr(self.project), f"Project('{self.folder}')")
        self.assertRegex(repr(self.project.plan()), r"(?m)^cells: 0$")

    def run_command(self, *words):
        return subprocess.run([installed().command, *words], cwd=self.folder, capture_output=True, text=True).stdout

    def raw_cells(self):
        return json.loads(self.run_command("verify", "--all", "--json"))["cells"] - 18

    def test_what_was_known_and_what_changed(self):
        folder = Path(tempfile.mkdtemp(prefix="backcourt-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        shutil.copytree(ROOT / "tests" / "toy", folder, dirs_exist_ok=True)
        project = backcourt.Project(folder)
        project.backfill()
        before = project.table("player_form")
        at = datetime.now(timezone.utc)
        box = folder / "data" / "box_2021-22.csv"
        corrected = folder / "box_2021-22.csv"
        corrected.write_text(box.read_text().replace("G1,AAA,1,30,", "G1,AAA,1,33,"))
        tried = {table["table"]: table for table in project.load(what_if=corrected)["changes"]}
        self.assertEqual(tried["player_games"]["columns"], {"points": 1})
        corrected.replace(box)
        project.load()
        self.assertEqual([table["table"] for table in project.plan(diff=True)["changes"]], ["player_games", "player_form", "recent_form"])
        run = project.backfill()["run"]
        self.assertNotEqual(project.table("player_form"), before)
        for as_of in (2, 3, at):
            self.assertEqual(project.table("player_form", as_of=as_of), before, as_of)
        self.assertEqual(project.table("player_form", season="2021-22", columns=["points_avg"], where="player_id = 1", as_of=2).num_rows, 5)
        changes = {table["table"]: table for table in project.diff(run, "player_form")["tables"]}
        self.assertEqual((list(changes), changes["player_form"]["changed"]), (["player_form"], 5))
        self.assertEqual(project.diff()["run"], run)
        self.assertEqual(project.diff(model="player_form", season="2021-22")["tables"], [])
        self.refused("run and model are two questions", project.diff, run, model="player_form")
        self.refused("run and model are two questions", project.diff, "player_form", model="player_form")
        model = folder / "models" / "precompute" / "player_form.sql"
        text = model.read_text()
        model.write_text(text.replace("sum(p.points)", "max(p.points)"))
        edited, = project.diff(model="player_form", dates=["2021-10-25"], examples=1)["tables"]
        self.assertEqual(project.diff(model="player_form", start="2021-10-25", end="2021-10-25", examples=1)["tables"], [edited])
        self.assertEqual((edited["table"], edited["dates"], len(edited["values"])), ("player_form", 1, 1))
        model.write_text(text)
        value = project.why("player_form", "2021-10-25", key=1, column="points_avg")[0]["values"][0]
        self.assertEqual((value["before"], value["after"]), ("30.5", "32.0"))
        report = project.bundle("player_form", "2021-10-25", folder / "cell.bundle")
        self.assertTrue(project.replay(report["file"])["same"])

    def test_reports_come_though_they_are_bad(self):
        folder = Path(tempfile.mkdtemp(prefix="backcourt-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        shutil.copytree(ROOT / "tests" / "toy", folder, dirs_exist_ok=True)
        project = backcourt.Project(folder)
        self.refused("`Project.load()` first", project.check)
        self.refused("has not been filled yet", project.table, "player_games")
        self.assertEqual([column.type for column in project.describe("player_games").columns][0], "")
        project.backfill()
        with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
            connection.execute("UPDATE player_games SET points = points + 1 WHERE game_date = '2021-10-20'")
        report = project.verify("player_games", all_cells=True)
        self.assertEqual([(one["table"], one["date"]) for one in report["mismatches"]], [("player_games", "2021-10-20")])
        self.assertFalse(project.check()["complete"])
        model = folder / "models/analytics/player_games.sql"
        model.write_text(model.read_text().replace("SELECT", "SELECT nothing_there,", 1))
        self.assertIn("nothing_there", project.lint()["problems"][0]["message"])
        self.assertIn("error", {finding["level"] for finding in project.doctor()})


class Words(Toy):
    """Messages name methods and arguments, not commands and options."""

    def test_examples(self):
        in_python = imported("_words").in_python
        for said, want in [("Try: `backcourt backfill player_games --dates 2021-10-20 --force`", 'Try: `Project.backfill("player_games", dates=["2021-10-20"], force=True)`'),
                           ("`backcourt status --watch` shows how far it is", "`Project.status()` shows how far it is"),
                           ("--start-date 2021-10-20 is after --end-date 2021-10-19", 'start="2021-10-20" is after end="2021-10-19"'),
                           ("`backcourt backfill all`", "`Project.backfill()`"), ("`backcourt show raw_box`", '`Project.table("raw_box")`'), ("`backcourt runs 3`", "`Project.runs(3)`"),
                           ("one of --start-date with --end-date, --dates, --season, or `all`", "one of start with end, dates, season, or `all`"),
                           ("`--ahead all` fills them too", '`ahead="all"` fills them too'), ("a--force and x-season stay", "a--force and x-season stay"),
                           ("held by process 7, which runs `backcourt backfill all`", "held by process 7, which runs `backcourt backfill all`")]:
            self.assertEqual(in_python(said), want)

    def test_no_option_is_left_in_what_the_program_may_say(self):
        in_python = imported("_words").in_python
        options = set(imported("_words").VALUES) | set(imported("_words").LISTS) | set(imported("_words").FLAGS)
        seen = set()
        for path in sorted((ROOT / "src").rglob("*.cc")):
            if path.parts[-2] in ("cli", "commands") or path.name in ("registry.cc",) or path.name.endswith("_test.cc"):
                continue
            for text in re.findall(r'"((?:[^"\\]|\\.)*)"', re.sub(r'"\s*\n\s*"', "", path.read_text())):
                named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) & options
                if len(text.split()) > 1 and named:
                    seen |= named
                    self.assertFalse(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", in_python(text))) & options, text)
        self.assertLessEqual({"--start-date", "--end-date", "--dates", "--season", "--force"}, seen)

    def test_methods_that_messages_name_exist(self):
        methods = imported("_words").METHODS
        called = set()
        for path in sorted((ROOT / "src").rglob("*.cc")):
            called |= set(re.findall(r"`backcourt ([a-z]+)[ `]", re.sub(r'"\s*\n\s*"', "", path.read_text())))
        for verb in called - {"new", "serve", "daily", "cell", "cells", "accept", "graph", "files", "metrics"}:  # of a shell, or the page
            self.assertTrue(hasattr(backcourt.Project, methods.get(verb, verb)), verb)
        self.assertIn("backfill", called)

    def test_what_a_caller_sees(self):
        for call, said in [(lambda: self.project.backfill(start="2021-10-20", end="2021-10-19"), 'start="2021-10-20" is after end="2021-10-19"'),
                           (lambda: self.project.dates("2021-10-20", "2021-10-19"), 'start="2021-10-20" is after end="2021-10-19"'),
                           (lambda: self.project.run(77), "`Project.runs()`"), (lambda: self.project.drop("nothing"), "`Project.status()`")]:
            self.refused(said, call)


class PublishedTables(Toy):
    """What was published, read without the warehouse, against what the warehouse gives."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        toml = cls.folder / "backcourt.toml"
        cls.outside = Path(tempfile.mkdtemp(prefix="backcourt-"))
        cls.addClassCleanup(shutil.rmtree, cls.outside, ignore_errors=True)
        cls.place = cls.outside / "tables"
        toml.write_text(f'{toml.read_text()}[publish]\nfolder = "{cls.place}"\n')
        cls.project.publish()

    def test_every_table_is_as_the_warehouse_gives_it(self):
        tables = backcourt.Published(self.place)
        self.assertEqual((tables.version, tables.complete_through), (1, self.project.status()["complete_through"]))
        public = [table.name for table in self.project.tables() if table.kind == "public"]
        self.assertEqual([table.name for table in tables.tables()], sorted(public))
        for name in public:
            rows, ours = tables.table(name), self.project.table(name)
            self.assertTrue(rows.num_rows)
            self.assertEqual(rows.schema, ours.schema)
            self.assertEqual(rows.to_pylist(), ours.to_pylist())
            self.assertEqual([field.metadata for field in rows.schema], [field.metadata for field in ours.schema])
            self.assertEqual(tables.describe(name).columns, self.project.describe(name).columns)

    def test_rows_are_chosen(self):
        tables = backcourt.Published(str(self.place))
        for more in [{"season": "2021-22"}, {"start": "2021-10-20", "end": date(2021, 10, 22)}, {"columns": ["points", "player_id"]}, {"where": "points >= ? AND game_id <> ?", "params": [20, "it's"]},
                     {"where": "points < :low", "params": {"low": 5}, "end": "2021-10-22", "columns": "points"}, {"start": "2030-01-01"}]:
            with self.subTest(more):
                self.assertEqual(tables.table("player_games", **more).to_pylist(), self.project.table("player_games", **more).to_pylist())
        for said, more in [("no column 'pionts'\n  Try: points", {"columns": ["pionts"]}), ("player_gams is not published\n  Try: player_games", {"name": "player_gams"}), ("params without where", {"params": [1]}),
                           ("no rows of season '2031-32'\n  Try: 2021-22", {"season": "2031-32"}), ("start='2021-10-22' is after end='2021-10-20'", {"start": "2021-10-22", "end": "2021-10-20"}), ("pionts", {"where": "pionts > 1"}),
                           ("where: ", {"where": "points > (SELECT count(*) FROM read_csv('/etc/passwd'))"})]:
            with self.subTest(more):
                self.refused(said, tables.table, **{"name": "player_games", **more})
        self.refused("has no manifest.json", backcourt.Published, self.folder)
        with self.assertRaisesRegex(backcourt.SourceUnreachable, "^nowhere://tables: "):
            backcourt.Published("nowhere://tables")

    def test_who_has_the_warehouse_keeps_nobody_from_reading(self):
        ours = self.project.table("player_games", columns=["points"])
        with duckdb.connect(str(self.folder / "warehouse.duckdb")):
            rows = self.project.table("player_games", columns=["points"])
            for more in ({"name": "raw_box"}, {"name": "player_games", "as_of": 1}):
                with self.assertRaises(backcourt.WarehouseBusy):
                    self.project.table(**more)
        self.assertEqual(rows.to_pylist(), ours.to_pylist())
        self.assertEqual(rows.schema.metadata[b"backcourt.published"], f"version 1, run 2, complete through {self.project.status()['complete_through']}".encode())
        self.assertNotIn(b"backcourt.published", ours.schema.metadata)

    def test_before_the_first_publication_the_lock_is_told(self):
        place = self.place.rename(self.outside / "not yet")
        self.addCleanup(place.rename, self.place)
        with duckdb.connect(str(self.folder / "warehouse.duckdb")), self.assertRaises(backcourt.WarehouseBusy):
            self.project.table("player_games")

    def test_a_table_without_rows_and_no_complete_date_are_told(self):
        place = self.outside / "empty"
        shutil.copytree(self.place, place)
        manifest = json.loads((place / "manifest.json").read_text())
        manifest["complete_through"], manifest["tables"]["player_games"]["files"] = None, []
        (place / "manifest.json").write_text(json.dumps(manifest))
        tables = backcourt.Published(place)
        self.assertIsNone(tables.complete_through)
        self.refused("player_games has no rows yet", tables.table, "player_games")

    def test_a_version_whose_files_are_gone_gives_way_to_the_newest(self):
        place = self.outside / "moving"
        self.project.publish(place)
        tables = backcourt.Published(place)
        old = next(path for path in (place / "files" / "player_games").iterdir())
        manifest = json.loads((place / "manifest.json").read_text())
        new = old.with_name("2021-22-0000000000000000.parquet")
        manifest["version"], manifest["tables"]["player_games"]["files"][0]["path"] = 2, f"files/player_games/{new.name}"
        old.rename(new)
        (place / "manifest.json").write_text(json.dumps(manifest))
        self.assertEqual(tables.table("player_games").to_pylist(), self.project.table("player_games").to_pylist())
        self.assertEqual(tables.version, 2)
        new.unlink()
        with self.assertRaisesRegex(backcourt.SourceUnreachable, "writes the files again"):
            tables.table("player_games")


class Progress(Toy):
    def test_a_bar_of_tqdm_counts_every_cell(self):
        bars = []

        class Bar:
            def __init__(self, total, **more):
                self.total, self.count, self.closed = total, 0, False
                bars.append(self)

            def update(self, cells):
                self.count += cells

            def set_description(self, text):
                pass

            def close(self):
                self.closed = True

        with mock.patch("backcourt._progress._tqdm", lambda: Bar):
            done = self.project.backfill(force=True, progress=True)
        self.assertEqual([(bar.total, bar.count, bar.closed) for bar in bars], [(done["filled"], done["filled"], True)])
        self.assertEqual(done["filled"], 18)

    def test_the_true_one_and_none(self):
        for made, said in [(imported("_progress")._tqdm, "18/18"), (lambda: None, "recent_form: 6 cells")]:
            stream = io.StringIO()
            with mock.patch("backcourt._progress._tqdm", made), redirect_stderr(stream):
                self.project.backfill(force=True, progress=True)
            self.assertIn(said, stream.getvalue())


class Help(unittest.TestCase):
    def test_it_names_every_method_and_each_says_what_it_does(self):
        methods = {name for name in vars(backcourt.Project) if not name.startswith("_")}
        listed = set(re.findall(r"\w+", " ".join(re.findall(r"^ {8}(?:look|fill|prove|ask|give) +(.*)$", backcourt.Project.__doc__, re.M))))
        self.assertEqual(listed, methods)
        for name in methods:
            self.assertGreater(len(getattr(backcourt.Project, name).__doc__ or ""), 30, name)
        for name in backcourt.__all__:
            self.assertTrue(hasattr(backcourt, name), name)


class Features(unittest.TestCase):
    def test_they_are_the_packs(self):
        page = subprocess.run([BACKCOURT, "--project", str(ROOT / "nba"), "docs"], check=True, capture_output=True, text=True).stdout
        made = subprocess.run([sys.executable, ROOT / "scripts" / "make_features.py"], check=True, capture_output=True, text=True, input=page).stdout
        self.assertEqual(made, (ROOT / "python" / "backcourt" / "features.py").read_text(), "python/backcourt/features.py is not current: make docs")
        header = (ROOT / "nba/models/precompute/ml_feature_store_v2.sql").read_text()
        numbered = dict(re.findall(r'^(\w+) = "feature (\d+):', header, re.M))
        self.assertEqual([(name, str(number)) for number, name in enumerate(backcourt.FEATURES)], list(numbered.items()))
        self.assertEqual((len(backcourt.FEATURES), len(backcourt.MORE_FEATURES)), (25, 33))
        self.assertEqual(len({*backcourt.FEATURES, *backcourt.MORE_FEATURES}), 58)


LAST = "2021-11-15"
TRAINING = """SELECT k.game_date, k.player_id, {features}, p.{target}
FROM ml_feature_store_v2 k JOIN player_game_summary p ON p.game_id = k.game_id AND p.player_id = k.player_id
WHERE p.is_active ORDER BY 1, 2"""


@functools.cache
def four_weeks():
    """A project filled up to LAST, with lines of players from November on: the points they then scored, and a bit more or less."""
    made = SeasonSlice(LAST, whole_schedule=True)
    unittest.addModuleCleanup(made.remove)
    made.rows.execute("""CREATE TABLE raw_player_props AS SELECT game_id, game_date, player_id, 'book' AS book, CAST(game_date AS TIMESTAMP) AS captured_at, 'points' AS market,
        CAST(points + CASE WHEN player_id % 2 = 0 THEN 0.5 ELSE -1.5 END AS DOUBLE) AS line, 1.9e0 AS over_price, 1.9e0 AS under_price
        FROM raw_player_box WHERE game_date >= '2021-11-01' AND status = 'played' AND points >= 5""")
    made.write()
    backcourt.Project(made.project).backfill(end=LAST)
    return made


class FourWeeks(unittest.TestCase):
    def setUp(self):
        self.slice = four_weeks()
        self.project = backcourt.Project(self.slice.project)

    def rows(self, sql):
        with duckdb.connect(str(self.slice.project / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()


class Training(FourWeeks):
    def test_it_is_what_the_warehouse_holds(self):
        for features, target in [(backcourt.FEATURES, "points"), (backcourt.MORE_FEATURES, "minutes_played"), (["feature_quality_score", "dnp_rate"], "rebounds")]:
            with self.subTest(target):
                found = self.project.training_set(target, features=features)
                columns = ["game_date", "player_id", *features, target]
                self.assertEqual(list(zip(*(found.table.column(name).to_pylist() for name in columns))), self.rows(TRAINING.format(features=", ".join(features), target=target)))
                self.assertGreater(len(found), 2000)
                self.assertEqual((found.features, found.target), (tuple(features), target))

    def test_features_know_nothing_of_their_game(self):
        """From the raw boxes, without a table that the program made."""
        found = self.project.training_set(features=["points_avg_season", "points_avg_last_5", "games_in_last_7_days"]).table.to_pylist()
        played = {}
        for player, day, points in self.slice.rows.execute("SELECT player_id, game_date, points FROM raw_player_box WHERE status = 'played' AND seconds_played > 0 ORDER BY game_date").fetchall():
            played.setdefault(player, []).append((day, points))
        knowing = 0
        for row in found:
            before = [points for day, points in played[row["player_id"]] if day < row["game_date"]]
            until = [points for day, points in played[row["player_id"]] if day <= row["game_date"]]
            self.assertEqual(until[-1], row["points"])
            if not before:
                self.assertIsNone(row["points_avg_season"])
                continue
            self.assertAlmostEqual(row["points_avg_season"], sum(before) / len(before), places=9)
            self.assertAlmostEqual(row["points_avg_last_5"], sum(before[-5:]) / len(before[-5:]), places=9)
            self.assertEqual(row["games_in_last_7_days"], sum(1 for day, _ in played[row["player_id"]] if 0 < (row["game_date"] - day).days <= 7))
            knowing += sum(before) / len(before) != sum(until) / len(until)
        self.assertGreater(knowing, 1000)  # so that a row which knew its own game would have been another

    def test_what_is_left_out_is_counted(self):
        found = self.project.training_set(start="2021-10-20", end=LAST)
        facts = found.certificate
        where = f"k.game_date BETWEEN '2021-10-20' AND '{LAST}'"
        counts = self.rows(f"SELECT count(*), count_if(p.player_id IS NULL), count_if(NOT p.is_active), count_if(p.is_active) FROM ml_feature_store_v2 k "
                           f"LEFT JOIN player_game_summary p USING (game_id, player_id) WHERE {where}")[0]
        self.assertEqual((facts["candidates"], facts["left_out"]["not in the box score"], facts["left_out"]["did not play"], facts["rows"]), counts)
        self.assertEqual(facts["share_left_out"], 1 - facts["rows"] / facts["candidates"])
        self.assertEqual([(facts["played_without_features"],)], self.rows(f"SELECT count(*) FROM player_game_summary k ANTI JOIN ml_feature_store_v2 USING (game_id, player_id) WHERE is_active AND {where}"))
        self.assertGreater(facts["played_without_features"], 0)
        self.assertIn(f"{facts['share_left_out']:.1%} cannot be used", repr(found))
        whole = self.project.training_set(complete=True).certificate
        self.assertEqual([(whole["rows"],)], self.rows("SELECT count(*) FROM ml_feature_store_v2 k JOIN player_game_summary p USING (game_id, player_id) WHERE is_active AND missing_features_count = 0"))
        self.assertGreater(whole["left_out"]["a feature is NULL"], 0)
        absent = self.project.training_set("is_active")
        self.assertNotIn("did not play", absent.certificate["left_out"])
        self.assertEqual(set(absent.table.column("is_active").to_pylist()), {True, False})

    def test_the_certificate_goes_with_the_rows(self):
        import pyarrow.parquet

        found = self.project.training_set()
        file = self.slice.folder / "rows.parquet"
        pyarrow.parquet.write_table(found.table, file)
        facts = backcourt.certificate(pyarrow.parquet.read_table(file))
        self.assertEqual(facts, found.certificate)
        self.assertEqual(backcourt.certificate(pyarrow.parquet.read_schema(file)), facts)
        self.assertEqual((facts["program"], facts["engine"], facts["verify"], facts["seasons"]), (backcourt.__version__, self.rows("SELECT version()")[0][0], None, ["2021-22"]))
        self.assertIn("corrected later", facts["as_known"])
        days = len(set(found.table.column("game_date").to_pylist()))
        self.assertEqual([cells["cells"] for cells in facts["cells"].values()], [days, days])
        self.assertEqual(found.table.schema.field("dnp_rate" if "dnp_rate" in found.features else "team_pace").metadata[b"type"], b"DOUBLE")
        again = self.project.training_set(verify=4).certificate
        self.assertEqual((again["verify"]["cells"], again["verify"]["mismatching_cells"]), (4, 0))
        self.assertEqual({**again, "verify": None}, facts)
        with self.assertRaisesRegex(backcourt.UsageError, "no certificate"):
            backcourt.certificate(self.project.table("raw_results"))

    def test_frames_and_matrices(self):
        import numpy
        import polars

        found = self.project.training_set(features=["points_avg_last_10", "is_ready"])
        x, y = found.to_numpy()
        self.assertEqual((x.shape, y.shape, x.dtype), ((len(found), 2), (len(found),), numpy.dtype(float)))
        self.assertEqual([None if numpy.isnan(value) else value for value in x[:, 0]], found.table.column("points_avg_last_10").to_pylist())
        self.assertEqual(y.sum(), found.to_pandas()["points"].sum())
        self.assertEqual(polars.from_arrow(found.table)["points"].sum(), y.sum())
        self.assertEqual(polars.DataFrame(found)["points"].sum(), y.sum())
        self.assertEqual(duckdb.sql("SELECT sum(points) FROM found").fetchone()[0], y.sum())

    def test_wrong_names(self):
        for more, said in [({"target": "pionts"}, "Try: points"), ({"target": "player_name"}, "is not a target"), ({"seasons": []}, "seasons is empty"), ({"features": ["points_avg"]}, "points_avg_season"), ({"features": []}, "backcourt.FEATURES"),
                           ({"features": ["dnp_rate", "dnp_rate"]}, "twice"), ({"features": ["missing_features"]}, "is VARCHAR"), ({"features": ["team_abbr"]}, "it is not a feature"),
                           ({"seasons": "2031-32"}, "no season '2031-32'"), ({"end": "2021-10-01"}, "has no row in what was chosen"), ({"start": "soon"}, "is not a date"),
                           ({"seasons": ["2021-22", "' OR true --"]}, "no season")]:
            with self.subTest(more), self.assertRaises(backcourt.UsageError) as caught:
                self.project.training_set(**more)
            self.assertIn(said, str(caught.exception))
        with self.assertRaisesRegex(backcourt.UsageError, "'player_name' is not a target") as caught:
            self.project.training_set("player_name")
        self.assertNotIn("player_id", str(caught.exception))

    def test_one_is_no_plural(self):
        self.assertIn("from 1 feature, ", repr(self.project.training_set("points", features="points_avg_last_5")))


class Changed(unittest.TestCase):
    """Rows that a change made unusable."""

    def setUp(self):
        self.slice = SeasonSlice("2021-10-29", whole_schedule=True)
        self.addCleanup(self.slice.remove)
        self.project = backcourt.Project(self.slice.project)
        self.project.backfill(end="2021-10-29")

    def test_out_of_date_and_made_with_something_missing(self):
        before = self.project.training_set()
        # A game's boxes go: its cell has no such rows, later ones are made without them.
        game, = self.slice.rows.execute("SELECT min(game_id) FROM raw_results WHERE game_date = '2021-10-22'").fetchone()
        for table in ("raw_player_box", "raw_team_box"):
            self.slice.rows.execute(f"DELETE FROM {table} WHERE game_id = '{game}'")
        self.slice.write()
        self.project.load()
        stale = self.project.training_set()
        cells = {(batch["table"], cell["date"]) for batch in self.project.plan("ml_feature_store_v2", "player_game_summary")["batches"] for cell in batch["cells"]}
        days = {date.fromisoformat(day) for table, day in cells if table == "ml_feature_store_v2"}
        self.assertTrue(days)
        outcome = {date.fromisoformat(day) for table, day in cells if table == "player_game_summary"}
        self.assertEqual(stale.table.num_rows, sum(day not in days | outcome for day in before.table.column("game_date").to_pylist()))
        self.assertGreater(stale.certificate["left_out"]["features out of date"], 0)
        self.assertEqual(len(self.project.training_set(as_known=False)), len(before))
        self.project.backfill(end="2021-10-29")
        found = self.project.training_set()
        partial = self.project.query("SELECT DATE '1970-01-01' + slot AS day FROM backcourt.cells WHERE table_name = 'ml_feature_store_v2' AND state = 'partial'").column("day").to_pylist()
        self.assertTrue(partial)
        self.assertGreater(found.certificate["left_out"]["features made with something missing"], 0)
        self.assertFalse(set(found.table.column("game_date").to_pylist()) & {day.date() if isinstance(day, datetime) else day for day in partial})
        self.assertGreater(len(self.project.training_set(as_known=False)), len(found))
        self.assertNotEqual(found.certificate["cells"], before.certificate["cells"])

    def test_a_changed_row_fails_its_proof(self):
        with duckdb.connect(str(self.slice.project / "warehouse.duckdb")) as connection:
            connection.execute("UPDATE ml_feature_store_v2 SET points_avg_season = points_avg_season + 1 WHERE game_date >= '2021-10-25'")
        with self.assertRaisesRegex(backcourt.CellsFailed, "differ from their replay"):
            self.project.training_set(start="2021-10-26", end="2021-10-29", verify=4)


EXAMPLE = ROOT / "examples" / "points_model"


class PointsModel(FourWeeks):
    """examples/points_model over the same weeks: November from October."""

    METHODS = ["season mean", "last 10 games", "mean of the two", "ridge, 25 features", "ridge, 58 features", "LightGBM, 25 features", "LightGBM, 58 features"]
    # In SQL over the warehouse, of rows whose season mean is known.
    POPULATIONS = {
        "all who played": "true",
        "5 games or more played this season before": "(SELECT count(*) FROM player_game_summary b WHERE b.player_id = k.player_id AND b.is_active AND b.game_date < k.game_date) >= 5",
        "20 minutes or more a game, last 10": "minutes_avg_last_10 >= 20",
        "10 points or more a game this season": "points_avg_season >= 10",
    }
    NAIVE = {"season mean": "points_avg_season", "last 10 games": "points_avg_last_10", "mean of the two": "(points_avg_season + points_avg_last_10) / 2"}

    @classmethod
    def setUpClass(cls):
        sys.path.insert(0, str(EXAMPLE))
        cls.addClassCleanup(sys.path.remove, str(EXAMPLE))
        cls.example = importlib.import_module("points_model")

    def read(self):
        return self.example.read(self.project)

    def test_each_figure_without_a_model_is_of_its_population(self):
        games, said = self.example.walk_forward(self.read(), {})
        results = {result.population: result for result in self.example.measure(games, said)}
        self.assertEqual(list(results), list(self.POPULATIONS))
        for name, rule in self.POPULATIONS.items():
            for method, column in self.NAIVE.items():
                rows, dates, mae = self.rows(f"""SELECT count(*), count(DISTINCT k.game_date), avg(abs(p.points - {column})) FROM ml_feature_store_v2 k
                    JOIN player_game_summary p ON p.game_id = k.game_id AND p.player_id = k.player_id
                    WHERE p.is_active AND k.game_date >= '2021-11-01' AND points_avg_season IS NOT NULL AND {rule}""")[0]
                with self.subTest(population=name, method=method):
                    self.assertEqual((results[name].rows, results[name].dates), (rows, dates))
                    self.assertAlmostEqual(results[name].scores[method].mae, mae, places=9)
        self.assertEqual(len({result.rows for result in results.values()}), 4)

    def test_a_month_is_learnt_from_earlier_dates_alone(self):
        import numpy

        games = self.read()
        given = []

        def spy(x, points, asked):
            given.append((x, points, asked))
            return numpy.full(len(asked), float(len(given)))

        measured, said = self.example.walk_forward(games, {"spy": (spy, "25")}, least_rows=1)
        november = numpy.datetime64("2021-11-01")
        (x, points, asked), = given
        numpy.testing.assert_array_equal(x, games.features["25"][games.date < november])
        numpy.testing.assert_array_equal(points, games.points[games.date < november])
        numpy.testing.assert_array_equal(asked, games.features["25"][games.date >= november])
        self.assertEqual((measured.date.min() >= november, set(said["spy"])), (True, {1.0}))
        with self.assertRaisesRegex(SystemExit, "no month has"):
            self.example.walk_forward(games, {}, least_rows=10**6)

    def test_intervals_draw_whole_dates(self):
        import numpy

        draw = numpy.random.default_rng(0)
        date = numpy.repeat(numpy.arange("2021-11-01", "2021-12-01", dtype="datetime64[D]"), 20)
        points = draw.normal(size=len(date)) + numpy.repeat(draw.normal(size=30), 20)
        said = {"a": numpy.zeros(len(date)), "b": numpy.full(len(date), 0.1)}
        once = self.example.score(date, points, said, "a")
        many = self.example.score(numpy.repeat(date, 50), numpy.repeat(points, 50), {name: numpy.repeat(guess, 50) for name, guess in said.items()}, "a")
        for name in said:
            self.assertAlmostEqual(once[name].mae, numpy.abs(points - said[name]).mean())
            self.assertAlmostEqual(many[name].high - many[name].low, once[name].high - once[name].low)  # copies tell nothing new
            self.assertTrue(once[name].low < once[name].mae < once[name].high)
        daily = numpy.abs(points - 0.0).reshape(30, 20).mean(axis=1)  # the interval of a mean over 30 dates
        self.assertAlmostEqual((once["a"].high - once["a"].low) / (2 * 1.96 * daily.std() / 30**0.5), 1, delta=0.1)
        self.assertEqual((once["a"].gain, once["a"].gain_low, once["a"].gain_high), (0, 0, 0))
        self.assertAlmostEqual(once["b"].gain, once["a"].mae - once["b"].mae)

    def test_the_models_learn(self):
        import numpy

        draw = numpy.random.default_rng(0)
        x = draw.normal(size=(4000, 3)) * [1, 1000, 0] + [5, -3000, 7]
        points = 10 + 2 * x[:, 0] - 0.004 * x[:, 1] + draw.normal(size=4000) * 0.1
        ask = x[3000:].copy()
        for model, most in [(self.example.ridge, 0.5), (self.example.lightgbm, 0.8)]:
            error = numpy.abs(model(x[:3000], points[:3000], ask) - points[3000:]).mean()
            self.assertLess(error, most)
            numpy.testing.assert_array_equal(model(x[:3000], points[:3000], ask), model(x[:3000], points[:3000], ask))
        unknown = self.example.ridge(x[:3000], points[:3000], numpy.full((1, 3), numpy.nan))
        self.assertAlmostEqual(unknown[0], points[:3000].mean())

    def test_lines_grade_only_the_rows_that_have_one(self):
        import numpy

        games, said = self.example.walk_forward(self.read(), {})
        text = self.example.against_lines(games, said)
        lined, = self.rows("""SELECT count(*), avg(abs(points - points_line)), avg(abs(points - points_avg_last_10)), avg(CAST((points > points_line) = (points_avg_last_10 > points_line) AS INTEGER))
            FROM ml_feature_store_v2 JOIN player_game_summary USING (game_id, player_id) WHERE is_active AND points_line IS NOT NULL AND points_avg_season IS NOT NULL AND points_avg_last_10 <> points_line""")
        rows, = self.rows("SELECT count(*) FROM ml_feature_store_v2 JOIN player_game_summary USING (game_id, player_id) WHERE is_active AND points_line IS NOT NULL AND points_avg_season IS NOT NULL")
        self.assertGreater(rows[0], 500)
        self.assertIn(f"{rows[0]:,} of the {len(games.points):,} rows have a line", text)
        self.assertIn("| all who played and have a line | bookmakers' line |", text)
        self.assertNotIn("| all who played | ", text)
        self.assertIn(f"| {lined[3]:.1%} |", text)
        self.assertEqual(self.example.right_side(numpy.array([10., 12, 9, 9]), numpy.array([10., 10.5, 10.5, 10.5]), numpy.array([11., 11, 11, 10.5])), (1, 2))
        games.line[:] = numpy.nan
        self.assertIn("holds no lines", self.example.against_lines(games, said))

    def test_it_runs_and_writes_its_page(self):
        import xml.etree.ElementTree

        folder = self.slice.folder / "out"
        folder.mkdir()
        environment = {**os.environ, "PYTHONPATH": f"{PACKAGES}:{DEPS}"}
        done = subprocess.run([sys.executable, EXAMPLE / "points_model.py", "--project", self.slice.project, "--season", "2021-22", "--output", folder], env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = re.findall(r"^\| ([^|]*) \| ([^|]*) \| [\d.]+ \|", done.stdout, re.M)
        self.assertEqual(rows, [(population, method) for population in self.POPULATIONS for method in self.METHODS])
        page = (folder / "points-model.md").read_text()
        self.assertIn(done.stdout.strip(), page)
        self.assert_of_the_template(page)
        drawn = xml.etree.ElementTree.parse(folder / "points-model.svg").getroot()
        self.assertEqual(len(drawn.findall("{http://www.w3.org/2000/svg}circle")), len(rows))

    def test_without_lightgbm(self):
        with mock.patch.dict(sys.modules, {"lightgbm": None}):
            self.assertEqual(list(self.example.models()), ["ridge, 25 features", "ridge, 58 features"])

    def test_the_page_of_the_documents_is_of_the_template(self):
        page = (ROOT / "docs" / "points-model.md").read_text()
        self.assert_of_the_template(page)
        self.assertEqual(re.findall(r"^\| ([^|]*) \| ([^|]*) \| \d+\.\d{3} \|", page, re.M), [(population, method) for population in self.POPULATIONS for method in self.METHODS])
        drawn = (ROOT / "docs" / "points-model.svg").read_text()
        for mae in re.findall(r"^\| [^|]* \| [^|]* \| (\d+\.\d{3}) \|", page, re.M):
            self.assertIn(f">{mae}</text>", drawn)

    def assert_of_the_template(self, page):
        parts = re.split(r"\{\w+\}", (EXAMPLE / "page.md").read_text())
        self.assertGreater(len(parts), 10)
        self.assertRegex(page, "(?s)^" + ".+?".join(map(re.escape, parts)) + "$")

    def test_types(self):
        installed().mypy(EXAMPLE / "points_model.py")


if __name__ == "__main__":
    unittest.main()
