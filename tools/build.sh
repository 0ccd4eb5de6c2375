#!/bin/sh
# Set-up, then the whole project into build/. Quick where nothing has changed.
set -eu
cd "$(dirname "$0")/.."

tools/setup.sh
[ -f build/build.ninja ] || cmake -G Ninja -S . -B build -DCMAKE_BUILD_TYPE=Release
cmake --build build --parallel "$(nproc)"
