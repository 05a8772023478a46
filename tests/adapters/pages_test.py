#!/usr/bin/env python3
"""Checks that every block of C, C++ or Python in docs/adapters, and in other pages every block below
<!-- excerpt -->, is an excerpt of one file in examples/: whole lines in their order. Every page of
docs/adapters shows at least one.

    pages_test.py REPOSITORY

A line of the page that is only `// ...` or `# ...` stands for lines that the excerpt leaves out.
"""

import re
import sys
from pathlib import Path

repository = Path(sys.argv[1])
failures = []


def lines_of(text):
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def without_indentation(lines):
    margin = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return [line[margin:] for line in lines]


def position_of(part, whole, start):
    """Where `part`, with any indentation, follows in `whole`."""
    for first in range(start, len(whole) - len(part) + 1):
        if without_indentation(whole[first:first + len(part)]) == part:
            return first + len(part)
    return None


def is_excerpt(block, example):
    parts, part = [], []
    for line in block:
        if re.fullmatch(r"\s*(//|#) \.\.\.", line):
            parts.append(part)
            part = []
        else:
            part.append(line)
    position = 0
    for part in filter(None, parts + [part]):
        position = position_of(without_indentation(part), example, position)
        if position is None:
            return False
    return True


examples = [lines_of(path.read_text()) for path in sorted((repository / "examples").iterdir())
            if path.suffix in (".cpp", ".c", ".py")]
for page in sorted((repository / "docs").rglob("*.md")):
    is_adapter = page.parent.name == "adapters"
    marked = "" if is_adapter else "<!-- excerpt -->\n"
    blocks = re.findall(r"^" + marked + r"```(?:cpp|c|python)\n(.*?)^```", page.read_text(), re.M | re.S)
    if is_adapter and not blocks:
        failures.append(f"{page.name} shows no code")
    for block in map(lines_of, blocks):
        if not any(is_excerpt(block, example) for example in examples):
            failures.append(f"{page.name}: no example has the lines that begin with: {block[0]}")
print("\n".join(failures) or "every block is an excerpt")
sys.exit(bool(failures))
