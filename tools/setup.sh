#!/bin/sh
# Installs what the build needs on Debian 12 and Ubuntu. Where nothing is missing it does nothing.
# With CMAKE_PREFIX_PATH set, LibTorch is taken from there and not installed.
set -eu

packages="g++ cmake ninja-build libcli11-dev libgtest-dev libjpeg62-turbo-dev libpng-dev
          libssl-dev libwebp-dev libxxhash-dev libzstd-dev nlohmann-json3-dev zlib1g-dev"
# LibTorch computes matrix products forty times faster with OpenBLAS than with the reference BLAS.
[ -n "${CMAKE_PREFIX_PATH:-}" ] || packages="$packages libtorch-dev libopenblas0-pthread"

if ! command -v dpkg-query >/dev/null; then
  echo "setup.sh: not a Debian system; it installs $packages" >&2
  exit 1
fi

missing=""
for package in $packages; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  as_root=sudo
  if ! command -v sudo >/dev/null; then
    echo "setup.sh: neither root nor sudo; have someone install:$missing" >&2
    exit 1
  fi
fi

echo "setup.sh: installing$missing"
$as_root apt-get update -q
# shellcheck disable=SC2086  # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing
