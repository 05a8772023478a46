#!/usr/bin/env bash
# Checks what a change must pass besides scripts/test.sh: formatting, includes, spelling, the links of the
# pages, the docstrings of the public headers, clang-tidy, that each source compiles by itself, and the
# tests under ASan and UBSan.
#
#   scripts/check.sh [--all] [BASE]
#
#   BASE     a commit: clang-tidy reads only the sources that have changed since then, and those that
#            include a changed header
#   --all    also runs clang's static analyzer, ThreadSanitizer, scripts/check_instructions.sh and
#            scripts/test_packages.sh
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh
source scripts/build_and_test.sh

all=no base=()
for argument in "$@"; do
  case "$argument" in
    --all) all=yes ;;
    -*) echo "usage: scripts/check.sh [--all] [BASE]" >&2; exit 2 ;;
    *) base=("$argument") ;;
  esac
done
deep=()
if [ "$all" = yes ]; then
  deep=(--deep)
fi

install_packages "${build_packages[@]}" "${test_packages[@]}" "${check_packages[@]}"
scripts/check_includes.sh
scripts/check_spelling.sh
python3 tests/pages/links.py .
python3 scripts/reference.py --check
mkdir -p build/docs
doxygen docs/Doxyfile
scripts/lint.sh "${deep[@]}" "${base[@]}"
# Each public header compiles alone, too.
build asan all_verify_interface_header_sets
run_tests asan
if [ "$all" = yes ]; then
  scripts/test_threads.sh
  scripts/check_instructions.sh
  scripts/test_packages.sh
fi
