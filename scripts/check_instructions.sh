#!/usr/bin/env bash
# Counts the instructions of a cached read and of a coalesced request, and compares them with
# bench/baseline.json: they may differ by at most 5 %. Instruction counts, unlike times, do not depend
# on how busy the machine is.
#
#   scripts/check_instructions.sh            compares
#   scripts/check_instructions.sh --write    replaces bench/baseline.json
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh
baseline=bench/baseline.json

case "${1:-}" in
  "" | --write) ;;
  *) echo "usage: scripts/check_instructions.sh [--write]" >&2; exit 2 ;;
esac

install_packages "${build_packages[@]}" "${test_packages[@]}" "${bench_packages[@]}"
cmake --preset release >/dev/null
cmake --build --preset release --target midas_bench_instructions

counted() { # WHAT COUNT
  valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    build/release/bench/midas_bench_instructions "$1" "$2" 2>&1 |
    sed -n 's/.*Collected : *//p'
}

each() { # WHAT COUNT
  echo $((($(counted "$1" $(($2 * 2))) - $(counted "$1" "$2")) / $2))
}

measured=$(printf '{\n  "cached_read_by_key": %d,\n  "cached_read_by_handle": %d,\n  "coalesced_waiter": %d\n}' \
  "$(each key 20000)" "$(each handle 20000)" "$(each waiter 5000)")
echo "$measured"
if [ "${1:-}" = --write ]; then
  echo "$measured" >"$baseline"
  exit
fi
awk -F '[":, ]+' '
  NF < 3 { next }
  NR == FNR { expected[$2] = $3; next }
  !($2 in expected) { print "the baseline lacks " $2; wrong = 1; next }
  {
    checked++
    part = $3 / expected[$2]
    printf "%s: %d instructions, %.3f of the baseline\n", $2, $3, part
    if (part > 1.05 || part < 0.95) {
      print "  more than 5 % off: find out why; if it is intended, run scripts/check_instructions.sh --write"
      wrong = 1
    }
  }
  END { exit wrong || checked != 3 }' "$baseline" <(echo "$measured")
