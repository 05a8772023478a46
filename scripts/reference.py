#!/usr/bin/env python3
"""Writes what the public headers document into the pages that name them.

    scripts/reference.py            writes the pages
    scripts/reference.py --check    fails if a page is not what this script would write, or if a public
                                    header is in no page

A page in docs/ says where:

    <!-- header: midas/error.hpp -->
    <!-- end of header -->

Between the two come the options of CMakeLists.txt, if it is the "header", or the types, members and functions of the header that have a docstring (///). What is
in midas::detail, private, or for midas itself is left out.
"""

import os
import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
# What only includes other headers, and what macros of Asio declare: docs/adapters/asio.md.
LEFT_OUT = {"midas/midas.hpp", "midas/adapters/asio.hpp", "midas/adapters/boost_asio.hpp"}
DEFAULTS = {
    "${midas_is_top_level}": "`ON`; in a larger project `OFF`",
    "${midas_libsecret_found}": "`ON` if libsecret is found",
}
REGION = re.compile(r"(<!-- header: (\S+) -->\n).*?(<!-- end of header -->)", re.S)
TYPE = re.compile(r"(?:template <.*?> )?(class|struct|enum class) (?:\[\[[^\]]*\]\] )?(?:MIDAS_EXPORT )?(\w+)")
# What a template parameter named Text stands for, by its concept.
ACCEPTED = {"detail::resource_text": "std::string_view", "detail::temporary_text": "std::string&&"}
FOR_MIDAS = re.compile(r"For midas itself|Called by `co_await`|See grpc_call_credentials\(\)\.$")


class Entry:
    """A type, a member, a function or an enumerator, with the lines of its docstring."""

    def __init__(self, text, doc):
        self.text, self.doc, self.members = text, doc, []
        opened = TYPE.match(text)
        self.kind, self.name = opened.groups() if opened else (None, None)


# -- Reading ------------------------------------------------------------------------------------------


def parts_of(lines):
    """(docstring, declaration) of each declaration, braces and access specifiers included."""
    doc, declaration, depth, in_enum = [], "", 0, False
    for line in lines:
        text = line.strip()
        if text.startswith("///"):
            doc.append(text[3:].removeprefix(" "))
            continue
        text = re.sub(r"(^|\s)// .*", "", text).strip()
        if not text or re.match(r"#|MIDAS_[A-Z_]+\(.*\)$", text):
            if not declaration:
                doc = [] if not text and not line.strip() else doc
            continue
        declaration = f"{declaration} {text}".strip()
        depth += len(re.findall(r"[({]", text)) - len(re.findall(r"[)}]", text))
        opens = depth == 1 and text.endswith("{") and re.match(r"(?:template <.*> )?(namespace|class|struct|enum)\b",
                                                               declaration)
        if opens or (depth <= 0 and re.search(r"[;}]$|\w:$" + "|,$" * in_enum, text)):
            in_enum = declaration.startswith("enum") if opens else in_enum and not declaration.startswith("}")
            yield doc, declaration
            doc, declaration, depth = [], "", 0


def entries_of(header_text):
    top, open_types, hidden = [], [], 0
    for doc, declaration in parts_of(header_text.split("\n")):
        if declaration.startswith("namespace"):
            if declaration.endswith("{") and declaration != "namespace midas {":
                hidden += 1  # midas::detail, caf
            continue
        if declaration.startswith("}"):
            if open_types:
                open_types.pop()
            elif hidden:
                hidden -= 1
            continue
        entry = Entry(declaration, doc)
        opens = declaration.endswith("{") and entry.kind
        if re.fullmatch(r"(public|private|protected):", declaration):
            open_types[-1].hides = declaration != "public:"
            continue
        if not hidden and doc and not any(t.hides for t in open_types) and not FOR_MIDAS.match(" ".join(doc)):
            (open_types[-1].members if open_types else top).append(entry)
        if opens:
            entry.hides = entry.kind == "class"
            open_types.append(entry)
    return top


