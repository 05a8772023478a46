#!/usr/bin/env python3
"""Writes the table of figures in the README from the tables of docs/performance.md.

    scripts/readme_figures.py            writes the table
    scripts/readme_figures.py --check    fails if the README has other figures than docs/performance.md
"""

import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
REGION = re.compile(r"(<!-- figures of docs/performance\.md -->\n).*?(<!-- end of figures -->)", re.S)


def row_of(page, table, *cells):
    """The other cells of the row that begins with `cells`, in the table below the text `table`. A cell
    may also begin with the wanted text and a space, such as the name of a client without its version."""
    begin = page.find(table)
    if begin < 0:
        sys.exit(f"docs/performance.md has no table '{table}'")
    for line in page[begin:].splitlines():
        row = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and all(is_cell(*pair) for pair in zip(cells, row)):
            return row[len(cells):]
        if line.startswith("## "):
            break
    sys.exit(f"the table '{table}' of docs/performance.md has no row '{' | '.join(cells)}'")


def is_cell(wanted, cell):
    return cell == wanted or cell.startswith(wanted + " ")


def number(cell):
    """The first number of a cell: a median, without the range in parentheses."""
    return float(cell.split(" ")[0].replace(",", ""))


def million(count):
    return f"{count:.2g} million" if count < 100 else f"{count:.0f} million"


def burst(row):
    """Requests, the last token and the memory: the columns of both tables of concurrent callers."""
    requests, _, last, memory = row
    return [requests, f"{number(last):,.0f} ms", f"{number(memory):.0f} MB"]


def figures(page):
    callers = "**Concurrent callers, one resource, host latency 50 ms.**"
    midas = row_of(page, callers, "10,000 coroutines")
    design = row_of(page, callers, "10,000 threads, azure-identity's design")
    node = row_of(page, "**Concurrent callers, one resource, host latency 50 ms, Microsoft's clients",
                  "@azure/msal-node", "10,000")
    read = "**Cached, 1 resource: million calls per second.**"
    cached = "**Cached tokens, Microsoft's clients for Node.js.**"
    columns = [
        burst([midas[0], midas[1], midas[2], midas[4]])
        + [million(number(row_of(page, read, "midas: try_get")[0]))],
        burst([design[0], design[1], design[2], design[4]])
        + [million(number(row_of(page, read, "azure-identity's design")[0]))],
        burst([node[0], node[1], node[2], node[3]])
        + [million(number(row_of(page, cached, "@azure/msal-node", "1")[0]) / 1e6)],
    ]
    names = ["HTTP requests", "time of the last answer", "peak memory",
             "afterwards, cached tokens per second, one caller"]
    lines = ["| | midas | azure-identity for C++ (its design) | MSAL Node |", "|---|---:|---:|---:|"]
    lines += [f"| {name} | " + " | ".join(column[i] for column in columns) + " |"
              for i, name in enumerate(names)]
    return "\n".join(lines) + "\n"


def main():
    readme = REPOSITORY / "README.md"
    text = readme.read_text()
    page = (REPOSITORY / "docs" / "performance.md").read_text()
    written, count = REGION.subn(lambda found: found[1] + figures(page) + found[2], text)
    if count != 1:
        sys.exit("README.md has no comment <!-- figures of docs/performance.md -->, or several")
    if "--check" not in sys.argv[1:]:
        readme.write_text(written)
    elif written != text:
        sys.exit("the figures of README.md are not those of docs/performance.md: "
                 "run scripts/readme_figures.py")


if __name__ == "__main__":
    main()
