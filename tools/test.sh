#!/bin/sh
# Set-up, build, all tests. Ends with ctest's summary; its exit code is the result.
set -eu
cd "$(dirname "$0")/.."

tools/build.sh
ctest --test-dir build --output-on-failure --no-tests=error "$@"
