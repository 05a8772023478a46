"""Runs `midas proxy`, and speaks to its administrator's socket and to its metrics listener."""
import asyncio
import glob
import json
import os
import re
import signal
import time

from wire import Places

PATIENCE = 5


async def exchange(reader, writer, method_and_path):
    """The status and the body of an answer, whose connection then closes."""
    writer.write(f"{method_and_path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
                 "Connection: close\r\n\r\n".encode())
    text = await reader.read()
    writer.close()
    head, _, body = text.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


class Proxy:
    def __init__(self, program, directory):
        self._program = program
        self._directory = directory
        self._log = f"{directory}/access.json"
        self._admin = f"{directory}/admin.sock"
        self._metrics_port = 0
        self._process = None
        self.errors = f"{directory}/proxy.err"
        self.rotations = 0

    async def start(self, host_port):
        path = f"{self._directory}/proxy.sock"
        header = f"{self._directory}/identity-header"
        with open(self.errors, "w", encoding="utf-8") as errors:
            self._process = await asyncio.create_subprocess_exec(
                self._program, "proxy", "--config", f"{self._directory}/proxy.json",
                "--upstream", f"http://127.0.0.1:{host_port}", "--listen", "127.0.0.1:0",
                "--unix", path, "--metrics", "127.0.0.1:0", "--admin", self._admin,
                "--identity-header-file", header, "--access-log", self._log,
                stdout=asyncio.subprocess.PIPE, stderr=errors)
        self.pid = self._process.pid
        port = await self._read_port("Listening on")
        await self._process.stdout.readline()
        self._metrics_port = await self._read_port("Metrics")
        with open(header, encoding="utf-8") as file:
            self.places = Places(("127.0.0.1", port), path, file.read().strip())
        self.started = time.monotonic()
        self._reading = asyncio.ensure_future(self._process.stdout.read())

    async def _read_port(self, start):
        line = (await asyncio.wait_for(self._process.stdout.readline(), PATIENCE)).decode()
        found = re.match(rf"{start}.*:(\d+)$", line.strip())
        if not found:
            raise RuntimeError(f"midas proxy printed {line!r}, see {self.errors}")
        return int(found[1])

    async def administer(self, method_and_path):
        async with asyncio.timeout(PATIENCE):
            return await exchange(*await asyncio.open_unix_connection(self._admin), method_and_path)

    async def probe(self):
        """What is wrong with the metrics listener, or None."""
        for path in ("/livez", "/readyz", "/metrics", "/status.json"):
            try:
                async with asyncio.timeout(PATIENCE):
                    status, body = await exchange(
                        *await asyncio.open_connection("127.0.0.1", self._metrics_port),
                        f"GET {path}")
                if status != 200 or b"eyJ" in body:
                    return f"{path}: status {status}, {body[:200]!r}"
                if path.endswith(".json"):
                    json.loads(body)
            except (OSError, ValueError, IndexError, TimeoutError) as failure:
                return f"{path}: {failure!r}"
        return None

    def rotate_log(self):
        """The next SIGHUP lets the proxy begin a new file."""
        self.rotations += 1
        os.rename(self._log, f"{self._log}.{self.rotations}")

    def log_lines(self):
        lines = []
        for path in glob.glob(f"{self._log}*"):
            with open(path, encoding="ascii") as file:
                lines += file.read().splitlines()
        return lines

    def descriptors(self):
        directory = f"/proc/{self.pid}/fd"
        return sorted(os.readlink(f"{directory}/{each}") for each in os.listdir(directory))

    def hang_up(self):
        self._process.send_signal(signal.SIGHUP)

    def terminate(self):
        self._process.send_signal(signal.SIGTERM)

    def has_ended(self):
        return self._process.returncode is not None

    async def wait(self, seconds):
        try:
            return await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            return "none"

    async def stop(self):
        """Kills the process if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
