#!/bin/sh
# The example, linked to an installation, makes the files of the installed program.
#   use_installed.sh INSTALLED EXAMPLE GOLDEN
set -eu
vqcodec="$1/bin/vqcodec --quiet" recompress=$2 model=$3/tiny.vqm
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$3/plain.vqc" "$folder"
cd "$folder"

$vqcodec decompress plain.vqc --model "$model" -o in.ppm
"$recompress" in.ppm library.vqc library.ppm "$model"
$vqcodec compress in.ppm --model "$model" -o program.vqc
$vqcodec decompress program.vqc --model "$model" -o program.ppm
cmp library.vqc program.vqc
cmp library.ppm program.ppm

# With its own networks and model, found from where it lies.
unset VQCODEC_NETWORKS
if ! $vqcodec models | grep -q '^none'; then
  "$recompress" in.ppm library.vqc library.ppm
  $vqcodec compress -f in.ppm -o program.vqc
  cmp library.vqc program.vqc
fi

# What it cannot read is one line and no file.
if "$recompress" program.vqc none.vqc none.ppm "$model" 2>message; then exit 1; fi
test "$(wc -l <message)" -eq 1
test ! -e none.vqc
