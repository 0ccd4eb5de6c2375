#!/bin/sh
# Installs what the build needs on Debian 12 and Ubuntu. Where nothing is missing it does nothing.
# With CMAKE_PREFIX_PATH set, LibTorch is taken from there and not installed.
set -eu

packages="g++ cmake dpkg-dev ninja-build pkgconf libcli11-dev libdnnl-dev libgtest-dev
          libjpeg62-turbo-dev libmatio-dev libpng-dev libssl-dev libxxhash-dev libzstd-dev
          nlohmann-json3-dev zlib1g-dev"
# What `vqcodec evaluate` compares with and draws with: installed where the system has it.
optional="gnuplot-nox libavif-dev libjxl-dev libopenjp2-7-dev libwebp-dev"
# LibTorch computes matrix products forty times faster with OpenBLAS than with the reference BLAS;
# its headers for training in several processes include Gloo's.
[ -n "${CMAKE_PREFIX_PATH:-}" ] ||
  packages="$packages libtorch-dev libgloo-dev libopenblas0-pthread"

if ! command -v dpkg-query >/dev/null; then
  echo "setup.sh: not a Debian system; it installs $packages" >&2
  exit 1
fi

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}
add_missing_optional() {
  for package in $optional; do
    is_installed "$package" || ! apt-cache show "$package" >/dev/null 2>&1 ||
      missing="$missing $package"
  done
}

missing=""
for package in $packages; do
  is_installed "$package" || missing="$missing $package"
done
required="$missing"
add_missing_optional
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  as_root=sudo
  if ! command -v sudo >/dev/null; then
    echo "setup.sh: neither root nor sudo; have someone install:$missing" >&2
    [ -n "$required" ] && exit 1
    exit 0
  fi
fi

echo "setup.sh: installing$missing"
$as_root apt-get update -q
missing="$required"
add_missing_optional  # Before the update the system may not have known of them.
# shellcheck disable=SC2086  # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing
