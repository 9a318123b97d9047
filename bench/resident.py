"""Resident memory of the daemon and of its media workers, apart, and whether it rests (Linux, /proc)."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sample:
    """At one moment of a run; 1 MB is 1,000,000 bytes."""

    n_segments: int
    daemon_mb: float
    workers_mb: tuple[float, ...]  # of each; libraries that they share count in each


def sample(daemon: int, n_segments: int) -> Sample:
    """Of the daemon with this process id and of its children."""
    return Sample(n_segments, _resident_mb(daemon), tuple(_resident_mb(child) for child in _children(daemon)))


def slope_mb(samples: list[Sample]) -> float:
    """MB per 1,000 segments of the daemon's memory, by least squares."""
    mean_n = sum(each.n_segments for each in samples) / len(samples)
    mean_mb = sum(each.daemon_mb for each in samples) / len(samples)
    above = sum((each.n_segments - mean_n) * (each.daemon_mb - mean_mb) for each in samples)
    return 1000 * above / sum((each.n_segments - mean_n) ** 2 for each in samples)


def until_at_rest(daemon: int, timeout_s: float = 240.0) -> None:
    """Until it takes less than a twentieth of a core for three seconds: a site that was just made has its clocks
    measured and its cases judged first. Raises RuntimeError."""
    ends_s = time.monotonic() + timeout_s
    while time.monotonic() < ends_s:
        before_s = _processor_s(daemon)
        time.sleep(3)
        if _processor_s(daemon) - before_s < 0.15:
            return
    raise RuntimeError("The daemon did not come to rest.")


def _processor_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(process: int) -> list[int]:
    # A child is listed under the thread that started it.
    lists = (thread / "children" for thread in Path(f"/proc/{process}/task").iterdir())
    return [int(child) for each in lists for child in each.read_text().split()]


def _resident_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(kilobytes) * 1024 / 1e6
