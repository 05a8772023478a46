#!/usr/bin/env python3
"""Checks that every source of a build compiles by itself, that is, includes what it uses.

    scripts/check_alone.py BUILD [SOURCE...]

BUILD is a configured build with a compile_commands.json, such as that of scripts/lint.sh. CI compiles
sources in batches, where a source sees what the sources before it include, and with precompiled
headers. A build with CMake's defaults has no batches, and some have no precompiled headers.

Parsing each source from nothing takes minutes, nearly all of them for headers of the standard library,
CAF and Boost. So sources that include the same of these headers, directly or not, are parsed with them
precompiled. A precompiled header contains only what each of its sources includes anyway, and nothing
of this repository. It hides that a header of ours misses an include which each source that includes it
adds after it.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import heapq
import itertools
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMPILER = "clang++"
# Flags that only concern the code that is generated, or the compiler that the build was configured for.
DROPPED = re.compile(r"-c$|-[OgW]|-[UD]_FORTIFY_SOURCE|-fstack-|-fcf-|-f(function|data)-sections|-fPI[CE]|-pthread$")
# Estimates of seconds: of a run of the compiler besides parsing such headers, and of parsing one.
RUN = 0.15
COST = {"caf": 0.4, "boost": 0.4, "CLI": 0.6, "prometheus": 0.1, "fmt": 0.2, "rapidjson": 0.1,
        "chrono": 0.2, "functional": 0.15, "memory": 0.15, "string": 0.15, "regex": 0.5}


def sources_of(build):
    """The sources of a build, each with the flags to parse it. A batch contains several."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        if file.suffix == ".c":
            continue
        if "cmake_pch" in entry["command"]:
            sys.exit(f"check_alone: configure {build} with -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON")
        words = shlex.split(entry["command"])[1:]
        output = words.index("-o")
        flags = [word for word in words[:output] + words[output + 2:]
                 if not DROPPED.match(word) and word != str(file)]
        files = [file]
        if file.parent.name == "Unity":
            files = map(pathlib.Path, re.findall(r'#include "(.*)"', file.read_text()))
        for source in files:
            if ROOT in source.parents and build not in source.parents:
                # Precompiled headers are only for sources with the same threads as they have.
                found.setdefault(source, [*flags, "-pthread"])
    return found


@functools.lru_cache(maxsize=None)
def includes(file):
    """What a file includes unconditionally, until it defines a macro, which may change a header."""
    names, depth = [], 0
    for line in file.read_text().splitlines():
        match = re.match(r'\s*#\s*(\w+)\s*(?:[<"](.*?)[>"])?', line)
        directive = match and match[1]
        if directive in ("if", "ifdef", "ifndef"):
            depth += 1
        elif directive == "endif":
            depth -= 1
        elif directive == "define":
            break
        elif directive == "include" and depth == 0 and match[2]:
            names.append(match[2])
    return names


def foreign_headers(source):
    """The headers of other projects that a source includes, directly or through ours."""
    seen, foreign, open_files = set(), set(), [source]
    while open_files:
        for name in includes(open_files.pop()):
            ours = next((path for path in (ROOT / name, ROOT / "include" / name) if path.is_file()), None)
            if ours is None:
                foreign.add(name)
            elif ours not in seen:
                seen.add(ours)
                open_files.append(ours)
    return frozenset(foreign)


@functools.lru_cache(maxsize=None)
def cost_of_one(header):
    return COST.get(header.split("/")[0], 0.03)


def cost(headers):
    return sum(map(cost_of_one, headers))


def groups_of(sources):
    """Sources in groups, with the headers that all of a group include. The two groups that save most
    by it are merged, as long as any save something."""
    groups = {}
    for source in sources:
        groups.setdefault(foreign_headers(source), []).append(source)
    numbers = itertools.count()
    groups = dict(zip(numbers, groups.items()))

    def saved(headers, count):
        return max(0, (count - 1) * cost(headers) - RUN)

    def candidate(i, j):
        (one, ones), (other, others) = groups[i], groups[j]
        return (saved(one, len(ones)) + saved(other, len(others))
                - saved(one & other, len(ones) + len(others)), i, j)

    candidates = [candidate(i, j) for i in groups for j in range(i)]
    heapq.heapify(candidates)
    while candidates:
        gain, i, j = heapq.heappop(candidates)
        if gain >= 0:
            break
        if i in groups and j in groups:
            (one, ones), (other, others) = groups.pop(i), groups.pop(j)
            new = next(numbers)
            groups[new] = (one & other, ones + others)
            for k in groups.keys() - {new}:
                heapq.heappush(candidates, candidate(new, k))
    return list(groups.values())


def compiler_errors(arguments):
    """Runs the compiler, and returns what it says if it fails."""
    result = subprocess.run([COMPILER, *arguments], capture_output=True, text=True, check=False)
    return result.stderr if result.returncode else ""


def failures(group, flags, directory):
    """The sources of a group that do not compile, each with the errors."""
    headers, sources = group
    precompiled = []
    if len(sources) > 1 and headers:
        text = "".join(f"#include <{name}>\n" for name in sorted(headers))
        # The name is made from the content, so that two groups never share a file.
        header = pathlib.Path(directory) / f"{hashlib.sha256(text.encode()).hexdigest()}.hpp"
        header.write_text(text)
        errors = compiler_errors([*flags[sources[0]], "-fpch-instantiate-templates", "-x", "c++-header",
                                  str(header), "-o", f"{header}.pch"])
        if errors:
            return [(header, errors)]
        precompiled = ["-include-pch", f"{header}.pch"]
    found = []
    for source in sources:
        errors = compiler_errors([*flags[source], "-w", "-fsyntax-only", *precompiled, str(source)])
        if errors:
            found.append((source, errors))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path, metavar="BUILD")
    parser.add_argument("sources", nargs="*", type=pathlib.Path, metavar="SOURCE")
    arguments = parser.parse_args()
    flags = sources_of(arguments.build.resolve())
    if arguments.sources:
        chosen = {source.resolve() for source in arguments.sources}
        flags = {source: words for source, words in flags.items() if source in chosen}
    if not flags:
        sys.exit(f"check_alone: {arguments.build} compiles no source of this repository")
    # The longest first, so that no processor waits at the end.
    groups = sorted(groups_of(flags), reverse=True,
                    key=lambda group: cost(group[0]) + len(group[1]))
    failed = []
    with tempfile.TemporaryDirectory(prefix="midas-alone-") as directory, \
            concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for found in pool.map(lambda group: failures(group, flags, directory), groups):
            failed += found
    for source, errors in failed:
        print(f"{source} does not compile by itself; include what it uses:\n{errors}", file=sys.stderr)
    if failed:
        sys.exit(1)
    print(f"check_alone: clean ({len(flags)} sources)")


if __name__ == "__main__":
    main()
