#!/bin/bash
# Looks for undefined behaviour, wrong memory and races while tests run: address and
# undefined-behaviour sanitizers over the tests in C++ and the command line's, the thread
# sanitizer over planner, runner and holder with a fake warehouse.
set -euo pipefail
cd "$(dirname "$0")/.."

build() {
  cmake -S . -B "build/$1" -G Ninja "-DBACKCOURT_SANITIZE=$2" >/dev/null
  cmake --build "build/$1" --target "${@:3}" >/dev/null
}

# libduckdb.so is no build of ours. What it allocates for the length of the process is no leak.
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=99
export LSAN_OPTIONS=suppressions=$PWD/tests/sanitizers/leaks.txt:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:exitcode=99

build asan address,undefined backcourt backcourt_tests
build/asan/backcourt_tests --gtest_brief=1
BACKCOURT=$PWD/build/asan/backcourt PYTHONPATH=build/deps/python PYTHONDONTWRITEBYTECODE=1 python3 -m unittest -q tests.cli_test

build tsan thread backcourt_thread_tests
build/tsan/backcourt_thread_tests --gtest_brief=1
