#!/usr/bin/env bash
# run.sh accepts a program that prints what its page says, and no other one.
#
#   run_test.sh MIDAS
set -euo pipefail
run=$(cd "$(dirname "$0")" && pwd)/run.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

runs() { # PROGRAM [OUTPUT]
  printf '#!/bin/sh\n%s\n' "$1" >"$work/program"
  chmod +x "$work/program"
  rm -f "$work/output"
  if [ $# -gt 1 ]; then
    printf '%b' "$2" >"$work/output"
  fi
  "$run" "$midas" "$work/program" "$work/output" >"$work/log" 2>&1
}

fail() {
  echo "$*" >&2
  cat "$work/log" >&2
  exit 1
}

midas=$1
runs 'true' || fail "refused without an output"
runs 'echo a; echo b' 'a\nb\n' || fail "refused an equal output"
runs 'echo token 17; echo b' 'token ...\nb\n' || fail "refused an output with a part that differs"
runs 'echo "$AZURE_POD_IDENTITY_AUTHORITY_HOST"' 'http://127.0.0.1:...\n' || fail "no simulated host"
! runs 'false' || fail "accepted a failure"
! runs 'echo a; exit 3' 'a\n' || fail "accepted a failure with an equal output"
! runs 'echo a' 'b\n' || fail "accepted another output"
! runs 'echo a' 'a\nb\n' || fail "accepted an output that is too short"
! runs 'echo a; echo b' 'a\n' || fail "accepted an output that is too long"
! runs 'echo tokens 17' 'token ...\n' || fail "accepted another beginning"
midas=/bin/false
! runs 'true' || fail "accepted a run without a host"
