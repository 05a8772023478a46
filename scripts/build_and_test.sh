# Sourced by scripts/test.sh and scripts/check.sh.

build() { # PRESET [TARGET...]
  local preset=$1
  shift
  cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset" --target all "$@"
}

run_tests() { # PRESET
  local scratch status=0
  # Tests remove the files that they create: the simulator's keys and tokens above all.
  scratch=$(mktemp -d)
  TMPDIR=$scratch ctest --preset "$1" --parallel 4 || status=$?
  if compgen -G "$scratch/midas-*" >&2; then
    echo "tests left these files behind" >&2
    status=1
  fi
  rm -rf "$scratch"
  return "$status"
}
