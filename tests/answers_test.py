"""Answers to the question that was asked: which value changed, who has to do what, why there are no rows, which name is meant."""

import json
import re
import shlex
import subprocess
import unittest

from tests.kit.program import BACKCOURT
from tests.kit.toy import Toy

BOX = "data/box_2021-22.csv"


class Why(Toy):
    def setUp(self):
        super().setUp()
        self.run_program("backfill")

    def values(self, *words):
        return [value for link in json.loads(self.run_program("why", *words, "--json")) for value in link["values"]]

    def test_it_says_which_value_changed_and_where_it_is(self):
        self.edit(BOX, "G1,AAA,1,30,", "G1,AAA,1,33,")
        self.run_program("backfill")
        file = BOX
        expected = {"key": "game_id G1, player_id 1", "column": "points", "before": "30", "after": "33", "file": file, "row": 1}
        self.assertEqual(self.values("raw_box", "2021-10-19"), [expected])
        self.assertEqual(self.values("player_games", "2021-10-19"), [expected])
        self.assertIn(f"game_id G1, player_id 1: points 30 -> 33 ({file}, row 1)", self.run_program("why", "player_games", "2021-10-19"))

    def test_rows_that_come_and_go(self):
        lines = (self.project / BOX).read_text().splitlines()
        gone, kept = lines[1], lines[:1] + lines[2:]
        (self.project / BOX).write_text("\n".join(kept) + "\n")
        self.run_program("load")
        (value,) = self.values("raw_box", "2021-10-19")
        self.assertEqual((value["column"], value["before"], value["after"], value["row"]), ("", "there", None, None))
        self.assertIn("player_id 1: the row is gone", self.run_program("why", "raw_box", "2021-10-19"))
        (self.project / BOX).write_text("\n".join(kept + [gone]) + "\n")
        self.run_program("load")
        self.assertIn(f"player_id 1: the row is new ({BOX}, row {len(kept)})", self.run_program("why", "raw_box", "2021-10-19"))

    def test_many_values_are_counted(self):
        text = (self.project / BOX).read_text().splitlines()
        text[1:] = [re.sub(r"^(\w+,\w+,\d+),(\d+),", lambda m: f"{m[1]},{int(m[2]) + 100},", line) for line in text[1:]]
        (self.project / BOX).write_text("\n".join(text) + "\n")
        self.run_program("load")
        (box,) = [table for table in json.loads(self.run_program("diff", "--json"))["tables"] if table["table"] == "raw_box"]
        self.assertEqual((box["columns"], box["values_changed"], len(box["values"])), ({"points": len(text) - 1}, len(text) - 1, 10))

    def test_a_first_load_and_a_new_date_keep_nothing(self):
        tables = json.loads(self.run_program("diff", "1", "--json"))["tables"]
        self.assertEqual({table["table"]: (table["new_dates"], table["values"]) for table in tables if table["table"].startswith("raw_")}, {"raw_box": (5, []), "raw_results": (5, []), "raw_schedule": (6, [])})
        self.assertEqual(self.values("raw_box", "2021-10-19"), [])


