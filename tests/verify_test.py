"""Replay against models that are wrong on purpose: each is caught, and the message says in which way it is wrong."""

import json
import unittest

import duckdb

from tests.kit.toy import Toy

FORM = "models/precompute/recent_form.sql"


class WrongModels(Toy):
    """A model that is wrong, and what must be said of it: `edits` to its file, the table, the cause."""

    wrong = {
        "reads its own date": ([(FORM, "p.game_date < d.game_date", "p.game_date <= d.game_date")], "recent_form",
            'it reads its own date: rows of player_games of 2021-1.-.. change it, though it declares "3 days before"'),
        "reads later dates": ([(FORM, "p.game_date < d.game_date AND p.game_date >= d.game_date - 3", "p.game_date >= d.game_date - 3 AND p.game_date <> d.game_date")], "recent_form",
            "it reads later dates: rows of player_games after 2021-1"),
        "is wider than it declares": ([(FORM, "d.game_date - 3", "d.game_date - 5")], "recent_form",
            "its window is wider than declared: it reads player_games back to 2021-10-20, 5 days before"),
        "depends on its batch": ([(FORM, "CAST(sum(p.points) AS INTEGER)", "CAST(sum(p.points) + (SELECT count(*) FROM dates) AS INTEGER)")], "recent_form",
            "it depends on the other dates of its batch: with the dates from 2021-1"),
        "sums doubles in any order": ([("models/precompute/player_form.sql", "ratio(sum(p.points), count(*))",
            "(SELECT sum(g.points / 7e0 + 1e-3 * g.player_id) FROM player_games g WHERE g.game_date < d.game_date)")], "player_form",
            "column points_avg depends on the order in which rows come: a sum of doubles"),
        "takes whichever row comes first": ([(FORM, "CAST(sum(p.points) AS INTEGER)", "CAST(first(p.points) AS INTEGER)"), (FORM, "d.game_date - 3", "d.game_date - 30"),
            (FORM, '"3 days before"', '"30 days before"')], "recent_form",
            "column points depends on the order in which rows come: an ORDER BY that leaves ties, or an aggregate that takes whichever row comes first"),
    }

    def make_wrong(self, name):
        self.setUp()
        edits, table, cause = self.wrong[name]
        for edit in edits:
            self.edit(*edit)
        return table, cause

    def query(self, sql):
        with duckdb.connect(str(self.project / "warehouse.duckdb")) as connection:
            return connection.execute(sql).fetchall()

    def test_each_fails_at_its_fill_and_what_reads_it_is_blocked(self):
        for name in self.wrong:
            with self.subTest(name):
                table, cause = self.make_wrong(name)
                out = self.run_program("backfill", code=2)
                self.assertRegex(out, cause)
                self.assertIn("differs when it is filled alone, from its own windows", out)
                failed = [line for line in out.splitlines() if line.startswith(f"FAILED {table} ")]
                self.assertEqual([line.endswith(": the same") for line in failed], [False, True], failed)  # however many dates
                self.assertRegex(self.run_program("status"), cause)
                states = dict(self.query(f"SELECT state, count(*) FROM backcourt.cells WHERE table_name = '{table}' GROUP BY 1"))
                self.assertEqual(set(states) - {"failed", "empty", "blocked"}, set(), states)
                self.assertGreater(states["failed"], 0)
                self.assertEqual(self.query(f"SELECT proved FROM backcourt.models WHERE model = '{table}'"), [(False,)])
                self.run_program("backfill", code=2)  # and again, as long as it is wrong

    def test_a_wrong_text_leaves_the_rows_of_the_sound_one_and_a_corrected_one_fills(self):
        self.run_program("backfill")
        sound = self.query("SELECT * FROM recent_form ORDER BY ALL")
        text = (self.project / FORM).read_text()
        self.edit(FORM, "p.game_date < d.game_date", "p.game_date <= d.game_date")
        self.run_program("backfill", code=2)
        self.assertEqual(self.query("SELECT * FROM recent_form ORDER BY ALL"), sound)
        (self.project / FORM).write_text(text)
        self.run_program("backfill")
        self.assertEqual(self.query("SELECT * FROM recent_form ORDER BY ALL"), sound)
        self.assertEqual(self.query("SELECT DISTINCT state FROM backcourt.cells WHERE table_name = 'recent_form' AND state NOT IN ('fresh', 'empty')"), [])

    def test_verify_finds_each_in_a_warehouse_that_was_filled_without_proof(self):
        for name in self.wrong:
            with self.subTest(name):
                table, cause = self.make_wrong(name)
                for day in ("2021-10-19", "2021-10-20"):  # a date alone is cut to its windows
                    self.run_program("backfill", "--dates", day)
                self.query("UPDATE backcourt.models SET proved = NULL")  # as a version without proofs leaves it
                self.run_program("backfill")
                out = self.run_program("verify", "--all", "--json", code=2)
                report = json.loads(out[: out.rindex("}") + 1])
                self.assertGreater(report["cells"], 0)
                self.assertEqual(report["mismatching_cells"], len(report["mismatches"]))
                causes = {m["table"]: m["cause"] for m in report["mismatches"] if m["cause"]}
                self.assertEqual(list(causes), [table])
                self.assertRegex(causes[table], cause)
                for mismatch in report["mismatches"]:
                    if "points_avg" in mismatch["columns"]:
                        self.assertLess(mismatch["columns"]["points_avg"]["largest_difference"], 1e-9)


