#!/bin/bash
# The man page and the completion that a build made.
#   use_manual.sh BUILD
set -eu
page=$1/share/man/man1/vqcodec.1
completion=$1/share/bash-completion/completions/vqcodec

for word in '.SS decompress' 'psnr' 'VQCODEC_MODEL' 'EXIT STATUS'; do
  grep -q -- "$word" "$page"
done
if command -v man >/dev/null; then
  warnings=$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
  test -z "$warnings" || { echo "$warnings"; exit 1; }
fi

# What completes WORDS, the last of which is being typed.
complete_words() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  compopt() { :; }
  _vqcodec vqcodec "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  echo "${COMPREPLY[*]}"
}
expect() {
  local expected=$1 found
  shift
  found=$(complete_words "$@")
  [ "$found" = "$expected" ] || { echo "$*: found '$found', expected '$expected'"; exit 1; }
}
# shellcheck source=/dev/null
. "$completion"
expect 'decompress' vqcodec dec
expect 'compress compare' vqcodec com
expect '--version' vqcodec --vers
expect '--target-bpp --target-size --target-psnr' vqcodec compress --targ
expect '--verbose' vqcodec compress a.png --verb
expect 'psnr' vqcodec compress --tune p
expect 'auto cpu cuda' vqcodec --quiet decompress --device ''
expect 'png ppm' vqcodec decompress a.vqc --format ''
expect '' vqcodec compress photo
