"""Many processes at one warehouse at once, some killed."""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.kit.faults import DIGESTS, correct, must, query
from tests.kit.program import BACKCOURT, ROOT

COMMANDS = [["backfill"], ["backfill", "player_form", "--force"], ["load"], ["status"], ["query", "SELECT count(*) FROM player_games"], ["status", "--json"], ["plan"], ["why", "player_form", "2021-10-25"], ["runs"], ["verify"]]
SAID = ["is held by process", "nothing has been loaded", "has not been filled", "`backcourt load`", "`backcourt backfill`", "no filled cell", "interrupted", "does not exist", "is not a game date"]  # what may be wrong while all start at once


def has_open(process, path):
    """Whether a process has a file open now."""
    try:
        return any(os.readlink(entry) == str(path) for entry in Path(f"/proc/{process.pid}/fd").iterdir())
    except OSError:
        return False  # it has ended, or closed it just now


def crowd(seconds, processes=20, seed=1):
    """Returns how many commands were run, how many were killed and the exit codes; raises what must not be."""
    rng = random.Random(seed)
    home = Path(tempfile.mkdtemp(prefix="backcourt-crowd-"))
    try:
        project = home / "toy"
        shutil.copytree(ROOT / "tests" / "toy", project)
        correct(project)
        must(project, "backfill")
        expected = query(project, DIGESTS)
        (project / "warehouse.duckdb").unlink()
        running, codes, killed, held = [], {}, 0, 0
        warehouse = (project / "warehouse.duckdb").resolve()
        end = time.monotonic() + seconds
        while running or time.monotonic() < end:
            while len(running) < processes and time.monotonic() < end:
                words = rng.choice(COMMANDS)
                running.append((words, time.monotonic(), subprocess.Popen([BACKCOURT, *words], cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)))
            time.sleep(0.05)
            holders = [process for _, _, process in running if has_open(process, warehouse)]
            held += bool(holders)
            for first, then in zip(holders, holders[1:]):  # open before and after another has it: at one time
                assert not (has_open(then, warehouse) and has_open(first, warehouse)), f"processes {first.pid} and {then.pid} both have the warehouse open"
            if running and rng.random() < 0.1:
                rng.choice(running)[2].send_signal(signal.SIGKILL)
            for entry in list(running):
                words, begun, process = entry
                if process.poll() is None:
                    assert time.monotonic() - begun < 120, f"{words} hangs"
                    continue
                running.remove(entry)
                said = process.stderr.read()
                process.stderr.close()
                if process.returncode == -signal.SIGKILL:
                    killed += 1
                    continue
                codes[process.returncode] = codes.get(process.returncode, 0) + 1
                assert process.returncode in (0, 1, 5), f"{words}: exit {process.returncode}\n{said}"
                assert process.returncode == 0 or any(text in said for text in SAID), f"{words}: exit {process.returncode}\n{said}"
        must(project, "backfill")
        assert "all agree to the bit" in must(project, "verify", "--all")
        assert query(project, DIGESTS) == expected, "the crowd left other digests"
        overlaps = query(project, "SELECT a.run FROM backcourt.runs a JOIN backcourt.runs b ON a.run < b.run AND b.started_at < a.ended_at AND a.command LIKE 'backfill%' AND b.command LIKE 'backfill%'")
        assert not overlaps, f"two held it at once: {overlaps}"
        assert held, "nobody was ever seen to hold it"
        return sum(codes.values()), killed, codes
    finally:
        for _, _, process in running:
            process.kill()
        shutil.rmtree(home, ignore_errors=True)