# -- Writing ------------------------------------------------------------------------------------------

CODE = re.compile(r"const char\*|/var/[\w/]+|\boptions\.\w+|\w+\((?:const )?[\w:]+&\)|\w+\([\"{][^)]*\)|https?://[^\s,;)\"]*[\w/]|<midas/[\w./]+>|\w+(?:::\w+)*<[\w:, ()]+>|~?\w+(?:::~?\w+)+(?:\([^)\s]*\))?"
                  r"|\w+\(\)|\b\w*[a-z\d]_\w+|\b[A-Z]+(?:_[A-Z]+)+\b|\{\"[^}]*\}")


def marked(text, folder):
    """Identifiers as code, names of pages as links, and nothing that Markdown would read otherwise."""
    shown = []
    for index, part in enumerate(re.split(r"(`[^`]*`)", text)):
        if index % 2 == 0:
            part = re.sub(r"\(?docs/[\w/]+\.md\)?|" + CODE.pattern, lambda found: one(found[0], folder), part)
            part = re.sub(r"<(?!/?br>)(?![^`]*`[^`]*$)", "&lt;", part) if "`" not in part else part
        shown.append(part)
    return "".join(shown).replace("|", "\\|")


def one(found, folder):
    page = re.fullmatch(r"(\(?)(docs/[\w/]+\.md)(\)?)", found)
    if not page:
        return f"`{found}`"
    target = os.path.relpath(page[2], folder)
    return f"{page[1]}[{page[2].removeprefix('docs/')}]({target}){page[3]}"


def paragraphs(doc, folder):
    """The docstring as Markdown: a line for each paragraph and item of a list; indented text is code."""
    written = []
    for line in doc:
        item = line.startswith("- ")
        if line.startswith("  ") and not (written and written[-1].startswith("- ")):
            written += [""] * bool(written and written[-1] and not written[-1].startswith("    ")) + ["  " + line]
        elif not line or not written or not written[-1] or item:
            written += [""] * (item and bool(written) and bool(written[-1]) and not written[-1].startswith("- "))
            written.append(line)
        elif written[-1].startswith("    "):
            written += ["", line]
        else:
            written[-1] += " " + line.strip()
    return [line if line.startswith("    ") else marked(line, folder) for line in written]


def cell(doc, folder):
    return marked(" ".join(line.strip() for line in doc if line.strip()), folder)


def signature(text):
    """Of a function: without its body, initializers and attributes."""
    for concept, parameter in ACCEPTED.items():
        if re.match(rf"template <[^()]*\b{concept} Text\b", text):
            text = re.sub(r"(?:const )?Text&&?", parameter, text)
    text = re.sub(r"\[\[[^\]]*\]\] |MIDAS_EXPORT |inline |static constexpr |explicit |friend |virtual ", "", text)
    plain = re.sub(r"^template <[^()]*?> ", "", text)
    depth = 0
    for index, character in enumerate(plain):
        depth += (character == "(") - (character == ")")
        if character == ")" and depth == 0:
            qualifiers = re.match(r"(?: (?:const|noexcept|override|final|&&?|= delete|= 0))*(?: -> [\w:<>]+)?",
                                  plain[index + 1:])[0]
            kept = re.sub(r" (override|final|= 0)", "", qualifiers)
            return plain[:index + 1].replace("( ", "(") + kept
    return plain.rstrip(";")


def is_function(text):
    return "(" in re.sub(r"<[^<>]*(?:<[^<>]*>[^<>]*)*>", "", text.split("=")[0])


def field(text):
    """(type, name) of a data member."""
    declared = re.sub(r"\s*(?:=.*|\{.*\})?;$", "", text)
    kind, _, name = declared.rpartition(" ")
    return kind, name