class WhyAValue(Toy):
    """Where a value comes from, through two tables, down to the file."""

    def setUp(self):
        super().setUp()
        self.run_program("backfill")

    def why(self, *words):
        return json.loads(self.run_program("why", *words, "--json"))

    def test_a_value_that_changed(self):
        self.edit(BOX, "G1,AAA,1,30,", "G1,AAA,1,33,")
        self.run_program("backfill")
        head, games, box = [link for link in self.why("player_form", "2021-10-25", "--key", "1", "--column", "points_avg") if link["state"] != "as before"]
        self.assertEqual([(value["column"], value["before"], value["after"]) for value in head["values"]], [("points_avg", "30.5", "32.0")])
        self.assertRegex(head["because"], r"points_avg is 32.0, since run 4 \(backfill, ")
        self.assertEqual((games["table"], games["depth"], games["because"]), ("player_games", 1, "2 rows of its own within `season before`, 2021-10-19 to 2021-10-22"))
        self.assertEqual(games["values"], [{"key": "game_id G1, player_id 1", "column": "points", "before": "30", "after": "33", "file": "", "row": None}])
        self.assertEqual((games["column"], games["rows"]), ("points", [{"date": "2021-10-22", "key": "game_id G3, player_id 1", "value": "31"}, {"date": "2021-10-19", "key": "game_id G1, player_id 1", "value": "33"}]))
        self.assertEqual((box["table"], box["depth"]), ("raw_box", 2))
        self.assertEqual([(value["after"], value["file"].endswith(BOX), value["row"]) for value in box["values"]], [("33", True, 1)])

    def test_a_later_run_that_changed_another_value_is_not_meant(self):
        self.edit(BOX, "G1,AAA,1,30,", "G1,AAA,1,33,")
        self.run_program("backfill")
        self.edit(BOX, "G1,AAA,1,33,", "G1,AAA,1,35,")
        self.run_program("backfill")
        self.assertIn("since run 6", self.why("player_form", "2021-10-25", "--key", "player_id=1", "--column", "points_avg")[0]["because"])
        first = self.why("player_form", "2021-10-25", "--key", "player_id=1", "--column", "games")[0]
        self.assertIn("since run 2", first["because"])
        self.assertEqual((first["state"], first["values"]), ("as it was made", []))

    def test_what_changed_since_it_was_made(self):
        self.edit(BOX, "G1,AAA,1,30,", "G1,AAA,1,33,")
        self.run_program("load")
        head, box = [link for link in self.why("player_games", "2021-10-19", "--key", "1", "--column", "points") if link["state"] != "as before"]
        self.assertEqual((head["state"], head["values"]), ("as it was made", []))
        self.assertRegex(head["because"], r"^points is 30, since run 2 .*; the cell is stale now: raw_box 2021-10-19 changed in run 3$")
        self.assertEqual((box["table"], box["state"]), ("raw_box", "changed since"))
        self.assertEqual([(value["before"], value["after"], value["file"].endswith(BOX), value["row"]) for value in box["values"]], [("30", "33", True, 1)])
        self.assertRegex(self.why("player_form", "2021-10-25", "--key", "1", "--column", "points_avg")[0]["because"], "; the cell may change now: raw_box 2021-10-19 changed in run 3$")
        self.run_program("backfill")
        self.assertNotIn("now", self.why("player_games", "2021-10-19", "--key", "1", "--column", "points")[0]["because"])

    def test_the_text_of_the_model_changed(self):
        self.edit("models/precompute/player_form.sql", "sum(p.points)", "sum(p.points) + 1")
        self.run_program("backfill")
        head, *inputs = self.why("player_form", "2021-10-25", "--key", "1", "--column", "points_avg")
        self.assertEqual(head["state"], "changed")
        self.assertIn("; no row that it was made of had changed, so the model's own text, a function, or the dates in its windows had", head["because"])
        self.assertEqual({link["state"] for link in inputs}, {"as before"})

    def test_the_row_is_found_though_its_file_was_loaded_again(self):
        self.edit(BOX, "G1,AAA,1,30,", "G1,AAA,1,33,")
        self.run_program("backfill")
        lines = (self.project / BOX).read_text().splitlines()
        (self.project / BOX).write_text("\n".join([lines[0], *reversed(lines[1:])]).replace("G3,AAA,1,31,", "G3,AAA,1,32,") + "\n")
        self.run_program("backfill")
        box, = [link for link in self.why("player_games", "2021-10-19", "--key", "1", "--column", "points") if link["table"] == "raw_box"]
        self.assertEqual([(value["after"], value["file"].endswith(BOX), value["row"]) for value in box["values"]], [("33", True, len(lines) - 1)])
        value, = self.why("raw_box", "2021-10-19")[0]["values"]
        self.assertEqual((value["file"].endswith(BOX), value["row"]), (True, len(lines) - 1))

    def test_what_is_no_row_or_column(self):
        for words, said in (
            (("player_form", "2021-10-25", "--key", "99"), "no row of player_form 2021-10-25 has the key '99'"),
            (("player_form", "2021-10-25", "--key", "games=2"), "more than one row of player_form 2021-10-25 has the key 'games=2': player_id="),
            (("player_form", "2021-10-25", "--key", "player=1"), "player_form has no column 'player'"),
            (("player_form", "2021-10-25", "--key", "1", "--column", "points"), "player_form has no column 'points'"),
            (("player_form", "2021-10-25", "--column", "points_avg"), "--column is of a row: it needs --key"),
            (("player_form", "2021-10-23", "--key", "1"), "2021-10-23 is not a game date"),
            (("raw_box", "2021-10-19", "--key", "1"), "raw_box is not a table that a model fills"),
        ):
            self.assertIn(said, self.run_program("why", *words, code=1))


