"""Runs the program on the toy league while the disk fails, the process is killed or the power goes, and proves the next run right.

A case is a command in a prepared folder. It is run once undisturbed, which gives what must be true at the end; then
again and again with a fault at another place. After each the program runs once more, undisturbed, and everything is compared.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.kit.program import BACKCOURT, ROOT  # before DuckDB: it says where that is

import duckdb  # noqa: E402

FAULTS_LIBRARY = str(ROOT / "build" / "tests" / "faults.so")
DIGESTS = "SELECT table_name, slot, row_count, digest FROM backcourt.cells WHERE row_count > 0 ORDER BY 1, 2"
SETTLED = "SELECT table_name, slot, fingerprint, run FROM backcourt.cells WHERE state IN ('fresh', 'empty', 'partial') AND table_name NOT LIKE 'raw_%' ORDER BY 1, 2"

# Where a process can be ended by name, and the case that passes there.
POINTS = {"load-write": "load", "load-commit": "load", "load-committed": "load", "rows-deleted": "correction", "rows-deleted:player_form": "correction", "fill-commit": "fill", "fill-committed": "fill",
          "export-written": "export", "export-replaced": "export", "plan-saved": "plan"}
DOCUMENTED = {0, 1, 2, 3, 4, 5, 130}


def run(folder, *words, preload=False, env=None, timeout=120):
    variables = {**os.environ, **(env or {})}
    if preload:
        variables["LD_PRELOAD"] = FAULTS_LIBRARY
    return subprocess.run([BACKCOURT, *words], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout, env=variables)


def must(folder, *words):
    done = run(folder, *words)
    assert done.returncode == 0, f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def query(folder, sql):
    """Rows of a warehouse that no program has open, read past the program."""
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(sql)
        names = [column[0] for column in rows.description]
        return [dict(zip(names, row)) for row in rows.fetchall()]


def edit(path, old, new):
    text = path.read_text()
    assert old in text, f"{path} has no {old!r}"
    path.write_text(text.replace(old, new))


def correct(project):
    """A changed value, a moved game and a new text of a model."""
    edit(project / "data/box_2021-22.csv", "G3,AAA,1,31", "G3,AAA,1,35")
    edit(project / "data/games_2021-22.csv", "G2,2021-10-20", "G2,2021-10-28")
    edit(project / "models/precompute/recent_form.sql", "sum(p.points)", "sum(p.points) + 1")


class Case:
    """`words` is the command that is disturbed, `then` what brings the rest up."""

    COMMANDS = {"fill": (["backfill"], []), "correction": (["backfill"], []), "load": (["load"], ["backfill"]), "export": (["export", "../out", "--raw"], []),
                "plan": (["plan", "--save", "../plan.json"], ["backfill", "--plan", "../plan.json"])}

    def __init__(self, name):
        self.name = name
        self.words, self.then = self.COMMANDS[name]
        self.home = Path(tempfile.mkdtemp(prefix="backcourt-faults-")).resolve()
        self.work, self.template, self.synced = self.home / "work", self.home / "template", self.home / "synced"
        self.project = self.work / "toy"
        shutil.copytree(ROOT / "tests" / "toy", self.project)
        if name in ("correction", "export"):
            must(self.project, "backfill")
        if name == "export":
            must(self.project, *self.words)  # so that there is something to replace
        if name in ("correction", "load", "export"):
            if name == "load":
                must(self.project, "load")
            correct(self.project)
        if name == "export":
            must(self.project, "backfill")
        if name == "plan":
            must(self.project, "load")
        self.work.rename(self.template)
        self.reset()
        begun = time.monotonic()
        done, report = self.disturb()
        self.seconds = time.monotonic() - begun
        assert done.returncode == 0, done.stderr
        self.operations = int(report.split()[1])
        self.finish_run()
        self.expected = self.state()

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)

    def reset(self):
        """The folder as it was prepared, at the same path: the ledger knows files by path, size and time."""
        for folder in (self.work, self.synced):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.template, self.work)
        self.synced.mkdir()
        for path in self.files():
            shutil.copy2(path, self.synced / str(path.stat().st_ino))

    def files(self):
        return [path for path in self.work.rglob("*") if path.is_file() and not path.is_symlink()]

    def disturb(self, faults="", point=""):
        """Runs the command with a fault; returns how it ended and what the library reports."""
        report = self.home / "report"
        report.unlink(missing_ok=True)
        env = {"FAULTS": faults, "FAULTS_FOLDER": f"{self.work}/", "FAULTS_SYNCED": str(self.synced), "FAULTS_REPORT": str(report), "BACKCOURT_FAULT": point}
        done = run(self.project, *self.words, preload=True, env=env)
        return done, report.read_text() if report.exists() else ""

    def lose_power(self):
        """What was not synced is gone."""
        for path in self.files():
            copy = self.synced / str(path.stat().st_ino)
            path.write_bytes(copy.read_bytes() if copy.exists() else b"")

    def finish_run(self):
        must(self.project, *self.words)
        if self.then:
            must(self.project, *self.then)

    def state(self):
        names = sorted(str(path.relative_to(self.work)) for path in self.work.rglob("*"))
        contents = {path.name: path.read_bytes() for path in [self.work / "out" / "manifest.json"] if path.exists()}
        assert "all agree to the bit" in must(self.project, "verify", "--all")
        return names, contents, query(self.project, DIGESTS)

    def settled(self):
        """What is done already; read by the program, which brings a warehouse up that was left in the middle."""
        done = run(self.project, "query", SETTLED, "--format", "json")
        return [json.loads(line) for line in done.stdout.splitlines()] if done.returncode == 0 else []

    def intact(self):
        """Files that others read are the old ones or the new ones, whole."""
        for path in [self.work / "plan.json", self.work / "out" / "manifest.json"]:
            if path.exists():
                json.loads(path.read_text())
        for path in (self.work / "out").glob("[!.]*/**/*.parquet"):
            content = path.read_bytes()
            assert content[:4] == content[-4:] == b"PAR1", f"{path} is not whole"

    def prove(self, look_first=True):
        """The next run ends as if nothing had happened, and does nothing again that was done."""
        self.intact()
        before = self.settled() if look_first else []
        self.finish_run()
        names, contents, digests = self.state()
        assert digests == self.expected[2], "other digests than without the fault"
        assert contents == self.expected[1], "another manifest than without the fault"
        assert names == self.expected[0], f"files differ: {sorted(set(names) ^ set(self.expected[0]))}"
        after = {(cell["table_name"], cell["slot"]): cell for cell in query(self.project, SETTLED)} if before else {}
        for cell in before:
            now = after.get((cell["table_name"], cell["slot"]))
            assert not now or now["fingerprint"] != cell["fingerprint"] or now["run"] == cell["run"], f"filled twice: {cell}"

    # One round each: a fault, then the proof.

    def kill_at(self, n, power=False):
        self.reset()
        done, report = self.disturb(f"kill {n}")
        assert done.returncode == -signal.SIGKILL or report.startswith("ended"), f"exit {done.returncode}: {done.stderr}"
        if power:
            self.lose_power()
        self.prove(look_first=n % 2 == 0)

    def kill_at_point(self, point):
        self.reset()
        done, _ = self.disturb(point=f"{point} kill")
        assert done.returncode == -signal.SIGKILL, f"{point} was not reached: exit {done.returncode}\n{done.stderr}"
        self.prove()

    def stop_after(self, seconds, how=signal.SIGKILL):
        self.reset()
        running = subprocess.Popen([BACKCOURT, *self.words], cwd=self.project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        running.send_signal(how)
        code = running.wait()
        assert code in (0, 130, -how), f"stopped by {how}: exit {code}"
        self.prove()

    def fail_at(self, n, error):
        """Returns whether an operation failed: False once n is beyond the last."""
        self.reset()
        done, report = self.disturb(f"full {n}" if error == "full" else f"error {n} {error}")
        assert done.returncode in DOCUMENTED, f"operation {n} ({report.strip()}): exit {done.returncode}\n{done.stderr}"
        struck = not report.startswith("ended")
        if done.returncode != 0:
            assert "Try: " in done.stdout + done.stderr, f"operation {n} ({report.strip()}): no hint\n{done.stdout}\n{done.stderr}"
        assert struck or done.returncode == 0, f"nothing failed, but exit {done.returncode}: {done.stderr}"
        self.prove(look_first=n % 2 == 0)
        return struck

    def span(self, rounds):
        """Operation numbers, evenly over a run; all of them when there are fewer."""
        last = self.operations + 2
        return sorted({1 + i * (last - 1) // max(1, rounds - 1) for i in range(rounds)}) if rounds < last else list(range(1, last + 1))


def some_seconds(seed):
    return random.Random(seed).uniform(0, 0.5)
