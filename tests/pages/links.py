#!/usr/bin/env python3
"""Checks every link of the pages: the file exists, and has the heading that an anchor names.

    links.py REPOSITORY

Reads all *.md of the repository: links, images and reference definitions outside of code. In other
files it reads the names of pages, such as docs/hosts.md#plain-http. docs/README.md must have a link to
every other page in docs/. Addresses on the Internet are not visited, but must be https.
"""

import os
import re
import sys
from pathlib import Path

SKIPPED = {".git", "build", "node_modules"}
SOURCES = {".awk", ".c", ".cmake", ".cpp", ".h", ".hpp", ".in", ".mjs", ".py", ".sh", ".txt", ".yml", ".yaml"}
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s*(\S+)", re.M)
ATTRIBUTE = re.compile(r"<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)=\"([^\"]+)\"")
NAMED_PAGE = re.compile(r"(?<![\w/.-])docs/[\w/-]+\.md(?:#[\w-]+)?")


def files_of(repository):
    for folder, folders, names in os.walk(repository):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(names):
            yield Path(folder, name)


def without_blocks(text):
    """Blank lines in place of fenced blocks, so that the numbers of lines stay."""
    return re.sub(r"^ *```.*?^ *```$", lambda block: "\n" * block[0].count("\n"), text, flags=re.M | re.S)


def without_code(text):
    return re.sub(r"``.*?``|`[^`\n]*`", "", without_blocks(text))


def anchors_of(text):
    """The ids that GitHub gives to the headings."""
    anchors, seen = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text)), {}
    for heading in re.findall(r"^ {0,3}#{1,6}\s+(.+?)\s*#*$", without_blocks(text), re.M):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        anchors.add(f"{slug}-{count}" if count else slug)
    return anchors


class Checker:
    def __init__(self, repository):
        self.repository = Path(repository).resolve()
        self.failures = []
        self.linked = {}

    def check(self, source, base, target):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            if not target.startswith("https://") and not target.startswith("mailto:"):
                self.fail(source, f"{target} is not https")
            return
        path, _, anchor = target.partition("#")
        found = (base / path).resolve() if path else source
        if self.repository not in (found, *found.parents):
            self.fail(source, f"{target} is outside of the repository")
        elif not found.exists():
            self.fail(source, f"{target} does not exist")
        else:
            self.linked.setdefault(source, set()).add(found)
            if anchor and (found.suffix != ".md" or anchor not in anchors_of(found.read_text())):
                self.fail(source, f"{target}: there is no such heading")

    def fail(self, source, text):
        self.failures.append(f"{source.relative_to(self.repository)}: {text}")

    def check_all(self):
        pages = []
        for path in files_of(self.repository):
            if path.suffix == ".md":
                pages.append(path)
                text = without_code(path.read_text())
                for pattern in (LINK, DEFINITION, ATTRIBUTE):
                    for target in pattern.findall(text):
                        self.check(path, path.parent, target)
            elif path.suffix in SOURCES and path.parent.name != "pages":
                for target in NAMED_PAGE.findall(path.read_text(errors="replace")):
                    self.check(path, self.repository, target)
        index = self.repository / "docs" / "README.md"
        for page in pages:
            if index.parent in page.parents and page != index and page not in self.linked.get(index, ()):
                self.fail(index, f"has no link to {page.relative_to(index.parent)}")
        return len(pages)


if __name__ == "__main__":
    checker = Checker(sys.argv[1])
    count = checker.check_all()
    print("\n".join(checker.failures) or f"the links of {count} pages lead somewhere")
    sys.exit(bool(checker.failures))
