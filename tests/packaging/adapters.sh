#!/usr/bin/env bash
# Checks that an installed midas has every adapter that is a header: the header, what find_package(midas)
# reads, and that a program which uses the adapter of libcurl compiles.
#
#   adapters.sh PREFIX WORK
set -euo pipefail
prefix=$1
work=$2
for name in asio boost_asio curl azure_core grpc; do
  for file in "$prefix/include/midas/adapters/$name.hpp" \
    "$prefix"/lib/*/cmake/midas/midas_${name}Targets.cmake \
    "$prefix"/lib/*/cmake/midas/midas_${name}Needs.cmake; do
    [ -f "$file" ] || { echo "$file is missing" >&2; exit 1; }
  done
done
mkdir -p "$work"
cat >"$work/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(adapter LANGUAGES CXX)
find_package(midas REQUIRED COMPONENTS curl)
add_library(adapter OBJECT adapter.cpp)
target_link_libraries(adapter PRIVATE midas::curl)
END
echo '#include <midas/adapters/curl.hpp>' >"$work/adapter.cpp"
cmake -G Ninja -S "$work" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$work/build" >/dev/null
