#!/bin/bash
# Runs every fuzz target for so many seconds, from its corpus; what it finds stays in build/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
scripts/bootstrap.sh --fuzz
export LSAN_OPTIONS=suppressions=$PWD/tests/sanitizers/leaks.txt:print_suppressions=0

targets=(headers config arguments plan protocol responses)
CC=clang-16 CXX=clang++-16 cmake -S . -B build/fuzz -G Ninja -DBACKCOURT_FUZZ=ON -DBACKCOURT_SANITIZE=address,undefined,fuzzer-no-link >/dev/null
cmake --build build/fuzz --target "${targets[@]/#/fuzz_}"
for target in "${targets[@]}"; do
  longest=5 memory=2048  # seconds an input, MB in all
  [ "$target" != responses ] || { longest=30; memory=6144; }  # whole loads, by an engine that shares the machine
  mkdir -p "build/fuzz/corpus/$target"
  (cd build/fuzz && "./fuzz_$target" -max_total_time="$seconds" -max_len=20000 -timeout=$longest -rss_limit_mb=$memory -verbosity=0 -print_final_stats=1 -close_fd_mask=1 \
    -artifact_prefix="found_${target}_" "corpus/$target" "../../tests/fuzz/corpus/$target")
  echo "fuzz_$target: nothing found in $seconds s"
done
