"""What is drawn on a terminal fits it, whatever its size: no line wraps, nothing of an earlier frame stays, what runs is on top."""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time
import unittest

from tests.kit.program import BACKCOURT
from tests.kit.toy import Toy

import pyte  # beside DuckDB's module

SIZES = [(80, 24), (100, 12), (40, 24)]
RECENT = "models/precompute/recent_form.sql"


class Terminal:
    """A program on a terminal of a size. What it wrote is in `written`, what the terminal shows in `lines()`."""

    def __init__(self, words, cwd, width, height, **env):
        self.screen = pyte.HistoryScreen(width, height, history=1000)
        self.stream, self.written, self.width = pyte.ByteStream(self.screen), b"", width
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.process = subprocess.Popen([BACKCOURT, *words], cwd=cwd, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, env={**os.environ, **env})
        os.close(slave)

    def read(self, seconds=0.1):
        while select.select([self.master], [], [], seconds)[0]:
            try:
                some = os.read(self.master, 65536)
            except OSError:  # its end
                return False
            if not some:
                return False
            self.written += some
            self.stream.feed(some)
        return True

    def end(self):
        while self.read(1):
            if self.process.poll() is not None and not select.select([self.master], [], [], 0)[0]:
                break
        os.close(self.master)
        return self.process.wait(timeout=60)

    def lines(self):
        above = ["".join(line[x].data for x in range(self.screen.columns)).rstrip() for line in self.screen.history.top]
        return [line for line in above + [line.rstrip() for line in self.screen.display] if line]

    def shown(self):
        return [line.rstrip() for line in self.screen.display if line.strip()]

    def widest(self):
        """Of the lines of the frames: those that are drawn over, each with a clearing of its rest."""
        text = self.written.decode()
        return max([len(re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\r", "", line)) for line in text.split("\n") if line.endswith("\x1b[K\r")] or [0])


class Drawn(Toy):
    TABLES = 14

    def setUp(self):
        super().setUp()
        for i in range(self.TABLES - 3):
            (self.project / f"models/precompute/a_table_with_a_long_name_{i:02}.sql").write_text((self.project / RECENT).read_text())
        self.run_program("load")

    def test_a_fill_on_terminals_of_all_sizes(self):
        for width, height in SIZES:
            with self.subTest(width=width, height=height):
                terminal = Terminal(["backfill", "all", "--force", "--no-load"], self.project, width, height)
                self.assertEqual(terminal.end(), 0)
                self.assertLess(terminal.widest(), width)
                self.assertGreater(terminal.widest(), 20)
                lines = terminal.lines()
                text = "\n".join(lines)
                self.assertEqual(sum("cells" in line and line.startswith("run ") and "%" in line for line in lines), 1, text)  # the summary of the last frame, and of no other
                drawn = [line for line in lines if re.search(r" \d+/\d+ ", line)]
                if width > 40:  # there names are cut
                    self.assertEqual(len(drawn), len({line.split()[0] for line in drawn}), text)  # no table twice
                self.assertLessEqual(len(drawn), height - 2, text)
                self.assertIn("100%", text)
                if height > self.TABLES + 2:
                    self.assertEqual(len(drawn), self.TABLES, text)
                else:
                    self.assertRegex(text, r"and \d+ more tables: \d+ done")

    def watched(self, width, height):
        """A fill held in its tenth table, and a dashboard beside it; the dashboard once the fill was let go."""
        held = self.folder / f"held{width}"
        fill = subprocess.Popen([BACKCOURT, "backfill", "all", "--force", "--no-load"], cwd=self.project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "BACKCOURT_FAULT": f"fill-commit:recent_form wait {held}"})
        while not held.exists():
            self.assertIsNone(fill.poll())
            time.sleep(0.02)
        terminal = Terminal(["status", "--watch", "--interval", "0.1"], self.project, width, height)
        until = time.monotonic() + 30
        while "recent_form" not in "\n".join(terminal.shown()) and time.monotonic() < until:
            terminal.read()
        for _ in range(5):
            terminal.read()
        running = terminal.shown()
        held.unlink()
        self.assertEqual(fill.wait(timeout=60), 0)
        self.assertEqual(terminal.end(), 0)
        return terminal, running

    def test_the_dashboard_fits_and_says_how_it_ended(self):
        for width, height in SIZES:
            with self.subTest(width=width, height=height):
                terminal, running = self.watched(width, height)
                self.assertLess(terminal.widest(), width)
                self.assertLess(len(running), height)
                self.assertRegex(running[0], r"^2021-22: \d+% of 6 game dates")
                tables = [line for line in running if re.search(r" \d+/\d+ ", line)]
                runs = ["running" in line for line in tables]
                self.assertEqual(runs, sorted(runs, reverse=True), running)  # what runs is on top
                self.assertTrue(any("recent_form" in line and "running" in line for line in tables), running)
                self.assertRegex(running[-1], r"^run \d+: ")
                shown = " ".join(" ".join(terminal.shown()).split())
                self.assertRegex(shown, r"^nothing runs; the last run was \d+ \(backfill all --force --no-load\), done: run \d+: ")

    def test_prose_breaks_between_words_and_commands_stay_whole(self):
        for i in range(6):
            shutil.move(self.project / f"models/precompute/a_table_with_a_long_name_{i:02}.sql", self.folder / "away.sql")
        for words in (["status"], ["doctor"], ["check"], ["backfill", "--start-date", "2021-10-20"], ["why", "player_form", "2021-10-25"]):
            whole = subprocess.run([BACKCOURT, *words], cwd=self.project, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
            for width, height in SIZES:
                with self.subTest(words=words, width=width):
                    terminal = Terminal(words, self.project, width, height)
                    terminal.end()
                    lines = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", terminal.written.decode()).replace("\r", "").split("\n")
                    for line in lines:
                        if len(line) > width:  # only what is one word or one command
                            self.assertRegex(line.strip(), r"^(\S+|[^`]*`[^`]*`\S*)$")
                    if words[0] in ("doctor", "why"):
                        self.assertEqual(" ".join(lines).split(), whole.split())

    def test_a_dashboard_in_a_pipe_is_a_line_at_a_time(self):
        self.run_program("backfill")
        self.assertRegex(self.run_program("status", "--watch"), r"^nothing runs; the last run was \d+ \(backfill\), done: ")


class Loads(Toy):
    def test_a_load_shows_one_line_that_fits(self):
        for width, height in SIZES:
            with self.subTest(width=width, height=height):
                held = self.folder / f"held{width}"
                (self.project / "warehouse.duckdb").unlink(missing_ok=True)
                terminal = Terminal(["load"], self.project, width, height, BACKCOURT_FAULT=f"load-write:raw_box wait {held}")
                until = time.monotonic() + 60
                while not held.exists() and time.monotonic() < until:
                    terminal.read()
                for _ in range(8):
                    terminal.read()
                shown = terminal.shown()
                held.unlink()
                self.assertEqual(terminal.end(), 0)
                self.assertEqual(len(shown), 1, shown)
                self.assertRegex(shown[0], r"^loading raw_box")
                self.assertNotIn("loading raw_box", "\n".join(terminal.lines()))


if __name__ == "__main__":
    unittest.main()
