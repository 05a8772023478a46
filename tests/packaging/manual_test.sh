#!/usr/bin/env bash
# Checks that the manual pages and the completion scripts name every command and option of --help, that
# they are well-formed, and that bash completes.
#
#   manual_test.sh PROGRAM MANUAL    MANUAL: the folder that midas_manual has written
set -euo pipefail
program=$1 manual=$2
bash_script=$manual/bash/midas
zsh_script=$manual/zsh/_midas
scratch=$(mktemp -d "${TMPDIR:-/tmp}/midas-manual-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
failures=0
fail() {
  echo "$*"
  failures=$((failures + 1))
}

# The candidates for the last of the words, one a line.
completions() { # WORD...
  # shellcheck disable=SC2016 # for the other shell
  bash --norc --noprofile -c '
    source "$1"
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _midas
    printf "%s\n" "${COMPREPLY[@]}"' bash "$bash_script" "$@"
}

expect_completions() { # EXPECTED WORD...
  local expected=$1 got
  shift
  got=$(completions "$@" | sort | paste -sd' ')
  [ "$got" = "$expected" ] || fail "completions of '$*' are '$got', not '$expected'"
}

# A zsh in which _arguments prints what it is called with.
zsh_specifications() { # COMMAND_WORD...
  # shellcheck disable=SC2016 # for the other shell
  zsh -f -c '
    _arguments() { print -rl -- "$@"; return 1 }
    _describe() { }
    source "$1" >/dev/null
    "$2"' zsh "$zsh_script" "_$(IFS=_ && echo "$*")"
}

# What an interactive zsh makes of a line after which Tab was typed.
expect_zsh_line() { # EXPECTED LINE
  # shellcheck disable=SC2016 # for the other shells
  timeout 60 zsh -f -c '
    zmodload zsh/zpty
    zpty shell "zsh -f -i"
    zpty -w shell "fpath=(${(q)1} \$fpath); autoload -U compinit; compinit -u -D; bindkey \"^I\" complete-word"
    zpty -w shell "show() { print -r -- \"<\$BUFFER>\" }; zle -N show; bindkey \"^X\" show; print rea\"\"dy"
    zpty -r -m shell ignored "*ready*"
    zpty -w -n shell "$2"$'"'\t\x18'"'
    zpty -r -m shell ignored "*<$3>*"' zsh "$manual/zsh" "$2" "$1" ||
    fail "zsh does not complete '$2' to '$1'"
}

# The manual page of a command without its markup.
page_of() { # COMMAND_WORD...
  sed 's/\\-/-/g; s/\\f[BIR]//g' "$manual/man1/$(IFS=- && echo "$*").1"
}

check_option() { # NAME COMMAND_WORD...
  local name=$1
  shift
  grep -qE -- "(^|, )$name(,| |\$)" <<<"$(page_of "$@")" ||
    fail "the page of $* does not describe $name"
  grep -qxF -- "$name" <<<"$(completions "$@" '')" || fail "bash does not complete $* $name"
  if [ -n "$(type -P zsh)" ]; then
    # Preceded by the options that it excludes, or by a mark of repetition, and followed by the
    # description.
    grep -qE -- "^(\(.*\)|\*)?$name=?\[" <<<"$(zsh_specifications "$@")" ||
      fail "zsh does not complete $* $name"
  else
    grep -qF -- "$name" "$zsh_script" || fail "$zsh_script has no $name"
  fi
}

check_command() { # COMMAND_WORD...
  local help option command
  help=$("$program" "${@:2}" --help)
  while read -r option; do
    check_option "$option" "$@"
  done < <(sed -nE 's/^  (-[^ ]+).*/\1/p' <<<"$help" | tr ',' '\n' | sort -u)
  while read -r command; do
    grep -qxF -- "$(IFS=- && echo "$*")-$command(1)" <<<"$(page_of "$@")" ||
      fail "the page of $* does not name $command"
    grep -qxF -- "$command" <<<"$(completions "$@" '')" || fail "bash does not complete $* $command"
    check_command "$@" "$command"
  done < <(sed -nE '/^Subcommands:/,/^$/s/^  ([a-z-]+) .*/\1/p' <<<"$help")
}

check_command midas

expect_completions 'token' midas to
expect_completions 'header json raw' midas token --output ''
expect_completions 'header' midas token --output = h
expect_completions 'header' midas token --output h
expect_completions '' midas token --resource ''
expect_completions '--object-id --output' midas token --resource doctor --o
expect_completions 'docker json kubernetes powershell sh systemd' midas simulate --port 8080 --print-env ''
mkdir "$scratch/files"
touch "$scratch/files/faults.json"
expect_completions "$scratch/files/faults.json" midas simulate --faults "$scratch/files/f"
expect_completions "$scratch/files" midas simulate --arc-key-directory "$scratch/fi"

# mandoc wants a date, which would differ from build to build.
for page in "$manual"/man1/*.1; do
  if [ -n "$(type -P groff)" ]; then
    faults=$(groff -man -ww -Tutf8 -z "$page" 2>&1) || true
    [ -z "$faults" ] || fail "$faults"
  fi
  if [ -n "$(type -P man)" ]; then
    faults=$(MANROFFSEQ='' man --warnings -l "$page" 2>&1 >/dev/null) || true
    [ -z "$faults" ] || fail "$faults"
  fi
  if [ -n "$(type -P mandoc)" ]; then
    faults=$(mandoc -T lint -W warning "$page" | grep -v 'missing date' || true)
    [ -z "$faults" ] || fail "$faults"
  fi
done
bash -n "$bash_script" || fail "$bash_script is malformed"
if [ -n "$(type -P zsh)" ]; then
  zsh -n "$zsh_script" || fail "$zsh_script is malformed"
  expect_zsh_line 'midas token ' 'midas to'
  expect_zsh_line 'midas token --output=' 'midas token --out'
  expect_zsh_line 'midas simulate --print-env json ' 'midas simulate --print-env j'
fi
exit "$((failures > 0))"
