"""Tests that go on for as long as they are told: one line a promise. Usage: scripts/soak.py N, the number of rounds."""

import pathlib
import random
import signal
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "build" / "deps" / "python")]

from tests.kit.crowd import crowd  # noqa: E402
from tests.kit.faults import POINTS, Case  # noqa: E402
from tests.kit.races import Races  # noqa: E402


def promise(text, rounds):
    """Runs rounds of a check; prints what came of it."""
    begun, done = time.monotonic(), 0
    try:
        for check in rounds:
            check()
            done += 1
    except AssertionError as error:
        print(f"BROKEN  {text}: in round {done + 1}: {error}", flush=True)
        return False
    print(f"kept    {text}: {done} rounds in {time.monotonic() - begun:.0f} s", flush=True)
    return True


def races(seed, number):
    """Rounds of tests/kit/races.py; the first prepares what all begin with."""
    rounds = Races()
    rounds.setUp()
    try:
        rounds.prepare()
        for i in range(number):
            yield lambda i=i: rounds.round(seed + i)
    finally:
        rounds.doCleanups()


def main():
    number = int(sys.argv[1])
    seed = time.time_ns()
    rng = random.Random(seed)
    print(f"seed {seed}, {number} rounds a promise")
    cases = {name: Case(name) for name in Case.COMMANDS}
    every = [(case, n) for case in cases.values() for n in range(1, case.operations + 3)]
    some = [every[i * len(every) // number] for i in range(number)] if number < len(every) else every

    def at_any_time(how):
        case = rng.choice(list(cases.values()))
        case.stop_after(rng.uniform(0, case.seconds), how)

    kept = [
        promise("killed before any operation", (lambda c=c, n=n: c.kill_at(n) for c, n in some)),
        promise("killed at named points", (lambda p=p: cases[POINTS[p]].kill_at_point(p) for p in POINTS)),
        promise("killed at any time", (lambda: at_any_time(signal.SIGKILL) for _ in range(number))),
        promise("told to end at any time", (lambda: at_any_time(signal.SIGTERM) for _ in range(number))),
        promise("power lost before any operation", (lambda c=c, n=n: c.kill_at(n, power=True) for c, n in some)),
        promise("any operation fails", (lambda c=c, n=n: c.fail_at(n, "EIO") for c, n in some)),
        promise("the disk is full from any operation on", (lambda c=c, n=n: c.fail_at(n, "full") for c, n in some)),
        promise("two workers make one table anew", races(rng.randrange(1 << 30), number)),
        promise("twenty at once for a minute", [lambda: crowd(60, seed=rng.randrange(1 << 30))]),
    ]
    for case in cases.values():
        case.close()
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
