"""The fast checks, for every commit: format, layers, clang-tidy on what changed, tests in C++, the toy league, the pages.

Each prints its seconds. With --style only those that look at the text of the source: `make test` has the rest in full.
Changed is what differs from the branch `main`, or on it from the commit before, and what is not committed yet.
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
TOOLS = BUILD / "deps" / "tools"
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
PYTHON = {**ENVIRONMENT, "PYTHONPATH": f"{ROOT}:{BUILD / 'deps' / 'python'}"}
QUICK_TESTS = ["tests.cli_test.Commands", "tests.docs_test", "tests.kits_test"]


def run(*command, env=ENVIRONMENT):
    """What is wrong, or ""."""
    done = subprocess.run([str(word) for word in command], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout or f"{command[0]}: exit code {done.returncode}" if done.returncode else ""


def git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return done.stdout.split() if done.returncode == 0 else []


def sources(*, changed):
    """The C++ files of ours, by git."""
    patterns = ["src/*.cc", "src/*.h", "tests/*.cc", "tests/*.h", "bench/*.cc", "bench/*.h"]
    if not changed:
        return git("ls-files", "--cached", "--others", "--exclude-standard", *patterns)
    head, base = git("rev-parse", "HEAD"), git("merge-base", "HEAD", "main")
    if base == head or not base:
        base = git("rev-parse", "HEAD~1")
    names = {*git("diff", "--name-only", *base, "--", *patterns), *git("ls-files", "--others", "--exclude-standard", *patterns)}
    return sorted(name for name in names if (ROOT / name).exists())


def tool(name, *words):
    return run(TOOLS / "bin" / name, *words, env={**ENVIRONMENT, "PYTHONPATH": str(TOOLS)})


def format_of_all():
    return tool("clang-format", "--dry-run", "-Werror", *sources(changed=False))


def tidy(file):
    """clang-tidy with the flags that the program's main is compiled with."""
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    main = next(shlex.split(one["command"]) for one in commands if one["file"] == str(ROOT / "src/cli/main.cc"))
    flags = [word for i, word in enumerate(main) if word.startswith(("-D", "-I", "-std")) or "-isystem" in main[i - 1:i + 1]]
    said = tool("clang-tidy", "--quiet", file, "--", *flags, f"-I{ROOT}")
    return said and f"{file}:\n{said}"


def layers():
    return run(sys.executable, "scripts/check_layers.py")


def tests_in_cpp():
    return run(BUILD / "backcourt_tests", "--gtest_brief=1")


def quick_tests():
    return run(sys.executable, "-m", "unittest", "-q", *QUICK_TESTS, env=PYTHON)


def main(style_only):
    checks = [("format", format_of_all), ("layers", layers)]
    if not style_only:
        checks[:0] = [("toy league and pages", quick_tests), ("tests in C++", tests_in_cpp)]
    checks += [(f"clang-tidy {file}", lambda file=file: tidy(file)) for file in sources(changed=True) if file.endswith(".cc")]
    bad = 0
    begun = time.monotonic()

    def timed(check):
        start = time.monotonic()
        return check(), time.monotonic() - start

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, future in [(name, pool.submit(timed, check)) for name, check in checks]:
            said, seconds = future.result()
            print(f"{'failed' if said else 'ok':6} {seconds:5.1f} s  {name}\n{said}", end="", flush=True)
            bad += bool(said)
    print(f"{len(checks) - bad} checks passed, {bad} failed, in {time.monotonic() - begun:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] == ["--style"]))
