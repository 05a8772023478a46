#!/usr/bin/env bash
# Formatting, and clang-tidy over every source that is not a test.
#
#   scripts/lint.sh          without the static analyzer, which takes half as long again
#   scripts/lint.sh --deep   with it
set -euo pipefail
cd "$(dirname "$0")/.."

checks=(--checks=-clang-analyzer-*)
case "${1:-}" in
  "") ;;
  --deep) checks=() ;;
  *) echo "usage: scripts/lint.sh [--deep]" >&2; exit 2 ;;
esac

git ls-files -z '*.hpp' '*.cpp' | xargs -0 clang-format --dry-run --Werror
echo "clang-format: clean"

# Configured apart: clang cannot read the precompiled headers of g++.
cmake --preset ci -B build/lint -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DMIDAS_BUILD_TESTS=OFF >/dev/null
git ls-files -z 'messages/*.cpp' 'transport/*.cpp' 'actors/*.cpp' 'simulator/*.cpp' 'tools/*.cpp' \
  'examples/*.cpp' |
  xargs -0 -P "$(nproc)" -n 4 clang-tidy -p build/lint --quiet "${checks[@]}" \
    --extra-arg=-Wno-unknown-warning-option 2> >(grep -v 'warnings generated' >&2)
echo "clang-tidy: clean"
