#!/usr/bin/env bash
# Builds everything and runs all tests, plainly and under the sanitizers.
#
#   scripts/test.sh         formatting, clang-tidy, the tests optimised, and under ASan + UBSan
#   scripts/test.sh --all   besides, clang's static analyzer, all that can be watched truthfully, under
#                           TSan, and the instructions that a token takes, against bench/baseline.json
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

all=no
case "${1:-}" in
  "") ;;
  --all) all=yes ;;
  *) echo "usage: scripts/test.sh [--all]" >&2; exit 2 ;;
esac

install_packages "${build_packages[@]}" "${test_packages[@]}"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

build_and_test() { # PRESET [ctest arguments]
  local preset=$1
  shift
  cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset"
  # Whatever tests make for a while they remove again: simulators' keys and tokens above all.
  TMPDIR=$scratch ctest --preset "$preset" --parallel 4 "$@"
  if compgen -G "$scratch/midas-*" >&2; then
    echo "tests left these files behind" >&2
    exit 1
  fi
}

cmake --preset ci >/dev/null
cmake --build --preset ci
if [ "$all" = yes ]; then
  scripts/lint.sh --deep
else
  scripts/lint.sh
fi
build_and_test asan
if [ "$all" = yes ]; then
  scripts/test_threads.sh
  scripts/check_instructions.sh
fi
build_and_test ci
