#!/bin/bash
# Makes build/wheel/backcourt-*.whl of what `make build` built, or with PORTABLE=yes of what scripts/portable_build.sh
# built: the program, its libraries, the NBA pack and the Python module. Its tools are pinned and hash-checked, as all that the build needs.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

scripts/wheelhouse.sh
tools=$PWD/build/deps/wheeltools
export PATH=$tools/bin:$PATH PYTHONPATH=$tools

# auditwheel binds in the libraries that not every Linux has, and names the oldest glibc that will do.
plain=$(mktemp -d)
trap 'rm -rf "$plain"' EXIT
python3 -m pip wheel --quiet --disable-pip-version-check --no-build-isolation --no-deps --wheel-dir "$plain" ./python
rm -rf build/wheel
python3 -m auditwheel repair --wheel-dir build/wheel "$plain"/*.whl 2>"$plain/said" || { cat "$plain/said" >&2; exit 1; }
echo build/wheel/*.whl
