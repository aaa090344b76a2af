#!/bin/bash
# Looks for undefined behaviour, wrong memory and races: address and undefined-behaviour sanitizers over all
# tests in C++, which run every command through its operation; the thread sanitizer over planner, runner,
# lock, server and client with a fake warehouse. The engine's library is not instrumented.
set -euo pipefail
cd "$(dirname "$0")/.."

export UBSAN_OPTIONS=print_stacktrace=1
export ASAN_OPTIONS=exitcode=99 LSAN_OPTIONS=suppressions=$PWD/tests/sanitizers/leaks.txt:print_suppressions=0

build() {
  cmake -S . -B "build/$1" -G Ninja -DBACKCOURT_BATCHES=ON "-DBACKCOURT_SANITIZE=$2" >/dev/null
  cmake --build "build/$1" --target "${@:3}" -- --quiet
}

build asan address,undefined backcourt_tests
build/asan/backcourt_tests --gtest_brief=1

build tsan thread backcourt_thread_tests
TSAN_OPTIONS=exitcode=99 build/tsan/backcourt_thread_tests --gtest_brief=1
