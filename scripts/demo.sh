#!/usr/bin/env bash
# Builds midas and shows its main purpose with a simulated host: many callers, one HTTP request.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

install_packages "${build_packages[@]}"
echo "Building (a minute or two the first time) ..."
cmake --preset release -DCMAKE_UNITY_BUILD=ON -DMIDAS_BUILD_TESTS=OFF -DMIDAS_BUILD_EXAMPLES=OFF \
  -DMIDAS_BUILD_BENCH=OFF -B build/demo >build-demo.log 2>&1 || { cat build-demo.log; exit 1; }
cmake --build build/demo --target midas_program >>build-demo.log 2>&1 ||
  { cat build-demo.log; exit 1; }
rm -f build-demo.log
midas=build/demo/bin/midas

run() {
  printf '\n$ midas %s\n' "$*"
  "$midas" "$@"
}

run load --callers 10000 --duration 3s
run load --callers 1000 --resources 1000 --latency 5ms --once
run load --as coroutines --callers 10000 --duration 3s
