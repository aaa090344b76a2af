"""SIGINT and SIGTERM end every long command within two seconds, with exit code 130 and nothing half; a second one ends it at once."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import unittest
from pathlib import Path

import duckdb

from tests.kit.program import BACKCOURT
from tests.kit.toy import Toy

MANY = "(SELECT unnest(range(3000000)) AS i)"
ENDLESS = f"(SELECT count(*) FROM {MANY} a, {MANY} b WHERE a.i * b.i = -1)"
WAIT = 2  # seconds that a command has to end in


class Interrupts(Toy):
    def start(self, *words, held=None):
        fault = f"{held} wait {self.folder / 'held'}" if held else ""
        running = subprocess.Popen([BACKCOURT, *words], cwd=self.project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, env={**os.environ, "BACKCOURT_FAULT": fault})
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        self.addCleanup(running.stdout.close)
        return running

    def until(self, true, running):
        end = time.monotonic() + 60
        while not true():
            self.assertIsNone(running.poll(), f"it ended before it could be interrupted: {running.stdout.read() if running.poll() is not None else ''}")
            self.assertLess(time.monotonic(), end, "it never came so far")
            time.sleep(0.02)

    def at_work(self, *words):
        """A command that has computed for longer than it takes to come to what never ends."""
        running = self.start(*words)
        ticks = os.sysconf("SC_CLK_TCK")
        self.until(lambda: sum(int(n) for n in Path(f"/proc/{running.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]) > 0.8 * ticks, running)
        return running

    def assert_interrupted(self, *words, by=signal.SIGINT):
        """Returns what it said. Where the engine does not listen, it is ended without a word."""
        running = self.at_work(*words)
        begun = time.monotonic()
        running.send_signal(by)
        said = running.stdout.read()
        self.assertEqual(running.wait(30), 130, said)
        self.assertLess(time.monotonic() - begun, WAIT)
        return said

    def exported(self):
        """The files of an export; one that died leaves a hidden folder to the next."""
        out = self.folder / "out"
        return {path: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.relative_to(out).parts[0] != ".export"}

    def assert_second_ends_at_once(self, held, *words):
        running = self.start(*words, held=held)
        self.until((self.folder / "held").exists, running)
        running.send_signal(signal.SIGINT)  # where it cannot end it
        with self.assertRaises(subprocess.TimeoutExpired):
            running.wait(0.5)
        running.send_signal(signal.SIGINT)
        begun = time.monotonic()
        self.assertEqual(running.wait(30), 130)
        self.assertLess(time.monotonic() - begun, WAIT)

    def batches(self, *words):
        return json.loads(self.run_program("plan", *words, "--json"))["batches"]

    def names(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if not path.name.endswith((".sock", ".lock")))

    def change(self, sql):
        with duckdb.connect(str(self.project / "warehouse.duckdb")) as connection:
            connection.execute(sql)

    def test_load(self):
        self.run_program("backfill")
        before, names = self.digests(), self.names()
        self.edit("data/box_2021-22.csv", "G3,AAA,1,31", "G3,AAA,1,35")
        self.edit("sources/box.sql", "b.points,\n", f"b.points + CAST({ENDLESS} AS INTEGER) AS points,\n")
        self.assert_interrupted("load")
        self.assert_interrupted("backfill", by=signal.SIGTERM)
        self.assertEqual((self.digests(), self.names()), (before, names))
        self.edit("sources/box.sql", f"b.points + CAST({ENDLESS} AS INTEGER) AS points,\n", "b.points,\n")
        self.assert_second_ends_at_once("load-commit", "load")
        (self.folder / "held").unlink()
        self.assertEqual(self.digests(), before)
        self.assertIn("1 raw cell changed", self.run_program("load"))
        self.run_program("backfill")
        self.assertIn("all agree", self.run_program("verify", "--all"))

    def test_export(self):
        self.run_program("backfill")
        out = self.folder / "out"
        self.run_program("export", str(out))
        before = self.exported()
        self.change("INSERT INTO player_form SELECT DATE '2021-11-03', 1000 + hash(i) % 1000000000, 1, hash(i + 1) / 7e0 FROM range(12000000) r(i)")
        self.assert_interrupted("export", str(out))
        self.assertEqual(self.exported(), before)
        self.change("DELETE FROM player_form WHERE player_id > 100")
        self.assert_second_ends_at_once("export-replaced", "export", str(out))
        self.run_program("export", str(out))
        self.assertEqual(self.exported(), before)
        self.assertEqual(list(out.glob(".*")), [])

    def test_query_into_a_file(self):
        self.run_program("backfill")
        names = self.names()
        self.assert_interrupted("query", f"SELECT {ENDLESS}", "--format", "csv", "--output", str(self.folder / "out.csv"))
        self.assertEqual(self.names(), names)

    def test_verify(self):
        self.edit("models/precompute/recent_form.sql", "CAST(sum(p.points) AS INTEGER)",
                  "CAST(sum(p.points) + (SELECT count(*) FROM player_games a, player_games b WHERE a.points * b.points = -7 AND a.game_date < d.game_date) AS INTEGER)")
        self.run_program("backfill")
        rows = self.query("SELECT count(*) AS n FROM player_games")
        self.change("INSERT INTO player_games SELECT 'G' || i, i, DATE '2021-10-22', 3 FROM range(100, 2000000) r(i)")
        said = self.assert_interrupted("verify", "--all", "recent_form")
        self.assertRegex(said, r"interrupted after \d+ of \d+ cells")
        self.change("DELETE FROM player_games WHERE player_id >= 100")
        self.assertEqual(self.query("SELECT count(*) AS n FROM player_games"), rows)
        self.assertIn("all agree", self.run_program("verify", "--all"))

    def test_check(self):
        (self.project / "checks").mkdir()
        (self.project / "checks" / "slow.sql").write_text(f'/* backcourt\nabout = "Slow."\nreads = ["raw_results"]\nfix = "wait"\n*/\nSELECT game_date, game_id AS subject, CASE WHEN {ENDLESS} = 7 THEN \'seven\' END AS what FROM raw_results\n')
        self.run_program("backfill")
        self.assert_interrupted("check")
        shutil.rmtree(self.project / "checks")
        self.run_program("check", code=2)  # the toy league has one game to come

    def test_changed_checks(self):
        self.run_program("backfill")
        self.edit("models/analytics/player_games.sql", "points < 0", f"points < 0 AND {ENDLESS} = 7")
        self.assert_interrupted("backfill")
        self.edit("models/analytics/player_games.sql", f"points < 0 AND {ENDLESS} = 7", "points < 0")
        self.assertIn("nothing to do", self.run_program("backfill"))

    def test_a_forced_fill_is_finished_by_the_command_that_the_next_run_names(self):
        self.run_program("backfill")
        running = self.start("backfill", "all", "--force", held="fill-commit:player_form")  # player_games is filled again
        self.until((self.folder / "held").exists, running)
        running.kill()
        running.wait()
        command = re.search(r"Try: `backcourt (.*)`, which fills the rest", self.run_program("backfill"))[1]
        self.assertRegex(command, r"^backfill all --force --before-run \d+$")
        cells = {(cell["table"]): cell["cells"] for cell in self.batches(*command.split()[1:])}
        self.assertNotIn("player_games", cells)
        self.assertIn("player_form", cells)
        self.run_program(*command.split())
        self.assertNotIn("which fills the rest", self.run_program("backfill"))
        self.assertIn("--before-run says which cells --force leaves out", self.run_program("backfill", "--before-run", "2", code=1))

    def test_who_waits_for_the_holder(self):
        self.run_program("backfill")
        holder = self.start("backfill", "--force", held="fill-commit")
        self.until((self.folder / "held").exists, holder)
        threads = len(os.listdir(f"/proc/{holder.pid}/task"))
        client = self.start("query", f"SELECT {ENDLESS}")
        self.until(lambda: len(os.listdir(f"/proc/{holder.pid}/task")) > threads, client)
        client.send_signal(signal.SIGINT)
        self.assertEqual(client.wait(30), 130)
        (self.folder / "held").unlink()
        self.assertEqual(holder.wait(60), 0)


if __name__ == "__main__":
    unittest.main()
