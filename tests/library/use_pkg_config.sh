#!/bin/sh
# The example, compiled with what pkg-config says of an installation that was moved.
#   use_pkg_config.sh PKG_CONFIG CC INSTALLED LIBDIR SOURCE GOLDEN
set -eu
pkg_config=$1 cc=$2 libdir=$4 source=$5
here=$(dirname "$(realpath "$0")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -r "$3" "$folder/moved"

export PKG_CONFIG_PATH="$folder/moved/$libdir/pkgconfig" LD_LIBRARY_PATH="$folder/moved/$libdir"
# shellcheck disable=SC2046  # lists of words
"$cc" -std=c99 -Wall -Wextra -Werror -pedantic $("$pkg_config" --cflags vqcodec) "$source" \
  $("$pkg_config" --libs vqcodec) -o "$folder/recompress"
"$here/use_installed.sh" "$folder/moved" "$folder/recompress" "$6"

# As distributions lay it out: the library's folder is one deeper than the rest of lib.
if [ "$libdir" = lib ]; then
  mkdir "$folder/moved/lib/triplet"
  mv "$folder"/moved/lib/libvqcodec.so* "$folder/moved/lib/triplet"
  export LD_LIBRARY_PATH="$folder/moved/lib/triplet"
  "$here/use_installed.sh" "$folder/moved" "$folder/recompress" "$6"
fi