class WhatChanged(Toy):
    def setUp(self):
        super().setUp()
        self.run_program("backfill")

    def why(self, table="player_form", date="2021-10-25"):
        return self.run_program("why", table, date)

    def test_the_function_that_a_model_calls(self):
        self.edit("functions/duckdb.sql", "CREATE MACRO ratio(a, b) AS ", "CREATE MACRO ratio(a, b) AS 1 * ")
        self.assertRegex(self.why(), r"the function ratio in functions/duckdb.sql:\d+, which models/precompute/player_form.sql uses, has changed since run \d+")
        self.edit("models/precompute/player_form.sql", "sum(p.points)", "sum(p.points + 0)")
        self.assertRegex(self.why(), r"the text of models/precompute/player_form.sql \(SELECT\) and the function ratio in functions/duckdb.sql:\d+ have changed")

    def test_the_text_of_a_source(self):
        self.edit("sources/box.sql", "b.points", "b.points + 1 AS points")
        self.run_program("load")
        self.assertIn("because the text of sources/box.sql, of a feed or of a function has changed", self.why("player_games"))

    def test_a_seed(self):
        (self.project / "seeds/stars.csv").write_text("player_id,why\n2,leads the league\n")
        self.run_program("load")
        self.assertIn("from seeds/stars.csv", self.why("recent_form", "2021-10-22"))

    def test_numbers_as_a_person_reads_them(self):
        self.edit("models/precompute/player_form.sql", "ratio(sum(p.points), count(*))", "ratio(sum(p.points), count(*)) / 3")
        self.run_program("backfill")
        short, full = self.run_program("diff"), self.run_program("diff", "--full")
        self.assertRegex(full, r"\d\.\d{12,}")
        self.assertNotRegex(short, r"\.\d{7,}")
        self.assertIn("->", short)
        words = ("why", "player_form", "2021-10-25", "--key", "1", "--column", "points_avg")
        self.assertNotRegex(self.run_program(*words), r"\.\d{7,}")
        self.assertRegex(self.run_program(*words, "--full"), r"\.\d{7,}")


