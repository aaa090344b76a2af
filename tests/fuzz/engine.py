#!/usr/bin/env python3
"""Looks for edits after which a warehouse is not as one filled from scratch, and makes them few.

make fuzz-engine SEED=1 STEPS=200
tests/fuzz/engine.py --replay '{"start": [], "steps": [[[["drop_game", 3]], "nothing", 0], ...]}'
"""

import argparse
import json
import pathlib
import resource
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.kit.edits import Counts, draw, run, shrink  # noqa: E402

STEPS_A_WAREHOUSE = 40
MOST_CELLS = 1.2  # filled, for each that is made from something else than before


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--steps", type=int, default=100)
    words.add_argument(
        "--seconds", type=float, default=float("inf"), help="begin no further warehouse after these"
    )
    words.add_argument("--go-on", action="store_true", help="print a failure as it is, and look for others")
    words.add_argument("--times", action="store_true", help="print at the end where the time went")
    words.add_argument("--replay", help="a case, as a failure prints it")
    words = words.parse_args()
    if words.replay:
        failure = run(json.loads(words.replay))
        print(failure[1] if failure else "nothing differs")
        return bool(failure)
    begin, seed, counts, known, failures = time.monotonic(), words.seed, Counts(), {}, 0
    while counts.steps < words.steps and time.monotonic() - begin < words.seconds:
        case = draw(seed, min(STEPS_A_WAREHOUSE, words.steps - counts.steps))
        if failure := run(case, counts, known):
            failures += 1
            print(f"seed {seed}, step {failure[0]}:\n{failure[1]}", flush=True)
            case["steps"] = case["steps"][: failure[0]]
            print(f"--replay '{json.dumps(case if words.go_on else shrink(case))}'", flush=True)
            if not words.go_on:
                return True
        seed += 1
        seconds = time.monotonic() - begin
        spent = sum(
            sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        print(
            f"{counts.steps} steps ({counts.edits} edits) in {seconds:.0f} s, {spent:.0f} s of a core; "
            f"{failures} differ; {counts.filled} cells filled for {counts.changed} that changed: "
            f"{counts.ratio():.2f}",
            flush=True,
        )
    if counts.steps and not counts.filled:
        print("no cell was filled: the program does not run here, and that nothing differs says nothing")
        return True
    if words.times:
        print(
            {
                what: round(spent, 1)
                for what, spent in sorted(counts.seconds.items(), key=lambda item: -item[1])
            },
            counts.acts,
            counts.codes,
            f"{counts.cached} fills from scratch were known, {counts.killed} fills were killed or interrupted",
            sep="\n",
        )
    if counts.ratio() > MOST_CELLS:
        print(f"more than {MOST_CELLS} cells are filled for one that changed")
        return True
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
