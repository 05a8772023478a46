#!/usr/bin/env bash
# Options that cannot work together end the configuration, with the names of the options.
#
#   requirements_test.sh CMAKE
set -euo pipefail
cmake=$1
requirements=$(cd "$(dirname "$0")/../.." && pwd)/cmake/requirements.cmake

fail() {
  echo "$*" >&2
  exit 1
}

accepts() { # CMAKE_OPTION...
  "$cmake" "$@" -P "$requirements" || fail "rejected: $*"
}

rejects() { # TEXT CMAKE_OPTION...
  local text
  if text=$("$cmake" "${@:2}" -P "$requirements" 2>&1); then
    fail "accepted: ${*:2}"
  fi
  tr -s ' \n' ' ' <<<"$text" | grep -qF "$1" || fail "the error does not say \"$1\": $text"
}

accepts -DMIDAS_BUILD_SIMULATOR=OFF -DMIDAS_BUILD_TOOLS=OFF -DMIDAS_INSTALL=OFF
accepts -DMIDAS_BUILD_SIMULATOR=ON -DMIDAS_BUILD_TOOLS=ON -DMIDAS_BUILD_TESTS=ON -DMIDAS_INSTALL=OFF
# Without tests, the consumer tests do not exist.
accepts -DMIDAS_CONSUMER_TESTS=ON -DMIDAS_BUILD_TESTS=OFF -DMIDAS_INSTALL=OFF
accepts "-DCMAKE_CXX_FLAGS=-O2 -fno-rtti-is-not-this"
rejects "MIDAS_BUILD_SIMULATOR is OFF, but needed by MIDAS_BUILD_TOOLS, MIDAS_BUILD_TESTS:" \
  -DMIDAS_BUILD_SIMULATOR=OFF -DMIDAS_BUILD_TOOLS=ON -DMIDAS_BUILD_TESTS=ON
rejects "MIDAS_BUILD_SIMULATOR is OFF, but needed by MIDAS_BUILD_BENCH:" \
  -DMIDAS_BUILD_SIMULATOR=OFF -DMIDAS_BUILD_BENCH=ON
rejects "MIDAS_INSTALL is OFF, but needed by MIDAS_CONSUMER_TESTS:" \
  -DMIDAS_BUILD_SIMULATOR=ON -DMIDAS_BUILD_TESTS=ON -DMIDAS_CONSUMER_TESTS=ON -DMIDAS_INSTALL=OFF
rejects "CMAKE_CXX_FLAGS contains -fno-rtti," "-DCMAKE_CXX_FLAGS=-O2 -fno-rtti"
rejects "CMAKE_CXX_FLAGS contains -fno-exceptions," "-DCMAKE_CXX_FLAGS=-fno-exceptions"
