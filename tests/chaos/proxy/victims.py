#!/usr/bin/env python3
"""Starts client processes of `midas proxy`, and kills each in the middle of what it does.

    victims.py PORT PATH UID SEED

Prints the number of processes that it has killed when it gets SIGTERM.
"""
import os
import random
import signal
import socket
import sys
import time

REQUEST = ("GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Frude"
           "{}.example HTTP/1.1\r\nHost: localhost\r\nMetadata: true\r\n\r\n")


def be_victim(port, path, rng):
    """Opens connections and uses them until the process is killed."""
    clients = []
    for _ in range(rng.randint(1, 4)):
        client = socket.socket(rng.choice([socket.AF_INET, socket.AF_UNIX]))
        client.connect(path if client.family == socket.AF_UNIX else ("127.0.0.1", port))
        clients.append(client)
    while True:
        client = rng.choice(clients)
        text = REQUEST.format(rng.randrange(200)).encode()
        client.sendall(text if rng.random() < 0.7 else text[:rng.randrange(len(text))])
        if rng.random() < 0.5:
            client.recv(1000)


def main(port, path, uid, seed):
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    os.setuid(uid)
    rng = random.Random(seed)
    killed = 0
    parent = os.getppid()
    while not stopping and os.getppid() == parent:
        victims = []
        for _ in range(4):
            number = os.fork()
            if number == 0:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                # Should the parent end before it kills this process.
                signal.alarm(10)
                try:
                    be_victim(port, path, random.Random(rng.random()))
                finally:
                    os._exit(0)
            victims.append(number)
            rng.random()
        for victim in victims:
            time.sleep(rng.uniform(0, 0.3))
            os.kill(victim, signal.SIGKILL)
        for victim in victims:
            killed += os.waitstatus_to_exitcode(os.waitpid(victim, 0)[1]) == -signal.SIGKILL
    print(killed)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
