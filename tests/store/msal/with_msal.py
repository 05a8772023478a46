"""Shares one file between MSAL for Python and midas, in processes of their own.

    with_msal.py STORE_USER     STORE_USER is the program of tests/store/programs/store_user.cpp

Needs msal 1.31 or later and msal_extensions; PYTHONPATH may name where they are. Ends with status 77,
and says why, if they are missing. No request leaves the machine: MSAL is given an HTTP client that
answers by itself.

    MIDAS_MSAL_PROCESSES   how many processes of each kind write at once (3)
    MIDAS_MSAL_SECONDS     for how long (3)

Each writer pauses between two tokens, for the longer the more there are. With many processes, MSAL loses
entries also without midas (docs/store.md says why), so a failure of a long run needs a look at who wrote.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
PAUSE_PER_PROCESS = 0.1


def skip(reason):
    print("skipped: " + reason)
    sys.exit(SKIPPED)


try:
    import msal
    import msal_extensions
except ImportError as error:
    skip(f"{sys.executable} has no {error.name}")

VERSION = tuple(int(part) for part in msal.__version__.split(".")[:2])
if VERSION < (1, 31):
    skip(f"msal {msal.__version__} is older than 1.31")
if VERSION < (1, 35):
    # These name the machine in place of "localhost" in each entry, and find only such entries.
    socket.getfqdn = lambda *_: "localhost"

# Variables that make MSAL look for another host.
for name in list(os.environ):
    if name.startswith(("IDENTITY_", "MSI_", "AZURE_")):
        del os.environ[name]


class Answer:
    status_code = 200
    headers = {}

    def __init__(self, body):
        self.text = json.dumps(body)


class Host:
    """Grants a token for each resource, and counts the requests."""

    def __init__(self):
        self.requests = 0

    def get(self, url, params=None, **_):
        self.requests += 1
        resource = params["resource"]
        return Answer({"access_token": "token-for-" + resource, "expires_in": "28800",
                       "resource": resource, "token_type": "Bearer"})

    def close(self):
        pass


class Client:
    def __init__(self, path):
        self.host = Host()
        cache = msal_extensions.PersistedTokenCache(msal_extensions.FilePersistence(path))
        # As JSON, which is one of the two forms that MSAL accepts. For this one, the entry of the
        # system-assigned identity is the one that midas writes.
        self.client = msal.ManagedIdentityClient(
            {"ManagedIdentityIdType": "SystemAssigned"}, http_client=self.host, token_cache=cache)

    def token(self, resource):
        result = self.client.acquire_token_for_client(resource=resource)
        if "access_token" not in result:
            raise AssertionError(result)
        return result["access_token"]


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def midas(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True,
                          timeout=300).stdout


def midas_tokens(program, path):
    return dict(line.split(" ") for line in midas(program, path, "load").splitlines())


def one_after_the_other(program, path):
    midas(program, path, "save", "https://from-midas.example")
    client = Client(path)
    check(client.token("https://from-midas.example") == "token-for-https://from-midas.example",
          "MSAL reads another token than midas wrote")
    check(client.host.requests == 0, "MSAL does not find what midas wrote")
    client.token("https://from-msal.example")
    check(client.host.requests == 1, "MSAL has a token that nobody acquired")
    found = midas_tokens(program, path)
    check(found == {"https://from-midas.example": "token-for-https://from-midas.example",
                    "https://from-msal.example": "token-for-https://from-msal.example"}, found)
    midas(program, path, "save", "https://from-midas.example", "https://again.example")
    other = Client(path)
    for resource in ("https://from-midas.example", "https://from-msal.example",
                     "https://again.example"):
        other.token(resource)
    check(other.host.requests == 0, "MSAL does not find everything")
    # A process with MSAL that read the file before midas changed it.
    client.token("https://again.example")
    check(client.host.requests == 1, "MSAL does not notice a change by midas")


def write_for(path, number, seconds, pause):
    """In a process of its own: prints how many tokens it acquired."""
    client = Client(path)
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        client.token(f"https://msal-{number}-{count}.example")
        count += 1
        time.sleep(pause)
    print(count)


def at_once(program, path, processes, seconds):
    began = []
    pause = PAUSE_PER_PROCESS * processes
    for number in range(processes):
        for kind, command in (
                ("midas", [program, path, "save-for", str(seconds), str(pause),
                           f"https://midas-{number}-"]),
                ("msal", [sys.executable, __file__, "--write", path, str(number), str(seconds),
                          str(pause)])):
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                     text=True)
            began.append((kind, number, child))
    expected = {}
    for kind, number, child in began:
        output, errors = child.communicate(timeout=seconds + 300)
        check(child.returncode == 0, f"{kind} {number} ends with {child.returncode}: {errors}")
        for i in range(int(output)):
            resource = f"https://{kind}-{number}-{i}.example"
            expected[resource] = "token-for-" + resource
    found = midas_tokens(program, path)
    lost = sorted(set(expected) - set(found))
    check(not lost, f"{len(lost)} of {len(expected)} entries are lost, such as {lost[:3]}")
    reader = Client(path)
    for resource in expected:
        reader.token(resource)
    check(reader.host.requests == 0, f"MSAL does not find {reader.host.requests} entries")
    return {kind: sum(each.startswith(f"https://{kind}-") for each in expected)
            for kind in ("midas", "msal")}


def main(program):
    processes = int(os.environ.get("MIDAS_MSAL_PROCESSES", "3"))
    seconds = float(os.environ.get("MIDAS_MSAL_SECONDS", "3"))
    print(f"msal {msal.__version__}, msal_extensions {msal_extensions.__version__}")
    directory = tempfile.mkdtemp(prefix="midas-msal-")
    try:
        one_after_the_other(program, os.path.join(directory, "first.json"))
        written = at_once(program, os.path.join(directory, "tokens.json"), processes, seconds)
        print(f"{processes} processes of each kind at once for {seconds} s wrote {written}")
        others = set(os.listdir(directory)) - {"first.json", "tokens.json"}
        check(not others, f"left behind: {others}")
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    if sys.argv[1] == "--write":
        write_for(sys.argv[2], sys.argv[3], float(sys.argv[4]), float(sys.argv[5]))
    else:
        main(sys.argv[1])
