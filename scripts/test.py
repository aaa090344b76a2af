"""Runs all tests: format and clang-tidy, C++ (ctest), Python (tests/*_test.py, in two processes), some of both under sanitizers,
and those of tests/spark/short_test.py on a cluster of their own (all of tests/spark: make test-spark).

Prints the slowest twenty, and at last 'N passed, N failed, N skipped'. The exit code is 0 only if none failed and
some of each kind ran. The longest go first, by what the last run took: build/durations.json, else tests/durations.json.
"""

import inspect
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
PROCESSES = 2
SLOWEST = 20
NO_JAVA = 77  # of scripts/spark_bootstrap.sh


class Counts:
    """What ran, and the seconds of each test."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.seconds = {}

    def add(self, passed, failed, skipped, seconds):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped
        self.seconds.update(seconds)


def run_cpp(counts):
    report = BUILD / "ctest.xml"
    report.unlink(missing_ok=True)
    command = ["ctest", "--test-dir", "build", "--output-on-failure", "--parallel", str(PROCESSES), "--output-junit", report]
    code = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode
    suite = xml.etree.ElementTree.parse(report).getroot()
    total, failed, skipped = (int(suite.get(key)) for key in ("tests", "failures", "skipped"))
    if (code and not failed) or not total:
        failed += 1
        total += 1
    counts.add(total - failed - skipped, failed, skipped, {case.get("name"): float(case.get("time")) for case in suite.iter("testcase")})


def units():
    """What a process runs in one go, by the process it must be in (None: any): a class, or a module that sets something up."""
    found = {}
    for path in sorted((ROOT / "tests").glob("*_test.py")):
        module = __import__(f"tests.{path.stem}", fromlist=["*"])
        home = "real" if hasattr(module, "filled") or hasattr(module, "to_be_changed") else None  # which are made once a process
        names = [name for name, kind in inspect.getmembers(module, inspect.isclass) if issubclass(kind, unittest.TestCase) and kind.__module__ == module.__name__
                 and unittest.defaultTestLoader.getTestCaseNames(kind)]
        for name in [module.__name__] if hasattr(module, "setUpModule") else [f"{module.__name__}.{name}" for name in names]:
            found[name] = home
    return found


class Worker:
    """A process that runs units, one after the other; what they print comes when a unit has ended."""

    def __init__(self, number, counts, lock):
        self.counts, self.lock = counts, lock
        path = BUILD / f"tests-{number}.log"
        with path.open("w") as written:
            self.process = subprocess.Popen([sys.executable, __file__, "--worker"], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=written)
        self.log = path.open()
        self.seconds = {}

    def run(self, take):
        for unit in iter(take, None):
            begun = time.monotonic()
            try:
                self.process.stdin.write(unit + "\n")
                self.process.stdin.flush()
            except BrokenPipeError:
                pass
            answer = self.process.stdout.readline()
            self.seconds[unit] = round(time.monotonic() - begun, 1)
            with self.lock:
                print(self.log.read(), end="", flush=True)
                if answer:
                    self.counts.add(**json.loads(answer))
                else:
                    print(f"{unit}: the process of its tests has ended", flush=True)
                    self.counts.add(0, 1, 0, {})
                    break
        self.process.stdin.close()
        self.process.wait()
        self.log.close()


def run_python(counts):
    recorded = {}
    for file in (ROOT / "tests" / "durations.json", BUILD / "durations.json"):
        recorded.update(json.loads(file.read_text()) if file.exists() else {})
    homes = units()
    waiting = sorted(homes, key=lambda unit: -recorded.get(unit, 60))
    lock = threading.Lock()

    def take(number):
        """The longest; in the first process, where the shipped seasons are filled, first the longest of those that want them."""
        with lock:
            here = [unit for unit in waiting if homes[unit]] if number == 0 else []
            unit = next(iter(here or [unit for unit in waiting if not homes[unit]]), None)
            if unit:
                waiting.remove(unit)
            return unit

    workers = [Worker(number, counts, lock) for number in range(PROCESSES)]
    threads = [threading.Thread(target=worker.run, args=(lambda number=number: take(number),)) for number, worker in enumerate(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for worker in workers:
        recorded.update(worker.seconds)
    (BUILD / "durations.json").write_text(json.dumps({unit: recorded[unit] for unit in sorted(homes) if unit in recorded}, indent=1) + "\n")
    for unit in waiting:  # of a process that ended early
        print(f"{unit}: not run")
    counts.failed += len(waiting) + (not homes)


class TimedResult(unittest.TextTestResult):
    """Knows the seconds of each test too."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.seconds = {}

    def startTest(self, test):
        self.begun = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        self.seconds[test.id().removeprefix("tests.")] = time.monotonic() - self.begun


def work():
    """Runs the units that are read, a line each, and answers each with a line of JSON."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what tests print goes to the log
    for line in sys.stdin:
        suite = unittest.defaultTestLoader.loadTestsFromName(line.strip())
        result = unittest.TextTestRunner(stream=sys.stderr, verbosity=2, resultclass=TimedResult).run(suite)
        failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
        skipped = len(result.skipped)
        print(json.dumps({"passed": max(0, result.testsRun - failed - skipped), "failed": failed, "skipped": skipped, "seconds": result.seconds}), file=answers, flush=True)


def run_as_one(counts, *command):
    """As one test: it passes when nothing is found."""
    begun = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode
    counts.add(int(code == 0), int(code != 0), 0, {" ".join(command): time.monotonic() - begun})


def run_style(counts):
    run_as_one(counts, "python3", "scripts/check.py", "--style")


def run_sanitized(counts):
    run_as_one(counts, "scripts/sanitize.sh")


def run_spark(counts):
    """On an engine that has the machine to itself."""
    unit = "tests.spark.short_test"
    code = subprocess.run(["scripts/spark_bootstrap.sh"], cwd=ROOT, stdin=subprocess.DEVNULL).returncode
    if code:
        name = f"{unit} (skipped: Java 17 cannot be installed)" if code == NO_JAVA else f"{unit}: scripts/spark_bootstrap.sh"
        print(name)
        counts.add(0, int(code != NO_JAVA), int(code == NO_JAVA), {name: 0})
        return
    waiting = [unit]
    Worker("spark", counts, threading.Lock()).run(lambda: waiting.pop() if waiting else None)


def main():
    counts = Counts()
    for part in (run_style, run_cpp, run_python, run_sanitized, run_spark):
        begun = time.monotonic()
        part(counts)
        print(f"{part.__name__}: {time.monotonic() - begun:.0f} s", flush=True)
    print(f"slowest {SLOWEST}:")
    for name, seconds in sorted(counts.seconds.items(), key=lambda item: -item[1])[:SLOWEST]:
        print(f"{seconds:7.1f} s  {name}")
    print(f"{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped", flush=True)
    return 0 if counts.passed and not counts.failed else 1


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(ROOT), str(BUILD / "deps" / "python")]
    sys.exit(work() if sys.argv[1:] == ["--worker"] else main())
