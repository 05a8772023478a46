#!/usr/bin/env bash
# Checks deploy/systemd: that systemd understands the units, and that the exposure that
# systemd-analyze computes stays below 2.0. Skipped without systemd-analyze.
#
#   tests/deploy/systemd_test.sh PROGRAM
set -euo pipefail
program=$1
units="$(cd "$(dirname "$0")/../../deploy/systemd" && pwd)"

if ! command -v systemd-analyze >/dev/null; then
  echo "skipped: systemd-analyze is not installed" >&2
  exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The program and its manual page are not installed here.
for unit in midas-proxy.service midas-proxy.socket; do
  sed "s|/usr/bin/midas|$program|" "$units/$unit" >"$scratch/$unit"
done
if ! grep -q "ExecStart=$program proxy " "$scratch/midas-proxy.service"; then
  echo "midas-proxy.service does not start /usr/bin/midas" >&2
  exit 1
fi
problems=$(systemd-analyze verify --man=no "$scratch"/midas-proxy.{service,socket} 2>&1 |
  grep midas-proxy || true)
if [ -n "$problems" ]; then
  echo "$problems" >&2
  exit 1
fi

# In tenths.
if ! report=$(systemd-analyze security --offline=yes --no-pager --threshold=19 \
  "$scratch/midas-proxy.service"); then
  echo "$report" >&2
  exit 1
fi
