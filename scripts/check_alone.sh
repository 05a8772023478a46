#!/usr/bin/env bash
# Checks that each source except the tests compiles by itself: that it includes what it uses. Other builds
# of CI compile sources in batches, where each sees what those before it include, and with precompiled
# headers. A build with CMake's defaults has no batches.
#
#   scripts/check_alone.sh
set -euo pipefail
cd "$(dirname "$0")/.."

build=build/alone
cmake --preset ci -B "$build" -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS_RELEASE=-fsyntax-only \
  -DCMAKE_UNITY_BUILD=OFF -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON \
  -DMIDAS_BUILD_TESTS=OFF -DMIDAS_BUILD_EXAMPLES=ON -DMIDAS_BUILD_BENCH=ON >/dev/null
# Nothing can be linked, so only what ninja would compile is named.
mapfile -t objects < <(ninja -C "$build" -t targets all | sed -n 's/^\(.*\.o\): CXX_COMPILER.*/\1/p')
ninja -C "$build" --quiet -k 0 "${objects[@]}"
echo "compiled alone: clean (${#objects[@]} sources)"
