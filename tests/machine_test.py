"""Faults of the machine and of the data, one by one: told, kept to what is guilty, mended by the next run."""

import json
import os
import subprocess
import time

import duckdb

from tests.kit.program import BACKCOURT
from tests.kit.toy import Toy
from tests.kit.faults import FAULTS_LIBRARY


class Faulty(Toy):
    def run_faulty(self, *words, code, **env):
        env = {**os.environ, "LD_PRELOAD": FAULTS_LIBRARY, "FAULTS_FOLDER": f"{self.folder.resolve()}/", **env}
        done = subprocess.run([BACKCOURT, *words], cwd=self.project, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, env=env)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def write_to_warehouse(self, *statements):
        with duckdb.connect(str(self.project / "warehouse.duckdb")) as connection:
            for statement in statements:
                connection.execute(statement)

    def cells(self):
        return {(c["table_name"], c["date"]): c for c in self.query("SELECT table_name, CAST(DATE '1970-01-01' + slot AS VARCHAR) AS date, state, reason, error_class, run FROM backcourt.cells WHERE table_name IN ('player_games', 'player_form', 'recent_form')")}

    def filled_from_scratch(self):
        there = self.project / "warehouse.duckdb"
        there.rename(self.folder / "kept")
        self.run_program("backfill")
        digests = self.digests()
        there.unlink()
        (self.folder / "kept").rename(there)
        return digests


