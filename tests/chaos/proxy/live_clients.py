"""Well-behaved clients of `midas proxy`. Each answer is checked; see answers.py."""
import asyncio
import collections
import random
import socket
import time

from answers import Request, problem_of
from configurations import IDENTITIES, LIVE_USERS, REQUEST_TIMEOUT, RESOURCES
from wire import AnswerReader, Closed, connect, request_text


class Watch:
    """What the clients have seen; everything runs on the thread of one loop."""

    def __init__(self, history):
        self.history = history
        self.violations = []
        # As access_lines.answered() counts them.
        self.answers = collections.Counter()
        self.by_status = collections.Counter()
        self.longest = 0.0
        # How late a timer of this loop has been.
        self.delay = 0.0
        # Since when nothing but 200 is expected.
        self.recovered_since = float("inf")

    def violation(self, text):
        self.violations.append(text)
        if len(self.violations) <= 20:
            print(f"violation: {text}", flush=True)

    def patience(self):
        """How long an answer may take, in seconds."""
        return REQUEST_TIMEOUT + 1.5 + 5 * self.delay

    def check(self, request, answer, began):
        now = time.monotonic()
        self.longest = max(self.longest, now - began)
        self.by_status[answer.status] += 1
        decisions = self.history.verdicts(began, now, request.uid, request.resource,
                                          request.identity)
        problem = problem_of(request, answer, decisions, time.time())
        if problem is None and answer.status != 200 and began >= self.recovered_since:
            problem = f"status {answer.status} though the host has recovered: {answer.body!r}"
        if problem is not None:
            self.violation(f"{request}: {problem}")
        if answer.status == 403 and b"This user may not" in answer.body:
            # The connection is refused, and then closed.
            self.answers[(request.uid, "uid_not_allowed")] += 1
            return False
        self.answers[(*request, answer.status)] += 1
        return answer.fields.get("connection") != "close"


class LiveClient:
    """One client; subclasses differ in how they send."""

    def __init__(self, places, watch, seed):
        self.places = places
        self.watch = watch
        self.random = random.Random(seed)
        self.uid = self.random.choice(LIVE_USERS)
        self.over_unix = self.random.random() < 0.5
        self.stopping = False

    def request(self):
        protocol = "app-service" if self.random.random() < 0.2 else "imds"
        return Request(self.uid, self.random.choice(RESOURCES), self.random.choice(IDENTITIES),
                       protocol)

    async def run(self):
        while not self.stopping:
            try:
                client = await connect(self.places, self.uid, self.over_unix)
            except OSError as failure:
                self.watch.violation(f"cannot connect: {failure!r}")
                await asyncio.sleep(1)
                continue
            try:
                await self.use(client, AnswerReader(client))
            except (Closed, ValueError, KeyError, OSError, TimeoutError) as failure:
                self.watch.violation(f"{type(self).__name__}: {failure!r}")
            client.close()
            await self.pause()

    async def pause(self):
        await asyncio.sleep(self.random.uniform(0.01, 0.15))

    async def send(self, client, text):
        await asyncio.get_running_loop().sock_sendall(client, text)

    async def take(self, reader, request, began):
        """Whether the connection goes on."""
        async with asyncio.timeout(self.watch.patience()):
            answer = await reader.next()
        return self.watch.check(request, answer, began)

    async def use(self, client, reader):
        raise NotImplementedError


class KeptConnection(LiveClient):
    async def use(self, client, reader):
        for _ in range(self.random.randint(1, 60)):
            request = self.request()
            began = time.monotonic()
            await self.send(client, request_text(self.places, request))
            if not await self.take(reader, request, began) or self.stopping:
                return
            await self.pause()


class NewConnection(LiveClient):
    async def use(self, client, reader):
        request = self.request()
        began = time.monotonic()
        await self.send(client, request_text(self.places, request, closes=True))
        await self.take(reader, request, began)
        await reader.expect_end()


class Pipelining(LiveClient):
    async def use(self, client, reader):
        requests = [self.request() for _ in range(self.random.randint(2, 8))]
        text = b"".join(request_text(self.places, each) for each in requests)
        began = time.monotonic()
        # In two parts, anywhere.
        cut = self.random.randrange(len(text))
        await self.send(client, text[:cut])
        await asyncio.sleep(0)
        await self.send(client, text[cut:])
        for each in requests:
            if not await self.take(reader, each, began):
                return
            began = time.monotonic()


class HalfClosing(LiveClient):
    """Says that it sends nothing more, and waits for its answer."""

    async def use(self, client, reader):
        request = self.request()
        began = time.monotonic()
        await self.send(client, request_text(self.places, request))
        client.shutdown(socket.SHUT_WR)
        if await self.take(reader, request, began):
            await reader.expect_end()


class Hesitating(LiveClient):
    """Sends a request in pieces, in less time than the proxy allows."""

    async def use(self, client, reader):
        request = self.request()
        began = time.monotonic()
        text = request_text(self.places, request)
        size = len(text) // 5 + 1
        for start in range(0, len(text), size):
            await self.send(client, text[start:start + size])
            await asyncio.sleep(0.05)
        await self.take(reader, request, began)


KINDS = [KeptConnection] * 12 + [NewConnection] * 6 + [Pipelining] * 4 + [HalfClosing] * 3 + \
    [Hesitating] * 3


def make_clients(places, watch, seed):
    return [kind(places, watch, seed + number) for number, kind in enumerate(KINDS)]
