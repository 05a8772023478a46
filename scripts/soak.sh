#!/usr/bin/env bash
# Runs random faults against a token service, and checks that the process does not grow.
#
#   scripts/soak.sh [SECONDS]    default 600; at least 120, to have enough samples
#
# After a warm-up of a fifth of the time, samples the process every second: resident memory, open
# file descriptors, threads. Compares the lower quartiles of the first and the last third,
# because faults change the number of connections, and services come and go. Memory may grow by 8 MiB
# and 5 %, threads by 2, and descriptors
# by 10: each of five kept connections has both of its ends in this process. The process is
# midas_chaos: see docs/chaos.md.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

seconds=${1:-600}
if [[ ! $seconds =~ ^[1-9][0-9]*$ ]] || [ "$seconds" -lt 120 ]; then
  echo "usage: scripts/soak.sh [SECONDS], 120 at least" >&2
  exit 2
fi

install_packages "${build_packages[@]}" "${test_packages[@]}" "${bench_packages[@]}"
cmake --preset release >/dev/null
cmake --build --preset release --target midas_chaos

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
samples=$scratch/samples

export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:9
build/release/tests/midas_chaos --seconds "$seconds" &
process=$!
trap 'kill "$process" 2>/dev/null || true; rm -rf "$scratch"' EXIT

# One line per second: resident kB, descriptors, threads. A process that has just ended has none.
began=$SECONDS
while kill -0 "$process" 2>/dev/null; do
  if [ $((SECONDS - began)) -ge $((seconds / 5)) ]; then
    resident=$(awk '/^VmRSS:/ {print $2}' "/proc/$process/status" 2>/dev/null || true)
    threads=$(awk '/^Threads:/ {print $2}' "/proc/$process/status" 2>/dev/null || true)
    descriptors=$( (ls "/proc/$process/fd" 2>/dev/null || true) | wc -l)
    if [ -n "$resident" ] && [ "$descriptors" -gt 0 ]; then
      echo "$resident $descriptors $threads" >>"$samples"
    fi
  fi
  sleep 1
done
chaos=0
wait "$process" || chaos=$?

count=$(wc -l <"$samples")
third=$((count / 3))
if [ "$third" -lt 10 ]; then
  echo "only $count samples: the run was too short to compare" >&2
  exit 1
fi
lower_quartile() { # FILE COLUMN
  awk -v column="$2" '{print $column}' "$1" | sort -n | sed -n "$(((third + 3) / 4))p"
}
head -n "$third" "$samples" >"$scratch/first"
tail -n "$third" "$samples" >"$scratch/last"

grown=0
judge() { # NAME COLUMN UNIT ALLOWED_GROWTH
  local first last
  first=$(lower_quartile "$scratch/first" "$2")
  last=$(lower_quartile "$scratch/last" "$2")
  echo "$1: $first$3 at first, $last$3 at last (may grow by $4$3)"
  if [ $((last - first)) -gt "$4" ]; then
    echo "$1 grew by $((last - first))$3" >&2
    grown=1
  fi
}
echo "$count samples"
judge "resident memory" 1 " kB" $((8192 + $(lower_quartile "$scratch/first" 1) / 20))
judge "file descriptors" 2 "" 10
judge "threads" 3 "" 2

if [ "$chaos" -ne 0 ]; then
  echo "midas_chaos found violations: see above" >&2
  exit "$chaos"
fi
exit "$grown"
