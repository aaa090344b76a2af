#!/bin/bash
# Builds build/portable/backcourt, which runs on every Linux with glibc 2.28 or later (Debian 10, Ubuntu 20.04, RHEL 8):
# its compiler is pinned and hash-checked, its libraries are those of Debian's development packages, bound in.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

at=build/deps/portable
pins=$(cat scripts/portable_build.sh scripts/requirements-portable.txt scripts/libraries.txt | sha256sum)

# The compiler under its four names, and a root with the headers and archives of the packages and nothing else.
lay_out() {
  rm -rf $at
  mkdir -p $at/bin $at/root $at/packages
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --require-hashes \
    --only-binary :all: --no-deps --no-compile --target $at/zig -r scripts/requirements-portable.txt
  local tool words
  for tool in cc c++ ar ranlib; do
    words=$tool
    case $tool in c*) words="$tool -target x86_64-linux-gnu.2.28" ;; esac
    printf '#!/bin/sh\nexec "%s/zig/ziglang/zig" %s "$@"\n' "$PWD/$at" "$words" >$at/bin/$tool
    chmod +x $at/bin/$tool
  done
  words=$(cat scripts/libraries.txt)
  (cd $at/packages && apt-get download -qq $words 2>/dev/null)
  for package in $at/packages/*.deb; do dpkg -x "$package" $at/root; done
  cp -r $at/root/usr/include/x86_64-linux-gnu/. $at/root/usr/include/
  find $at/root -name '*.so*' -delete
  touch $at/root/usr/lib/x86_64-linux-gnu/libfmt.so.9{,.1.0}  # its package names them; we take its headers
  echo "$pins" >$at/pins
}

scripts/bootstrap.sh
[ "$(cat $at/pins 2>/dev/null)" = "$pins" ] || lay_out
cmake -S . -B build/portable -G Ninja -DBACKCOURT_BATCHES=ON -DCMAKE_TOOLCHAIN_FILE=cmake/glibc_2_28.cmake >/dev/null
cmake --build build/portable --target backcourt
ln -sfn ../lib build/portable/lib
