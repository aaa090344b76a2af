"""Replay against models that are wrong on purpose: each is caught, and the message says in which way it is wrong."""

import json
import unittest

import duckdb

from tests.kit.toy import Toy

FORM = "models/precompute/recent_form.sql"


class WrongModels(Toy):
    def verify(self, *words, code=2):
        return self.run_program("verify", "--all", *words, code=code)

    def causes(self):
        """What the JSON report tells of the tables that differ, and its exit code is 2."""
        report = json.loads(self.verify("--json", code=2))
        self.assertGreater(report["cells"], 0)
        self.assertEqual(report["mismatching_cells"], len(report["mismatches"]))
        return {m["table"]: m["cause"] for m in report["mismatches"] if m["cause"]}, report

    def run_program(self, *words, code=0, cwd=None):
        out = super().run_program(*words, code=code, cwd=cwd)
        return out[: out.rindex("}") + 1] if "--json" in words and code else out

    def test_one_that_reads_its_own_date(self):
        self.edit(FORM, "p.game_date < d.game_date", "p.game_date <= d.game_date")
        self.run_program("backfill")
        causes, report = self.causes()
        self.assertEqual(list(causes), ["recent_form"])
        self.assertIn("reads its own date: rows of player_games of 2021-10-", causes["recent_form"])
        self.assertIn('declares "3 days before"', causes["recent_form"])
        self.assertNotIn("wider", causes["recent_form"])

    def test_one_whose_window_is_wider_than_declared(self):
        self.edit(FORM, "d.game_date - 3", "d.game_date - 5")
        self.run_program("backfill")
        causes, _ = self.causes()
        self.assertEqual(list(causes), ["recent_form"])
        self.assertIn("window is wider than declared: it reads player_games back to 2021-10-20, 5 days before", causes["recent_form"])
        self.assertNotIn("own date", causes["recent_form"])

    def test_one_that_reads_later_dates(self):
        self.edit(FORM, "p.game_date < d.game_date AND p.game_date >= d.game_date - 3", "p.game_date >= d.game_date - 3 AND p.game_date <> d.game_date")
        self.run_program("backfill")
        causes, _ = self.causes()
        self.assertIn("reads later dates: rows of player_games after 2021-10-", causes["recent_form"])

    def test_one_that_depends_on_the_other_dates_of_its_batch(self):
        self.edit(FORM, "CAST(sum(p.points) AS INTEGER)", "CAST(sum(p.points) + (SELECT count(*) FROM dates) AS INTEGER)")
        self.run_program("backfill")
        causes, _ = self.causes()
        self.assertEqual(list(causes), ["recent_form"])
        self.assertIn("depends on the other dates of its batch: with the dates from 2021-10-", causes["recent_form"])

    def test_one_with_a_floating_sum_that_depends_on_order(self):
        form = "models/precompute/player_form.sql"
        self.edit(form, "ratio(sum(p.points), count(*))", "(SELECT sum(g.points / 7e0 + 1e-3 * g.player_id) FROM player_games g WHERE g.game_date < d.game_date)")
        self.run_program("backfill")
        causes, report = self.causes()
        self.assertEqual(list(causes), ["player_form"])
        self.assertIn("column points_avg depends on the order in which rows come: a sum of doubles", causes["player_form"])
        self.assertLess(max(m["columns"]["points_avg"]["largest_difference"] for m in report["mismatches"]), 1e-9)

    def test_one_that_takes_whichever_row_comes_first(self):
        self.edit(FORM, "CAST(sum(p.points) AS INTEGER)", "CAST(first(p.points) AS INTEGER)")
        self.edit(FORM, "d.game_date - 3", "d.game_date - 30")
        self.edit(FORM, '"3 days before"', '"30 days before"')
        self.run_program("backfill")
        causes, _ = self.causes()
        self.assertIn("column points depends on the order in which rows come: an ORDER BY that leaves ties, or an aggregate that takes whichever row comes first", causes["recent_form"])


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
        self.assertIn("column points: 3 rows differ, by up to 5", out)
        self.assertIn("why: its rows were changed behind the ledger's back", out)
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
        self.assertIn("the ledger's digest of them is another", self.run_program("verify", "--all", "player_games", code=2))

    def test_stale_cells_are_left_out_and_counted(self):
        self.run_program("backfill")
        self.edit("data/box_2021-22.csv", "G3,AAA,1,31", "G3,AAA,1,35")
        self.run_program("load")
        out = self.run_program("verify", "--all")
        self.assertIn("1 stale cells were left out", out)
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
