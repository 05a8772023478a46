"""The configurations that the soak test of `midas proxy` gives it, and what each allows."""
import json
import os

SYSTEM = "system-assigned"
FIRST_ID = "6a5e2a10-0d4b-4c57-9a7e-1f0de8a8b3c1"
SECOND_ID = "6a5e2a10-0d4b-4c57-9a7e-1f0de8a8b3c2"
IDENTITIES = [SYSTEM, FIRST_ID, SECOND_ID]
RESOURCES = ["https://vault.azure.net", "https://storage.azure.com",
             "https://management.azure.com", "https://graph.microsoft.com"]
# The users of the clients whose answers are checked, and of those that misbehave.
LIVE_USERS = [0, 1001]
RUDE_USERS = [1002, 1003]

# The longest that any configuration allows, in seconds.
REQUEST_TIMEOUT = 6
HEADER_TIMEOUT = 3
IDLE_TIMEOUT = 8
DRAIN_TIMEOUT = 15

SHORT = {"request_timeout": "4s", "header_timeout": "2s", "idle_timeout": "5s"}
LONG = {"request_timeout": f"{REQUEST_TIMEOUT}s", "header_timeout": f"{HEADER_TIMEOUT}s",
        "idle_timeout": f"{IDLE_TIMEOUT}s", "max_header_bytes": 8192}
OPEN = LONG | {"drain_timeout": f"{DRAIN_TIMEOUT}s"}
VALID = [
    OPEN,
    SHORT | {"max_cold_keys_per_client": 16},
    SHORT | {"tokens": {"resources": [*RESOURCES[1:], "https://rude.example"]}},
    LONG | {"tokens": {"identities": [SYSTEM, FIRST_ID]}},
    LONG | {"users": [{"uid": 1001, "tokens": {"identities": [SYSTEM]}}]},
    LONG | {"allowed_uids": [*LIVE_USERS[1:], *RUDE_USERS]},
]
INVALID = ['{"request_timeout": "4s"', '{"request_timeout": 4}', '{"no_such_member": true}',
           '{"header_timeout": "0s", "workers": -1}', "", '{"idle_timeout": "5s"} \xff']


def permits(configuration, uid, resource, identity):
    """Whether a user may have a token under a configuration."""
    if uid not in configuration.get("allowed_uids", [uid]):
        return False
    tokens = dict(configuration.get("tokens", {}))
    for user in configuration.get("users", []):
        if user["uid"] == uid:
            tokens |= user["tokens"]
    return (resource in tokens.get("resources", [resource]) and
            identity in tokens.get("identities", [identity]))


class History:
    """Which configurations may have applied when; times in seconds on one clock.

    A configuration applies at the earliest when its file is written, and its predecessor at the
    latest `grace` seconds after that.
    """

    def __init__(self, grace):
        self._grace = grace
        self._written = []

    def add(self, at, configuration):
        self._written.append((at, configuration))

    def between(self, begin, end):
        """The configurations that may have applied at some time from `begin` to `end`."""
        result = []
        replaced = float("inf")
        for at, configuration in reversed(self._written):
            if at <= end and replaced + self._grace >= begin:
                result.append(configuration)
            if replaced + self._grace < begin:
                break
            replaced = at
        return result

    def verdicts(self, begin, end, uid, resource, identity):
        """The set of what may have been decided: True, False, or both."""
        return {permits(each, uid, resource, identity) for each in self.between(begin, end)}


class ConfigurationFile:
    """Writes a file as its reader must see it: as a whole, and by nobody but its owner."""

    def __init__(self, path, history, clock):
        self._path = path
        self._history = history
        self._clock = clock

    def write(self, configuration):
        self._history.add(self._clock(), configuration)
        self._replace(json.dumps(configuration).encode())

    def write_invalid(self, text):
        self._replace(text.encode("latin-1"))

    def _replace(self, content):
        temporary = f"{self._path}.new"
        with open(temporary, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o600)
        os.replace(temporary, self._path)
