"""Whether an access log has one line for each request that was answered."""
import collections
import json

from configurations import LIVE_USERS

MEMBERS = {"when": str, "uid": int, "pid": int, "address": str, "protocol": str, "resource": str,
           "identity": str, "result": str, "reason": str, "status": int, "elapsed_ms": float}
RESULTS = {"hit", "stale", "joined", "fetched", "refused", "failed", "denied"}


def problem_of_line(line):
    """What is wrong with one line, or None."""
    try:
        members = json.loads(line)
        if not isinstance(members, dict):
            return "not an object"
    except ValueError as failure:
        return f"not JSON: {failure}"
    if "lost_lines" in members:
        return None
    for name, value in members.items():
        if not isinstance(value, MEMBERS.get(name, ())):
            return f"{name} is unknown, or of the wrong type"
    missing = {"when", "result", "elapsed_ms"} - set(members)
    if missing:
        return f"no {sorted(missing)}"
    if members["result"] not in RESULTS:
        return f"the result is {members['result']}"
    return "a token" if "eyJ" in line else None


def answered(lines):
    """How often the users whose answers are checked got which answer: (uid, resource, identity, protocol,
    status), or (uid, reason) for what was refused before it was read as a request for a token."""
    result = collections.Counter()
    for line in lines:
        members = json.loads(line)
        if members.get("uid") not in LIVE_USERS:
            continue
        if "protocol" in members:
            identity = members["identity"].removeprefix("client id ")
            result[(members["uid"], members["resource"], identity, members["protocol"],
                    members.get("status"))] += 1
        else:
            result[(members["uid"], members.get("reason"))] += 1
    return result


def lost(lines):
    """How many lines the log says were lost."""
    return sum(json.loads(line).get("lost_lines", 0) for line in lines)


def log_problems(lines, answers):
    """What is wrong with a log, if the clients got these `answers`. Lines may be lost on a busy machine, if
    the log says so, and not more than one in a hundred."""
    problems = [f"line {line[:200]!r}: {problem}" for line in lines
                if (problem := problem_of_line(line)) is not None]
    if problems:
        return problems
    if lost(lines) > len(lines) / 100:
        problems.append(f"{lost(lines)} lines were lost")
    logged = answered(lines)
    missing = answers - logged
    if missing.total() > lost(lines):
        problems.append(f"{missing.total()} answers without a line, {lost(lines)} lines lost: {missing}")
    if additional := logged - answers:
        problems.append(f"lines without an answer: {additional}")
    return problems