class FewDates(Toy):
    """A table with fewer dates than a proof takes: all of them pass, and later ones until there are enough."""

    MORE = "G8,2021-11-04,AAA,BBB,90,80\nG9,2021-11-05,CCC,DDD,90,80\n", "G8,AAA,1,20,30:00\nG8,BBB,2,20,30:00\nG9,CCC,3,20,30:00\nG9,DDD,4,20,30:00\n"

    def states(self, table):
        """What the verbs say of the states of a table: the same."""
        cells = json.loads(self.run_program("cells", table, "--json"))
        (states,) = {one["states"] for one in cells["tables"] if one["table"] == table}
        names = [cells["letters"][letter] for letter in states]
        self.assertEqual(names, [json.loads(self.run_program("cell", table, date["date"], "--json"))["state"] for date in cells["dates"]])
        (status,) = [one for one in json.loads(self.run_program("status", "--json"))["seasons"][0]["tables"] if one["table"] == table]
        self.assertEqual(status["states"], {name: names.count(name) for name in names})
        metrics = self.run_program("metrics")
        for name in set(names):
            self.assertIn(f'backcourt_cells{{table="{table}",state="{name}"}} {names.count(name)}', metrics)
        return states

    def more_games(self):
        for name, rows in zip(("games", "box"), self.MORE, strict=True):
            with open(self.project / f"data/{name}_2021-22.csv", "a", encoding="utf-8") as file:
                file.write(rows)

    def proved(self, table):
        return bool(json.loads(self.run_program("query", f"SELECT proved FROM backcourt.models WHERE model = '{table}'", "--format", "json"))["proved"])

    def test_it_is_proved_on_all_that_it_has(self):
        self.run_program("backfill", "player_games", "--dates", "2021-10-20")  # alone, which says nothing of the text
        self.assertEqual(self.states("player_games"), "mummmm")
        self.run_program("backfill")
        self.assertEqual([self.states(table) for table in ("player_games", "player_form", "recent_form")], ["fffffe", "efffff", "efffef"])
        self.assertFalse(self.proved("recent_form"))
        self.more_games()
        self.run_program("backfill")
        self.assertEqual(set(self.states("recent_form")), {"e", "f"})
        self.assertTrue(self.proved("recent_form"))  # on five, over two runs

    def test_dates_that_come_later_are_proved_too(self):
        self.edit(FORM, "p.game_date < d.game_date AND", "(p.game_date < d.game_date OR (d.game_date > DATE '2021-11-03' AND p.game_date <= d.game_date)) AND")
        self.run_program("backfill")
        self.assertEqual(self.states("recent_form"), "efffef")
        self.more_games()
        self.assertIn("it reads its own date", self.run_program("backfill", code=2))


