#!/usr/bin/env python3
"""Soaks `midas proxy`: see docs/chaos.md.

    soak.py PROGRAM SECONDS [SEED]

Exits with 1 if a rule was violated.
"""
import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import time

from access_lines import log_problems, lost
from answers import Request
from configurations import (DRAIN_TIMEOUT, HEADER_TIMEOUT, IDLE_TIMEOUT, INVALID, LIVE_USERS, OPEN,
                            REQUEST_TIMEOUT, RUDE_USERS, SYSTEM, VALID, ConfigurationFile, History)
from growth import growth_problems, quarters, sample
from host import Host
from live_clients import KINDS, Watch, make_clients
from proxy_process import Proxy
from rude_clients import RudeClients
from wire import AnswerReader, connect, request_text

# How long a configuration takes to apply.
GRACE = 1.5
# How long after its last fault a host must be asked again, and for how long that is watched.
RECOVERY, RECOVERED = 10, 8


class Soak:
    def __init__(self, program, seconds, seed, directory):
        self.seconds = seconds
        self.random = random.Random(seed)
        self.seed = seed
        self.directory = directory
        self.history = History(GRACE)
        self.watch = Watch(self.history)
        self.host = Host(program, directory, seed)
        self.file = ConfigurationFile(f"{directory}/proxy.json", self.history, time.monotonic)
        self.proxy = Proxy(program, directory)
        self.victims = None
        self.samples = []
        self.reloads = 0
        self.ending = False

    async def run(self):
        self.file.write(OPEN)
        await self.host.start([])
        await self.proxy.start(self.host.port)
        await self.single_request(0)
        self.at_start = sample(self.proxy.pid)
        clients = make_clients(self.proxy.places, self.watch, self.seed)
        rude = RudeClients(self.proxy.places, self.watch, self.seed)
        self.victims = await self.start_victims()
        tasks = [asyncio.ensure_future(each) for each in
                 (*(client.run() for client in clients), *rude.all(), self.measure())]
        await self.disturb()
        await self.recover()
        self.ending = True
        for each in (*clients, rude):
            each.stopping = True
        self.victims.terminate()
        killed, _ = await self.victims.communicate()
        for task in asyncio.as_completed(tasks, timeout=IDLE_TIMEOUT + REQUEST_TIMEOUT + 20):
            await task
        self.report(rude.counts | {"killed processes": int(killed)})
        await self.rest()
        await self.drain()
        self.judge_log()

    async def stop(self):
        """Ends what still runs."""
        await self.proxy.stop()
        await self.host.stop(kill=True)
        if self.victims is not None and self.victims.returncode is None:
            self.victims.terminate()
            await self.victims.wait()

    async def start_victims(self):
        script = os.path.join(os.path.dirname(__file__), "victims.py")
        places = self.proxy.places
        return await asyncio.create_subprocess_exec(
            sys.executable, script, str(places.address[1]), places.path, "1003", str(self.seed),
            stdout=asyncio.subprocess.PIPE)

    async def disturb(self):
        until = time.monotonic() + self.seconds
        flapping = asyncio.ensure_future(self.host.flap(until, time.monotonic))
        was_valid = True
        while time.monotonic() < until:
            choice = self.random.random()
            if choice < 0.3:
                # The open configuration is the most frequent one.
                self.file.write(self.random.choice([*VALID, OPEN, OPEN]))
                was_valid = True
            elif choice < 0.55 and not was_valid:
                self.file.write_invalid(self.random.choice(INVALID))
            else:
                was_valid = False
            if self.random.random() < 0.1:
                self.proxy.rotate_log()
            self.proxy.hang_up()
            self.reloads += 1
            await self.administer()
            await asyncio.sleep(1)
        await flapping

    async def administer(self):
        kinds = ["GET /keys", "POST /flush?resource=https%3A%2F%2Fvault.azure.net",
                 f"POST /flush?identity={SYSTEM}", "POST /reload", "GET /keys"]
        kinds += ["POST /flush"] if self.random.random() < 0.3 else []
        kind = self.random.choice(kinds)
        status, body = await self.proxy.administer(kind)
        if status != 200 and not (status == 422 and kind == "POST /reload"):
            self.watch.violation(f"administration: {kind}: {status}, {body!r}")

    async def recover(self):
        """The host and the configuration become good: after a while, so must every answer."""
        self.file.write(OPEN)
        self.proxy.hang_up()
        await self.host.behave()
        await asyncio.sleep(RECOVERY)
        self.watch.recovered_since = time.monotonic()
        await asyncio.sleep(RECOVERED)

    async def measure(self):
        while not self.ending:
            expected = time.monotonic() + 0.2
            await asyncio.sleep(0.2)
            self.watch.delay = max(time.monotonic() - expected, self.watch.delay * 0.99)
            if len(self.samples) <= time.monotonic() - self.proxy.started:
                if self.proxy.has_ended():
                    self.watch.violation("the proxy has ended")
                    return
                self.samples.append(sample(self.proxy.pid))
                if problem := await self.proxy.probe():
                    self.watch.violation(problem)

    def report(self, counts):
        print(f"{len(KINDS)} clients, {self.watch.by_status.total()} answers; by status: "
              f"{dict(sorted(self.watch.by_status.items()))}; longest {self.watch.longest:.1f} s")
        print(f"rude clients: {dict(sorted(counts.items()))}")
        print(f"{self.reloads} times SIGHUP, {self.host.starts} starts of the host, "
              f"{self.proxy.rotations} rotations of the log")
        idle = [name for name, count in counts.items() if count == 0]
        if idle or self.watch.by_status[200] < self.watch.by_status.total() / 3:
            self.watch.violation(f"too little happened: no {idle}, {self.watch.by_status}")
        for name, part in zip(("second", "last"), quarters(self.samples)):
            print(f"{name} quarter: {part.resident:g} kB, {part.descriptors:g} descriptors, "
                  f"{part.threads:g} threads")
        for problem in growth_problems(self.samples):
            self.watch.violation(problem)

    async def rest(self):
        """Without clients, no connection may be left."""
        await asyncio.sleep(HEADER_TIMEOUT + 4)
        left = sample(self.proxy.pid)
        print(f"without clients: {left.resident} kB, {left.descriptors} descriptors, "
              f"{left.threads} threads; at the start: {self.at_start}")
        # midas keeps up to five connections to the host, and had one.
        if left.descriptors > self.at_start.descriptors + 4:
            self.watch.violation(f"{left.descriptors} descriptors without clients: "
                                 f"{self.proxy.descriptors()}")
        if left.threads > self.at_start.threads:
            self.watch.violation(f"{left.threads} threads without clients")

    async def drain(self):
        """SIGTERM while clients wait, and others send nothing or half of a request."""
        await self.host.stop()
        await self.host.start([{"action": {"latency": "300ms"}}])
        await self.proxy.administer("POST /flush")
        idle = [await connect(self.proxy.places, RUDE_USERS[0], number % 2 == 0)
                for number in range(20)]
        for client in idle[::2]:
            client.send(b"GET /metadata")
        waiting = [asyncio.ensure_future(self.single_request(number)) for number in range(10)]
        await asyncio.sleep(0.1)
        began = time.monotonic()
        self.proxy.terminate()
        await asyncio.gather(*waiting)
        code = await self.proxy.wait(DRAIN_TIMEOUT + 5)
        print(f"SIGTERM: exit code {code} after {time.monotonic() - began:.1f} s")
        if code != 0:
            self.watch.violation(f"exit code {code} after SIGTERM")
        for client in idle:
            client.close()

    async def single_request(self, number):
        request = Request(LIVE_USERS[0], f"https://single{number}.example", SYSTEM, "imds")
        client = await connect(self.proxy.places, request.uid, number % 2 == 0)
        began = time.monotonic()
        client.send(request_text(self.proxy.places, request))
        try:
            async with asyncio.timeout(self.watch.patience()):
                answer = await AnswerReader(client).next()
            self.watch.check(request, answer, began)
            if answer.status != 200:
                self.watch.violation(f"{request}: status {answer.status} by a single client")
        except Exception as failure:
            self.watch.violation(f"{request}: {failure!r} by a single client")
        client.close()

    def judge_log(self):
        lines = self.proxy.log_lines()
        print(f"{len(lines)} lines in the access log, {lost(lines)} were lost")
        for problem in log_problems(lines, self.watch.answers):
            self.watch.violation(f"access log: {problem}")
        with open(self.proxy.errors, encoding="utf-8") as file:
            if "eyJ" in file.read():
                self.watch.violation("a token on standard error")


async def main(program, seconds, seed):
    print(f"seed {seed}")
    directory = tempfile.mkdtemp(prefix="midas-soak-")
    os.chmod(directory, 0o755)
    soak = Soak(program, seconds, seed, directory)
    try:
        await soak.run()
    finally:
        await soak.stop()
    violations = soak.watch.violations
    if violations:
        print(f"{len(violations)} violations; {directory} has the logs", file=sys.stderr)
        return 1
    shutil.rmtree(directory)
    print("no violation")
    return 0


if __name__ == "__main__":
    # nohup lets programs ignore SIGHUP, and the children would inherit that.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    sys.exit(asyncio.run(main(sys.argv[1], int(sys.argv[2]),
                              int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(2**31))))
