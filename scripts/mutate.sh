#!/usr/bin/env bash
# Shows what the tests do not notice: builds mutants of the library, each with one changed line, and
# runs the test programs of the rooms concerned. A mutant that no test notices has survived.
#
#   scripts/mutate.sh [--seed N] [--count N] [--jobs N] [--max-survivors PERCENT] [--list] [PATH...]
#
#   --seed           chooses the mutants; the same seed gives the same ones. Default: random, printed
#   --count          number of mutants that compile. Default: 150
#   --jobs           mutants that are built and tested at a time. Default: 2
#   --max-survivors  the percentage above which the exit status is 1. Default: 10
#   --list           prints the mutants of the seed, and builds nothing
#   PATH             files or folders to mutate. Default: actors published service transport
#
# The mutants are lines changed by text patterns (scripts/mutants.pl): comparisons flipped, conditions
# negated, bounds moved by one, + and - exchanged, statements and cleanup left out. A mutant that does
# not compile is replaced by the next one. Mutants that change nothing that a program does are left out:
# scripts/equivalent_mutants.txt lists them, each with the reason. Add one only after a proof by reading,
# and only if the code cannot do without the line.
#
# Works on copies of the tree in build/mutants/, one for each job, whose builds are incremental; so the
# tree itself is never changed, and a run can be interrupted. The first run takes minutes longer,
# because it builds the copies; ccache makes it faster. Exit status: 0, 1 too many survivors, 2 wrong
# usage, or tests that fail without a mutant.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  sed -n '/^#   scripts/s/^#   /usage: /p' scripts/mutate.sh >&2
  exit 2
}

seed=$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')
count=150 jobs=2 max_survivors=10 list_only='' paths=()
while [ $# -gt 0 ]; do
  case $1 in
    --seed | --count | --jobs | --max-survivors)
      if [[ ! ${2:-} =~ ^[0-9]+$ ]]; then usage; fi
      name=${1#--}
      printf -v "${name//-/_}" %s "$2"
      shift
      ;;
    --list) list_only=1 ;;
    -*) usage ;;
    *) paths+=("$1") ;;
  esac
  shift
