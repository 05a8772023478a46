#!/usr/bin/env bash
# Builds and runs programs that use midas from outside, as applications do.
#
#   run.sh install BUILD PREFIX               installs the libraries of BUILD into PREFIX, and checks the files
#   run.sh installed PREFIX WORK COMPILER     find_package(midas) in PREFIX
#   run.sh pkg_config PREFIX WORK COMPILER    pkg-config, and a plain compiler command
#   run.sh subdirectory WORK COMPILER [CMAKE_OPTION...]
#   run.sh adapters PREFIX WORK               find_package(midas COMPONENTS ...) in PREFIX
#   run.sh exports PREFIX                     checks what the shared library in PREFIX exports
#
# CMake's defaults apply: a consumer sets no standard, no build type, and no flag except warnings.
# Exits with 77, which ctest reports as skipped, if a tool is missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# A stray request goes to a closed port of this machine.
export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:9
# The flags of the build that started this test are not those of its consumers.
unset CXXFLAGS CPPFLAGS LDFLAGS

fail() {
  echo "$*" >&2
  exit 1
}

need() { # TOOL
  command -v "$1" >/dev/null || { echo "skipped: $1 is missing (see scripts/packages.sh)"; exit 77; }
}

# All public headers and no others are installed, and the only links are those of a shared library.
check_prefix() { # PREFIX
  diff <(cd "$here/../../include" && find midas -type f | sort) \
    <(cd "$1/include" && find . -type f | sed 's|^\./||' | sort) ||
    fail "other headers are installed than include/ has"
  local links
  links=$(find "$1" -type l ! -name 'libmidas.so*' ! -name 'libmidas_keyring.so*' ! -name libmidas_c.so)
  [ -z "$links" ] || fail "symbolic links are installed: $links"
}

# A shared midas exports its public names, and neither internal names nor those of its libraries.
# Templates of CAF and of the standard library that it instantiates are weak, and allowed.
check_exports() { # LIBRARY
  local exported wrong
  # Removes template and function arguments: only the name of the symbol itself counts.
  exported=$(nm -DC --defined-only "$1" | sed -E 's/^[0-9a-f]+ //
    s/operator(<<|<=>|<|->|>|\(\))/operator/g
    :again
    s/<[^<>]*>|\([^()]*\)|\{[^{}]*\}//g
    t again' | sort -u)
  grep -q '^T midas::token_service::get$' <<<"$exported" ||
    fail "midas::token_service is not exported"
  wrong=$(grep 'midas::internal' <<<"$exported" || true)
  [ -z "$wrong" ] || fail "internal names are exported: $wrong"
  wrong=$(grep -E '^[A-UX-Z] ' <<<"$exported" | grep -v 'midas::' || true)
  [ -z "$wrong" ] || fail "names that are not midas's are exported: $wrong"
}

build_and_run() { # WORK COMPILER SOURCE [CMAKE_OPTION...]
  local work=$1 compiler=$2 source=$3 program
  shift 3
  rm -rf "$work"
  cmake -G Ninja -S "$here/$source" -B "$work" -DCMAKE_CXX_COMPILER="$compiler" "$@" >/dev/null
  cmake --build "$work" --target consumer consumer_23 first_program
  for program in consumer consumer_23; do
    "$work/$program"
  done
}

# The program with which Conan tests a package.
build_test_package() { # WORK COMPILER CMAKE_OPTION...
  cmake -G Ninja -S "$here/../../packaging/conan/test_package" -B "$1" -DCMAKE_CXX_COMPILER="$2" \
    "${@:3}" >/dev/null
  cmake --build "$1"
  "$1/test_package"
}

# A component that does not exist is named, and so are those that do.
check_missing_component() { # PREFIX WORK
  local text
  mkdir -p "$2"
  printf '%s\n' 'cmake_minimum_required(VERSION 3.24)' 'project(missing LANGUAGES CXX)' \
    'find_package(midas REQUIRED COMPONENTS simulatr)' >"$2/CMakeLists.txt"
  if text=$(cmake -G Ninja -S "$2" -B "$2/build" -DCMAKE_PREFIX_PATH="$1" 2>&1); then
    fail "a component that does not exist is found"
  fi
  tr -s ' \n' ' ' <<<"$text" | grep -q 'no component simulatr, .* installed are: .*simulator' ||
    fail "the error does not name the component: $text"
}

case "$1" in
  install)
    rm -rf "$3"
    for component in runtime development keyring simulator c asio boost_asio curl azure_core grpc; do
      cmake --install "$2" --prefix "$3" --component "midas_$component" >/dev/null
    done
    check_prefix "$3"
    ;;
  installed)
    need "$4"
    build_and_run "$3" "$4" installed -DCMAKE_PREFIX_PATH="$2"
    build_test_package "$3/test_package" "$4" -DCMAKE_PREFIX_PATH="$2"
    ;;
  adapters)
    cmake -G Ninja -S "$here/adapters" -B "$3" -DCMAKE_PREFIX_PATH="$2" >/dev/null
    cmake --build "$3"
    PKG_CONFIG_PATH=$(dirname "$(find "$2" -name midas-c.pc)") && export PKG_CONFIG_PATH
    read -r -a flags <<<"$(pkg-config --cflags --libs midas-c)"
    cc -std=c11 -pedantic -Werror -o "$3/pkg_config_example" "$here/../../examples/token.c" "${flags[@]}"
    LD_LIBRARY_PATH=$(dirname "$(find "$2" -name libmidas_c.so)") && export LD_LIBRARY_PATH
    # No host answers here: it is enough that the programs run, and say so.
    for program in "$3"/*_example; do
      grep -q '^unreachable: ' <<<"$("$program" 2>&1)" || fail "$program does not report the error"
    done
    check_missing_component "$2" "$3/missing"
    ;;
  pkg_config)
    need "$4"
    need pkg-config
    mkdir -p "$3"
    library_path=$(dirname "$(find "$2" -name 'libmidas.*' | head -n 1)")
    for dialect in gnu++20 gnu++2b; do
      "$here/pkg_config/build.sh" "$2" "$4" "$dialect" "$here/consumer.cpp" "$3/$dialect"
      LD_LIBRARY_PATH=$library_path "$3/$dialect"
    done
    ;;
  subdirectory)
    need "$3"
    build_and_run "$2" "$3" subdirectory "${@:4}"
    # The next test installs a shared midas from here, with the libraries that no consumer links.
    if [[ " ${*:4} " == *SHARED* ]]; then
      cmake --build "$2" --target midas_c midas_c_static
      if cmake --build "$2" --target help | grep -q '^midas_keyring:'; then
        cmake --build "$2" --target midas_keyring
      fi
    fi
    ;;
  exports)
    library=$(find "$2" -name 'libmidas.so' | head -n 1)
    [ -n "$library" ] || fail "there is no shared midas in $2"
    check_exports "$library"
    ;;
  *) fail "unknown test: $1" ;;
esac
