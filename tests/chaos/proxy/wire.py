"""Connections to `midas proxy` for clients that share one asyncio loop."""
import asyncio
import contextlib
import os
import socket
import struct
import urllib.parse

from answers import Answer, parse_head
from configurations import SYSTEM


@contextlib.contextmanager
def acting_as(uid):
    """Sockets that are made and Unix sockets that are connected meanwhile belong to that user."""
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)


class Places:
    """Where the proxy listens: `address`, a pair, and `path`, of a Unix socket."""

    def __init__(self, address, path, identity_header):
        self.address = address
        self.path = path
        self.identity_header = identity_header


async def connect(places, uid, over_unix):
    loop = asyncio.get_running_loop()
    with acting_as(uid):
        if over_unix:
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(2)
            client.connect(places.path)
            client.setblocking(False)
            return client
        client = socket.socket(socket.AF_INET)
    client.setblocking(False)
    try:
        await loop.sock_connect(client, places.address)
    except BaseException:
        client.close()
        raise
    return client


def request_text(places, request, closes=False):
    """The bytes of a well-formed request."""
    query = {"api-version": "2018-02-01", "resource": request.resource}
    proof = "Metadata: true"
    path = "/metadata/identity/oauth2/token"
    if request.protocol == "app-service":
        query["api-version"] = "2019-08-01"
        proof = f"X-IDENTITY-HEADER: {places.identity_header}"
        path = "/msi/token"
    if request.identity != SYSTEM:
        query["client_id"] = request.identity
    last = "Connection: close\r\n" if closes else ""
    return (f"GET {path}?{urllib.parse.urlencode(query)} HTTP/1.1\r\nHost: localhost\r\n"
            f"{proof}\r\n{last}\r\n").encode()


def reset(client):
    """Closes a connection so that the peer's next operation fails."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


class Closed(Exception):
    """The proxy closed the connection before an answer was complete."""


class AnswerReader:
    """Reads answers from a connection, and keeps what follows for the next one."""

    def __init__(self, client):
        self._client = client
        self._bytes = b""

    async def _receive(self):
        try:
            more = await asyncio.get_running_loop().sock_recv(self._client, 65536)
        except ConnectionError as failure:
            raise Closed(f"{failure} after {len(self._bytes)} bytes") from failure
        if not more:
            raise Closed(f"the end after {len(self._bytes)} bytes")
        self._bytes += more

    async def next(self):
        """The next final answer. ValueError if it is none, Closed if there is none."""
        while True:
            while b"\r\n\r\n" not in self._bytes:
                await self._receive()
            head, _, self._bytes = self._bytes.partition(b"\r\n\r\n")
            status, fields = parse_head(head)
            if status >= 200:
                break
        size = int(fields["content-length"])
        while len(self._bytes) < size:
            await self._receive()
        body, self._bytes = self._bytes[:size], self._bytes[size:]
        return Answer(status, fields, body)

    async def expect_end(self):
        """Waits for the end of the connection. ValueError if more arrives before."""
        if self._bytes:
            raise ValueError(f"more than the answer: {self._bytes[:80]!r}")
        with contextlib.suppress(Closed):
            await self._receive()
            raise ValueError(f"more than the answer: {self._bytes[:80]!r}")
