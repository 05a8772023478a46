#!/usr/bin/env bash
# Measures every figure of docs/performance.md, and writes that page.
#
#   scripts/bench.sh           takes a quarter of an hour; writes docs/performance.md and
#                              docs/performance/
#   scripts/bench.sh --quick   a short run that only shows that everything works; writes
#                              build/release/bench/quick/
#
# Fails if a program fails. A missed target is printed, but is not a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

quick=()
case "${1:-}" in
  "") ;;
  --quick) quick=(--quick) ;;
  *) echo "usage: scripts/bench.sh [--quick]" >&2; exit 2 ;;
esac

build=build/release
if [ ${#quick[@]} -eq 0 ]; then
  results=$build/bench/results page=docs/performance.md plots=docs/performance
else
  results=$build/bench/quick/results page=$build/bench/quick/performance.md
  plots=$build/bench/quick/performance
fi

install_packages "${build_packages[@]}" "${test_packages[@]}" "${bench_packages[@]}"
# Does not change MIDAS_BUILD_TESTS in the CMake cache: no test is built here.
cmake --preset release >/dev/null
cmake --build --preset release --target midas_benchmarks

# A stray request goes to a closed port of this machine.
export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:9
rm -rf "$results"
mkdir -p "$results" "$build/bench/peers"
failed=()

measure() { # NAME COMMAND: prints its tables, and writes its results to NAME.json
  local name=$1 status=0
  shift
  printf '\n== %s\n' "$name"
  local began=$SECONDS
  "$@" "${quick[@]}" --json "$results/$name.json" || status=$?
  case $status in
    0) echo "($((SECONDS - began)) s)" ;;
    77)
      echo "(skipped)"
      rm -f "$results/$name.json"
      ;;
    *) failed+=("$name") ;;
  esac
}

for program in cached burst fan_out raw_wire resilience scale idle store; do
  if [ -x "$build/bench/midas_bench_$program" ]; then
    measure "$program" "$build/bench/midas_bench_$program"
  fi
done
if [ -x bench/peers/run.sh ]; then
  measure peers bench/peers/run.sh "$build/bin/midas" "$build/bench/peers"
fi

printf '\n== %s\n' "$page"
rm -f "$plots"/*.svg
node bench/report/page.mjs --results "$results" --build "$build" --page "$page" --plots "$plots"
if [ ${#quick[@]} -eq 0 ]; then
  scripts/readme_figures.py
fi

if [ ${#failed[@]} -gt 0 ]; then
  echo "failed: ${failed[*]}" >&2
  exit 1
fi