class Machine(Faulty):
    def test_a_load_that_needs_more_than_a_load_takes_by_itself(self):
        self.edit("sources/box.sql", "ON s.game_id = b.game_id", "ON s.game_id = b.game_id WHERE (SELECT len(list(i)) FROM range(24000000) r(i)) > 0")
        self.assertIn("3 files read", self.run_program("load"))
        self.assertEqual(self.run_program("query", "SELECT count(*) AS n FROM raw_box", "--format", "csv").split(), ["n", "12"])
        (self.project / "warehouse.duckdb").unlink()
        self.edit("backcourt.toml", "[warehouse]", '[warehouse]\nmemory_limit = "330MB"')
        self.run_program("load", code=2)  # which is what a load takes by itself

    def test_a_folder_that_is_read_only(self):
        self.assertIn("a folder that you may write to", self.run_faulty("backfill", code=5, FAULTS="readonly"))
        self.run_program("backfill")
        out = self.run_faulty("export", "../out", code=1, FAULTS="readonly", FAULTS_FOLDER=f"{self.folder.resolve()}/out")
        self.assertIn("out cannot be written", out)
        self.assertIn("another folder", out)
        self.assertIn("plan.json.tmp cannot be written", self.run_faulty("plan", "--save", "plan.json", code=1, FAULTS="readonly", FAULTS_FOLDER=f"{self.project.resolve()}/plan"))

    def test_too_little_memory_is_capacity_and_says_so(self):
        self.run_program("load")
        self.edit("backcourt.toml", 'path = "warehouse.duckdb"', 'path = "warehouse.duckdb"\nmemory_limit = "40MB"')
        self.edit("models/precompute/recent_form.sql", "FROM dates d JOIN", "FROM (SELECT d.*, (SELECT count(DISTINCT md5(CAST(i AS VARCHAR)) || repeat('x', 1000)) FROM (SELECT unnest(range(300000)) AS i)) AS work FROM dates d WHERE work > 0) d JOIN")
        self.edit("models/precompute/recent_form.sql", "SELECT d.*, (SELECT count(DISTINCT", "SELECT d.*, (SELECT count(DISTINCT")
        out = self.run_faulty("backfill", code=2, FAULTS="full 1", FAULTS_FOLDER=f"{self.project.resolve()}/warehouse.duckdb.tmp")  # and nowhere to spill
        self.assertIn("(capacity)", out)
        self.assertEqual({c["state"] for key, c in self.cells().items() if key[0] == "player_form"}, {"fresh", "empty"})

    def test_a_damaged_block_is_named_with_the_way_back(self):
        self.run_program("backfill")
        before = self.digests()
        path = self.project / "warehouse.duckdb"
        content = bytearray(path.read_bytes())
        for at in range(3 * 4096 + 5000, len(content), 4096):
            content[at] ^= 0xFF
        path.write_bytes(content)
        out = self.run_program("backfill", "--force", code=5)
        self.assertIn("damaged", out)
        self.assertIn("move it away", out)
        path.rename(self.folder / "damaged")
        self.run_program("backfill", "all")
        self.assertEqual(self.digests(), before)

    def test_a_damaged_header_is_named_with_the_way_back(self):
        self.run_program("backfill")
        path = self.project / "warehouse.duckdb"
        content = bytearray(path.read_bytes())
        content[4096:12288] = bytes(8192)
        path.write_bytes(content)
        out = self.run_program("backfill", code=5)
        self.assertIn("warehouse.duckdb", out)
        self.assertIn("move it away", out)

    def test_a_damaged_row_of_the_ledger_is_named_and_filled_again(self):
        self.run_program("backfill")
        before, slot = self.digests(), "slot = DATE '2021-10-25' - DATE '1970-01-01' AND table_name = 'player_form'"
        for damage, said in [("UPDATE backcourt.cells SET state = 'nonsense' WHERE " + slot, "state is 'nonsense'"), ("UPDATE backcourt.cells SET fingerprint = 'xyz' WHERE " + slot, "fingerprint is 'xyz'"),
                             ("UPDATE backcourt.cells SET digest = NULL WHERE " + slot, "digest is NULL"), ("UPDATE backcourt.cells SET row_count = -1 WHERE " + slot, "row_count is -1"),
                             ("INSERT INTO backcourt.cells FROM backcourt.cells WHERE " + slot, "it is there twice"),
                             ("DELETE FROM backcourt.cells WHERE " + slot, "1 missing")]:
            with self.subTest(damage=damage):
                self.write_to_warehouse(damage)
                status = self.run_program("status")
                self.assertIn(said, status)
                self.assertIn("1 cell filled", self.run_program("backfill"))
                self.assertEqual(self.digests(), before)
                self.assertIn("all agree", self.run_program("verify", "--all"))

    def test_a_wrong_digest_in_the_ledger_is_found_by_verify_and_fixed_by_force(self):
        self.run_program("backfill")
        self.write_to_warehouse("UPDATE backcourt.cells SET digest = repeat('0', 31) || '1' WHERE table_name = 'recent_form' AND slot = DATE '2021-10-25' - DATE '1970-01-01'")
        out = self.run_program("verify", "--all", code=2)
        self.assertIn("2021-10-25: the rows are right, but not those that were recorded when they were filled", out)
        self.run_program("backfill", "recent_form", "--dates", "2021-10-25", "--force")
        self.assertIn("all agree", self.run_program("verify", "--all"))

    def test_a_damaged_row_of_a_raw_table_is_named(self):
        self.run_program("backfill")
        self.write_to_warehouse("UPDATE backcourt.cells SET digest = 'zz' WHERE table_name = 'raw_box'")
        out = self.run_program("status", code=5)
        self.assertIn("raw_box", out)
        self.assertIn("move it away", out)

    def test_a_clock_set_back_changes_nothing(self):
        self.run_program("backfill")
        self.edit("data/box_2021-22.csv", "G3,AAA,1,31", "G3,AAA,1,35")
        self.run_faulty("backfill", code=0, FAULTS_CLOCK="-86400000")
        self.assertIn("nothing to do", self.run_program("backfill"))
        runs = json.loads(self.run_program("runs", "--json"))
        self.assertEqual([run["run"] for run in runs], [4, 3, 2, 1])
        self.assertLess(runs[1]["started_at_utc"], runs[3]["started_at_utc"])
        self.assertEqual(self.digests(), self.filled_from_scratch())
        self.assertIn("all agree", self.run_program("verify", "--all"))

    def test_a_file_that_changes_while_it_is_read(self):
        self.run_program("load")
        before = self.digests()
        self.edit("data/box_2021-22.csv", "G3,AAA,1,31", "G3,AAA,1,35")
        held = self.folder / "held"
        loading = subprocess.Popen([BACKCOURT, "load"], cwd=self.project, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, "BACKCOURT_FAULT": f"load-write:raw_box wait {held}"})
        self.addCleanup(loading.stderr.close)
        self.addCleanup(loading.kill)
        for _ in range(1000):
            if held.exists():
                break
            time.sleep(0.02)
        self.edit("data/box_2021-22.csv", "G3,AAA,1,35", "G3,AAA,1,36")
        held.unlink()
        self.assertEqual(loading.wait(60), 4)
        self.assertIn("box_2021-22.csv changed while it was read; nothing was loaded", loading.stderr.read())
        self.assertEqual(self.digests(), before)

    def test_an_older_format_is_brought_up_and_a_damaged_one_refused(self):
        self.run_program("backfill")
        before = self.digests()
        self.write_to_warehouse("ALTER TABLE backcourt.batches DROP COLUMN attempts", "ALTER TABLE backcourt.models DROP COLUMN proved", "DROP TABLE backcourt.offers", "DROP TABLE backcourt.lost_files", "DROP TABLE backcourt.history", "DROP SCHEMA history CASCADE", "UPDATE backcourt.meta SET value = '1' WHERE name = 'format'")
        self.assertIn("nothing to do", self.run_program("backfill"))
        self.assertEqual(self.query("SELECT value FROM backcourt.meta WHERE name = 'format'"), [{"value": "6"}])
        self.assertEqual(self.query("SELECT DISTINCT attempts FROM backcourt.batches"), [{"attempts": 1}])
        self.assertIn("fill", self.run_program("backfill", "--force"))
        self.assertEqual(self.digests(), before)
        self.write_to_warehouse("DELETE FROM backcourt.meta")
        self.assertIn("has no readable format number", self.run_program("status", code=5))

    def test_a_journal_without_its_warehouse_is_not_thrown_away(self):
        (self.project / "warehouse.duckdb.wal").write_bytes(b"what was committed last")
        self.assertIn("bring the warehouse back", self.run_program("load", code=5))
        self.assertEqual((self.project / "warehouse.duckdb.wal").read_bytes(), b"what was committed last")


