#!/usr/bin/env bash
# Configures each cmake block of the pages as a project that uses an installed midas, or this one by
# FetchContent.
#
#   configure.sh CMAKE PREFIX DIRECTORY WORK    DIRECTORY: what cmake/code_blocks.awk wrote
set -euo pipefail
failed=0
repository=$(cd "$(dirname "$0")/../.." && pwd)
rm -rf "$4"

for block in "$3"/*.cmake; do
  project=$4/$(basename "$block" .cmake)
  mkdir -p "$project"
  echo 'int main() {}' >"$project/main.cpp"
  {
    # A page may show a whole project, or a part of one.
    if ! grep -q '^project(' "$block"; then
      echo 'cmake_minimum_required(VERSION 3.24)'
      echo 'project(reader LANGUAGES CXX)'
    fi
    cat "$block"
  } >"$project/CMakeLists.txt"
  if ! "$1" -G Ninja -S "$project" -B "$project/build" -DCMAKE_PREFIX_PATH="$2" \
      -DFETCHCONTENT_SOURCE_DIR_MIDAS="$repository" >"$project/log" 2>&1; then
    echo "$block:" >&2
    cat "$project/log" >&2
    failed=1
  fi
done
exit "$failed"
