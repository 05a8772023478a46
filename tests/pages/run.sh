#!/usr/bin/env bash
# Runs a program of a page on a simulated virtual machine. It must succeed, and print what the page says,
# if the page says it. In the page, "..." at the end of a line stands for text that differs each time.
#
#   run.sh MIDAS PROGRAM OUTPUT    OUTPUT: what cmake/code_blocks.awk wrote; need not exist
set -euo pipefail
work=$(mktemp -d)
host=
trap 'if [ -n "$host" ]; then kill "$host" 2>/dev/null || true; wait "$host" || true; fi; rm -rf "$work"' EXIT

# Only the simulated host may set it.
unset AZURE_POD_IDENTITY_AUTHORITY_HOST
"$1" simulate --print-env sh >"$work/host.env" 2>"$work/host.log" &
host=$!
for _ in $(seq 300); do
  if [ -s "$work/host.env" ] || ! kill -0 "$host" 2>/dev/null; then
    break
  fi
  sleep 0.1
done
. "$work/host.env"
if [ -z "${AZURE_POD_IDENTITY_AUTHORITY_HOST:-}" ]; then
  echo "no simulated host: $(cat "$work/host.log")" >&2
  exit 1
fi

status=0
"$2" >"$work/printed" || status=$?
if [ "$status" -ne 0 ]; then
  echo "$2 ended with $status and printed:" >&2
  cat "$work/printed" >&2
  exit 1
fi
if [ -e "$3" ]; then
  # Puts the page's own line in place of each one that it describes.
  awk 'NR == FNR { page[FNR] = $0; next }
    { start = page[FNR] }
    sub(/\.\.\.$/, "", start) && index($0, start) == 1 { $0 = page[FNR] }
    { print }' "$3" "$work/printed" >"$work/compared"
  diff "$3" "$work/compared"
fi
