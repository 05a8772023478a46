"""A simulated host that fails, hangs, and goes away from time to time."""
import asyncio
import json
import random
import re
import signal

FAULTS = [
    {"status": 503},
    {"status": 503, "headers": {"Retry-After": "1"}},
    {"status": 429, "headers": {"Retry-After": "2"}},
    {"hang": True},
    {"reset": "before"},
    {"reset": "within_headers"},
    {"reset": "after_headers"},
    {"truncate_body": 100},
    {"garbage": True},
    {"latency": {"min": "200ms", "max": "2s"}},
]


def random_rules(rng, seconds):
    """A fault for one to four seconds, then none for two to five, and so on."""
    rules = []
    at = rng.uniform(1, 4)
    while at < seconds:
        end = at + rng.uniform(1, 4)
        window = {"from": f"{int(at * 1000)}ms", "to": f"{int(end * 1000)}ms"}
        match = {"window": window, "probability": rng.choice([0.3, 1, 1])}
        rules.append({"match": match, "action": rng.choice(FAULTS)})
        at = end + rng.uniform(2, 5)
    rules.append({"action": {"latency": {"median": "10ms", "p99": "100ms"}}})
    return rules


class Host:
    """Runs `midas simulate` with the limits of IMDS, each time at the same port."""

    def __init__(self, program, directory, seed):
        self._program = program
        self._faults = f"{directory}/faults.json"
        self._random = random.Random(seed)
        self._process = None
        self.port = 0
        self.starts = 0

    async def start(self, rules):
        with open(self._faults, "w", encoding="utf-8") as file:
            json.dump({"rules": rules}, file)
        self._process = await asyncio.create_subprocess_exec(
            self._program, "simulate", "--port", str(self.port), "--limit", "20/s",
            "--concurrency", "5", "--any-user-assigned", "--expires-in", "60s",
            "--faults", self._faults, stdout=asyncio.subprocess.PIPE)
        line = (await self._process.stdout.readline()).decode()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if not found:
            raise RuntimeError(f"midas simulate printed {line!r}")
        self.port = int(found[1])
        self.starts += 1

    async def stop(self, kill=False):
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            await self._process.wait()

    async def flap(self, until, clock):
        """Fails at random, and every 10 to 25 seconds is away for up to two seconds."""
        while clock() < until:
            length = self._random.uniform(10, 25)
            await self.stop(kill=self._random.random() < 0.5)
            await asyncio.sleep(self._random.uniform(0, 2))
            await self.start(random_rules(self._random, length))
            await asyncio.sleep(max(0, min(length, until - clock())))

    async def behave(self):
        await self.stop()
        await self.start(random_rules(self._random, 0))
