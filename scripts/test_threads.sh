#!/usr/bin/env bash
# The tests under the thread sanitizer.
#
# Debian's libcaf is not instrumented: the sanitizer sees neither its atomics nor its mutexes, and so
# takes messages between actors for races. What needs no actor system is watched in full.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset tsan >/dev/null
cmake --build --preset tsan
TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp halt_on_error=1 second_deadlock_stack=1" \
  ctest --preset tsan --parallel 4
