#!/usr/bin/env python3
"""Looks for edits after which a warehouse is not as one filled from scratch (tests/kit/edits.py). What it finds is made small.

    make fuzz-engine SEED=1 STEPS=200
    tests/fuzz/engine.py --replay '[["drop_game", 3, "nothing"], ...]'
"""

import argparse
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.kit.edits import draw, run, shrink  # noqa: E402

STEPS_A_WAREHOUSE = 40


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--steps", type=int, default=100)
    words.add_argument("--seconds", type=float, default=float("inf"), help="begin no further warehouse after these")
    words.add_argument("--replay", help="steps, as a failure prints them")
    words = words.parse_args()
    if words.replay:
        failure = run(json.loads(words.replay))
        print(failure[1] if failure else "nothing differs")
        return bool(failure)
    begin, seed, done = time.time(), words.seed, 0
    while done < words.steps and time.time() - begin < words.seconds:
        steps = draw(seed, min(STEPS_A_WAREHOUSE, words.steps - done))
        if failure := run(steps):
            print(f"seed {seed}, step {failure[0]}:\n{failure[1]}", flush=True)
            print("small: --replay '" + json.dumps(shrink(steps[:failure[0] + 1])) + "'")
            return True
        done += len(steps)
        seed += 1
        print(f"{done} steps in {time.time() - begin:.0f} s: nothing differs", flush=True)
    return False


if __name__ == "__main__":
    sys.exit(main())
