#!/usr/bin/env bash
# Checks the metrics and the example alerts of midas proxy with promtool. Skipped (77) without it.
#
#   promtool.sh METRICS ALERTS
set -euo pipefail
if ! command -v promtool >/dev/null; then
  echo "skipped: promtool is missing (package prometheus, see scripts/packages.sh)"
  exit 77
fi
promtool check metrics <"$1"
promtool check rules "$2"
