#!/usr/bin/env bash
# Runs the tests that need no actor system under ThreadSanitizer.
#
# Debian's libcaf is not instrumented: the sanitizer does not see the locks and atomics of CAF's
# queues, and reports each message between actors as a race. Suppressing those reports would also
# hide real races, so programs with an actor system are omitted and nothing is suppressed.
set -euo pipefail
cd "$(dirname "$0")/.."
watched=(messages transport published simulator policies)

cmake --preset tsan >/dev/null
cmake --build --preset tsan --target $(printf "midas_%s_tests " "${watched[@]}")
TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1" \
  ctest --preset tsan --parallel 4 --tests-regex "^($(IFS='|'; echo "${watched[*]}")):"
