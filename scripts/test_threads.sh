#!/usr/bin/env bash
# The tests under the thread sanitizer: all that need no actor system.
#
# Debian's libcaf is not instrumented. The sanitizer sees none of the locks and atomics by which CAF's
# queues order what one thread writes and another reads, and so takes every message between actors for
# a race: what it says of a program with an actor system is not true, and suppressing it would hide
# what is. Nothing here is suppressed.
set -euo pipefail
cd "$(dirname "$0")/.."
watched=(messages transport simulator policies)

cmake --preset tsan >/dev/null
cmake --build --preset tsan --target $(printf "midas_%s_tests " "${watched[@]}")
TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1" \
  ctest --preset tsan --parallel 4 --tests-regex "^($(IFS='|'; echo "${watched[*]}")):"
