#!/usr/bin/env bash
# Installs each install component of a build alone, and checks that it has its files and no others, and
# that every installed file belongs to a component.
#
#   components.sh BUILD
set -euo pipefail
build=$1
include=$(cd "$(dirname "$0")/../.." && pwd)/include
scratch=$(mktemp -d "${TMPDIR:-/tmp}/midas-components-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
# Each is the header include/midas/adapters/NAME.hpp, and what find_package(midas COMPONENTS NAME) reads.
header_adapters=(asio boost_asio curl azure_core grpc)
components=(midas_runtime midas_development midas_keyring midas_simulator midas_program
  midas_c "${header_adapters[@]/#/midas_}")

cached() { # VARIABLE
  sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"
}
lib=$(cached CMAKE_INSTALL_LIBDIR)
share=$(cached CMAKE_INSTALL_DATAROOTDIR)
man=$(cached CMAKE_INSTALL_MANDIR)
man=${man:-$share/man}
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")
shared=$(cached BUILD_SHARED_LIBS)
keyring=$(cached MIDAS_BUILD_KEYRING)
c_interface=$(cached MIDAS_BUILD_C)
program=$(cached MIDAS_BUILD_TOOLS)

failures=0
fail() {
  echo "$*"
  failures=$((failures + 1))
}

installed() { # FOLDER
  (cd "$1/prefix" 2>/dev/null && find . ! -type d | sed 's|^\./||' | sort) || true
}

# The expected files of a component, as patterns of the shell, one a line.
expected() { # COMPONENT
  case "$1" in
    midas_runtime)
      if [ "$shared" = ON ]; then
        printf '%s\n' "$lib/libmidas.so.${version%.*}" "$lib/libmidas.so.$version"
      fi
      ;;
    midas_development)
      (cd "$include" && find midas -type f ! -path 'midas/adapters/*' ! -name midas.h | sed 's|^|include/|')
      printf '%s\n' "$lib/libmidas.$([ "$shared" = ON ] && echo so || echo a)" \
        "$lib/cmake/midas/FindCAF.cmake" "$lib/cmake/midas/midasConfig.cmake" \
        "$lib/cmake/midas/midasConfigVersion.cmake" "$lib/cmake/midas/midasTargets.cmake" \
        "$lib/cmake/midas/midasTargets-*.cmake" "$lib/pkgconfig/midas.pc"
      ;;
    midas_keyring)
      [ "$keyring" = ON ] || return 0
      if [ "$shared" = ON ]; then
        printf '%s\n' "$lib"/libmidas_keyring.so{,".${version%.*}",".$version"}
      else
        printf '%s\n' "$lib/libmidas_keyring.a"
      fi
      printf '%s\n' "$lib/cmake/midas/midasKeyringTargets.cmake" \
        "$lib/cmake/midas/midasKeyringTargets-*.cmake" "$lib/pkgconfig/midas-keyring.pc"
      ;;
    midas_simulator)
      printf '%s\n' "$lib/libmidas_simulator.a" "$lib/cmake/midas/midasSimulatorTargets.cmake" \
        "$lib/cmake/midas/midasSimulatorTargets-*.cmake" "$lib/pkgconfig/midas-simulator.pc"
      ;;
    midas_program)
      [ "$program" = ON ] || return 0
      printf '%s\n' bin/midas "$man/man1/midas.1" "$man/man1/midas-*.1" \
        "$share/bash-completion/completions/midas" "$share/zsh/site-functions/_midas"
      ;;
    midas_systemd)
      [ "$program" = ON ] || return 0
      printf '%s\n' lib/systemd/system/midas-proxy.{service,socket} lib/sysusers.d/midas-proxy.conf
      ;;
    midas_c)
      [ "$c_interface" = ON ] || return 0
      printf '%s\n' include/midas/midas.h "$lib"/libmidas_c.{a,so,so.1} \
        "$lib/cmake/midas/midas_cTargets.cmake" "$lib/cmake/midas/midas_cTargets-*.cmake" \
        "$lib/pkgconfig/midas-c.pc"
      ;;
    *)
      printf '%s\n' "include/midas/adapters/${1#midas_}.hpp" "$lib/cmake/midas/$1Needs.cmake" \
        "$lib/cmake/midas/$1Targets.cmake"
      ;;
  esac
}

# midas_systemd is installed only on demand.
for component in "${components[@]}" midas_systemd; do
  DESTDIR=$scratch/$component cmake --install "$build" --prefix /prefix --component "$component" \
    >/dev/null
  mapfile -t files < <(installed "$scratch/$component")
  mapfile -t patterns < <(expected "$component")
  for pattern in "${patterns[@]}"; do
    # shellcheck disable=SC2053 # a pattern
    for file in "${files[@]}"; do [[ $file == $pattern ]] && continue 2; done
    fail "$component has no $pattern"
  done
  for file in "${files[@]}"; do
    # shellcheck disable=SC2053 # a pattern
    for pattern in "${patterns[@]}"; do [[ $file == $pattern ]] && continue 2; done
    fail "$component has $file, which does not belong there"
  done
done

DESTDIR=$scratch/all cmake --install "$build" --prefix /prefix >/dev/null
diff <(installed "$scratch/all") \
  <(for component in "${components[@]}"; do installed "$scratch/$component"; done | sort) ||
  fail "some files belong to no component, or to several"
if [ "$program" = ON ]; then
  units=$scratch/midas_systemd/prefix/lib/systemd/system
  grep -q '^ExecStart=/prefix/bin/midas proxy ' "$units/midas-proxy.service" ||
    fail "the unit does not start the installed program"
  diff <(sed 's|/prefix/|/usr/|' "$units/midas-proxy.service") \
    "$include/../deploy/systemd/midas-proxy.service" || fail "the unit is not that of deploy/"
fi
exit "$((failures > 0))"
