#!/bin/bash
# Tries the command of the wheel of `make portable-wheel` as a user of Debian 11 (glibc 2.31) would, in a root of its own: it
# fills, shows and verifies the toy league. The module needs Python 3.10, which is not there. As root, with debootstrap.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

. scripts/packages.sh
command -v debootstrap >/dev/null || install_packages debootstrap
root=build/debian11
if [ ! -e $root/made ]; then
  rm -rf $root
  mirror=$(apt-cache policy bash | grep -oE 'https?://[^ ]+' | head -1)
  debootstrap --variant=minbase --include=python3 bullseye $root "$mirror" >build/debian11.log
  touch $root/made
fi
ls build/wheel/backcourt-*-py3-none-manylinux_2_28_x86_64.whl
rm -rf $root/try
mkdir -p $root/try
cp build/wheel/backcourt-*.whl $root/try
cp -r tests/toy $root/try/toy
mount -t proc proc $root/proc
trap 'umount $root/proc' EXIT
chroot $root bash -euxc '
  ldd --version | head -1
  cd /try
  python3 -m zipfile -e backcourt-*.whl wheel
  chmod +x wheel/backcourt/program/backcourt
  cd toy
  program=../wheel/backcourt/program/backcourt
  $program --version
  $program backfill all
  $program status
  $program verify --all
  $program plan --json | grep "\"cells\": 0,"
'