class OneAndMany(Toy):
    def test_no_count_of_one_has_a_plural(self):
        """All that the program prints of the toy, with 0, 1 and 2 of many things."""
        said = [self.run_program(*words) for words in (("load",), ("backfill", "player_games", "--dates", "2021-10-19"), ("backfill", "player_games", "--dates", "2021-10-20,2021-10-22"), ("backfill",), ("status",),
                ("runs",), ("runs", "2"), ("dates", "--start-date", "2021-10-19", "--end-date", "2021-10-20"), ("verify", "--all"), ("files",), ("plan", "--force"), ("plan", "player_form", "--dates", "2021-10-22", "--force"),
                ("diff", "2"), ("diff",), ("show", "player_games", "--limit", "1"), ("test",), ("export", str(self.folder / "out"), "player_games"), ("backfill", "player_form", "--dates", "2021-10-22", "--force"))]
        nouns = "cells|rows|dates|files|games|batches|tests|models|tables|columns|keys|values|items|seasons|problems|attempts|bytes|inputs|feeds|days|checks"
        for text in said:
            self.assertNotRegex(text, rf"(?<![\d,.:/-])1 (more |raw |game |unchanged |new )?({nouns})\b")
            self.assertNotRegex(text, rf"\b(0|[2-9]|\d\d+) (more |raw |game |new )?({'|'.join(noun.removesuffix('es') if noun == 'batches' else noun.removesuffix('s') for noun in nouns.split('|'))})\b(?!-| date)")


class Names(Toy):
    def test_commands_to_try_are_quoted_for_a_shell(self):
        data = self.folder / "my data"
        (self.project / "data").rename(data)
        self.edit("backcourt.toml", 'folder = "data"', f'folder = "{data}"')
        self.run_program("backfill")
        (data / "box_2021-22.csv").rename(data / "gone.csv")
        for verb in ("load", "status", "doctor"):
            self.assertIn(f"`backcourt forget '{data}/box_2021-22.csv'`", self.run_program(verb), verb)
        self.assertIn("`backcourt backfill --plan 'my plan.json'`", self.run_program("plan", "--force", "--save", "my plan.json"))
        self.assertIn("next: cd 'my project'", self.run_program("new", "my project").replace(f"{self.project}/", ""))

    def test_what_is_no_table_is_named_for_what_it_is(self):
        self.run_program("backfill")
        for word, what in (("stars", "'stars' is a seed, a small file of the project"), ("box", "'box' is a feed"), ("player_from", "'player_from' is not a table\n  Try: player_form"),
                           ("nonsense", "'nonsense' is not a table\n  Try: one of ")):
            self.assertIn(what, self.run_program("export", str(self.folder / "out"), word, code=1))
        self.edit("models/analytics/player_games.sql", "empty =", "helper = true\nempty =")
        self.assertIn("player_games                               12 rows", self.run_program("export", str(self.folder / "out"), "player_games"))


class Show(Toy):
    def setUp(self):
        super().setUp()
        self.run_program("backfill")

    def test_a_season(self):
        rows = self.query("SELECT count(*) AS n FROM player_games")[0]["n"]
        shown = self.run_program("show", "player_games", "--season", "2021-22", "--format", "json").splitlines()
        self.assertEqual(len(shown), rows)
        self.assertEqual(len(self.run_program("show", "raw_box", "--season", "2021", "--format", "json").splitlines()), self.query("SELECT count(*) AS n FROM raw_box")[0]["n"])
        self.assertIn("no season '2030-31'", self.run_program("show", "player_games", "--season", "2030-31", code=1))
        self.assertIn("more than one way", self.run_program("show", "player_games", "--season", "2021-22", "--date", "2021-10-19", code=1))

    def test_it_says_why_there_are_no_rows(self):
        for date, why in (("2024-12-25", "2024-12-25 is after the last game date, 2021-11-03"), ("2020-01-01", "2020-01-01 is before the first game date, 2021-10-19"),
                          ("2021-10-21", "2021-10-21 is an off-day"), ("2021-10-19", "player_form 2021-10-19 is empty: ")):
            self.assertIn(f"(no rows: {why}", self.run_program("show", "player_form", "--date", date))
        for words, why in (
            (("--player", "99"), "no player '99' is in the warehouse"),
            (("--player", "1", "--date", "2021-10-20"), "player_games has rows of player '1' from 2021-10-19 to 2021-10-25, but none on 2021-10-20"),
            (("--start-date", "2021-11-02"), "player_games has none since 2021-11-02; its rows are from 2021-10-19 to 2021-11-01"),
        ):
            self.assertIn(f"(no rows: {why}", self.run_program("show", "player_games", *words))
        self.assertIn("no team 'AAB' is in the warehouse; try AAA", self.run_program("show", "raw_box", "--team", "AAB"))

    def test_a_table_that_is_not_filled_or_has_no_rows(self):
        form = self.project / "models/precompute/player_form.sql"
        (self.project / "models/precompute/new_form.sql").write_text(form.read_text())
        self.assertIn("new_form has not been filled yet\n  Try: `backcourt backfill new_form`", self.run_program("show", "new_form", code=1))
        (self.project / "models/precompute/new_form.sql").write_text(form.read_text().replace("GROUP BY", "WHERE d.game_date < DATE '2000-01-01' GROUP BY"))
        self.run_program("backfill", "new_form")
        self.assertRegex(self.run_program("show", "new_form"), r"\(no rows: new_form has none at all: 2021-11-03 is waiting|\(no rows: new_form has none at all: \S+ \w+: ")

    def test_numbers_as_a_person_reads_them(self):
        sql = "SELECT 100.0 / 3 AS third, 1234567.125::DOUBLE AS large, 0.1::DOUBLE AS tenth, 22100322 AS id, '1.23456789x' AS text"
        short = self.run_program("query", sql)
        self.assertEqual(short.splitlines()[1].split(), ["33.3333", "1234567.12", "0.1", "22100322", "1.23456789x"])
        self.assertIn("33.33333333333333", self.run_program("query", sql, "--full"))
        self.assertIn("33.33333333333333", self.run_program("query", sql, "--format", "csv"))