def default_of(doc):
    """The docstring without its sentence on the default, and that."""
    text = " ".join(line.strip() for line in doc)
    found = re.search(r"\s*Default: (.*?)\.(?=\s+[A-Z]|$)", text)
    return (text[:found.start()] + text[found.end():], found[1]) if found else (text, "")


def table(head, rows):
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)] + ["| " + " | ".join(row) + " |" for row in rows]


def members_of(entry, folder):
    if entry.kind == "enum class":
        named = [(re.match(r"\w+", member.text)[0], member.doc) for member in entry.members]
        named += [(name.strip(), []) for name in (re.findall(r"\{(.*)\}", entry.text) or [""])[0].split(",") if name.strip()]
        return table(("value", "meaning"), [(f"`{name}`", cell(doc, folder)) for name, doc in named]) + [""]
    fields = [member for member in entry.members if not member.kind and not is_function(member.text)
              and not re.search(r"\boperator\b|^using ", member.text)]
    written = []
    if fields:
        rows = [(field(m.text), default_of(m.doc)) for m in fields]
        if any(default for _, (_, default) in rows):
            written += table(("member", "type", "meaning", "default"),
                             [(f"`{name}`", f"`{kind}`", marked(text, folder), marked(default, folder))
                              for (kind, name), (text, default) in rows])
        else:
            written += table(("member", "type", "meaning"),
                             [(f"`{name}`", f"`{kind}`", marked(text, folder)) for (kind, name), (text, _) in rows])
        written.append("")
    for member in entry.members:
        if member not in fields:
            written += function(member, folder)
    return written


def function(entry, folder):
    text = entry.text.rstrip(";").replace("< ", "<") if entry.text.startswith("using") else signature(entry.text)
    is_copy = re.match(r"(\w+)\((const )?\1\b.*&", text)
    if re.search(r"\boperator\b", entry.text) or text.startswith("~") or is_copy:
        return []
    return [f"- `{text}`", ""] + ["  " + line if line else "" for line in paragraphs(entry.doc, folder)] + [""]


def written_form(header_text, folder):
    written = []
    functions = []
    for entry in entries_of(header_text):
        if entry.kind:
            written += [f"### {entry.name}", ""] + paragraphs(entry.doc, folder) + [""] + members_of(entry, folder)
        else:
            functions += function(entry, folder)
    if functions:
        written += ["### Functions of this header", ""] * bool(written) + functions
    return "\n".join(written).rstrip() + "\n"


def cmake_options(text, folder):
    rows = re.findall(r"^option\((\w+)\s+\"([^\"]+)\"\s+([^)\s]+)\)", text, re.M)
    return "\n".join(table(("option", "meaning", "default"),
                           [(f"`{name}`", marked(meaning, folder), DEFAULTS.get(default, f"`{default}`"))
                            for name, meaning, default in rows])) + "\n"


def expected_text(page):
    folder = page.parent.relative_to(REPOSITORY)

    def filled(found):
        if found[2] == "CMakeLists.txt":
            written = cmake_options((REPOSITORY / found[2]).read_text(), folder)
        else:
            written = written_form((REPOSITORY / "include" / found[2]).read_text(), folder)
        return f"{found[1]}\n{written}\n{found[3]}"

    return REGION.sub(filled, page.read_text())


def main(check):
    failures, seen = [], set(LEFT_OUT)
    for page in sorted((REPOSITORY / "docs").rglob("*.md")):
        text = page.read_text()
        headers = {found[1] for found in REGION.findall(text)}
        seen |= headers
        if headers and expected_text(page) != text:
            if check:
                failures.append(f"{page.relative_to(REPOSITORY)} is not up to date: run scripts/reference.py")
            else:
                page.write_text(expected_text(page))
    include = REPOSITORY / "include"
    for header in sorted(include.rglob("*.hpp")):
        name = str(header.relative_to(include))
        if "/detail/" not in name and name not in seen:
            failures.append(f"no page has <!-- header: {name} -->")
    print("\n".join(failures) or "the pages are those of the headers")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
