#!/bin/bash
# Looks for undefined behaviour, wrong memory and races while tests run: address and
# undefined-behaviour sanitizers over the tests in C++ and the command line's, the thread
# sanitizer over planner, runner and holder with a fake warehouse.
set -euo pipefail
cd "$(dirname "$0")/.."

export PYTHONPATH=$PWD/build/deps/python PYTHONDONTWRITEBYTECODE=1 UBSAN_OPTIONS=print_stacktrace=1
export ASAN_OPTIONS=exitcode=99 LSAN_OPTIONS=suppressions=$PWD/tests/sanitizers/leaks.txt:print_suppressions=0

build() {
  cmake -S . -B "build/$1" -G Ninja -DBACKCOURT_BATCHES=ON "-DBACKCOURT_SANITIZE=$2" >/dev/null
  cmake --build "build/$1" --target "${@:3}" >/dev/null
}

# Builds differ from the program's in their speed: what is asserted of that (OtherShells) is left out.
build asan address,undefined backcourt backcourt_tests
build/asan/backcourt_tests --gtest_brief=1
BACKCOURT=$PWD/build/asan/backcourt python3 -m unittest -q tests.cli_test.Commands tests.cli_test.Corrections tests.cli_test.BadInput

build tsan thread backcourt_thread_tests
TSAN_OPTIONS=exitcode=99 build/tsan/backcourt_thread_tests --gtest_brief=1
