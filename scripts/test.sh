#!/usr/bin/env bash
# Builds midas, optimized, and all tests, and runs the tests. Takes up to twelve minutes on a fresh
# machine with two cores. scripts/check.sh checks what else a change must pass.
#
#   scripts/test.sh
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh
source scripts/build_and_test.sh

if [ $# -ne 0 ]; then
  echo "usage: scripts/test.sh" >&2
  exit 2
fi
install_packages "${build_packages[@]}" "${test_libraries[@]}"
# What only the tests call is installed while the compiler is busy.
install_packages "${test_packages[@]}" &
installation=$!
# Also if the build fails: an installation that is still running would keep dpkg locked.
trap wait EXIT
build ci
wait "$installation"
run_tests ci