class Names(Toy):
    def test_a_name_is_suggested_only_where_it_is_near(self):
        self.assertIn("Try: player_form", self.run_program("backfill", "player_fom", code=1))
        far = self.run_program("backfill", "nonsense", code=1)
        self.assertIn("Try: one of ", far)
        self.assertIn("player_form", far)
        self.assertIn("Try: one of ", self.run_program("dates", "--types", "zzz", code=1))
        self.assertNotIn("Try: `backcourt", self.run_program("zzzzzz", code=1).replace("`backcourt --help` lists all", ""))

    def test_a_season_that_is_none(self):
        self.edit("backcourt.toml", "[project]\n", '[project]\nseasons = ["2021/22"]\n')
        self.assertIn("'2021/22' under [project] seasons is not a season", self.run_program("load", code=1))
        self.assertIn('both years, as "2021-22"', self.run_program("load", code=1))


class Fixes(Toy):
    """Every command of a fix runs as it is printed."""

    def fixes(self):
        return [gap["fix"] for gap in json.loads(self.run_program("check", "--json", code=2))["gaps"]]

    def assert_runs(self, fix):
        commands = re.findall("`(backcourt [^`]*)`", fix)
        self.assertTrue(commands, fix)
        for command in commands:
            words = shlex.split(command)
            done = subprocess.run([BACKCOURT, *words[1:]], cwd=self.project, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
            self.assertNotEqual(done.returncode, 1, f"{command}\n{done.stdout}{done.stderr}")
        return commands

    def setUp(self):
        super().setUp()
        (self.project / "data").rename(self.project / "my data")  # paths that a shell would take apart
        self.edit("backcourt.toml", 'folder = "data"', 'folder = "my data"')
        self.run_program("backfill")

    def edit_box(self, old, new):
        self.edit("my data/box_2021-22.csv", old, new)

    def test_of_a_game_without_boxes(self):
        path = self.project / "my data/box_2021-22.csv"
        path.write_text("".join(line for line in path.read_text().splitlines(True) if not line.startswith("G1,")))
        self.run_program("backfill")
        fixes = self.fixes()
        self.assertTrue(any("get a file that has the game" in fix and "'" in fix for fix in fixes), fixes)
        for fix in fixes:
            self.assert_runs(fix)

    def test_of_a_failed_cell_and_what_waits_for_it(self):
        self.edit("models/analytics/player_games.sql", "[checks]", '[checks]\n"few" = "SELECT * FROM this WHERE game_id = \'G1\'"')
        self.run_program("backfill", code=2)
        fixes = self.fixes()
        self.assertTrue(any("`backcourt why player_games 2021-10-19`" in fix for fix in fixes), fixes)
        for fix in fixes:
            self.assert_runs(fix)

    def test_of_rows_changed_outside(self):
        import duckdb
        with duckdb.connect(str(self.project / "warehouse.duckdb")) as connection:
            connection.execute("UPDATE player_games SET points = points + 1 WHERE game_date = '2021-10-19'")
            connection.execute("UPDATE raw_box SET points = points + 1 WHERE game_date = '2021-10-20'")
        self.assertEqual(len(self.fixes()), 3)  # and the game that has no result yet
        for fix in self.fixes():
            self.assert_runs(fix)
        self.assertEqual(len(self.fixes()), 1)

    def test_of_a_check_it_names_the_files_of_the_game(self):
        (self.project / "checks").mkdir(exist_ok=True)
        (self.project / "checks/few.sql").write_text('/* backcourt\nabout = "Few points."\nreads = ["raw_box"]\nfix = "correct the box of the game"\n*/\nSELECT game_date, game_id AS subject, CASE WHEN sum(points) > 0 THEN \'many\' END AS what FROM raw_box GROUP BY ALL\n')
        fixes = [fix for fix in self.fixes() if fix.startswith("correct the box")]
        self.assertEqual(len(fixes), 6)
        for fix in fixes:
            self.assertIn(f"correct the box of the game ({self.project}/my data/box_2021-22.csv), then `backcourt load '", fix)
            self.assert_runs(fix)


class Folded(Toy):
    def test_feeds_without_files_are_one_line_unless_all_are_asked_for(self):
        (self.project / "feeds.toml").write_text((self.project / "feeds.toml").read_text() + '\n[extra]\nabout = "More."\npath = "extra_{season}.csv"\n[extra.columns]\ngame_id = "VARCHAR"\n')
        (self.project / "tables/raw_extra.toml").write_text('about = "More."\nkey = ["game_id"]\ngrain = "whole"\n[columns]\ngame_id = { type = "VARCHAR", about = "The game." }\n')
        (self.project / "sources/extra.sql").write_text('/* backcourt\nabout = "More."\ntable = "raw_extra"\nfeeds = ["extra"]\n*/\nSELECT game_id, NULL AS dropped FROM extra\n')
        self.edit("models/precompute/recent_form.sql", "[reads]", '[reads]\nraw_extra = "whole"')
        self.assertIn("no files for 1 feed (--all lists them)", self.run_program("load"))
        self.run_program("backfill")
        self.assertIn("no files for 1 feed (--all lists them)", self.run_program("check", code=2))
        self.assertIn("No files for extra: raw_extra is empty", self.run_program("check", "--all", code=2))
        self.assertIn("No files for extra: raw_extra is empty", self.run_program("status"))
        self.assertIn("absent  1 feed without files", self.run_program("doctor"))
        self.assertIn("feed extra: 0 files for", self.run_program("doctor", "--all"))

    def test_the_doctor_begins_with_what_has_to_be_done(self):
        self.edit("models/precompute/player_form.sql", "empty =", "emtpy =")
        (self.project / "data/notes.csv").write_text("a,b\n1,2\n")
        levels = [line.split()[0] for line in self.run_program("doctor", code=1).splitlines() if not line.startswith(" ")]
        order = {"error": 0, "warning": 1, "note": 2, "ok": 3, "absent": 4}
        self.assertEqual(levels, sorted(levels, key=order.get))
        self.assertEqual(levels[:2], ["error", "warning"])


if __name__ == "__main__":
    unittest.main()
