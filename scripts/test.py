"""Runs the tests in C++ (ctest) and in Python (tests/*_test.py), then some of both under sanitizers, and counts them.

The last line is 'N passed, N failed'. The exit code is 0 only if none failed and some ran.
"""

import pathlib
import subprocess
import sys
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run_cpp():
    report = ROOT / "build" / "ctest.xml"
    report.unlink(missing_ok=True)
    command = ["ctest", "--test-dir", "build", "--output-on-failure", "--parallel", "2", "--output-junit", report]
    code = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode
    suite = xml.etree.ElementTree.parse(report).getroot()
    total, failed, skipped = (int(suite.get(key)) for key in ("tests", "failures", "skipped"))
    if code and not failed:
        failed = 1
    return total - failed - skipped, failed, skipped


def run_python():
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(ROOT), str(ROOT / "build" / "deps" / "python")]
    suite = unittest.defaultTestLoader.discover(ROOT / "tests", pattern="*_test.py")
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = len(result.skipped)
    return result.testsRun - failed - skipped, failed, skipped


def run_sanitized():
    """As one test: it passes when nothing is found."""
    code = subprocess.run(["scripts/sanitize.sh"], cwd=ROOT, stdin=subprocess.DEVNULL).returncode
    return (0, 1, 0) if code else (1, 0, 0)


def main():
    counts = [sum(parts) for parts in zip(run_cpp(), run_python(), run_sanitized())]
    sys.stdout.flush()
    print("{} passed, {} failed, {} skipped".format(*counts))
    passed, failed, _ = counts
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
