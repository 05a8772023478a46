"""Clients of `midas proxy` that misbehave. It must get rid of each within its own time limits, and must
not give a token to what is not a request."""
import asyncio
import collections
import os
import random
import time

from answers import Request
from configurations import HEADER_TIMEOUT, IDENTITIES, IDLE_TIMEOUT, RUDE_USERS
from wire import AnswerReader, Closed, connect, request_text, reset

# What the proxy's own clock may be late by: an eighth of a timeout, and the time to linger.
SLACK = 4
# No answer but these, to what is not a request.
REFUSALS = {400, 403, 408, 413, 431}


class RudeClients:
    def __init__(self, places, watch, seed):
        self.places = places
        self.watch = watch
        self.random = random.Random(seed)
        self.counts = collections.Counter()
        self.stopping = False

    def all(self):
        """The coroutines of all clients."""
        kinds = [self.drip] * 5 + [self.garbage] * 2 + [self.flood] * 2 + [self.silent] * 4 + \
            [self.leave] * 4 + [self.close_half] * 2 + [self.deaf] * 2
        return [self.repeat(each) for each in kinds]

    async def repeat(self, kind):
        while not self.stopping:
            uid = self.random.choice(RUDE_USERS)
            try:
                client = await connect(self.places, uid, self.random.random() < 0.5)
            except OSError as failure:
                self.watch.violation(f"a rude client cannot connect: {failure!r}")
                await asyncio.sleep(1)
                continue
            self.counts[kind.__name__] += 1
            try:
                await kind(client, uid)
            except OSError:
                # Whoever is rude may be cut off.
                pass
            except (ValueError, KeyError) as failure:
                self.watch.violation(f"{kind.__name__}: {failure!r}")
            client.close()
            await asyncio.sleep(self.random.uniform(0.02, 0.3))

    def text(self, uid):
        """A request for one of 400 tokens that hardly anybody has requested before."""
        resource = f"https://rude{self.random.randrange(200)}.example"
        identity = self.random.choice(IDENTITIES[:2])
        return request_text(self.places, Request(uid, resource, identity, "imds"))

    async def send(self, client, text):
        await asyncio.get_running_loop().sock_sendall(client, text)

    async def expect_refusal(self, client, seconds, name):
        """Reads what comes until the proxy closes the connection: at most one refusal."""
        reader = AnswerReader(client)
        began = time.monotonic()
        try:
            async with asyncio.timeout(seconds + SLACK + 5 * self.watch.delay):
                answer = await reader.next()
                if answer.status not in REFUSALS:
                    raise ValueError(f"status {answer.status} to what is not a request")
                await reader.expect_end()
        except (Closed, ConnectionError):
            pass
        except TimeoutError:
            self.watch.violation(f"{name}: not closed after {time.monotonic() - began:.1f} s")

    async def drip(self, client, uid):
        """A byte now and then: slow-loris."""
        text = self.text(uid)[:-4] + b"\r\nA: " + b"b" * 100
        closing = asyncio.ensure_future(self.expect_refusal(client, HEADER_TIMEOUT, "drip"))
        try:
            for byte in text:
                await self.send(client, bytes([byte]))
                await asyncio.sleep(0.1)
                if closing.done():
                    break
        except OSError:
            pass
        await closing

    async def garbage(self, client, uid):
        choices = [
            os.urandom(self.random.randint(1, 5000)),
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(500),
            b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + self.text(uid),
            b"GET / HTTP/9.9\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n",
            b"\0" * 100,
        ]
        await self.send(client, self.random.choice(choices))
        await self.expect_refusal(client, HEADER_TIMEOUT, "garbage")

    async def flood(self, client, uid):
        text = self.text(uid)[:-2]
        piece = self.random.choice([b"A: b\r\n" * 500, b"X-Long: " + b"x" * 4000 + b"\r\n"])
        try:
            for _ in range(self.random.randint(20, 200)):
                await self.send(client, text + piece)
                text = b""
        except OSError:
            return
        await self.expect_refusal(client, HEADER_TIMEOUT, "flood")

    async def silent(self, client, _):
        await self.expect_refusal(client, IDLE_TIMEOUT, "silent")

    async def leave(self, client, uid):
        """Resets the connection in the middle of a request, or while it waits for the answer."""
        text = self.text(uid)
        await self.send(client, text[:self.random.choice([len(text), self.random.randrange(len(text))])])
        await asyncio.sleep(self.random.choice([0, 0.01, 0.3]))
        reset(client)

    async def close_half(self, client, uid):
        """Closes its side in the middle of a request."""
        text = self.text(uid)
        await self.send(client, text[:self.random.randrange(len(text) - 1)])
        client.shutdown(1)
        await self.expect_refusal(client, HEADER_TIMEOUT, "close_half")

    async def deaf(self, client, uid):
        """Requests much, and takes none of it."""
        try:
            async with asyncio.timeout(HEADER_TIMEOUT + SLACK):
                while True:
                    await self.send(client, self.text(uid) * 20)
                    await asyncio.sleep(0.01)
        except TimeoutError:
            pass
        await asyncio.sleep(self.random.uniform(0, 2))
        reset(client)