class Data(Faulty):
    def blame(self, *dates):
        """An error on these dates, whatever the batch."""
        listed = ", ".join(f"DATE '{date}'" for date in dates)
        self.edit("models/analytics/player_games.sql", "b.points\nFROM", f"CASE WHEN b.game_date IN ({listed}) THEN CAST('broken on ' || CAST(b.game_date AS VARCHAR) AS INTEGER) ELSE b.points END AS points\nFROM")

    def test_only_the_guilty_dates_fail_and_the_next_run_fills_the_rest_and_nothing_else(self):
        self.edit("data/box_2021-22.csv", "G2,CCC,3,10", "G2,CCC,3,-10")  # 2021-10-20 and 2021-11-01 break a check
        self.edit("data/box_2021-22.csv", "G6,BBB,2,15", "G6,BBB,2,-15")
        out = self.run_program("backfill", code=2)
        self.assertIn('check "points are not negative" of player_games fails on 1 row', out)
        self.assertIn("trying its 5 dates in halves", out)
        # What a part of a batch takes says nothing of the model: later plans do not count with it.
        batches = self.query("SELECT seconds FROM backcourt.batches WHERE model = 'player_games' AND cells < 5")
        self.assertTrue(batches)
        self.assertEqual({batch["seconds"] for batch in batches}, {None})
        cells = self.cells()
        self.assertEqual({key for key, cell in cells.items() if cell["state"] == "failed"}, {("player_games", "2021-10-20"), ("player_games", "2021-11-01")})
        self.assertEqual({cell["error_class"] for cell in cells.values() if cell["state"] == "failed"}, {"data"})
        blocked = {key for key, cell in cells.items() if cell["state"] == "blocked"}
        self.assertEqual(blocked, {(table, date) for table, dates in [("player_form", ["2021-10-22", "2021-10-25", "2021-11-01", "2021-11-03"]), ("recent_form", ["2021-10-22", "2021-11-03"])] for date in dates})
        for key in blocked:
            self.assertRegex(cells[key]["reason"], "waits for player_games 2021-1[01]-")
        done = {key: cell["run"] for key, cell in cells.items() if cell["state"] in ("fresh", "empty")}
        self.assertEqual(len(done), 18 - 2 - len(blocked))
        self.assertIn("waits for player_games", self.run_program("why", "player_form", "2021-10-25"))

        self.edit("data/box_2021-22.csv", "G2,CCC,3,-10", "G2,CCC,3,10")
        self.edit("data/box_2021-22.csv", "G6,BBB,2,-15", "G6,BBB,2,15")
        self.assertIn(f"{2 + len(blocked)} cells filled", self.run_program("backfill"))
        after = self.cells()
        self.assertEqual({key: after[key]["run"] for key in done}, done)
        self.assertEqual(self.digests(), self.filled_from_scratch())

    def test_an_error_of_the_sql_on_one_date(self):
        self.blame("2021-10-22")
        self.run_program("backfill", code=2)
        failed = {key: cell for key, cell in self.cells().items() if cell["state"] == "failed"}
        self.assertEqual(set(failed), {("player_games", "2021-10-22")})
        self.assertIn("broken on 2021-10-22", failed[("player_games", "2021-10-22")]["reason"])
        runs = json.loads(self.run_program("runs", "2", "--json"))
        self.assertEqual([(failure["table"], failure["date"]) for failure in runs[0]["failures"]], [("player_games", "2021-10-22")])

    def test_a_row_that_is_due_and_not_made(self):
        self.edit("models/analytics/player_games.sql", "[checks]", '[rows]\nexpected = "SELECT d.game_date, count(b.player_id) AS expected_rows FROM dates d LEFT JOIN raw_box b ON b.game_date = d.game_date GROUP BY d.game_date"\n\n[checks]')
        self.run_program("backfill")
        before = self.digests()
        self.edit("models/analytics/player_games.sql", "JOIN dates d ON d.game_date = b.game_date\n", "JOIN dates d ON d.game_date = b.game_date AND (b.player_id <> 2 OR b.game_date <> DATE '2021-10-22')\n")
        out = self.run_program("backfill", code=2)
        self.assertIn("player_games has another number of rows than expected on 1 date:", out)
        self.assertIn("expected_rows=4 rows_made=3", out)
        self.assertEqual({key for key, cell in self.cells().items() if cell["state"] == "failed"}, {("player_games", "2021-10-22")})
        self.assertEqual(self.digests(), before)  # what was there stays

    def failed(self, date):
        """What `cell`, `why` and `runs` say of a failed date of player_games: all the same."""
        self.run_program("load")
        self.run_program("backfill", "player_games", "--dates", date, code=2)
        cell = json.loads(self.run_program("cell", "player_games", date, "--json"))
        said = cell["message"]
        self.assertEqual(self.run_program("cell", "player_games", date).count(said), 1)
        self.assertIn(said, self.run_program("why", "player_games", date))
        self.assertIsNone(cell["run"])  # none has filled it
        self.assertIn(said, self.run_program("runs", "2"))
        return said.splitlines()

    def test_the_rows_that_break_a_check_are_shown(self):
        self.edit("data/box_2021-22.csv", "G2,CCC,3,10", "G2,CCC,3,-10")
        self.edit("models/analytics/player_games.sql", "SELECT b.game_id, b.player_id, b.game_date, b.points\n", "SELECT b.points, b.game_date, b.player_id, b.game_id\n")
        what, row = self.failed("2021-10-20")
        self.assertEqual(what, 'check "points are not negative" of player_games fails on 1 row:')
        self.assertEqual(row, "    game_id=G2 player_id=3 game_date=2021-10-20 points=-10")

    def test_the_rows_of_a_doubled_key_are_shown(self):
        self.edit("models/analytics/player_games.sql", "FROM raw_box b JOIN dates d", "FROM (FROM raw_box UNION ALL SELECT * REPLACE (points + 5 AS points) FROM raw_box WHERE game_id = 'G2' AND player_id = 3) b JOIN dates d")
        what, *rows = self.failed("2021-10-20")
        self.assertEqual(what, 'check "one row a key" of player_games fails on 1 key:')
        self.assertEqual(sorted(rows), [f"    game_id=G2 player_id=3 rows_of_this_key=2 game_date=2021-10-20 points={points}" for points in (10, 15)])

    def test_the_rows_that_are_missing_and_not_expected_are_shown(self):
        for rows in ('expected = "rows of raw_box"', 'keys = "SELECT game_date, game_id, player_id FROM raw_box"'):
            with self.subTest(rows):
                self.setUp()
                self.edit("models/analytics/player_games.sql", "[checks]", f"[rows]\n{rows}\n\n[checks]")
                self.edit("models/analytics/player_games.sql", "b.player_id, b.game_date", "CASE WHEN b.player_id = 2 THEN 99 ELSE b.player_id END AS player_id, b.game_date")
                self.edit("models/analytics/player_games.sql", "ON d.game_date = b.game_date\n", "ON d.game_date = b.game_date AND b.player_id <> 1\n")
                what, count, *rows_shown = self.failed("2021-10-19")
                self.assertEqual(what, "player_games has another number of rows than expected on 1 date:")
                self.assertEqual(count, "    game_date=2021-10-19 expected_rows=2 rows_made=1")
                self.assertEqual(rows_shown, ["    problem=missing game_date=2021-10-19 game_id=G1 player_id=1", "    problem=missing game_date=2021-10-19 game_id=G1 player_id=2",
                                              "    problem=not expected game_date=2021-10-19 game_id=G1 player_id=99"])

    def test_three_identical_errors_stop_a_model(self):
        self.blame("2021-10-19", "2021-10-20", "2021-10-22", "2021-10-25", "2021-11-01", "2021-11-03")
        out = self.run_program("backfill", code=2)
        self.assertIn("player_games is not tried any further: 3 identical errors in a row", out)
        self.assertEqual(sum(cell["state"] == "failed" for cell in self.cells().values()), 3)


if __name__ == "__main__":
    import unittest

    unittest.main()