class Reports(Toy):
    def change(self, sql):
        with duckdb.connect(str(self.project / "warehouse.duckdb")) as connection:
            connection.execute(sql)

    def report(self):
        out = self.run_program("verify", "--all", "--json", code=2)
        return json.loads(out[: out.rindex("}") + 1])

    def test_names_the_first_value_and_the_largest_difference(self):
        self.run_program("backfill")
        self.change("UPDATE player_games SET points = points + 2 WHERE game_id = 'G3'")
        self.change("UPDATE player_games SET points = points + 5 WHERE game_id = 'G5' AND player_id = 4")
        out = self.run_program("verify", "--all", code=2)
        self.assertIn("player_games: 2 cells DIFFER: 3 rows differ, 0 missing, 0 extra", out)
        self.assertIn("first: 2021-10-22, game_id=G3, player_id=1: points is 33, its replay gives 31", out)
        self.assertIn("column points differs in 3 rows, by up to 5", out)
        self.assertIn("why: its rows were changed outside Backcourt", out)
        self.assertRegex(out, r"18 cells with 42 rows replayed")

    def test_counts_missing_and_extra_rows(self):
        self.run_program("backfill")
        self.change("DELETE FROM player_form WHERE game_date = '2021-10-25' AND player_id = 3")
        self.change("INSERT INTO recent_form VALUES ('2021-10-25', 77, 1, false)")
        report = self.report()
        mismatches = {m["table"]: m for m in report["mismatches"]}
        self.assertEqual((mismatches["player_form"]["missing"], mismatches["player_form"]["extra"]), (1, 0))
        self.assertEqual(mismatches["player_form"]["first"], {"key": "game_date=2021-10-25, player_id=3", "column": "", "stored": "not there", "replayed": "there"})
        self.assertEqual((mismatches["recent_form"]["missing"], mismatches["recent_form"]["extra"]), (0, 1))
        self.assertEqual((report["missing_rows"], report["extra_rows"], report["cells"]), (1, 1, 18))

    def test_a_row_that_stands_twice_is_a_difference(self):
        self.run_program("backfill")
        self.change("INSERT INTO player_games SELECT * FROM player_games WHERE game_id = 'G1' AND player_id = 1")
        self.assertIn("the table has a row more than once", self.run_program("verify", "--all", "player_games", code=2))

    def test_a_changed_ledger_is_a_difference(self):
        self.run_program("backfill")
        self.change("UPDATE backcourt.cells SET row_count = 9 WHERE table_name = 'player_games' AND row_count = 4")
        self.assertIn("not those that were recorded when they were filled", self.run_program("verify", "--all", "player_games", code=2))

    def test_stale_cells_are_left_out_and_counted(self):
        self.run_program("backfill")
        self.edit("data/box_2021-22.csv", "G3,AAA,1,31", "G3,AAA,1,35")
        self.run_program("load")
        out = self.run_program("verify", "--all")
        self.assertIn("left out: 1 stale cell,", out)
        self.assertIn("17 cells", out)

    def test_only_the_dates_that_were_chosen(self):
        self.run_program("backfill")
        self.change("UPDATE player_games SET points = points + 2 WHERE game_id = 'G3'")  # of 2021-10-22
        self.assertRegex(self.run_program("verify", "--all", "--dates", "2021-10-19,2021-10-20"), "^6 cells with 8 rows replayed")
        self.assertIn("dates: 2021-10-22", self.run_program("verify", "--all", "--start-date", "2021-10-22", "--end-date", "2021-10-24", code=2))
        self.assertRegex(self.run_program("verify", "player_games", "--all", "--start-date", "2021-10-25"), "^3 cells with 4 rows replayed")
        self.assertIn("a check of nothing proves nothing", self.run_program("verify", "--start-date", "2021-10-23", "--end-date", "2021-10-24", code=1))
        self.assertIn("in more than one way", self.run_program("verify", "--season", "2021-22", "--dates", "2021-10-19", code=1))

    def test_nothing_to_verify_is_an_error(self):
        self.run_program("load")
        self.assertIn("a check of nothing proves nothing", self.run_program("verify", code=1))


if __name__ == "__main__":
    unittest.main()
