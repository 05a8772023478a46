#!/usr/bin/env bash
# Checks that the built binaries have what cmake/hardening.cmake requires.
#
#   hardening.sh COMPILER BINARY...    programs, shared libraries (*.so*) and static ones (*.a)
set -euo pipefail
compiler=$1
shift
failures=0

expect() { # BINARY WHAT TEXT PATTERN
  if ! grep -qE "$4" <<<"$3"; then
    echo "$1: $2 is missing"
    failures=$((failures + 1))
  fi
}

# A program carries the mark of CET only if every object in it does, the C library's start files
# included. Debian 12 builds those (Scrt1.o, crti.o, crtn.o) without it.
start_files_have_cet() {
  local file
  for file in "$@"; do
    readelf -n "$("$compiler" "-print-file-name=$file")" 2>/dev/null | grep -q 'IBT, SHSTK' || return 1
  done
}

check_linked() { # BINARY START_FILE...
  local binary=$1 segments dynamic imports
  shift
  segments=$(readelf -lW "$binary")
  dynamic=$(readelf -dW "$binary")
  imports=$(readelf -sW --dyn-syms "$binary")
  expect "$binary" "GNU_RELRO" "$segments" 'GNU_RELRO'
  expect "$binary" "BIND_NOW" "$dynamic" 'BIND_NOW|Flags:.*NOW'
  expect "$binary" "a stack that is not executable" "$segments" 'GNU_STACK.* RW +0x'
  expect "$binary" "position independence" "$(readelf -hW "$binary")" 'Type: +DYN'
  expect "$binary" "the stack protector" "$imports" '__stack_chk_fail'
  expect "$binary" "a fortified function" "$imports" '__[a-z]+_chk(@|$)'
  if [ "$(uname -m)" = x86_64 ]; then
    if start_files_have_cet "$@"; then
      expect "$binary" "IBT and SHSTK" "$(readelf -nW "$binary")" 'IBT, SHSTK'
    else
      echo "$binary: IBT and SHSTK not checked, the start files of $compiler lack them"
    fi
  fi
}

check_archive() { # ARCHIVE
  local members marked
  [ "$(uname -m)" = x86_64 ] || return 0
  members=$(ar t "$1" | wc -l)
  marked=$(readelf -nW "$1" | grep -c 'IBT, SHSTK' || true)
  if [ "$members" -eq 0 ] || [ "$members" -ne "$marked" ]; then
    echo "$1: IBT and SHSTK are in $marked of its $members objects"
    failures=$((failures + 1))
  fi
}

for binary in "$@"; do
  case "$binary" in
    *.a) check_archive "$binary" ;;
    *.so*) check_linked "$binary" crti.o crtbeginS.o crtendS.o crtn.o ;;
    *) check_linked "$binary" Scrt1.o crti.o crtbeginS.o crtendS.o crtn.o ;;
  esac
done
[ "$failures" -eq 0 ] || exit 1
echo "hardened: $*"
