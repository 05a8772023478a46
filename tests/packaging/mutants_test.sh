#!/usr/bin/env bash
# Tests which lines scripts/mutants.pl changes, and how, on lines with one mutant at most.
set -euo pipefail
mutants=$(cd "$(dirname "$0")/../.." && pwd)/scripts/mutants.pl
scratch=$(mktemp -d "${TMPDIR:-/tmp}/midas-mutants-XXXXXX")
trap 'rm -rf "$scratch"' EXIT

failures=0
try() { # KIND LINE MUTANT; without KIND: the line has no mutant
  local expected='' got
  printf '{\n%s\n' "$2" >"$scratch/source"
  if [ -n "$1" ]; then expected=$(printf '%s\t2\t%s\t%s' "$scratch/source" "$1" "$3"); fi
  got=$("$mutants" 1 "$scratch/source")
  if [ "$got" != "$expected" ]; then
    printf 'line:     %s\nexpected: %s\ngot:      %s\n' "$2" "$expected" "$got"
    failures=$((failures + 1))
  fi
}

try comparison '  return a < b;' '  return a <= b;'
try comparison '  return a != b;' '  return a == b;'
try condition '  if (empty()) {' '  if (!(empty())) {'
try condition '  if (const auto x = find()) {' '  if (const auto x = find(); !x) {'
try condition '  } else if (name("if (x)")) {' '  } else if (!(name("if (x)"))) {'
try condition '  return a && b;' '  return a || b;'
try condition '  bool closed = false;' '  bool closed = true;'
try arithmetic '  return now + delay;' '  return now - delay;'
try bound '  return std::min(a, b);' '  return std::max(a, b);'
try bound '  std::size_t first = 0;' '  std::size_t first = 1;'
try statement '  deliver(request);' '  ;'
try statement '  caller->answer(token);' '  ;'
try statement '  state = idle;' '  ;'
try statement '        [this](timer_due) { fire(); },' '        [this](timer_due) {  },'
try cleanup '  timers.cancel(key);' '  ;'
try '' '  // return a < b;'
try '' '  return text("a < b");'
try '' '  template <class Key>'
try '' '  explicit timer(int seconds);'
try '' '  timer(const timer&) = delete;'
try '' '  [[nodiscard]] bool empty() const;'
try '' '  std::vector<int> values;'

printf '{\n  a = 1;\n  b < c;\n  f();\n  g();\n' >"$scratch/source"
if [ "$("$mutants" 3 "$scratch/source")" != "$("$mutants" 3 "$scratch/source")" ]; then
  echo "a seed gives different mutants"
  failures=$((failures + 1))
fi
exit "$((failures > 0))"