done
if [ ${#paths[@]} -eq 0 ]; then paths=(actors published service transport); fi
mapfile -t sources < <(git ls-files -co --exclude-standard -- "${paths[@]}" | grep '\.[ch]pp$')
if [ ${#sources[@]} -eq 0 ] || [ "$jobs" -eq 0 ]; then usage; fi
if [ -n "$list_only" ]; then
  exec scripts/mutants.pl "$seed" "${sources[@]}"
fi

# The suites that should notice a change of the file, the fastest first: all tests of a room, or those
# in one folder of it.
suites_of() { # FILE
  case $1 in
    actors/policies/* | actors/support/*) echo policies actors service exploration ;;
    actors/*) echo actors service exploration ;;
    published/*) echo published actors service ;;
    store/*) echo store ;;
    service/*) echo service processes ;;
    transport/curl/*) echo transport ;;
    # The tests of transport/curl wait for real servers.
    transport/*/*) echo "$(dirname "$1")" conformance transport ;;
    transport/*) echo conformance transport ;;
    *) echo messages actors service transport ;;
  esac
}

program_of() { # SUITE
  if [ "$1" = conformance ]; then echo midas_conformance; else echo "midas_${1%%/*}_tests"; fi
}

# The arguments with which a program runs only the tests in those files.
only_tests_in() { # FILE...
  if [ $# -eq 0 ]; then return; fi
  echo --filenames-as-tags
  printf '[#%s],' "$@" | sed 's/,$//'
}

arguments_of() { # SUITE
  if [[ $1 != */* ]]; then return; fi
  local files=("tests/$1"/*_test.cpp)
  files=("${files[@]##*/}")
  only_tests_in "${files[@]%.cpp}"
}

work=$PWD/build/mutants
mkdir -p "$work"
exec 8>"$work/lock"
if ! flock -n 8; then
  echo "another run uses $work" >&2
  exit 2
fi
run=$work/run
rm -rf "$run"
mkdir "$run"
export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:9
# More take too long for each mutant.
export MIDAS_EXPLORE_WALKS=300
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_NOHASHDIR=1
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
fi

# Makes the copy equal to the tree. A file that differs, a mutant of an interrupted run among them, gets
# a new time of modification and is built again.
copy_tree() { # COPY
  local file
  mkdir -p "$1"
  git ls-files -co --exclude-standard | sort | while read -r file; do
    if [ -f "$file" ]; then echo "$file"; fi
  done >"$run/files"
  while read -r file; do
    if ! cmp -s "$file" "$1/$file"; then
      mkdir -p "$1/$(dirname "$file")"
      cp "$file" "$1/$file"
    fi
  done <"$run/files"
  (cd "$1" && find . -type f -printf '%P\n' | sort | comm -23 - "$run/files" | xargs -r rm)
}

build() { # JOB TARGET...
  local job=$1
  shift
  CCACHE_BASEDIR=$work/$job nice cmake --build "$work/$job/build" --parallel "$per_job" --target "$@" \
    >"$run/build-$job" 2>&1
}

# Prints the seconds that the suite took.
run_suite() { # JOB SUITE SECONDS
  local began=$EPOCHREALTIME status=0 program arguments
  program=$(program_of "$2")
  mapfile -t arguments < <(arguments_of "$2")
  (cd "$work/$1/build" && timeout -s KILL "$3" "tests/$program" --abort "${arguments[@]}") \
    >"$run/test-$1" 2>&1 || status=$?
  awk -v from="$began" -v to="$EPOCHREALTIME" 'BEGIN {printf "%.1f", to - from}'
  return "$status"
}

# The unchanged tree must pass; this also tells how long a test program may take.
prepare() { # JOB PROGRAM...
  local job=$1 name seconds
  shift
  copy_tree "$work/$job/tree"
  cat >"$run/separate_sources.cmake" <<'EOF'
cmake_language(DEFER CALL set_target_properties
  midas_objects midas_rare_objects midas_host_objects PROPERTIES UNITY_BUILD OFF)
EOF
  # -O0 without debug information, and lld where it exists: most of the time is compiling and linking.
  # So are the tests several at a time, but the sources of the library, which are mutated, one by one.
  # Assertions notice what is undefined and would happen to work.
  CCACHE_BASEDIR=$work/$job cmake --preset debug -S "$work/$job/tree" -B "$work/$job/build" \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_PROJECT_midas_INCLUDE="$run/separate_sources.cmake" \
    -DCMAKE_CXX_FLAGS_DEBUG="-O0 -D_GLIBCXX_ASSERTIONS" -DMIDAS_HARDENING=OFF \
    -DCMAKE_EXE_LINKER_FLAGS="$(command -v ld.lld >/dev/null && echo -fuse-ld=lld)" >/dev/null
  if ! build "$job" "$@"; then
    tail -n 20 "$run/build-$job" >&2
    exit 2
  fi
}

measure() { # JOB SUITE...
  local job=$1 suite seconds
  shift
  for suite in "$@"; do
    if ! seconds=$(run_suite "$job" "$suite" 600); then
      tail -n 20 "$run/test-$job" >&2
      echo "$suite fails without a mutant" >&2
      exit 2
    fi
    echo "$suite $seconds" >>"$run/seconds"
  done
}

limit_of() { # SUITE
  awk -v suite="$1" '$1 == suite {print int(4 * $2) + 10}' "$run/seconds"
}

# Prints "skipped", "survived", or what noticed the mutant.
verdict_on() { # JOB FILE
  local suite
  for suite in $(suites_of "$2"); do
    if ! build "$1" "$(program_of "$suite")"; then
      echo skipped
      return
    fi
    local status=0
    run_suite "$1" "$suite" "$(limit_of "$suite")" >/dev/null || status=$?
    if [ "$status" -eq 137 ]; then
      echo "noticed by $suite (time limit)"
      return
    elif [ "$status" -ne 0 ]; then
      echo "noticed by $suite"
      return
    fi
  done
  echo survived
}

judge() { # JOB FILE LINE KIND TEXT
  local tree=$work/$1/tree began=$EPOCHREALTIME verdict seconds
  # The tree may be edited during the run.
  local original=$run/original-$1
  cp "$tree/$2" "$original"
  TEXT=$5 awk -v line="$3" 'NR == line {print ENVIRON["TEXT"]; next} {print}' "$original" >"$tree/$2"
  verdict=$(verdict_on "$1" "$2")
  seconds=$(awk -v from="$began" -v to="$EPOCHREALTIME" 'BEGIN {printf "%.0f", to - from}')
  {
    flock 9
    echo "$verdict" >>"$run/verdicts"
    echo "$2:$3: $4: $verdict ($seconds s)"
    if [ "$verdict" = survived ]; then
      diff -U1 --label "$2" --label mutant "$original" "$tree/$2" || true
    fi
  } 9>"$run/report-lock"
  cp "$original" "$tree/$2"
}

# Each job takes the next mutant of the list until none is left.
work_off() { # JOB LIST
  local next file line kind text
  while true; do
    {
      flock 9
      next=$(cat "$run/next")
      echo "$((next + 1))" >"$run/next"
    } 9>"$run/next-lock"
    IFS=$'\t' read -r file line kind text < <(sed -n "${next}p" "$2") || return 0
    judge "$1" "$file" "$line" "$kind" "$text"
  done
}

number_of() { # VERDICT
  grep -c "^$1" "$run/verdicts" || true
}

# A function, because bash reads a script while it runs, and the tree may be edited meanwhile.
main() {
  scripts/mutants.pl "$seed" "${sources[@]}" >"$run/all"
  echo "seed $seed: $(wc -l <"$run/all") mutants in ${#sources[@]} files"
  mapfile -t suites < <(for file in "${sources[@]}"; do
    suites_of "$file" | tr ' ' '\n'
  done | sort -u)
  mapfile -t programs < <(for suite in "${suites[@]}"; do program_of "$suite"; done | sort -u)
  per_job=$(nproc)
  for job in $(seq "$jobs"); do prepare "$job" "${programs[@]}"; done
  measure 1 "${suites[@]}"
  per_job=$((($(nproc) + jobs - 1) / jobs))

  # In rounds, each by file: a job then builds fewer objects anew. The rounds are small, so that an
  # interrupted run has judged mutants of all rooms. Headers are last, since they take longest. Mutants
  # that do not compile are replaced.
  per_round=25
  : >"$run/verdicts"
  taken=0
  while true; do
    needed=$((count - $(number_of noticed) - $(number_of survived)))
    needed=$((needed < per_round ? needed : per_round))
    awk -v first="$taken" -v count="$needed" 'NR > first && NR <= first + count' "$run/all" |
      sort >"$run/sorted"
    {
      grep -vP '\.hpp\t' "$run/sorted" || true
      grep -P '\.hpp\t' "$run/sorted" || true
    } >"$run/round"
    if [ ! -s "$run/round" ]; then break; fi
    taken=$((taken + $(wc -l <"$run/round")))
    echo 1 >"$run/next"
    for job in $(seq "$jobs"); do work_off "$job" "$run/round" & done
    wait
  done

  noticed=$(number_of noticed) survived=$(number_of survived)
  total=$((noticed + survived))
  echo "seed $seed: $total mutants, $noticed noticed, $survived survived ($(number_of skipped) did not compile)"
  if [ "$total" -eq 0 ]; then exit 2; fi
  echo "$(awk -v part="$survived" -v all="$total" 'BEGIN {printf "%.1f", 100 * part / all}') % survived"
  exit "$((100 * survived > max_survivors * total))"
}

main
