"""Limits that a media worker puts on itself before it touches footage. Runs first thing in the worker process.

What is limited is what hostile footage can drive up: memory, processor time, open files, core dumps.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
# Python, the originals in the packager's cache and the shared libraries stay well below.
_MAX_OPEN_FILES = 256
# Processor seconds beyond what the time-out allows; the daemon's own clock usually ends a task first.
_CPU_MARGIN_S = 30


class ParentGone(Exception):
    """The daemon died while this worker was starting."""


def confine(parent_pid: int, memory_bytes: int, niceness: int) -> None:
    """Bind this process to its parent's life and to its limits. ParentGone if the parent is dead already."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent_pid:
        raise ParentGone
    # Stopping is the daemon's decision: a Ctrl-C or a stop of the whole control group must not tear a segment.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)
    # Data, not address space: an original of 5 GB is mapped for reading, which costs no memory.
    _lower(resource.RLIMIT_DATA, memory_bytes)
    if niceness:
        os.nice(niceness)


def allow_cpu(timeout_s: float) -> None:
    """Processor time for the next task: all cores for as long as the task may take. SIGXCPU ends the worker."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    allowed = usage.ru_utime + usage.ru_stime + timeout_s * (os.cpu_count() or 1) + _CPU_MARGIN_S
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(allowed) if hard == resource.RLIM_INFINITY else min(int(allowed), hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def rss_bytes() -> int:
    """Resident memory of this process now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def _lower(limit: int, value: int) -> None:
    _, hard = resource.getrlimit(limit)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (value, value))
