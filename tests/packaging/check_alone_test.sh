#!/usr/bin/env bash
# check_alone.py reports a source that compiles only after the others of its batch, and no other.
#
#   check_alone_test.sh SCRIPT
set -euo pipefail
command -v clang++ >/dev/null || { echo "skipped: clang++ is missing (see scripts/packages.sh)"; exit 77; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/midas-alone-test-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch"/{scripts,room,build/Unity}
cp "$1" "$scratch/scripts/check_alone.py"
cd "$scratch"

fail() {
  echo "$*" >&2
  exit 1
}

# All three include <optional>, the first through a header of the repository.
printf '#pragma once\n#include <optional>\nstd::optional<int> found();\n' >room/found.hpp
printf '#pragma once\nint helper();\n' >room/helper.hpp
printf '#include "room/found.hpp"\n#include "room/helper.hpp"\n' >room/first.cpp
printf 'std::optional<int> found() { return helper(); }\n' >>room/first.cpp
printf '#include "room/helper.hpp"\n#include <optional>\n' >room/second.cpp
printf 'std::optional<int> second() { return helper(); }\n' >>room/second.cpp
printf '#include <optional>\nstd::optional<int> third() { return NAME; }\n' >room/third.cpp
cat >build/Unity/unity_0_cxx.cxx <<END
#include "$scratch/room/first.cpp"
#include "$scratch/room/second.cpp"
END
cat >build/compile_commands.json <<END
[{"directory": "$scratch/build", "file": "$scratch/build/Unity/unity_0_cxx.cxx",
  "command": "c++ -I$scratch -Wall -std=c++20 -o x.o -c $scratch/build/Unity/unity_0_cxx.cxx"},
 {"directory": "$scratch/build", "file": "$scratch/room/third.cpp",
  "command": "c++ -I$scratch -DNAME=3 -std=c++20 -o y.o -c $scratch/room/third.cpp"}]
END

check() { # EXPECTED FILE...: the sources that are reported
  local output reported
  output=$(scripts/check_alone.py build 2>&1) || true
  reported=$(sed -n 's|.*/\(room/.*\.cpp\) does not compile by itself.*|\1|p' <<<"$output" | sort | xargs)
  [ "$reported" = "$*" ] || fail "reported \"$reported\", expected \"$*\": $output"
}

check
scripts/check_alone.py build | grep -q '^check_alone: clean (3 sources)$' || fail "not all sources are read"
# One of the repository's headers is missing, and the batch still compiles.
sed -i '/helper.hpp/d' room/second.cpp
clang++ -std=c++20 -I. -fsyntax-only build/Unity/unity_0_cxx.cxx || fail "the batch does not compile"
check room/second.cpp
# One of another project is.
sed -i '1i #include "room/helper.hpp"' room/second.cpp
sed -i '/optional>$/d' room/second.cpp
clang++ -std=c++20 -I. -fsyntax-only build/Unity/unity_0_cxx.cxx || fail "the batch does not compile"
check room/second.cpp
