#!/bin/sh
# The .deb: what it holds, what it asks for, and that its program works where it is unpacked.
#   use_package.sh FOLDER PICTURE
set -eu
picture=$2
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
set -- "$1"/vqcodec_*.deb
test $# -eq 1

contents=$(dpkg-deb --fsys-tarfile "$1" | tar -t)
for path in bin/vqcodec include/vqcodec.h lib/vqcodec/libvqcodec_inference.so share/man/man1/vqcodec.1 \
  share/bash-completion/completions/vqcodec 'lib/.*libvqcodec.so.0' \
  share/doc/vqcodec/API.md 'lib/.*pkgconfig/vqcodec.pc' 'lib/.*cmake/vqcodec/vqcodecConfig.cmake'; do
  echo "$contents" | grep -qx "./usr/$path" || { echo "no $path in $contents"; exit 1; }
done
if echo "$contents" | grep -v '^\./\(usr/.*\)\?$'; then exit 1; fi  # nothing else

depends=$(dpkg-deb -f "$1" Depends)
for library in libc6 libdnnl libpng16-16 libzstd1 libxxhash0; do
  echo "$depends" | grep -q "$library" || { echo "no $library in $depends"; exit 1; }
done

dpkg-deb -x "$1" "$root"
cd "$root"
usr/bin/vqcodec --version
usr/bin/vqcodec compress --quiet "$picture" -o photo.vqc
usr/bin/vqcodec verify photo.vqc
usr/bin/vqcodec decompress --quiet photo.vqc -o photo.png
usr/bin/vqcodec compare "$picture" photo.png
