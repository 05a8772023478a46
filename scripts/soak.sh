#!/usr/bin/env bash
# Storms over a token service for as long as told, and whether the process stays as large as it was.
#
#   scripts/soak.sh [SECONDS]    default 600; at least 120, so that there is something to compare
#
# After a warm-up, a fifth of the time, its resident memory, open file descriptors and threads are
# looked at every second. What counts is the median of a third of the samples: in a storm there are
# more connections than in a calm. From the first third to the last, memory may grow by 8 MiB and a
# twentieth, threads by 2, and descriptors by 10: the five connections that may be kept have both
# their ends in this process. The run itself is midas_chaos: see docs/chaos.md.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

seconds=${1:-600}
if [[ ! $seconds =~ ^[1-9][0-9]*$ ]] || [ "$seconds" -lt 120 ]; then
  echo "usage: scripts/soak.sh [SECONDS], 120 at least" >&2
  exit 2
fi

install_packages "${build_packages[@]}" "${test_packages[@]}"
cmake --preset release >/dev/null
cmake --build --preset release --target midas_chaos

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
samples=$scratch/samples

export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:9
build/release/tests/midas_chaos --seconds "$seconds" &
process=$!
trap 'kill "$process" 2>/dev/null || true; rm -rf "$scratch"' EXIT

# One line a second: resident kB, descriptors, threads. Nothing of a process that has just ended.
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
  echo "only $count samples: the run ended too soon to be judged" >&2
  exit 1
fi
median() { # FILE COLUMN
  awk -v column="$2" '{print $column}' "$1" | sort -n | sed -n "$(((third + 1) / 2))p"
}
head -n "$third" "$samples" >"$scratch/first"
tail -n "$third" "$samples" >"$scratch/last"

grown=0
judge() { # NAME COLUMN UNIT ALLOWED_GROWTH
  local first last
  first=$(median "$scratch/first" "$2")
  last=$(median "$scratch/last" "$2")
  echo "$1: $first$3 at first, $last$3 at last (may grow by $4$3)"
  if [ $((last - first)) -gt "$4" ]; then
    echo "$1 grew by $((last - first))$3" >&2
    grown=1
  fi
}
echo "$count samples"
judge "resident memory" 1 " kB" $((8192 + $(median "$scratch/first" 1) / 20))
judge "file descriptors" 2 "" 10
judge "threads" 3 "" 2

if [ "$chaos" -ne 0 ]; then
  echo "midas_chaos found violations: see above" >&2
  exit "$chaos"
fi
exit "$grown"
