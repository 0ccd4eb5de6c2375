#!/bin/sh
# Compresses and restores a photograph (testdata/photo.png, or the one given) with the built-in
# model. What it makes stays in build/demo/.
set -eu
picture=$(realpath "${1:-$(dirname "$0")/../testdata/photo.png}")
cd "$(dirname "$0")/.."

tools/build.sh
mkdir -p build/demo
cp "$picture" build/demo/
cd build/demo
original=$(basename "$picture")
name=${original%.*}

../vqcodec compress -f --timings "$original" -o "$name.vqc"
../vqcodec decompress -f --timings "$name.vqc" -o "$name.restored.png"
../vqcodec info "$name.vqc"
../vqcodec compare "$original" "$name.restored.png"
echo "in build/demo: $original, $name.vqc, $name.restored.png"
