#!/usr/bin/env bash
# Formatting, and clang-tidy over every source, with the compile commands of a build directory.
# Usage: scripts/lint.sh BUILD_DIRECTORY
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:?usage: scripts/lint.sh BUILD_DIRECTORY}

git ls-files -z '*.hpp' '*.cpp' | xargs -0 clang-format --dry-run --Werror
echo "clang-format: clean"

git ls-files -z 'messages/*.cpp' 'transport/*.cpp' 'actors/*.cpp' 'simulator/*.cpp' 'tools/*.cpp' \
  'examples/*.cpp' |
  xargs -0 -P "$(nproc)" -n 4 clang-tidy -p "$build" --quiet 2>/dev/null
echo "clang-tidy: clean"
