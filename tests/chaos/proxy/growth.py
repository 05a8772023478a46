"""Whether a process has grown."""
import os
import re
import statistics
from collections import namedtuple

Sample = namedtuple("Sample", "resident descriptors threads")


def sample(pid):
    """Resident kB, descriptors and threads of a process; needs the rights of its user or of root."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        status = file.read()
    return Sample(int(re.search(r"VmRSS:\s+(\d+)", status)[1]),
                  len(os.listdir(f"/proc/{pid}/fd")),
                  int(re.search(r"Threads:\s+(\d+)", status)[1]))


def allowed_growth(before):
    """Of memory 4 MiB and 5 %: fragments. Of descriptors 20: the medians of random clients differ. Of
    threads none."""
    return Sample(4096 + before.resident // 20, 20, 0)


def medians(samples):
    return Sample(*(statistics.median(column) for column in zip(*samples)))


def quarters(samples):
    """The medians of the second and of the last quarter."""
    quarter = len(samples) // 4
    return medians(samples[quarter:2 * quarter]), medians(samples[-quarter:])


def growth_problems(samples):
    """A text for each figure that has grown."""
    before, after = quarters(samples)
    limits = allowed_growth(before)
    return [f"{name}: {old:g} in the second quarter, {new:g} in the last"
            for name, old, new, limit in zip(Sample._fields, before, after, limits)
            if new - old > limit]
