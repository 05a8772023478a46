#!/usr/bin/env bash
# Runs clang-format on every source, and clang-tidy on every source except tests and benchmarks.
#
#   scripts/lint.sh [--deep] [BASE]
#
#   BASE      a commit: clang-tidy reads only the sources that have changed since then, and those that
#             include a changed header
#   --deep    also runs clang's static analyzer, which adds half of the time
#
# With neither, clang-tidy reads the sources in the batches in which they are compiled, and so parses the
# headers once for ten sources: a quarter of the time. Only when it reads each source by itself can it
# tell that a using declaration is not used. In batches, scripts/check_alone.py then checks that each source
# compiles by itself.
set -euo pipefail
cd "$(dirname "$0")/.."

checks=(--checks=-clang-analyzer-*)
base=
for argument in "$@"; do
  case "$argument" in
    --deep) checks=() ;;
    -*) echo "usage: scripts/lint.sh [--deep] [BASE]" >&2; exit 2 ;;
    *) base=$argument ;;
  esac
done

git ls-files -z '*.hpp' '*.cpp' | xargs -0 clang-format --dry-run --Werror
echo "clang-format: clean"

rooms=(messages transport published actors service store adapters http simulator proxy tools examples)
sources=("${rooms[@]/%//*.cpp}")

# The sources that have changed since BASE or include a changed header.
concerned() {
  local file
  git diff --name-only --diff-filter=d "$base" -- "${sources[@]}"
  git diff --name-only "$base" -- '*.hpp' | while read -r file; do
    git grep -lF "${file#include/}" -- "${sources[@]}" || true
  done
}

batches=OFF
if [ -n "$base" ] && git diff --quiet "$base" -- .clang-tidy; then
  mapfile -t files < <(concerned | sort -u)
elif [ ${#checks[@]} -gt 0 ]; then
  batches=ON
else
  mapfile -t files < <(git ls-files "${sources[@]}")
fi

# Configured separately, because clang cannot read the precompiled headers of g++.
cmake --preset ci -B build/lint -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DCMAKE_UNITY_BUILD=$batches \
  -DMIDAS_BUILD_TESTS=OFF -DMIDAS_BUILD_EXAMPLES=ON >/dev/null
per_process=4
mapfile -t compiled < <(sed -n 's/^ *"file": "\(.*\)"$/\1/p' build/lint/compile_commands.json | sort -u)
if [ $batches = ON ]; then
  # Every source that is compiled, or the batch that includes it.
  files=("${compiled[@]}")
  checks=(--checks=-clang-analyzer-*,-bugprone-suspicious-include
    --header-filter="/($(IFS='|'; echo "${rooms[*]}")|include/midas)/.*\.[ch]pp$")
  per_process=1
else
  # Not the sources whose libraries were not found here.
  mapfile -t files < <(printf '%s\n' "${files[@]/#/$PWD/}" | grep -xFf <(printf '%s\n' "${compiled[@]}"))
fi

if [ ${#files[@]} -gt 0 ]; then
  printf '%s\0' "${files[@]}" |
    xargs -0 -P "$(nproc)" -n $per_process clang-tidy -p build/lint --quiet "${checks[@]}" \
      --extra-arg=-Wno-unknown-warning-option 2> >(grep -v 'warnings generated' >&2)
fi
echo "clang-tidy: clean (${#files[@]} files)"
if [ $batches = ON ]; then
  scripts/check_alone.py build/lint
fi
