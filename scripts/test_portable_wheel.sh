#!/bin/bash
# Tries the wheel of `make portable-wheel` as a user of Debian 11 (glibc 2.31) would, in a root of its own: installed by pip,
# it fills the toy league, by the command and from Python. As root, with debootstrap.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

. scripts/packages.sh
command -v debootstrap >/dev/null || install_packages debootstrap
root=build/debian11
if [ ! -e $root/made ]; then
  rm -rf $root
  mirror=$(apt-cache policy bash | grep -oE 'https?://[^ ]+' | head -1)
  debootstrap --variant=minbase --include=python3,python3-venv bullseye $root "$mirror" >build/debian11.log
  touch $root/made
fi
rm -rf $root/try
mkdir -p $root/try
cp build/wheel/backcourt-*.whl $root/try
cp -r tests/toy $root/try/toy
mount -t proc proc $root/proc
trap 'umount $root/proc' EXIT
chroot $root bash -euxc '
  ldd --version | head -1
  cd /try
  python3 -m venv venv
  venv/bin/pip install --quiet --no-index --no-deps backcourt-*.whl
  cd toy
  ../venv/bin/backcourt --version
  ../venv/bin/backcourt backfill all
  ../venv/bin/backcourt status
  ../venv/bin/backcourt verify --all
  ../venv/bin/python -c "
import backcourt
project = backcourt.Project()
assert project.plan()[\"cells\"] == 0, project.plan()
"
'
