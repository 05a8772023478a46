#!/usr/bin/env bash
# cmake/code_blocks.awk extracts each block with its context, and refuses a page with a block that no
# test would read.
set -euo pipefail
extractor=$(cd "$(dirname "$0")/../../cmake" && pwd)/code_blocks.awk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir blocks

extract() { # reads the page
  cat >page.md
  awk -v directory=blocks -f "$extractor" page.md 2>errors
}

fail() {
  echo "$*" >&2
  exit 1
}

refuses() { # ERROR, reads the page
  if extract; then fail "not refused: $(cat page.md)"; fi
  grep -q "$1" errors || fail "other error: $(cat errors)"
}

extract <<'PAGE' || fail "refused: $(cat errors)"
Two fragments, a program, and a shell:

<!-- context: int a = 0;
int b = 0; -->
```cpp
a = b;
```

<!-- context of definitions: extern int c; -->
```cpp
int f() { return c; }
```

```cpp
#include <string>
```

<!-- prints -->
```
two

lines
```

1. In a list:
   ```sh
   true
   ```

```
any text
```
PAGE
diff - blocks/fragments.cpp <<'EXPECTED'
#include "tests/pages/fragments.hpp"

namespace page_5 {
void block() {
int a = 0;
int b = 0;
#line 6 "page.md"
a = b;
}
}

namespace page_10 {
extern int c;
#line 11 "page.md"
int f() { return c; }
}
EXPECTED
diff - blocks/page-1.cpp <<'EXPECTED'
#line 15 "page.md"
#include <string>
EXPECTED
diff - blocks/page-1.out <<'EXPECTED'
two

lines
EXPECTED
diff - blocks/page-26.sh <<'EXPECTED'
   true
EXPECTED

printf '%s\n' '<!-- excerpt -->' '```python' 'pass' '```' >page.md
awk -v directory=blocks -f "$extractor" page.md || fail "an excerpt is refused"

mkdir -p docs/adapters
printf '%s\n' '```c' 'int main(void);' '```' '```sh' 'true' '```' >docs/adapters/c.md
awk -v directory=blocks -f "$extractor" docs/adapters/c.md || fail "a page of an adapter is refused"
[ -f blocks/c-4.sh ] && [ ! -e blocks/c-1.c ] || fail "other blocks of an adapter's page: $(ls blocks)"

refuses "no test reads blocks of c++" <<'PAGE'
```c++
```
PAGE
refuses "ends in a code block" <<'PAGE'
```cpp
int main() {}
PAGE
refuses "not above a code block" <<'PAGE'
<!-- context: int a; -->

Text.
PAGE
refuses "no program is above this output" <<'PAGE'
<!-- prints -->
```
text
```
PAGE
refuses "without a language" <<'PAGE'
```cpp
#include <string>
```
<!-- prints -->
```sh
true
```
PAGE
refuses "ends before an output" <<'PAGE'
```cpp
#include <string>
```
<!-- prints -->
PAGE
refuses "an output is not above a block" <<'PAGE'
```cpp
#include <string>
```
<!-- prints -->
Text.
PAGE
refuses "an excerpt is not above a block" <<'PAGE'
<!-- excerpt -->
Text.
PAGE
